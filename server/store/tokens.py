"""Tokens and their history in SQL: implements ``tokens.TokenStore``, knows rows and no rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.issuing import Event
from server.records import Access, Token, TokenEvent
from server.store.upkeep import connected

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from server.store.database import Database
    from server.tokens import TokenChange, TokenUse

_COLUMNS = (
    "id, label, test, access, digest, last_four, created, created_by, expires, revoked, replaced_by, "
    "last_used, last_address, last_agent, keyring"
)
_ALL = f"SELECT {_COLUMNS} FROM token ORDER BY created, id"  # noqa: S608 - constants only
_ONE = f"SELECT {_COLUMNS} FROM token WHERE id = ?"  # noqa: S608 - constants only
# What identifies a token is written once; what its use leaves behind is written by `touch` alone.
_WRITE = f"""
INSERT INTO token ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    label = excluded.label, access = excluded.access, expires = excluded.expires, revoked = excluded.revoked,
    replaced_by = excluded.replaced_by, keyring = excluded.keyring
"""  # noqa: S608 - constants only
_EVENT = "INSERT INTO token_event (token_id, at, event, actor, detail) VALUES (?, ?, ?, ?, ?)"
_EVENTS = "SELECT token_id, at, event, actor, detail FROM token_event WHERE token_id = ? ORDER BY seq"
_GENERATION = "SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'token_generation'"
# Random, not counted: a restored backup then never shows a number that an endpoint knows for other tokens.
_NEXT_GENERATION = """
INSERT INTO setting (key, value) VALUES ('token_generation', CAST(random() AS TEXT))
ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""
_FIRST_USE = """
INSERT INTO token_event (token_id, at, event, actor, detail)
SELECT id, ?, ?, ?, ? FROM token WHERE id = ? AND last_used IS NULL
"""
# Two processes may flush out of order: the later use wins.
_USE = """
UPDATE token SET last_used = ?1, last_address = ?2, last_agent = ?3
WHERE id = ?4 AND (last_used IS NULL OR last_used < ?1)
"""


class SqliteTokenStore:
    """The ``token`` and ``token_event`` tables; every method may be called on any thread.

    Every method raises StoreUnavailable when the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def tokens(self) -> list[Token]:
        """Return every token ever made, oldest first."""
        return [_token(row) for row in self._database.read(_ALL)]

    def get(self, token_id: str) -> Token | None:
        """Return one token."""
        rows = self._database.read(_ONE, (token_id,))
        return _token(rows[0]) if rows else None

    def generation(self) -> int:
        """Return a number that differs after each change of a token, by any process (not after `touch`)."""
        rows = self._database.read(_GENERATION)
        return int(rows[0][0]) if rows else 0

    def change(self, decide: Callable[[Sequence[Token]], TokenChange]) -> TokenChange:
        """Write what `decide` makes of all tokens, in one transaction; nothing is written if it raises.

        It waits for the commit, so it does not belong on an event loop.
        """

        def operation(connection: sqlite3.Connection) -> TokenChange:
            change = decide([_token(row) for row in connection.execute(_ALL)])
            connection.executemany(_WRITE, [_row(token) for token in change.tokens])
            connection.executemany(
                _EVENT,
                [(line.token_id, line.at, line.event, line.actor, line.detail) for line in change.events],
            )
            if change.tokens:
                connection.execute(_NEXT_GENERATION)
            return change

        return self._database.commit(operation)

    def touch(self, uses: Sequence[TokenUse]) -> Future[None]:
        """Queue last uses for writing, and a `first used` line for a token never used before."""

        def operation(connection: sqlite3.Connection) -> None:
            for use in uses:
                connection.execute(_FIRST_USE, (use.at, Event.FIRST_USED, use.address, use.agent, use.token_id))
                connection.execute(_USE, (use.at, use.address, use.agent, use.token_id))

        return self._database.submit(operation)

    def events(self, token_id: str) -> list[TokenEvent]:
        """Return a token's history, oldest first."""
        return [TokenEvent(*row) for row in self._database.read(_EVENTS, (token_id,))]


def tokens_of(path: Path) -> list[Token]:
    """Return the tokens in a file that is not opened as a workspace; none where its schema is older than tokens.

    Raises StoreUnavailable.
    """
    with connected(path, writes=False) as connection:
        there = connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'token'").fetchone()
        return [_token(row) for row in connection.execute(_ALL)] if there else []


def _token(row: tuple[Any, ...]) -> Token:
    identity, label, test, access, *rest = row
    return Token(identity, label, bool(test), Access(access), *rest)


def _row(token: Token) -> tuple[Any, ...]:
    return (
        token.id,
        token.label,
        token.test,
        token.access,
        token.digest,
        token.last_four,
        token.created,
        token.created_by,
        token.expires,
        token.revoked,
        token.replaced_by,
        token.last_used,
        token.last_address,
        token.last_agent,
        token.keyring,
    )
