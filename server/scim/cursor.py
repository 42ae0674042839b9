"""Cursors of RFC 9865: opaque, signed, bound to their query; stateless, so that they survive a restart.

A cursor says after which resource the next page begins. Must not know: the clock and the key, which are passed in.
"""

from __future__ import annotations

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b, sha256

from server.scim.errors import ExpiredCursor, InvalidCursor

TIMEOUT = 3600
"""Seconds that a cursor can be used (``cursorTimeout``)."""

_FORMAT = struct.Struct(">IQI8s")
_SIGNATURE = 16


def _fingerprint(query: str) -> bytes:
    return blake2b(query.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def sign(key: bytes, query: str, seq: int, position: int, now: float) -> str:
    """Make the cursor of the page after resource ``seq``, the ``position``-th of this ``query``."""
    payload = _FORMAT.pack(int(now), seq, position, _fingerprint(query))
    signature = hmac.digest(key, payload, sha256)[:_SIGNATURE]
    return urlsafe_b64encode(payload + signature).decode().rstrip("=")


def verify(key: bytes, query: str, cursor: str, now: float) -> tuple[int, int]:
    """Give (seq, position) of the last resource seen; raises InvalidCursor or ExpiredCursor."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        payload, signature = raw[: _FORMAT.size], raw[_FORMAT.size :]
        issued, seq, position, fingerprint = _FORMAT.unpack(payload)
    except (ValueError, struct.error) as error:
        raise InvalidCursor("This cursor was not issued by this server: start again without a value.") from error
    if not hmac.compare_digest(signature, hmac.digest(key, payload, sha256)[:_SIGNATURE]):
        raise InvalidCursor("This cursor was not issued by this server: start again without a value.")
    if fingerprint != _fingerprint(query):
        raise InvalidCursor("This cursor belongs to another query: filter and sort order must stay the same.")
    if now - issued > TIMEOUT:
        raise ExpiredCursor(f"This cursor is older than {TIMEOUT} seconds: start again without a value.")
    return seq, position
