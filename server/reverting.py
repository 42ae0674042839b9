"""Undoing one change of the audit: what was created goes, what was deleted comes back, what was changed is put back.

Belongs here: what the opposite of a change is, and when it may not be done any more. Must not know: who asks for
it. An undo is a change like any other: the provider's rules hold for it, and the audit has it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson

from server.directory import Answer
from server.draft import is_same
from server.scim.errors import NoTarget, NotFound, PreconditionFailed, ScimError, Uniqueness
from server.scim.patch import PATCH_OP_URN
from server.store.changes import change_of, changes_since
from server.store.names import types_by_id
from server.store.transaction import WriteTransaction, transacted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.directory import Operation, Transaction
    from server.provider import Caller, ServiceProvider
    from server.records import ChangeRecord
    from server.scim.schema import ResourceType
    from server.store.database import Database

Document = dict[str, Any]


def revert(
    database: Database, provider: ServiceProvider, caller: Caller, change_seq: int, *, force: bool = False
) -> Answer:
    """Undo one change in one transaction; gives the answer of what undid it.

    Raises PreconditionFailed where somebody has changed the same since (unless ``force``), NotFound where the change
    or its resource is gone, Uniqueness where its place is taken, InvalidValue where the rules have become stricter.
    """
    return database.commit(
        lambda connection: _Undoing(WriteTransaction(connection), provider, caller, change_seq, force=force).undo()
    )


def revert_all(
    database: Database, provider: ServiceProvider, caller: Caller, change_seqs: Sequence[int]
) -> list[str | None]:
    """Undo several changes, the newest first, in one transaction: gives None for each, or why it was not undone."""

    def undo(transaction: Transaction) -> list[str | None]:
        assert isinstance(transaction, WriteTransaction)
        found: list[str | None] = []
        for change_seq in change_seqs:
            try:
                with transaction.attempt():
                    _Undoing(transaction, provider, caller, change_seq, force=False).undo()
            except ScimError as error:
                found.append(str(error))
            else:
                found.append(None)
        return found

    return database.commit(transacted(undo))


class _Undoing:
    """One change that is being undone."""

    def __init__(
        self,
        transaction: WriteTransaction,
        provider: ServiceProvider,
        caller: Caller,
        change_seq: int,
        *,
        force: bool,
    ) -> None:
        self._transaction = transaction
        self._read = transaction.connection.execute
        self._provider = provider
        self._caller = caller
        self._force = force
        change = change_of(self._read, change_seq)
        if change is None:
            raise NotFound(f"There is no change {change_seq} in the history.")
        self._change = change
        self._before: Document = orjson.loads(change.before or "{}")
        self._after: Document = orjson.loads(change.after or "{}")
        self._added: list[str] = self._after.pop("membersAdded", [])
        self._removed: list[str] = self._after.pop("membersRemoved", [])
        self._type = self._type_named(change.resource_type)

    def undo(self) -> Answer:
        """Do the opposite."""
        if self._change.operation == "create":
            return self._delete_again()
        if self._change.operation == "delete":
            return self._create_again()
        return self._put_back()

    def _delete_again(self) -> Answer:
        self._current()
        # What was done from here since goes with it; what others did is theirs.
        self._refuse([one for one in self._since() if one.actor != self._actor])
        return self._run(self._provider.delete(self._type, self._change.resource_id, self._caller))

    def _create_again(self) -> Answer:
        resource_id = self._change.resource_id
        if types_by_id(self._read, [resource_id]):
            raise Uniqueness(f"{self._named} is undone already: the same {self._type.name.lower()} is there again.")
        groups = self._left_groups()
        self._before.pop("groups", None)
        answer = self._run(self._provider.create(self._type, self._before, self._caller, resource_id))
        for group in groups:
            # A group that is gone by now is nobody's any more.
            with suppress(NotFound):
                self._run(self._change_members(group, "add", [resource_id]))
        return answer

    def _left_groups(self) -> list[str]:
        """List the groups that the deletion took it out of: each has a row of its own, right behind."""
        groups, seq = [], self._change.seq + 1
        left = {"membersRemoved": [self._change.resource_id]}
        while (row := change_of(self._read, seq)) is not None and row.before is None:
            if orjson.loads(row.after or "{}") != left:
                break
            groups.append(row.resource_id)
            seq += 1
        return groups

    def _put_back(self) -> Answer:
        current = self._current()
        answers: list[Answer] = []
        # Without a document before, only members went: a person was deleted who was in this group.
        if self._change.before is not None and not is_same(self._before, self._after):
            if not is_same(current, self._after):
                self._refuse(self._since())
            replacement = self._provider.replace(self._type, self._change.resource_id, self._before, self._caller)
            answers.append(self._run(replacement))
        for verb, members in (("remove", self._added), ("add", self._removed)):
            if members:
                answers.append(self._run(self._change_members(self._change.resource_id, verb, members)))
        if not answers:
            raise NoTarget(f"{self._named} cannot be undone: the history does not hold what it changed.")
        return Answer(
            200,
            resource_id=self._change.resource_id,
            meaning="; ".join(answer.meaning for answer in answers),
            ignored=[name for answer in answers for name in answer.ignored],
        )

    def _change_members(self, group_id: str, verb: str, members: Sequence[str]) -> Operation[Answer]:
        value = [{"value": member} for member in members]
        body = {"schemas": [PATCH_OP_URN], "Operations": [{"op": verb, "path": "members", "value": value}]}
        return self._provider.modify(self._type_named("Group"), group_id, body, self._caller)

    def _current(self) -> Document:
        """Give the document as it is now; raises NotFound in the words of an undo."""
        stored = self._transaction.find(self._type.name, self._change.resource_id, linked=False)
        if stored is None:
            raise NotFound(f"{self._named} was not undone: {self._told(self._since()[:1])}Bring it back first.")
        document: Document = orjson.loads(stored.document)
        return document

    def _refuse(self, later: Sequence[ChangeRecord]) -> None:
        """Raise PreconditionFailed that names a later change, somebody else's before one's own; unless forced."""
        if self._force or not later:
            return
        others = [one for one in later if one.actor != self._actor]
        raise PreconditionFailed(
            f"{self._named} was not undone: {self._told(others or later)}Undo that first, or undo this all the same."
        )

    @staticmethod
    def _told(later: Sequence[ChangeRecord]) -> str:
        return f"since then {later[0].actor} {later[0].summary} ({later[0].at}). " if later else ""

    def _since(self) -> list[ChangeRecord]:
        return changes_since(self._read, self._change.resource_id, self._change.seq)

    def _run(self, operation: Operation[Answer]) -> Answer:
        return operation(self._transaction)

    def _type_named(self, name: str) -> ResourceType:
        registry = self._provider.registry
        return registry.user if name == "User" else registry.group

    @property
    def _actor(self) -> str:
        return self._caller.actor

    @property
    def _named(self) -> str:
        return f"The change “{self._change.summary}”"
