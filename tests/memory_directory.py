"""The directory in dicts: what the provider needs of a store, without SQLite (slow in great numbers, and without the changes of members by a filter)."""

from __future__ import annotations

from bisect import bisect
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from server.directory import Draft, MemberOutcome, NameTaken, Operation, Page, Selection, Stored, Window
from server.records import ChangeRecord
from server.representation import BASE_URL_MARK, represent
from server.scim.filter import matches
from server.scim.members import AddMembers, Member, RemoveMembers, ReplaceMembers
from server.scim.ordering import sort_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.scim.members import MemberChange
    from server.scim.schema import ResourceType

T = TypeVar("T")
NO_VALUE = (1, 0, 0)
"""The sort key of what has no value."""


class MemoryDirectory:
    def __init__(self) -> None:
        self.rows: dict[int, tuple[str, Stored, str]] = {}
        """By seq: type, resource, unique name."""
        self.members: dict[int, dict[int, str]] = {}
        """By the group's seq: the display of each member, by its seq."""
        self.changes: list[ChangeRecord] = []
        self.last = 0

    def commit(self, operation: Operation[T]) -> T:
        with self.attempt():
            return operation(self)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        before = dict(self.rows), {seq: dict(shown) for seq, shown in self.members.items()}, [*self.changes]
        try:
            yield
        except BaseException:
            self.rows, self.members, self.changes = before
            raise

    def find(self, resource_type: str, resource_id: str, *, linked: bool = True, inline: bool = False) -> Stored | None:
        seq = self._seqs().get(resource_id)
        if seq is None or self.rows[seq][0] != resource_type:
            return None
        return self._linked(seq) if linked else self.rows[seq][1]

    def select(self, selection: Selection, window: Window, *, linked: bool, inline: bool) -> Page:
        seen: list[tuple[ResourceType, Stored, Any]] = []
        for index, kind in enumerate(selection.resource_types):
            filter_ = selection.filters[index]
            target = selection.sort_by[index] if selection.sort_by else None
            for seq in sorted(seq for seq, row in self.rows.items() if row[0] == kind.name):
                stored = self._linked(seq)
                shown = orjson.loads(represent(stored, kind, ""))
                if filter_ is None or matches(filter_, shown):
                    seen.append((kind, stored, sort_key(shown, target) if target is not None else NO_VALUE))
        if selection.sort_by:
            seen.sort(key=lambda one: one[1].seq)
            seen.sort(key=itemgetter(2), reverse=selection.descending)
        found = [(kind, stored) for kind, stored, _ in seen]
        position = window.start_index - 1
        if window.after is not None:
            seqs = [stored.seq for _, stored in found]
            seq, position = window.after
            if seqs == sorted(seqs):
                position = bisect(seqs, seq)
            else:
                position = seqs.index(seq) + 1 if seq in seqs else max(position - 1, 0)
        part = found[position : position + window.size]
        position += len(part)
        return Page(len(found), part, (part[-1][1].seq, position) if part and position < len(found) else None)

    def insert(self, resource_type: str, resource_id: str, draft: Draft, at: str) -> Stored:
        self.last += 1
        stored = Stored(self.last, resource_id, draft.document, 1, at, at, draft.label, 0, None)
        return self._keep(resource_type, stored, draft.unique_name)

    def update(self, stored: Stored, previous: Draft, draft: Draft, at: str) -> Stored:
        before = self._shown(stored.seq)
        updated = stored._replace(document=draft.document, version=stored.version + 1, modified=at, label=draft.label)
        self._keep(self.rows[stored.seq][0], updated, draft.unique_name)
        for group, shown in self.members.items():
            if shown.get(stored.seq) == before != self._shown(stored.seq):
                shown[stored.seq] = self._shown(stored.seq)
                self.touch(self.rows[group][1], at)
        return updated

    def touch(self, stored: Stored, at: str) -> Stored:
        kind, _, name = self.rows[stored.seq]
        return self._keep(kind, stored._replace(version=stored.version + 1, modified=at), name)

    def delete(self, resource_type: str, stored: Stored, at: str) -> None:
        self.members.pop(stored.seq, None)
        for group, shown in self.members.items():
            if shown.pop(stored.seq, None) is not None:
                self.touch(self.rows[group][1], at)
        del self.rows[stored.seq]

    def groups_of(self, seq: int) -> list[tuple[str, str]]:
        return [
            (self.rows[group][1].id, self.rows[group][1].label)
            for group, shown in sorted(self.members.items())
            if seq in shown
        ]

    def change_members(self, group_seq: int, change: MemberChange) -> MemberOutcome:
        shown = self.members.setdefault(group_seq, {})
        ids = {self.rows[seq][1].id: seq for seq in shown}
        if isinstance(change, RemoveMembers):
            return MemberOutcome(removed=self._remove(shown, [i for i in change.ids if i in ids]))
        if isinstance(change, ReplaceMembers):
            wanted = {member.value for member in change.members}
            removed = self._remove(shown, [i for i in ids if i not in wanted])
            outcome = self._add(group_seq, shown, change.members)
            return MemberOutcome(outcome.added, removed, outcome.unknown, outcome.redisplayed)
        assert isinstance(change, AddMembers)
        return self._add(group_seq, shown, change.members)

    def record(self, *row: Any, **named: Any) -> None:
        at, actor, (kind, resource_id), *rest = (*row, *named.values())
        self.changes.append(ChangeRecord(len(self.changes) + 1, at, actor, resource_id, kind, *rest))

    def _keep(self, kind: str, stored: Stored, name: str) -> Stored:
        if any(row[::2] == (kind, name) for seq, row in self.rows.items() if seq != stored.seq):
            raise NameTaken
        self.rows[stored.seq] = kind, stored, name
        return stored

    def _seqs(self) -> dict[str, int]:
        return {row[1].id: seq for seq, row in self.rows.items()}

    def _shown(self, seq: int) -> str:
        kind, stored, _ = self.rows[seq]
        name: str = orjson.loads(stored.document)["userName" if kind == "User" else "displayName"]
        return name

    def _linked(self, seq: int) -> Stored:
        kind, stored, _ = self.rows[seq]
        if kind == "User":
            groups = [group for group in sorted(self.members) if seq in self.members[group]]
            links = [self._link(group, self.rows[group][1].label, "direct") for group in groups]
        else:
            links = [self._link(one, shown, self.rows[one][0]) for one, shown in self.members.get(seq, {}).items()]
        linked = orjson.dumps(links)[1:-1].decode().replace("\\u001f", BASE_URL_MARK) or None
        return stored._replace(linked=linked, member_count=len(links) if kind == "Group" else 0)

    def _link(self, seq: int, display: str, kind: str) -> dict[str, str]:
        name, stored, _ = self.rows[seq]
        reference = f"{BASE_URL_MARK}/{name}s/{stored.id}"
        return {"value": stored.id, "$ref": reference, "display": display, "type": kind}

    def _remove(self, shown: dict[int, str], ids: Sequence[str]) -> tuple[str, ...]:
        for resource_id in ids:
            del shown[self._seqs()[resource_id]]
        return tuple(ids)

    def _add(self, group_seq: int, shown: dict[int, str], wanted: Sequence[Member]) -> MemberOutcome:
        added, unknown, redisplayed = [], [], 0
        for member in wanted:
            seq = self._seqs().get(member.value)
            if seq is None or seq == group_seq:
                unknown.append(member.value)
            elif seq not in shown:
                shown[seq] = member.display or self._shown(seq)
                added.append(member.value)
            elif member.display and member.display != shown[seq]:
                shown[seq] = member.display
                redisplayed += 1
        return MemberOutcome(tuple(added), (), tuple(unknown), redisplayed)
