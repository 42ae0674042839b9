"""What a database file tells about how it has fared: when its entries are dated, which consumers were not told.

Belongs here: SQL over a file that is only looked at, whatever its schema. Must not know: when that is a worry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.store.upkeep import connected
from server.webhook.subscription import shown_url

if TYPE_CHECKING:
    from pathlib import Path

_TABLES: Final = "SELECT name FROM sqlite_schema WHERE type = 'table'"
# By the ends of indexes: the audit of years is not read for it.
_MOMENTS: Final = {
    "change": (
        "SELECT at FROM change ORDER BY seq LIMIT 1",
        "SELECT at FROM change ORDER BY seq DESC LIMIT 1",
        "SELECT max(modified) FROM resource WHERE type = 'User'",
        "SELECT max(modified) FROM resource WHERE type = 'Group'",
    ),
    "token": ("SELECT min(created) FROM token", "SELECT max(created) FROM token", "SELECT max(last_used) FROM token"),
}
_CONSUMERS: Final = """
SELECT w.id, w.url, w.failing_since, w.problem,
    (SELECT count(*) FROM delivery d WHERE d.webhook_id = w.id AND d.dead = 1)
FROM webhook w ORDER BY w.created, w.id
"""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A webhook, and how it fares."""

    id: str
    url: str
    failing_since: str | None
    problem: str
    dead: int
    """Events that were given up."""

    @property
    def place(self) -> str:
        """Its address without the query, which may hold a secret."""
        return shown_url(self.url)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a database has fared."""

    moments: tuple[str, ...]
    """The earliest and the latest that its entries are dated, in no order; empty when it has none."""
    consumers: tuple[Consumer, ...]


def standing(path: Path) -> Standing:
    """Look at a file without changing it or bringing it up to date; raises StoreUnavailable."""
    with connected(path, writes=False) as connection:
        tables = {row[0] for row in connection.execute(_TABLES)}
        found = [
            connection.execute(one).fetchone()
            for table, statements in _MOMENTS.items()
            if table in tables
            for one in statements
        ]
        rows = connection.execute(_CONSUMERS).fetchall() if "webhook" in tables else []
        moments = tuple(row[0] for row in found if row is not None and row[0] is not None)
        return Standing(moments, tuple(Consumer(*row) for row in rows))
