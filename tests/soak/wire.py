"""A keep-alive connection that asks one thing at a time and does as little as it can itself."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

PATIENCE = 30.0


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class Wire:
    """One connection to an endpoint; every way in which the other side may go away is a ConnectionError."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, port: int) -> Wire:
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 24))

    async def ask(self, request: bytes) -> Answer:
        """Send a request and read its answer; raises ConnectionError when there will be none."""
        try:
            async with asyncio.timeout(PATIENCE):
                self._writer.write(request)
                head = await self._reader.readuntil(b"\r\n\r\n")
                at = head.find(b"Content-Length: ")
                size = int(head[at + 16 : head.index(b"\r", at)]) if at >= 0 else 0
                return Answer(int(head[9:12]), await self._reader.readexactly(size))
        except (OSError, EOFError, TimeoutError) as error:
            raise ConnectionError(f"no answer: {error!r}") from error

    def close(self) -> None:
        self._writer.transport.abort()
