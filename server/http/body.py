"""Request bodies: read within a size and a time, parsed within a depth; whatever is wrong is a SCIM Error."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from server.scim.errors import InvalidSyntax, PayloadTooLarge, RequestTimeout, UnsupportedMediaType

if TYPE_CHECKING:
    from server.http.request import Request

MAX_DEPTH = 32


class BrokenBody(Exception):  # not a ScimError: it ends the connection too
    """The bytes of the body are no body: where the next request begins cannot be known."""


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """Read the body; raises UnsupportedMediaType (compressed), PayloadTooLarge, RequestTimeout, InvalidSyntax."""
    headers = request.headers
    encoding = headers.get("Content-Encoding")
    if encoding is not None and encoding.strip().lower() != "identity":
        raise UnsupportedMediaType(f"Content-Encoding {encoding} is not accepted: send the JSON uncompressed.")
    content = request.content
    if content.is_eof():
        body = content.read_nowait(-1)
    else:
        length = request.content_length
        if length is not None and length > limit:
            raise _too_large(limit)
        body = await _read_slowly(request, limit, seconds)
    if len(body) > limit:
        raise _too_large(limit)
    if not body:
        raise InvalidSyntax("The request has no body: send the resource as a JSON object.")
    return body


async def _read_slowly(request: Request, limit: int, seconds: float) -> bytes:
    if request.headers.get("Expect", "").lower() == "100-continue":
        request.protocol.send(b"HTTP/1.1 100 Continue\r\n\r\n", at_once=True)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.content.iter_any():
                size += len(part)
                if size > limit:
                    raise _too_large(limit)
                parts.append(part)
    except TimeoutError:
        raise RequestTimeout(f"The body did not arrive within {seconds:g} seconds.") from None
    except web.RequestPayloadError as error:
        # There is no rest to wait for.
        request.content.feed_eof()
        raise BrokenBody from error
    return b"".join(parts)


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is larger than {limit:,} bytes, the most that this endpoint takes.")


def parse_body(body: bytes) -> Any:
    """Parse JSON whatever the Content-Type says (OKTA.md A53); raises InvalidSyntax with the place of the mistake."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidSyntax(f"The body is not valid JSON: {error}.") from error
    # Only a body with more brackets than the limit can be nested deeper than the limit.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
        _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise InvalidSyntax(f"The body is nested more than {MAX_DEPTH} levels deep.")
