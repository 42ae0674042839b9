"""Small values that belong to the workspace and not to a configuration file, such as the key that signs cursors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    import sqlite3
    from collections.abc import Callable

    from server.store.database import Database


class Settings:
    """The ``setting`` table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> str | None:
        """Read a value."""
        rows = self._database.read("SELECT value FROM setting WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def set(self, key: str, value: str) -> None:
        """Write a value."""
        self._database.commit(
            lambda connection: (
                connection.execute(
                    "INSERT INTO setting VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    (key, value),
                ).rowcount
            )
        )

    def mark_soon(self, key: str) -> asyncio.Future[None]:
        """Write something new under a key, from the running event loop: done once a write has reached the disk."""

        def mark(connection: sqlite3.Connection) -> None:
            # A value that stays the same would not be written at all.
            connection.execute(
                "INSERT INTO setting VALUES (?, random()) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key,),
            )

        return self._database.commit_soon(mark)

    def get_or_create(self, key: str, make: Callable[[], str]) -> str:
        """Read a value; where there is none, make and keep one, the same for processes that start together."""
        value = self.get(key)
        if value is not None:
            return value

        def create(connection: sqlite3.Connection) -> str:
            connection.execute("INSERT OR IGNORE INTO setting VALUES (?, ?)", (key, make()))
            made: str = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()[0]
            return made

        return self._database.commit(create)
