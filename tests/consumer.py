"""A consumer of webhooks in a process of its own: it verifies each event, writes it down, then answers.

What it was told is in a file, so that it can be killed and started again: ``python -m tests.consumer PORT FILE SECRET``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.webhook.signature import HEADER, is_signed
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 60.0
REFUSED = "refused"
"""A file beside the one that is written, with the ids of resources whose events are refused."""


def wait_until(condition: Callable[[], Any], patience: float = PATIENCE) -> None:
    """Look again and again until a condition holds; fails when it does not in time."""
    end = time.monotonic() + patience
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        tick.wait(0.01)


@dataclass(frozen=True)
class Told:
    """One event as the consumer saw it."""

    id: str
    sequence: int | None
    resource: str
    type: str
    is_signed: bool


@dataclass
class Consumer:
    """The consumer as the tests see it."""

    folder: Path
    secret: str
    port: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?key=a"

    @property
    def file(self) -> Path:
        return self.folder / "told"

    def start(self) -> None:
        """Start it, on the port that it had before, and wait until it listens."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.consumer", str(self.port), str(self.file), self.secret],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        """End it as a power cut would."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.communicate()

    def told(self) -> list[Told]:
        """Read what it was told so far, in order; a line that a kill cut off was not answered."""
        if not self.file.exists():
            return []
        lines = self.file.read_text("utf-8").split("\n")[:-1]
        found = []
        for line in lines:
            with suppress(ValueError):
                found.append(Told(**json.loads(line)))
        return found

    def number(self) -> int:
        return self.file.read_bytes().count(b"\n") if self.file.exists() else 0

    def refuse(self, *resource_ids: str) -> None:
        """Answer 503 for these from now on, and 200 for all others."""
        (self.folder / REFUSED).write_text("\n".join(resource_ids), "utf-8")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    file: Path
    secret: str

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = json.loads(body)
        resource = event.get("resource", {}).get("id", "")
        refused = self.file.with_name(REFUSED)
        status = 200
        if refused.exists() and resource in refused.read_text("utf-8").split("\n"):
            status = 503
        else:
            signed = is_signed(self.secret, self.headers[HEADER], body, int(time.time()))
            told = Told(event["id"], event["sequence"], resource, event["type"], signed)
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(told.__dict__) + "\n")
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return None


def main(port: str, file: str, secret: str) -> None:
    Handler.file, Handler.secret = Path(file), secret
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
