"""Webhooks and their outbox: who is told, how far each has got, what failed and when it is tried again.

Belongs here: SQL. Must not know: how an event is delivered (``server.delivery``), where secrets are.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING

import orjson

from server.records import ChangeRecord
from server.webhook.subscription import LONGEST_PAUSE, Backlog, Letter, SecretPlace, Webhook

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from server.store.database import Database

_WEBHOOK = (
    "id, url, secret_place, secret_name, created, created_by, cursor, delivered, last_delivered, failing_since, problem"
)
_CHANGE = "c.seq, c.at, c.actor, c.resource_id, c.resource_type, c.operation, c.summary, c.before, c.after"
_LETTER = "d.change_seq, d.resource_id, d.since, d.attempts, d.next_at, d.dead, d.problem"
_AFTER = f"SELECT {_CHANGE} FROM change c WHERE c.seq > ? ORDER BY c.seq LIMIT ?"  # noqa: S608 -- our own column names
# Of each resource only the oldest: those behind it wait for it, whatever their own time.
_DUE = f"""
SELECT {_LETTER}, {_CHANGE} FROM delivery d JOIN change c ON c.seq = d.change_seq
WHERE d.webhook_id = ?1 AND d.dead = 0 AND (d.next_at <= ?2 OR d.next_at > ?4) AND NOT EXISTS (
    SELECT 1 FROM delivery e WHERE e.webhook_id = ?1 AND e.resource_id = d.resource_id AND e.dead = 0
                               AND e.change_seq < d.change_seq)
ORDER BY d.change_seq LIMIT ?3
"""  # noqa: S608 -- our own column names
_BEHIND = f"""
SELECT {_LETTER}, {_CHANGE} FROM delivery d JOIN change c ON c.seq = d.change_seq
WHERE d.webhook_id = ? AND d.resource_id = ? AND d.dead = 0 AND d.change_seq > ? ORDER BY d.change_seq LIMIT ?
"""  # noqa: S608 -- our own column names
_NEXT = """
SELECT min(d.next_at) FROM delivery d WHERE d.webhook_id = ?1 AND d.dead = 0 AND NOT EXISTS (
    SELECT 1 FROM delivery e WHERE e.webhook_id = ?1 AND e.resource_id = d.resource_id AND e.dead = 0
                               AND e.change_seq < d.change_seq)
