"""Keeping a database file safe: copy it while it is used, bring a copy back, look whether it is sound.

Belongs here: SQLite's own tools for whole files. Must not know: what the tables mean.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.faults import Fault, FaultCode, StoreUnavailable
from server.store import copying, migration
from server.store.database import BUSY_TIMEOUT, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FAMILY = "perch"
_BESIDE = ("", "-wal", "-shm")
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_OF_A_WORKSPACE = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('resource', 'setting')"


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup."""

    path: Path
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did; ``kept`` is where the database that was there lies now, if there was one."""

    kept: Path | None


@dataclass(frozen=True, slots=True)
class Condition:
    """What a look at a database file found."""

    schema: int
    newest_schema: int
    """What this program knows."""
    problems: tuple[str, ...]
    """SQLite's words for what is damaged; empty when it is sound."""
    size: int
    """Bytes of the file and its write-ahead log."""


def backup(path: Path, target: Path) -> Backup:
    """Write a database into one file that nobody else may read, consistent while others write, and check it.

    Raises Fault: backup_unusable when the target exists, folder_unwritable, disk_full, corrupt. The target
    appears only when it is whole.
    """
    with connected(path, writes=False) as connection:
        copying.finish_copy(connection, path, target)
    return Backup(target, target.stat().st_size)


def restore(path: Path, source: Path, stamp: str) -> Restored:
    """Put a backup in the place of a database, and what was there beside it, named with ``stamp``.

    The pages go in as one transaction: a power cut leaves the old database or the new one, and a host that
    has the file open sees the new content. Two must not restore at once.

    Raises Fault: backup_unusable, newer_than_program, locked, disk_full; what was there stays untouched then.
    """
    check_source(source)
    for left in path.parent.glob(f"{path.name}.before-restore-*.part*"):
        # Of a restore that was killed: each has a name of its own, and would stay for ever.
        with suppress(OSError):
            left.unlink()
    kept = path.with_name(f"{path.name}.before-restore-{stamp}") if path.exists() else None
    if kept is not None:
        try:
            with connected(path, writes=False) as connection:
                copying.finish_copy(connection, path, kept)
        except StoreUnavailable as fault:
            if fault.code is not FaultCode.DATABASE_CORRUPT:
                raise
            _replace_damaged(path, source, kept)
            return Restored(kept)
    # SQLite would create it for everybody to read.
    keep_private(path.parent, (path.name,))
    try:
        _overwrite(path, source)
    except StoreUnavailable:
        # What was there is there: twice, it would take the room that is missing.
        with suppress(OSError):
            (kept or path).unlink()
        raise
    return Restored(kept)


def _overwrite(path: Path, source: Path) -> None:
    def go_on(status: int, *_: int) -> None:
        # Python would try for ever; the last try took as long as others are waited for.
        if status in _LOCKED:
            raise StoreUnavailable(FaultCode.DATABASE_LOCKED, str(path))

    with connected(source, writes=False) as old, connected(path, writes=True) as new:
        new.execute("PRAGMA synchronous = FULL")
        old.backup(new, progress=go_on)
        # It is durable already: a disk without room for the log to be folded into the file does not undo it.
        with suppress(sqlite3.Error):
            new.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _replace_damaged(path: Path, source: Path, kept: Path) -> None:
    """Put a backup in the place of a damaged database, which is kept as it is, its log included.

    The backup lies beside it, whole, before anything is touched, and takes its name in one step: whoever opens the
    folder after a power cut finds one of the two, and never an empty directory.
    """
    fresh = path.with_name(f"{path.name}.restoring")
    try:
        with connected(source, writes=False) as old:
            copying.write_copy(old, fresh)
        try:
            os.link(path, kept)
        except OSError:
            # A file system without links.
            shutil.copy2(path, kept)
        # A log that stayed would be taken for one of the new file.
        for suffix in _BESIDE[1:]:
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).replace(kept.with_name(kept.name + suffix))
        fresh.replace(path)
    except OSError as error:
        raise copying.failed(error, path.parent) from error
    finally:
        with suppress(OSError):
            copying.remove_copy(fresh)
    copying.sync_folder(path.parent)


def check_source(source: Path) -> None:
    """Look whether a file can be restored; raises Fault: backup_unusable, newer_than_program."""
    if not source.is_file():
        raise Fault(FaultCode.BACKUP_UNUSABLE, str(source))
    try:
        with connected(source, writes=False) as connection:
            number, newest = migration.version(connection), migration.migrations(FAMILY)[-1][0]
            whole = connection.execute(_OF_A_WORKSPACE).fetchone()[0] == 2
    except StoreUnavailable as fault:
        raise Fault(FaultCode.BACKUP_UNUSABLE, str(source)) from fault
    if number > newest:
        raise StoreUnavailable(FaultCode.DATABASE_NEWER, f"{source} has schema {number}, this program knows {newest}")
    if number == 0 or not whole or check(source):
        raise Fault(FaultCode.BACKUP_UNUSABLE, str(source))


def check(path: Path) -> tuple[str, ...]:
    """Give SQLite's words for what is damaged in a file; empty when it is sound."""
    try:
        with connected(path, writes=False) as connection:
            rows = connection.execute("PRAGMA integrity_check(10)").fetchall()
    except StoreUnavailable as fault:
        if fault.code is not FaultCode.DATABASE_CORRUPT:
            raise
        return (str(fault.__cause__),)
    return tuple(row[0] for row in rows if row[0] != "ok")


def examine(path: Path, family: str = FAMILY) -> Condition:
    """Look at a database file without changing it; raises StoreUnavailable when it cannot be opened."""
    newest = migration.migrations(family)[-1][0]
    problems = check(path)
    if problems:
        return Condition(0, newest, problems, size(path))
    with connected(path, writes=False) as connection:
        return Condition(migration.version(connection), newest, (), size(path))


def size(path: Path) -> int:
    """Give the bytes of a database file and what lies beside it."""
    return sum(part.stat().st_size for suffix in _BESIDE if (part := path.with_name(path.name + suffix)).exists())


def keep_private(folder: Path, names: Iterable[str]) -> None:
    """Create databases readable by their owner only, also in a folder that others may enter."""
    for name in names:
        # Where it cannot be done, opening the database says so better.
        with suppress(OSError):
            (folder / name).touch(mode=0o600, exist_ok=True)


@contextmanager
def connected(path: Path, *, writes: bool) -> Iterator[sqlite3.Connection]:
    """Give a connection of its own to a file, and translate what goes wrong on it; raises StoreUnavailable."""
    mode = "rwc" if writes else "ro"
    try:
        with closing(
            sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                timeout=BUSY_TIMEOUT / 1000,
            )
        ) as connection:
            yield connection
    except sqlite3.Error as error:
        raise translate(error, path) from error
