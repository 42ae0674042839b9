"""Numbered SQL migrations: each file runs once, in one transaction, after a backup of what was there.

``PRAGMA user_version`` holds the number of the last migration; a database with a higher one is refused, since an
older program would not understand what it overwrites.
"""

from __future__ import annotations

import re
import sqlite3
from importlib import resources
from typing import TYPE_CHECKING

from server.faults import FaultCode, StoreUnavailable

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"(\d{4})_\w+\.sql")


def migrations(family: str) -> list[tuple[int, str]]:
    """List (number, SQL text) of a family's migrations in order."""
    folder = resources.files("server.store") / "migrations" / family
    found = [
        (int(match[1]), entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if (match := _NAME.fullmatch(entry.name))
    ]
    return sorted(found)


def version(connection: sqlite3.Connection) -> int:
    """Give the number of the last migration that ran on this database."""
    number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return number


def migrate(connection: sqlite3.Connection, path: Path, family: str) -> None:
    """Bring the database up to date; raises StoreUnavailable(newer_than_program) or sqlite3.Error.

    Two processes that start together are serialised by the exclusive transaction: the second finds nothing to do.
    """
    known = migrations(family)
    newest = known[-1][0]
    current = version(connection)
    if current > newest:
        raise StoreUnavailable(FaultCode.DATABASE_NEWER, f"{path} has schema {current}, this program knows {newest}")
    for number, sql in known:
        if number <= version(connection):
            continue
        if current > 0:
            _backup(connection, path, number)
        connection.execute("BEGIN EXCLUSIVE")
        try:
            if version(connection) >= number:
                connection.execute("ROLLBACK")
                continue
            for statement in statements(sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def statements(sql: str) -> list[str]:
    """Split a script into statements; a trigger's body counts as one."""
    found: list[str] = []
    current = ""
    for line in sql.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            if current.strip():
                found.append(current)
            current = ""
    return found


def _backup(connection: sqlite3.Connection, path: Path, number: int) -> None:
    target = path.with_name(f"{path.name}.before-{number:04d}")
    target.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(target),))
