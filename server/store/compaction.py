"""Giving the space of deleted rows back to the disk, in steps so short that writers hardly wait.

Belongs here: SQLite's incremental vacuum and the one rewrite that makes it possible. Must not know: what the tables
mean, who else is at work.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.store.upkeep import connected

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

STEP: Final = 64
"""Pages that one transaction gives back: a quarter of a megabyte, some milliseconds of the only writer's place."""
SHARE: Final = 3.0
"""How much longer than a step the pause after it is: whoever waits for the writer's place gets it meanwhile."""
SHORTEST_PAUSE: Final = 0.02
"""Seconds; SQLite looks again whether a file is free after 1, 2, 5 and 10 milliseconds."""
_INCREMENTAL: Final = 2


@dataclass(frozen=True, slots=True)
class Compacted:
    """What a compaction did; bytes."""

    before: int
    after: int


def is_gradual(path: Path) -> bool:
    """Whether a file can be compacted in steps; it was created so or `rewrite` made it so. Raises StoreUnavailable."""
    with connected(path, writes=False) as connection:
        return _number(connection, "auto_vacuum") == _INCREMENTAL


def compact(path: Path) -> Compacted:
    """Give back what is free in a file that `is_gradual`, while others read and write; raises StoreUnavailable.

    Each step is a transaction of its own, so that it may be interrupted at any moment.
    """
    with connected(path, writes=True) as connection:
        before, page = _bytes(connection), _number(connection, "page_size")
        # What is freed meanwhile is the next compaction's: this one has an end.
        left = _number(connection, "freelist_count")
        while left > 0 and _number(connection, "freelist_count"):
            begun = time.monotonic()
            # As a script: `execute` takes one step of a statement without columns, which here is one page.
            connection.executescript(f"PRAGMA incremental_vacuum({STEP})")
            left -= STEP
            time.sleep(max(SHORTEST_PAUSE, SHARE * (time.monotonic() - begun)))
        # The file itself becomes shorter when the log is folded into it; nobody is made to wait for that.
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        return Compacted(before, _number(connection, "page_count") * page)


def rewrite(path: Path) -> Compacted:
    """Write a file anew without what is free in it, so that it `is_gradual` from now on.

    Nobody else can write meanwhile: some seconds for each gigabyte. Raises StoreUnavailable (locked, disk_full);
    the file is as it was then.
    """
    with connected(path, writes=True) as connection:
        before = _bytes(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA auto_vacuum = {_INCREMENTAL}")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return Compacted(before, _bytes(connection))


def _bytes(connection: sqlite3.Connection) -> int:
    return _number(connection, "page_count") * _number(connection, "page_size")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
