"""Who serves a data folder: the lock that keeps a second endpoint out, the note that says where it listens.

The lock is the operating system's own, so it ends with its process, however that ends; the note means nothing
without it. Must not know: HTTP, or what an endpoint does.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, BinaryIO

from server.faults import Fault, FaultCode

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_FILE = "serve.lock"
NOTE_FILE = "serve.json"

PATIENCE = 0.5
"""Seconds that an endpoint tries: whoever only looks (`serving`) holds the lock for a moment."""

_TAKEN = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})
_NO_LOCKS_HERE = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})
"""A network file system without locks: go on as alone rather than not at all."""


@dataclass(frozen=True, slots=True)
class Serving:
    """An endpoint that serves a folder now; the addresses are empty until it listens."""

    pid: int = 0
    base_url: str = ""
    """What Okta is given: the public URL where there is one."""
    local_url: str = ""
    """The base URL on this machine."""
    since: str = ""


class Claim:
    """The right to serve a folder, held while `claimed` lasts."""

    def __init__(self, folder: Path) -> None:
        self._note = folder / NOTE_FILE

    def announce(self, base_url: str, local_url: str, since: str) -> Serving:
        """Write where this process listens, for other hosts of the folder to find, and return it."""
        note = Serving(os.getpid(), base_url, local_url, since)
        unfinished = self._note.with_suffix(".part")
        unfinished.write_text(json.dumps(asdict(note)), "utf-8")
        unfinished.replace(self._note)
        return note

    def withdraw(self) -> None:
        """Take the note away."""
        with suppress(OSError):
            self._note.unlink(missing_ok=True)


@contextmanager
def claimed(folder: Path, patience: float = PATIENCE) -> Iterator[Claim]:
    """Keep every other endpoint out of the folder while the context lasts.

    Raises Fault: already_serving (the detail says who), folder_unwritable.
    """
    with _opened(folder) as handle:
        deadline = time.monotonic() + patience
        while not _take(handle):
            if time.monotonic() >= deadline:
                raise Fault(FaultCode.ALREADY_SERVING, _described(folder))
            time.sleep(0.02)
        claim = Claim(folder)
        claim.withdraw()
        try:
            yield claim
        finally:
            claim.withdraw()
            _release(handle)


def serving(folder: Path) -> Serving | None:
    """Tell who serves the folder now; None when nobody does."""
    if not (folder / LOCK_FILE).exists():
        return None
    with _opened(folder) as handle:
        if _take(handle):
            _release(handle)
            return None
    return _noted(folder)


def _noted(folder: Path) -> Serving:
    try:
        return Serving(**json.loads((folder / NOTE_FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Serving()


def _described(folder: Path) -> str:
    note = _noted(folder)
    return f"{folder} (process {note.pid}, {note.base_url})" if note.pid else str(folder)


@contextmanager
def _opened(folder: Path) -> Iterator[BinaryIO]:
    try:
        handle = (folder / LOCK_FILE).open("a+b")
    except OSError as error:
        raise Fault(FaultCode.FOLDER_UNWRITABLE, str(folder)) from error
    with handle:
        yield handle


def _take(handle: BinaryIO) -> bool:
    """Try to take the lock, without waiting."""
    try:
        if sys.platform == "win32":
            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        if error.errno not in _NO_LOCKS_HERE:
            raise
    return True


def _release(handle: BinaryIO) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_UN)
