"""One whole copy of a database that others go on using: private from its first byte, durable, sound.

Belongs here: how a copy comes to lie under its name. Must not know: what it is for. SQLite's errors are left to be
translated by who called.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from server.faults import Fault, FaultCode, StoreUnavailable

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT)


def write_copy(connection: sqlite3.Connection, target: Path) -> None:
    """Write what is committed now into ``target``, compact; readers and writers go on meanwhile.

    What lies under that name is replaced. The connection must be in no transaction. Raises
    StoreUnavailable (folder_unwritable, disk_full), sqlite3.Error.
    """
    try:
        remove_copy(target)
        # SQLite fills an empty file that is there; one that it creates itself would have the umask's mode.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        connection.execute("VACUUM INTO ?", (str(target),))
        with target.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise failed(error, target.parent) from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        # It is the disk of the copy, which may be another than that of the database.
        raise StoreUnavailable(FaultCode.DISK_FULL, str(target.parent)) from error


def failed(error: OSError, folder: Path) -> StoreUnavailable:
    """Name what kept a file from being written into a folder."""
    return StoreUnavailable(FaultCode.DISK_FULL if error.errno in _FULL else FaultCode.FOLDER_UNWRITABLE, str(folder))


def remove_copy(target: Path) -> None:
    """Remove a copy that is not wanted or was not finished, with the journal that SQLite keeps beside it meanwhile."""
    for path in (target, target.with_name(f"{target.name}-journal")):
        path.unlink(missing_ok=True)


def finish_copy(connection: sqlite3.Connection, source: Path, target: Path) -> None:
    """Write a copy of ``source``, which the connection is of, and give it its name when it is whole and checked.

    Nothing else ever lies under that name. Copies into one folder take turns. Raises Fault (target_exists),
    StoreUnavailable (corrupt, and as `write_copy`), sqlite3.Error.
    """
    with _turn(target.parent):
        if target.exists():
            raise Fault(FaultCode.TARGET_EXISTS, str(target))
        unfinished = target.with_name(f"{target.name}.part")
        try:
            write_copy(connection, unfinished)
            if problem := _problem(unfinished):
                raise StoreUnavailable(FaultCode.DATABASE_CORRUPT, f"{source} ({problem})")
            unfinished.replace(target)
        finally:
            with suppress(OSError):
                remove_copy(unfinished)
        sync_folder(target.parent)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Keep other copies out of a folder, where one can be locked; who dies gives the turn up.

    Two that are begun in the same second have the same name, and would write into each other's file.
    """
    if sys.platform == "win32":
        # A file that is open cannot be removed there: the second fails, and the first is whole.
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        # What is wrong with the folder, the copy says better.
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _problem(path: Path) -> str:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        word: str = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    return "" if word == "ok" else word


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable, where a folder can be opened for that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
