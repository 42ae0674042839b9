"""Answers on the wire: one bytes object per answer, head and body together, handed to the transport at once.

aiohttp's own Response spends more time on a header multidict than this whole endpoint spends on a look-up.
"""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from server.http.request import Request
    from server.scim.errors import ScimError

SCIM_JSON = "application/scim+json; charset=utf-8"
LARGE = 65_536
"""Bytes from which on an answer waits until the client has taken it."""

TAKING_SECONDS = 60.0
"""How long a client may take to take it; Okta itself gives up after as long."""

_HEADS = {
    status.value: (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {SCIM_JSON}\r\nCache-Control: no-store\r\n"
    ).encode()
    for status in HTTPStatus
    if status >= 200
}
# 204 and 304 have no body, so no type and no length of one (RFC 9110 §8.6).
_BARE_HEADS = {
    status: f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nCache-Control: no-store\r\n".encode()
    for status in (204, 304)
}


class _Clock:
    """The Date header, formatted once a second."""

    __slots__ = ("line", "second")

    def __init__(self) -> None:
        self.second = 0
        self.line = b""

    def date(self, now: float) -> bytes:
        second = int(now)
        if second != self.second:
            self.second = second
            self.line = f"Date: {formatdate(second, usegmt=True)}\r\n".encode()
        return self.line


_clock = _Clock()


class Reply:
    """One answer: a status, a body of SCIM JSON, and what few headers it needs."""

    __slots__ = ("body", "headers", "keep_alive", "status")

    kept = True
    """Whether the activity keeps the request that this answers."""

    def __init__(self, status: int, body: bytes = b"", headers: str = "", *, keep_alive: bool = True) -> None:
        self.status = status
        self.body = body
        self.headers = headers
        self.keep_alive = keep_alive

    def encode(self, connection: str, *, head_only: bool = False) -> bytes:
        """Give the answer's bytes; ``connection`` is the Connection header's line or nothing."""
        headers = (self.headers + connection).encode()
        date = _clock.date(time.time())
        bare = _BARE_HEADS.get(self.status)
        if bare is not None:
            return b"%b%b%b\r\n" % (bare, date, headers)
        body = b"" if head_only else self.body
        return b"%b%b%bContent-Length: %d\r\n\r\n%b" % (_HEADS[self.status], date, headers, len(self.body), body)

    async def send(self, request: Request) -> bool:
        """Write the whole answer, and give whether the connection stays open for another request.

        A client that does not take a large answer in time is cut off. Raises ConnectionError where it is gone.
        """
        connection = request.protocol
        keep_alive = self.keep_alive and request.keep_alive and not connection.finishing
        if keep_alive and request.holds_its_body_back:
            # It sends its next request instead, which would be read as the body (RFC 9110 §10.1.1).
            keep_alive = False
        line = ""
        if not keep_alive:
            line = "Connection: close\r\n"
        elif request.minor_version == 0:
            line = "Connection: keep-alive\r\n"
        large = len(self.body) > LARGE
        connection.send(self.encode(line, head_only=request.method == "HEAD"), at_once=not keep_alive or large)
        if large:
            try:
                async with asyncio.timeout(TAKING_SECONDS):
                    await connection.drain()
            except TimeoutError:
                connection.abort()
        return keep_alive


class PlainReply(Reply):
    """An answer for who watches, in a type of its own; not kept, since it comes every few seconds for ever."""

    __slots__ = ("content_type",)

    kept = False

    def __init__(self, body: bytes, content_type: str) -> None:
        super().__init__(200, body)
        self.content_type = content_type

    def encode(self, connection: str, *, head_only: bool = False) -> bytes:
        """Give the answer's bytes, as `Reply.encode` does."""
        answer = super().encode(connection, head_only=head_only)
        return answer.replace(SCIM_JSON.encode(), self.content_type.encode(), 1)


def error_reply(error: ScimError, *, keep_alive: bool = True) -> Reply:
    """Give a SCIM Error as an answer."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in error.headers.items())
    return Reply(error.status, orjson.dumps(error.document()), headers, keep_alive=keep_alive)