"""
_DEAD = f"""
SELECT {_LETTER}, {_CHANGE} FROM delivery d JOIN change c ON c.seq = d.change_seq
WHERE d.webhook_id = ? AND d.dead = 1 ORDER BY d.change_seq
"""  # noqa: S608 -- our own column names

Due = tuple[Letter, ChangeRecord]


@dataclass(slots=True)
class Settlement:
    """What became of some deliveries, to be written at once."""

    cursor: int
    delivered: list[int] = field(default_factory=list)
    """Numbers of changes that arrived."""
    letters: list[Letter] = field(default_factory=list)
    """What did not, and what waits behind it."""
    at: str = ""
    """When the last one arrived."""
    failing_since: str | None = None
    problem: str = ""


def changes_after(database: Database, seq: int, limit: int) -> list[ChangeRecord]:
    """List the changes after one of them, the oldest first; raises StoreUnavailable."""
    return [ChangeRecord(*row) for row in database.read(_AFTER, (seq, limit))]


class Webhooks:
    """The webhooks of a workspace; reads are the calling thread's own, writes go through the one writer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, webhook: Webhook) -> None:
        """Begin to tell a consumer of changes; raises StoreUnavailable."""
        self._database.commit(
            lambda connection: connection.execute(
                f"INSERT INTO webhook ({_WEBHOOK}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 -- our own column names
                astuple(webhook),
            )
        )

    def listed(self) -> list[Webhook]:
        """List all of them, the oldest first."""
        rows = self._database.read(f"SELECT {_WEBHOOK} FROM webhook ORDER BY created, id")  # noqa: S608 -- our own column names
        return [Webhook(row[0], row[1], SecretPlace(row[2]), *row[3:]) for row in rows]

    def get(self, webhook_id: str) -> Webhook | None:
        """Give one; None when it was removed."""
        return next((one for one in self.listed() if one.id == webhook_id), None)

    def remove(self, webhook_id: str) -> None:
        """Forget a webhook and what waits for it."""

        def forget(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM delivery WHERE webhook_id = ?", (webhook_id,))
            connection.execute("DELETE FROM webhook WHERE id = ?", (webhook_id,))

        self._database.commit(forget)

    def backlog(self, webhook: Webhook) -> Backlog:
        """Count what a webhook did not get yet."""
        ahead = self._database.read("SELECT count(*) FROM change WHERE seq > ?", (webhook.cursor,))[0][0]
        rows = self._database.read(
            "SELECT dead, count(*) FROM delivery WHERE webhook_id = ? GROUP BY dead", (webhook.id,)
        )
        counted = dict(rows)
        return Backlog(ahead, counted.get(0, 0), counted.get(1, 0))

    # -- the outbox --------------------------------------------------------------------------------

    def due(self, webhook_id: str, now: int, limit: int) -> list[Due]:
        """List what is to be tried again, the oldest change of each resource only; ``now`` in milliseconds.

        What is to wait for longer than anything ever does was written before the clock was put back: it is due, too.
        """
        latest = now + int(LONGEST_PAUSE * 1000)
        return [_due(row) for row in self._database.read(_DUE, (webhook_id, now, limit, latest))]

    def behind(self, webhook_id: str, letter: Letter, limit: int) -> list[Due]:
        """List what waits behind a letter: the later changes of its resource, the oldest first."""
        rows = self._database.read(_BEHIND, (webhook_id, letter.resource_id, letter.seq, limit))
        return [_due(row) for row in rows]

    def next_at(self, webhook_id: str) -> int | None:
        """Give when something is tried again, milliseconds since the epoch; None when nothing waits."""
        moment: int | None = self._database.read(_NEXT, (webhook_id,))[0][0]
        return moment

    def held_back(self, webhook_id: str, resource_ids: Iterable[str]) -> set[str]:
        """Give which of these resources have a change that waits: what comes later waits behind it."""
        rows = self._database.read(
            """SELECT DISTINCT d.resource_id FROM json_each(?2) j CROSS JOIN delivery d
               ON d.webhook_id = ?1 AND d.resource_id = j.value AND d.dead = 0""",
            (webhook_id, orjson.dumps(sorted(set(resource_ids))).decode()),
        )
        return {row[0] for row in rows}

    def settle(self, webhook_id: str, done: Settlement) -> None:
        """Write what became of deliveries, in one transaction; of a webhook that was removed, nothing."""

        def write(connection: sqlite3.Connection) -> None:
            known = connection.execute(
                """UPDATE webhook SET cursor = max(cursor, ?), delivered = delivered + ?,
                       last_delivered = coalesce(nullif(?, ''), last_delivered), failing_since = ?, problem = ?
                   WHERE id = ?""",
                (done.cursor, len(done.delivered), done.at, done.failing_since, done.problem, webhook_id),
            ).rowcount
            if not known:
                return
            connection.execute(
                "DELETE FROM delivery WHERE webhook_id = ? AND change_seq IN (SELECT value FROM json_each(?))",
                (webhook_id, orjson.dumps(done.delivered).decode()),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(webhook_id, *astuple(letter)) for letter in done.letters],
            )

        self._database.commit(write)

    # -- what was given up -------------------------------------------------------------------------

    def dead(self, webhook_id: str) -> list[Due]:
        """List what was given up, the oldest first."""
        return [_due(row) for row in self._database.read(_DEAD, (webhook_id,))]

    def revive(self, webhook_id: str, seqs: Sequence[int] | None, now: int) -> int:
        """Try what was given up again, all of it or these changes; give how many they are."""

        def write(connection: sqlite3.Connection) -> int:
            chosen = "" if seqs is None else " AND change_seq IN (SELECT value FROM json_each(?))"
            parameters = () if seqs is None else (orjson.dumps(list(seqs)).decode(),)
            return connection.execute(
                f"UPDATE delivery SET dead = 0, attempts = 0, since = ?, next_at = 0 "  # noqa: S608 -- our own words
                f"WHERE webhook_id = ? AND dead = 1{chosen}",
                (now, webhook_id, *parameters),
            ).rowcount

        return self._database.commit(write)


def _due(row: Sequence[object]) -> Due:
    seq, resource_id, since, attempts, next_at, dead, problem, *change = row
    letter = Letter(seq, resource_id, since, attempts, next_at, bool(dead), problem)  # type: ignore[arg-type]  # the columns have these types
    return letter, ChangeRecord(*change)  # type: ignore[arg-type]  # as above
