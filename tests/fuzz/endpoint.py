"""A whole endpoint in a process of its own, asked over a real socket what nobody would ask."""

from __future__ import annotations

import json
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.benchmarks import stage
from tests.fuzz.mutation import Mutator, seeds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 20.0
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get")
PATHS = (
    *("/Users", "/Users/{id}", "/Groups", "/Groups/{id}", "/Bulk", "/.search", "/Users/.search", "/Me", "/Schemas"),
    *("/ServiceProviderConfig", "/ResourceTypes", "//Users//", "/../..", "/%00", "/changes", "/Users/%2e%2e", ""),
)
HEADERS = (
    *("Content-Type: application/scim+json", "Content-Type: text/xml", "Content-Encoding: gzip", 'If-Match: W/"1"'),
    *("If-None-Match: *", "Accept: text/html", "Connection: close", "Origin: https://evil.example", "Cookie: a=b"),
    *("X-Forwarded-For: 1.2.3.4", "Authorization: Basic Og==", "Authorization: Bearer x", "Range: bytes=0-1"),
)


class Endpoint:
    """The target: one input makes one request, whose parts follow from its bytes."""

    def __init__(self, port: int, token: str, resource_id: str) -> None:
        self._port = port
        self._token = token
        self._id = resource_id
        self._bodies, self._queries = seeds("json"), seeds("query")
        self._socket = self._connected()

    def ask(self, data: bytes) -> None:
        """Make a request whose random choices are seeded by the input, and look at its answer."""
        bodies = Mutator(self._bodies, int.from_bytes(data, "big"))
        chance = bodies.chance
        queries = Mutator(self._queries, chance.getrandbits(32))
        method = chance.choice(METHODS[:5] if chance.random() < 0.95 else METHODS)
        path = chance.choice(("/scim/v2", "/scim/v2", "/scim/v1", "")) + chance.choice(PATHS).replace("{id}", self._id)
        query = queries.next() if chance.random() < 0.6 else b""
        body = bodies.next() if chance.random() < 0.7 else b""
        lines = ["Host: localhost", f"Authorization: Bearer {self._token}", f"Content-Length: {len(body)}"]
        lines += chance.sample(HEADERS, chance.choice((0, 0, 0, 1, 1, 2)))
        # What would end the line or the URL is for the parser's own tests.
        query = bytes(byte for byte in query if 0x20 < byte < 0x7F)
        target = path.encode() + b"?" + query if query else path.encode() or b"/"
        head = b"".join(line.encode() + b"\r\n" for line in lines)
        self._send(method, b"%s %s HTTP/1.1\r\n%s\r\n%s" % (method.encode(), target, head, body))

    def close(self) -> None:
        self._socket.close()

    def _connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), PATIENCE)

    def _send(self, method: str, message: bytes) -> None:
        try:
            self._socket.sendall(message)
            head, body = self._answer(method)
        except ConnectionError:
            # The answer before was the connection's last.
            self._socket.close()
            self._socket = self._connected()
            self._socket.sendall(message)
            head, body = self._answer(method)
        status = int(head[9:12])
        if b"onnection: close" in head:
            self._socket.close()
            self._socket = self._connected()
        if status >= 500 and status != 501:
            raise AssertionError(f"{status} {body[:300]!r} to {message[:2000]!r}")
        if status >= 400 and body:
            error = json.loads(body)
            if "status" not in error and "Errors" not in error:
                raise AssertionError(f"no SCIM Error: {body[:300]!r} to {message[:2000]!r}")

    def _answer(self, method: str) -> tuple[bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._part()
        head, _, body = data.partition(b"\r\n\r\n")
        at = head.find(b"Content-Length: ")
        size = int(head[at + 16 :].split(b"\r", 1)[0]) if at >= 0 and method != "HEAD" and head[9:12] != b"304" else 0
        while len(body) < size:
            body += self._part()
        return head, body

    def _part(self) -> bytes:
        part = self._socket.recv(1 << 20)
        if not part:
            raise ConnectionResetError
        return part


@contextmanager
def opened_endpoint(folder: Path) -> Iterator[Endpoint]:
    """Run an endpoint with a few people in a folder."""
    token, ids, _ = stage.seed(folder / "data", 20)
    with stage.endpoint(folder / "data", token) as running:
        target = Endpoint(running.port, token, ids[0])
        try:
            yield target
        finally:
            target.close()
