"""How `perch serve` is started as a child, and how what it prints is read (`serve --json`); no process, no Qt loop."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcessEnvironment

from server import workspace
from server.faults import Fault, FaultCode
from server.workspace import Serving

if TYPE_CHECKING:
    from collections.abc import Sequence


def serve_command(folder: Path, arguments: Sequence[str] = ()) -> list[str]:
    """Give program and arguments of an endpoint that ends with this process and talks to it in JSON."""
    # A packaged application hands its arguments over to the command line. Otherwise -P: a folder named "server"
    # where the desktop was started must not be taken for ours.
    packaged = getattr(sys, "frozen", False)
    program = [sys.executable] if packaged else [sys.executable, "-P", "-m", "server"]
    return [*program, "--data-dir", str(folder), "serve", "--parent-watch", "--json", *arguments]


def environment() -> QProcessEnvironment:
    """Give the child our environment, and our packages before all others."""
    inherited = QProcessEnvironment.systemEnvironment()
    ours = str(Path(workspace.__file__).parent.parent)
    paths = [ours, *filter(None, inherited.value("PYTHONPATH").split(os.pathsep))]
    inherited.insert("PYTHONPATH", os.pathsep.join(dict.fromkeys(paths)))
    return inherited


class Lines:
    """Whole lines out of the parts that a pipe delivers."""

    def __init__(self) -> None:
        self._unread = b""

    def lines(self, part: bytes | bytearray | memoryview) -> list[str]:
        """Give the lines that ``part`` completes."""
        *whole, self._unread = (self._unread + bytes(part)).split(b"\n")
        return [line.decode("utf-8", "replace").rstrip() for line in whole]

    @property
    def rest(self) -> str:
        """What came after the last line's end."""
        return self._unread.decode("utf-8", "replace").rstrip()


def announced(line: str) -> Serving | None:
    """Read the ready line; None where it is none."""
    try:
        return Serving(**json.loads(line))
    except (ValueError, TypeError):
        return None


def reported(line: str) -> Fault | None:
    """Read the line that comes before the end by a fault; None for every other line of the log."""
    if not line.startswith("{"):
        return None
    try:
        told = json.loads(line)
        return Fault(FaultCode(told["code"]), str(told["detail"]))
    except (ValueError, TypeError, KeyError):
        return None
