"""What a database file holds, counted without changing it or bringing it up to date.

Belongs here: numbers for a person who decides over a file (a backup, a report). Must not know: which file it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.store import migration
from server.store.upkeep import connected

if TYPE_CHECKING:
    from pathlib import Path

_TABLES: Final = "SELECT name FROM sqlite_schema WHERE type = 'table'"
_COUNTS: Final = (
    ("resource", "SELECT count(*) FROM resource WHERE type = 'User'"),
    ("resource", "SELECT count(*) FROM resource WHERE type = 'User' AND active = 1"),
    ("resource", "SELECT count(*) FROM resource WHERE type = 'Group'"),
    ("member", "SELECT count(*) FROM member"),
    ("token", "SELECT count(*) FROM token"),
    ("change", "SELECT count(*) FROM change"),
)
"""In the order of `Census`, each with the table that an older schema may lack."""


@dataclass(frozen=True, slots=True)
class Census:
    """The numbers of a workspace's database."""

    schema: int
    people: int
    active: int
    """People who are not deactivated."""
    groups: int
    memberships: int
    tokens: int
    """Ever made, those that ended included."""
    changes: int
    """Lines of the audit."""


def census(path: Path) -> Census:
    """Count what a file holds; raises StoreUnavailable."""
    with connected(path, writes=False) as connection:
        tables = {row[0] for row in connection.execute(_TABLES)}
        numbers = [connection.execute(count).fetchone()[0] if table in tables else 0 for table, count in _COUNTS]
        return Census(migration.version(connection), *numbers)


def sqlite_version(path: Path) -> str:
    """Name the SQLite that reads the file; raises StoreUnavailable."""
    with connected(path, writes=False) as connection:
        return str(connection.execute("SELECT sqlite_version()").fetchone()[0])
