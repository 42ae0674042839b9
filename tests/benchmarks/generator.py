"""The load generator: raw HTTP/1.1 over a few connections, one request in flight on each, in a process of its own.

It does as little as it can, so that what is measured is the server. Reads a plan from standard input (one JSON object:
host, port, connections, requests as base64, rounds), writes one JSON object with the seconds each round took.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from typing import Any

from server.cli.serve import loop_factory


class _Client(asyncio.Protocol):
    def __init__(self, requests: list[bytes], position: list[int], done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._position = position
        self._done = done
        self._buffer = b""
        self.bytes = 0
        self.failures = 0
        self.finished = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def _next(self) -> None:
        position = self._position
        if position[0] >= len(self._requests):
            self.finished = True
            position[1] -= 1
            if position[1] == 0 and not self._done.done():
                self._done.set_result(None)
            return
        request = self._requests[position[0]]
        position[0] += 1
        self._transport.write(request)  # type: ignore[attr-defined] # a TCP transport

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer = self._buffer + data if self._buffer else data
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        size = end + 4
        at = buffer.find(b"Content-Length: ", 0, end)
        if at >= 0:
            size += int(buffer[at + 16 : buffer.find(b"\r", at)])
        if len(buffer) < size:
            return
        if buffer[9:10] != b"2":
            self.failures += 1
            if self.failures == 1:
                print(buffer[:600].decode(errors="replace"), file=sys.stderr)
        self.bytes += size
        self._buffer = buffer[size:]
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.finished and not self._done.done():
            self._done.set_exception(ConnectionError(f"the server closed a connection: {exc}"))


async def _round(plan: dict[str, Any], requests: list[bytes]) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    position = [0, plan["connections"]]
    clients: list[_Client] = []
    transports = []
    begin = time.perf_counter()
    for _ in range(plan["connections"]):
        transport, client = await loop.create_connection(
            lambda: _Client(requests, position, done), plan["host"], plan["port"]
        )
        clients.append(client)
        transports.append(transport)
    await done
    seconds = time.perf_counter() - begin
    for transport in transports:
        transport.close()
    return {
        "seconds": seconds,
        "bytes": sum(client.bytes for client in clients),
        "failures": sum(client.failures for client in clients),
    }


async def _main() -> None:
    plan = json.load(sys.stdin)
    rounds = [[base64.b64decode(request) for request in requests] for requests in plan["rounds"]]
    print(json.dumps([await _round(plan, requests) for requests in rounds]))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_main())
