"""The write side of the directory: what one operation does inside the writer's transaction.

Belongs here: INSERT, UPDATE and DELETE of people and groups with everything that follows from them. Must not know:
how a transaction begins and ends (database), what a PATCH means (provider).
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import orjson

from server.directory import Draft, MemberOutcome, NameTaken, Stored
from server.draft import emails_of
from server.store import members
from server.store.rows import FIND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.directory import Operation
    from server.scim.members import MemberChange

T = TypeVar("T")

_INSERT = """
INSERT INTO resource (id, type, unique_name, external_id, display_name, active, version, created, modified, label,
                      document)
VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
"""
# An UPDATE rewrites each index whose column it names: what is looked up is only named where it changed.
_UPDATE_ACTIVE = "UPDATE resource SET active = ?, version = ?, modified = ?, label = ?, document = ? WHERE seq = ?"
_GROUPS_OF = """
SELECT g.id, g.label FROM member m JOIN resource g ON g.seq = m.group_seq WHERE m.member_seq = ? ORDER BY g.seq
"""
_UPDATE = """
UPDATE resource SET unique_name = ?, external_id = ?, display_name = ?, active = ?, version = ?, modified = ?,
                    label = ?, document = ?
WHERE seq = ?
"""


def transacted(operation: Operation[T]) -> Callable[[sqlite3.Connection], T]:
    """Let the writer run a provider's operation."""
    return lambda connection: operation(WriteTransaction(connection))


class WriteTransaction:
    """Implements ``directory.Transaction`` over the writer's connection."""

    __slots__ = ("connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def find(self, resource_type: str, resource_id: str, *, linked: bool = True) -> Stored | None:
        """Read a resource as this transaction sees it."""
        row = self.connection.execute(FIND[resource_type, linked], (resource_id, resource_type)).fetchone()
        return None if row is None else Stored._make(row)

    def insert(self, resource_type: str, resource_id: str, draft: Draft, at: str) -> Stored:
        """Add a resource; raises NameTaken."""
        try:
            seq = self.connection.execute(
                _INSERT,
                (
                    resource_id,
                    resource_type,
                    draft.unique_name,
                    draft.external_id,
                    draft.display_name,
                    draft.active,
                    at,
                    at,
                    draft.label,
                    draft.document,
                ),
            ).lastrowid
        except sqlite3.IntegrityError as error:
            raise NameTaken from error
        assert seq is not None
        self._insert_emails(seq, draft.emails)
        return Stored(seq, resource_id, draft.document, 1, at, at, draft.label, 0, None)

    def update(self, stored: Stored, previous: Draft, draft: Draft, at: str) -> Stored:
        """Replace a resource's document and the columns that changed; raises NameTaken."""
        execute = self.connection.execute
        seq = stored.seq
        version = stored.version + 1
        names = (draft.unique_name, draft.external_id, draft.display_name)
        if names == (previous.unique_name, previous.external_id, previous.display_name):
            execute(_UPDATE_ACTIVE, (draft.active, version, at, draft.label, draft.document, seq))
        else:
            try:
                execute(_UPDATE, (*names, draft.active, version, at, draft.label, draft.document, seq))
            except sqlite3.IntegrityError as error:
                raise NameTaken from error
        if draft.name != previous.name:
            members.rename(self.connection, seq, previous.name, at)
        if draft.emails != previous.emails:
            self._delete_emails(seq, previous.emails)
            self._insert_emails(seq, draft.emails)
        return stored._replace(document=draft.document, version=version, modified=at, label=draft.label)

    def _insert_emails(self, seq: int, emails: tuple[str, ...]) -> None:
        for value in emails:
            self.connection.execute("INSERT OR IGNORE INTO email VALUES (?, ?)", (value, seq))

    def _delete_emails(self, seq: int, emails: tuple[str, ...]) -> None:
        for value in emails:
            self.connection.execute("DELETE FROM email WHERE value = ? AND resource_seq = ?", (value, seq))

    def touch(self, stored: Stored, at: str) -> Stored:
        """Give a group whose members changed a new version."""
        version = stored.version + 1
        self.connection.execute(
            "UPDATE resource SET version = ?, modified = ? WHERE seq = ?", (version, at, stored.seq)
        )
        return stored._replace(version=version, modified=at)

    def delete(self, resource_type: str, stored: Stored, at: str) -> None:
        """Remove a resource, its memberships and, of a group, its members."""
        execute = self.connection.execute
        seq = stored.seq
        execute(
            f"""UPDATE resource SET member_count = member_count - 1, version = version + 1, modified = {members.LATER}
                WHERE seq IN (SELECT group_seq FROM member WHERE member_seq = ?2)""",  # noqa: S608 -- our own constants
            (at, seq),
        )
        execute("DELETE FROM member WHERE member_seq = ?", (seq,))
        if resource_type == "Group":
            execute("DELETE FROM member WHERE group_seq = ?", (seq,))
        self._delete_emails(seq, emails_of(orjson.loads(stored.document)))
        execute("DELETE FROM resource WHERE seq = ?", (seq,))

    def groups_of(self, seq: int) -> list[tuple[str, str]]:
        """List id and name of the groups that a person or group is in, the oldest first."""
        return self.connection.execute(_GROUPS_OF, (seq,)).fetchall()

    def change_members(self, group_seq: int, change: MemberChange) -> MemberOutcome:
        """Apply one change to a group's members and keep their number in the group's row."""
        outcome = members.change(self.connection, group_seq, change)
        difference = len(outcome.added) - len(outcome.removed)
        if difference:
            self.connection.execute(
                "UPDATE resource SET member_count = member_count + ? WHERE seq = ?", (difference, group_seq)
            )
        return outcome

    def record(
        self,
        at: str,
        actor: str,
        resource: tuple[str, str],
        operation: str,
        summary: str,
        before: str | None,
        after: str | None,
    ) -> None:
        """Append to the audit."""
        self.connection.execute(
            """INSERT INTO change (at, actor, resource_type, resource_id, operation, summary, before, after)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (at, actor, resource[0], resource[1], operation, summary, before, after),
        )

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Open a savepoint: what happens inside is undone if it raises."""
        execute = self.connection.execute
        execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            execute("ROLLBACK TO attempt")
            raise
        finally:
            execute("RELEASE attempt")
