"""Endpoints as real child processes on real ports: ``endpoint``, one for the whole run, and ``serve`` for one's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Protocol

import pytest

from server.config import ServerConfig
from server.workspace import Workspace
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PATIENCE = 30.0
END = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)
"""What an administrator's tools send to end a process."""
READY = "Perch is serving SCIM at "


@dataclass
class RunningEndpoint:
    """``perch serve`` in a process of its own."""

    process: subprocess.Popen[str]
    ready_line: str
    base_url: str
    """Where it listens on this machine."""
    token: str
    """Read-write."""
    data_dir: Path
    log: Path

    @property
    def port(self) -> int:
        return int(self.base_url.split(":")[2].partition("/")[0])

    def tell_to_stop(self) -> None:
        self.process.send_signal(END)

    def wait(self) -> int:
        """Return the exit code, once the process has ended."""
        return self.process.wait(PATIENCE)

    def stop(self) -> int:
        """End it as an administrator would, and return the exit code."""
        if self.process.poll() is None:
            self.tell_to_stop()
        return self.wait()

    def said(self) -> str:
        """What it wrote to stderr so far."""
        return self.log.read_text("utf-8")


class Serve(Protocol):
    """Start an endpoint; ``expected`` is how it must end, if the test does not end it itself."""

    def __call__(
        self,
        *arguments: str,
        data_dir: Path | None = None,
        token: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> RunningEndpoint: ...


def command(*arguments: str, data_dir: Path) -> list[str]:
    """Return how the command line is started as a process."""
    return [sys.executable, "-m", "server", "--data-dir", str(data_dir), *arguments]


def make_token(data_dir: Path, label: str) -> str:
    with Workspace.open(data_dir, ServerConfig(), actor="tests") as workspace:
        return workspace.tokens.create(label, actor="tests").secret


def first_line(stream: IO[str], process: subprocess.Popen[str]) -> str:
    """Return the first line that a process prints; empty when it ends without one or takes too long."""
    watchdog = threading.Timer(PATIENCE, process.kill)
    watchdog.start()
    try:
        return stream.readline()
    finally:
        watchdog.cancel()
        watchdog.join()


def start(
    data_dir: Path, log: Path, *arguments: str, token: str, environ: Mapping[str, str] | None = None
) -> RunningEndpoint:
    """Start ``perch serve`` on a free port and wait until it is ready."""
    port = [] if "--port" in arguments else ["--port", "0"]
    with log.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            command("serve", *port, *arguments, data_dir=data_dir),
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "error", **(environ or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            encoding="utf-8",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    assert process.stdout is not None
    line = first_line(process.stdout, process)
    if not line.startswith(READY):
        clean_up(process)
        pytest.fail(f"perch serve printed {line!r} and said:\n{log.read_text('utf-8')}")
    base_url = line.removeprefix(READY).replace(")", " ").split("(on this machine ")[-1].split()[0]
    return RunningEndpoint(process, line, base_url, token, data_dir, log)


def clean_up(process: subprocess.Popen[str]) -> None:
    """Leave neither the process nor its pipes behind."""
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEndpoint]:
    """One endpoint for the whole run; tests leave its directory as they found it."""
    folder = tmp_path_factory.mktemp("endpoint")
    data_dir = folder / "data"
    running = start(data_dir, folder / "stderr", token=make_token(data_dir, "tests"))
    try:
        yield running
        assert running.stop() == 0, running.said()
        assert "Traceback" not in running.said(), running.said()
    finally:
        clean_up(running.process)


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start endpoints of a test's own, each in a fresh folder unless one is given."""
    with ExitStack() as stack:
        started: list[RunningEndpoint] = []

        def serve(
            *arguments: str,
            data_dir: Path | None = None,
            token: str | None = None,
            environ: Mapping[str, str] | None = None,
        ) -> RunningEndpoint:
            folder = tmp_path_factory.mktemp("serve")
            place = data_dir or folder / "data"
            secret = token or make_token(place, f"tests {folder.name}")
            running = start(place, folder / "stderr", *arguments, token=secret, environ=environ)
            stack.callback(clean_up, running.process)
            started.append(running)
            return running

        yield serve
        for running in started:
            if running.process.poll() is None:
                assert running.stop() == 0, running.said()
            assert "Traceback" not in running.said(), running.said()
