"""Numbered SQL migrations: each file runs once, in one transaction, after a backup of what was there.

``PRAGMA user_version`` holds the number of the last migration; a database with a higher one is refused, since an
older program would not understand what it overwrites.
"""

from __future__ import annotations

import filecmp
import re
import sqlite3
from contextlib import closing, contextmanager, suppress
from importlib import resources
from typing import TYPE_CHECKING

from server.faults import FaultCode, StoreUnavailable
from server.store import copying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = re.compile(r"(\d{4})_\w+\.sql")
_PATIENCE = 60_000
"""Milliseconds that an upgrade waits for another process's: a gigabyte is copied and checked in half of that."""


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
    """Bring the database up to date; raises StoreUnavailable (newer_than_program, or of its backup), sqlite3.Error.

    Processes that start together take turns: who comes second finds nothing to do. Whatever stops a migration, the
    schema before it is there, whole. A database that is new gets every table in one transaction.
    """
    known = migrations(family)
    newest = known[-1][0]
    while (current := version(connection)) < newest:
        with _transaction(connection, _PATIENCE if current else None):
            # Another process may have done it while this one waited for its turn.
            current = version(connection)
            missing = [(number, sql) for number, sql in known if number > current]
            if current and missing:
                del missing[1:]
                _back_up(path, missing[0][0])
            for number, sql in missing:
                for statement in statements(sql):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
    if current > newest:
        raise StoreUnavailable(FaultCode.DATABASE_NEWER, f"{path} has schema {current}, this program knows {newest}")


@contextmanager
def _transaction(connection: sqlite3.Connection, patience: int | None) -> Iterator[None]:
    """Hold the only writer's place, which takes up to ``patience`` milliseconds; whatever is raised undoes all."""
    usual = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    if patience is not None:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute(f"PRAGMA busy_timeout = {usual}")


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


def _back_up(path: Path, number: int) -> None:
    """Keep what is there before a migration; whoever calls holds the writer's place, so that nothing comes between.

    A backup that is there already stays: this one gets a name of its own, unless it would say the same again.
    """
    first = path.with_name(f"{path.name}.before-{number:04d}")
    target, before, again = first, None, 1
    while target.exists():
        again += 1
        before, target = target, first.with_name(f"{first.name}-{again}")
    # A transaction cannot hold a VACUUM, and another connection reads what is committed, which is what is wanted.
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as reader:
        copying.finish_copy(reader, path, target)
    # A migration that fails at each of many starts must not fill the disk.
    if before is not None and filecmp.cmp(before, target, shallow=False):
        target.unlink()
