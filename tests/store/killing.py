"""Kills what works on a folder at each of its steps in turn; for a process of its own, since it forks.

A step is a statement of SQLite, or a file that is opened, linked, renamed or removed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CALLS: Final = frozenset({"open", "os.link", "os.rename", "os.remove"})


def killed_at_each_step(folder: Path, work: Callable[[Path], object], stride: int = 1) -> None:
    """Do the work on copies of a folder, ``NAME-1`` and so on, killed a step later each time, until it is done.

    Prints the number of the copy in which it came to its end.
    """
    left, status = 1 - stride, signal.SIGKILL.value
    while os.WIFSIGNALED(status):
        left += stride
        there = folder.with_name(f"{folder.name}-{left}")
        shutil.copytree(folder, there)
        child = os.fork()
        if child == 0:
            _die_after(left)
            work(there)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
    assert status == 0
    print(left)


def _die_after(steps: int) -> None:
    taken = 0

    def step(*_: object) -> None:
        nonlocal taken
        taken += 1
        if taken == steps:
            os.kill(os.getpid(), signal.SIGKILL)

    connect = sqlite3.connect

    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(step)
        return connection

    sqlite3.connect = connected  # type: ignore[assignment] # of this process, which is about to end
    sys.addaudithook(lambda event, _: step() if event in CALLS else None)
