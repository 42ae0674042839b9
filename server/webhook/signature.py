"""The signature of an event: HMAC-SHA-256 (RFC 2104) over the time and the body, with the webhook's secret.

Belongs here: the header, written and checked. Must not know: where a secret is kept, what time it is. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

HEADER: Final = "Perch-Signature"
TOLERANCE: Final = 300
"""Seconds by which a consumer's clock may differ before it should refuse an event as an old one sent again."""

_VALUE: Final = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def signature(secret: str, body: bytes, at: int) -> str:
    """Give the header's value for a body sent at a time (seconds since the epoch): ``t=1764000000,v1=5257…``."""
    return f"t={at},v1={_digest(secret, body, at)}"


def headers(webhook_id: str, event_id: str, body: bytes, secret: str, at: int) -> dict[str, str]:
    """Give the headers of a delivery, the signature among them."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Perch-Webhook/1",
        "Perch-Webhook": webhook_id,
        "Perch-Event": event_id,
        HEADER: signature(secret, body, at),
    }


def is_signed(secret: str, value: str, body: bytes, now: int, tolerance: int = TOLERANCE) -> bool:
    """Tell whether a header's value is the signature of a body, made now, give or take ``tolerance`` seconds."""
    match = _VALUE.fullmatch(value)
    if match is None or abs(now - int(match[1])) > tolerance:
        return False
    return hmac.compare_digest(match[2], _digest(secret, body, int(match[1])))


def _digest(secret: str, body: bytes, at: int) -> str:
    return hmac.new(secret.encode(), b"%d.%b" % (at, body), hashlib.sha256).hexdigest()
