"""A server that answers what a test tells it to and writes down what it was sent, header by header."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True)
class Reply:
    """One scripted answer; a dict is sent as JSON, bytes as they are, None closes the connection unanswered."""

    status: int
    body: Mapping[str, Any] | bytes | None = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    line: str
    headers: Sequence[tuple[str, str]]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class StandIn:
    """``received`` fills as requests come; ``replies`` empties."""

    replies: list[Reply]
    received: list[Received] = field(default_factory=list)
    base_url: str = ""
    connections: int = 0

    @property
    def lines(self) -> list[str]:
        return [one.line for one in self.received]


def listing(*resources: Mapping[str, Any], total: int | None = None, start: int = 1) -> Reply:
    """An answer that lists resources."""
    return Reply(
        200,
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": len(resources) if total is None else total,
            "startIndex": start,
            "itemsPerPage": len(resources),
            "Resources": list(resources),
        },
    )


@contextmanager
def standing_in(*replies: Reply) -> Iterator[StandIn]:
    """Serve the replies in their order, at ``base_url``; one too many is answered with 500."""
    stand_in = StandIn(list(replies))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            stand_in.connections += 1

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            stand_in.received.append(Received(f"{self.command} {self.path}", list(self.headers.items()), body))
            reply = stand_in.replies.pop(0) if stand_in.replies else Reply(500, b"nothing was scripted")
            if reply.body is None:
                self.close_connection = True
                return
            content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 -- names http.server looks up

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name of the base class
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.base_url = f"http://127.0.0.1:{server.server_address[1]}/scim/v2"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
