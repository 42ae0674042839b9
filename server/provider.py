"""The service provider: create, retrieve, query, replace, modify and delete people and groups (RFC 7644 §3).

Belongs here: what a request means for the directory, in which order it is checked, and the words for what it did.
Must not know: HTTP, SQL. Reads give an Answer, or a Later when an event loop may not wait for it; writes give an
Operation, in which all that needs no database is done, for the store to run inside its transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from server import wording
from server.directory import (
    Answer,
    Later,
    MemberOutcome,
    NameTaken,
    Operation,
    ResourceStore,
    Selection,
    Stored,
    TooLong,
    Transaction,
    Window,
)
from server.draft import draft_of, is_same, new_resource_id, timestamp
from server.redaction import shorten_tokens
from server.representation import check_match, etag, location, represent, represent_projected, with_links
from server.scim import cursor as cursors
from server.scim.errors import NotFound, Uniqueness
from server.scim.members import MemberChange, ReplaceMembers, members_from, split_members
from server.scim.messages import list_response
from server.scim.patch import parse_patch
from server.scim.patch_application import apply_patch
from server.scim.resource import canonicalise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.scim.projection import Projection
    from server.scim.query import Query
    from server.scim.schema import ResourceType, Target
    from server.scim.schemas import Registry

LARGE_GROUP = 1_000
"""Members above which a PATCH is answered 204: the whole list would cost more than the change (RFC 7644 §3.5.2)."""


class Caller(NamedTuple):
    """On whose behalf: ``actor`` for the audit; how to answer: ``base_url`` of locations, attributes wanted."""

    actor: str
    base_url: str
    projection: Projection | None = None


class ServiceProvider:
    """People and groups as RFC 7644 lets a client handle them.

    ``cursor_key`` signs the cursors; ``patch_body`` False answers every PATCH with 204 (OKTA.md C13).
    """

    def __init__(self, registry: Registry, store: ResourceStore, *, cursor_key: bytes, patch_body: bool = True) -> None:
        self.registry = registry
        self._store = store
        self._cursor_key = cursor_key
        self._patch_body = patch_body

    # -- reading -----------------------------------------------------------------------------------------------

    def retrieve(self, resource_type: ResourceType, resource_id: str, caller: Caller) -> Answer | Later:
        """Read one resource (RFC 7644 §3.4.1); raises NotFound."""
        try:
            return self._retrieve(resource_type, resource_id, caller, inline=True)
        except TooLong:
            return lambda: self._retrieve(resource_type, resource_id, caller, inline=False)

    def _retrieve(self, resource_type: ResourceType, resource_id: str, caller: Caller, *, inline: bool) -> Answer:
        projection = caller.projection
        linked = projection is None or _wants_links(projection, resource_type)
        stored = self._store.find(resource_type.name, resource_id, linked=linked, inline=inline)
        if stored is None:
            raise _not_found(resource_type, resource_id)
        text = represent_projected(stored, resource_type, caller.base_url, projection)
        return Answer(
            200,
            text.encode(),
            etag(stored, resource_type),
            None,
            resource_id,
            f"read {resource_type.name.lower()} {stored.label}",
        )

    def query(
        self, resource_types: tuple[ResourceType, ...], queries: tuple[Query, ...], caller: Caller, now: float
    ) -> Answer | Later:
        """Read a page of resources (RFC 7644 §3.4.2); ``queries`` reads one request for each resource type."""
        try:
            return self._query(resource_types, queries, caller, now, inline=True)
        except TooLong:
            return lambda: self._query(resource_types, queries, caller, now, inline=False)

    def _query(
        self,
        resource_types: tuple[ResourceType, ...],
        queries: tuple[Query, ...],
        caller: Caller,
        now: float,
        *,
        inline: bool,
    ) -> Answer:
        query = queries[0]
        sort_by: tuple[Target | None, ...] = ()
        if any(q.sort_by is not None for q in queries):
            sort_by = tuple(q.sort_by for q in queries)
        after, identity = None, ""
        if query.cursor is not None:
            identity = _identity(resource_types, query)
            after = cursors.verify(self._cursor_key, identity, query.cursor, now) if query.cursor else (0, 0)
        projection = query.projection
        linked = projection is None or any(_wants_links(projection, t) for t in resource_types)
        page = self._store.select(
            Selection(resource_types, tuple([q.filter for q in queries]), sort_by, query.descending),
            Window(query.page_size, query.start_index, after),
            linked=linked,
            inline=inline,
        )
        base_url = caller.base_url
        if projection is None:
            resources = [represent(stored, resource_type, base_url) for resource_type, stored in page.resources]
        else:
            resources = [
                represent_projected(stored, resource_type, base_url, q.projection)
                for resource_type, stored in page.resources
                for q in (queries[resource_types.index(resource_type)],)
            ]
        following = None
        if query.cursor is not None and page.end is not None:
            following = cursors.sign(self._cursor_key, identity, *page.end, now)
        body = list_response(
            page.total,
            None if query.cursor is not None else query.start_index,
            resources,
            next_cursor=following,
        )
        meaning = wording.listing(
            resource_types, query.filter_text, query.start_index if after is None else after[1] + 1, page
        )
        return Answer(200, body, meaning=meaning)

    # -- writing -----------------------------------------------------------------------------------------------

    def create(
        self, resource_type: ResourceType, body: Any, caller: Caller, resource_id: str | None = None
    ) -> Operation[Answer]:
        """Create a resource (RFC 7644 §3.3); raises InvalidSyntax or InvalidValue at once, Uniqueness later."""
        canonical = canonicalise(body, resource_type, creating=True)
        document = canonical.document
        members = self._take_members(resource_type, document)
        if resource_type.name == "User":
            document.setdefault("active", True)
        draft = draft_of(document, resource_type)
        new_id = resource_id or new_resource_id()

        def operation(transaction: Transaction) -> Answer:
            at = timestamp()
            try:
                stored = transaction.insert(resource_type.name, new_id, draft, at)
            except NameTaken:
                raise _taken(resource_type, document) from None
            ignored = canonical.ignored
            summary = f"created {resource_type.name.lower()} {draft.label}"
            after = draft.document
            if members:
                outcome = transaction.change_members(stored.seq, ReplaceMembers(members))
                ignored = (*ignored, *map(wording.unknown_member, outcome.unknown))
                summary += wording.membership([outcome])
                after = _audited(draft.document, [outcome])
                stored = transaction.find(resource_type.name, new_id) or stored
            transaction.record(at, caller.actor, (resource_type.name, new_id), "create", summary, None, after)
            return self._answer(201, stored, resource_type, caller, summary, ignored)

        return operation

    def replace(
        self,
        resource_type: ResourceType,
        resource_id: str,
        body: Any,
        caller: Caller,
        if_match: str | None = None,
    ) -> Operation[Answer]:
        """Replace a resource (RFC 7644 §3.5.1).

        Absent attributes are cleared, except ``active`` and ``members``: a client that leaves them out does not mean
        "deactivate" or "empty the group" (OKTA.md E3, 1.10). Raises as create does; NotFound and PreconditionFailed
        later.
        """
        canonical = canonicalise(body, resource_type, creating=False)
        document = canonical.document
        members = self._take_members(resource_type, document)
        changes: tuple[MemberChange, ...] = () if members is None else (ReplaceMembers(members),)

        def operation(transaction: Transaction) -> Answer:
            stored = self._current(transaction, resource_type, resource_id, if_match)
            current = orjson.loads(stored.document)
            replacement = _keep_active(document, current)
            return self._write(
                transaction,
                resource_type,
                stored,
                current,
                replacement,
                changes,
                caller,
                "replace",
                canonical.ignored,
            )

        return operation

    def modify(
        self,
        resource_type: ResourceType,
        resource_id: str,
        body: Any,
        caller: Caller,
        if_match: str | None = None,
    ) -> Operation[Answer]:
        """Modify a resource with PATCH (RFC 7644 §3.5.2), all of it or nothing."""
        operations = parse_patch(body, resource_type)
        changes: tuple[MemberChange, ...] = ()
        if resource_type.name == "Group":
            operations, changes = split_members(operations)

        def operation(transaction: Transaction) -> Answer:
            stored = self._current(transaction, resource_type, resource_id, if_match)
            current = orjson.loads(stored.document)
            patched = apply_patch(current, operations, resource_type)
            answer = self._write(
                transaction,
                resource_type,
                stored,
                current,
                patched.document,
                changes,
                caller,
                "modify",
                patched.ignored,
            )
            if not self._patch_body:
                answer.status, answer.body = 204, b""
            return answer

        return operation

    def delete(
        self, resource_type: ResourceType, resource_id: str, caller: Caller, if_match: str | None = None
    ) -> Operation[Answer]:
        """Delete a resource (RFC 7644 §3.6) with its memberships; its name is free at once."""

        def operation(transaction: Transaction) -> Answer:
            stored = self._current(transaction, resource_type, resource_id, if_match)
            at, name = timestamp(stored.modified), resource_type.name
            last = transaction.find(name, resource_id) or stored
            groups = transaction.groups_of(stored.seq)
            transaction.delete(name, stored, at)
            summary = f"deleted {name.lower()} {stored.label}"
            transaction.record(at, caller.actor, (name, resource_id), "delete", summary, with_links(last, name), None)
            for group_id, display in groups:
                left = orjson.dumps({"membersRemoved": [resource_id]}).decode()
                words = f"updated group {display}: 1 removed ({summary})"
                transaction.record(at, caller.actor, ("Group", group_id), "modify", words, None, left)
            return Answer(204, resource_id=resource_id, meaning=summary)

        return operation

    # -- shared by the writers ---------------------------------------------------------------------------------

    @staticmethod
    def _take_members(resource_type: ResourceType, document: dict[str, Any]) -> Any:
        """Part a group's members, which are rows, from its document; None where the client named none."""
        if resource_type.name != "Group" or "members" not in document:
            return None
        return members_from(document.pop("members"))

    @staticmethod
    def _current(
        transaction: Transaction, resource_type: ResourceType, resource_id: str, if_match: str | None
    ) -> Stored:
        """Read what is to be changed, inside the transaction that changes it, and check the precondition there."""
        stored = transaction.find(resource_type.name, resource_id, linked=resource_type.name == "User")
        if stored is None:
            raise _not_found(resource_type, resource_id)
        if if_match is not None:
            check_match(if_match, etag(stored, resource_type))
        return stored

    def _write(
        self,
        transaction: Transaction,
        resource_type: ResourceType,
        stored: Stored,
        current: dict[str, Any],
        document: dict[str, Any],
        changes: Sequence[MemberChange],
        caller: Caller,
        verb: str,
        ignored: Sequence[str],
    ) -> Answer:
        """Write a changed document and changed members; what changes nothing gets no new version."""
        at = timestamp(stored.modified)
        name = resource_type.name
        before = stored
        if not is_same(document, current):
            previous = draft_of(current, resource_type, stored.document)
            try:
                stored = transaction.update(stored, previous, draft_of(document, resource_type), at)
            except NameTaken:
                raise _taken(resource_type, document) from None
        outcomes = [transaction.change_members(stored.seq, change) for change in changes]
        if stored is before and any(outcome.added or outcome.removed or outcome.redisplayed for outcome in outcomes):
            stored = transaction.touch(stored, at)
        summary = wording.change(name, before, stored, outcomes)
        if stored is not before:
            after = _audited(stored.document, outcomes)
            transaction.record(at, caller.actor, (name, stored.id), verb, summary, before.document, after)
        unknown = [wording.unknown_member(i) for outcome in outcomes for i in outcome.unknown]
        if name == "Group":
            number = stored.member_count + sum(len(o.added) - len(o.removed) for o in outcomes)
            if verb == "modify" and number > LARGE_GROUP:
                return Answer(204, b"", etag(stored, resource_type), None, stored.id, summary, (*ignored, *unknown))
            stored = transaction.find(name, stored.id) or stored
        return self._answer(200, stored, resource_type, caller, summary, (*ignored, *unknown))

    @staticmethod
    def _answer(
        status: int,
        stored: Stored,
        resource_type: ResourceType,
        caller: Caller,
        summary: str,
        ignored: Sequence[str],
    ) -> Answer:
        return Answer(
            status,
            represent_projected(stored, resource_type, caller.base_url, caller.projection).encode(),
            etag(stored, resource_type),
            location(stored.id, resource_type, caller.base_url) if status == 201 else None,
            stored.id,
            summary,
            ignored,
        )


def _keep_active(document: dict[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """Leave ``active`` as it was where a PUT leaves it out (OKTA.md E3)."""
    if "active" in current and "active" not in document:
        return {**document, "active": current["active"]}
    return document


def _audited(document: str, outcomes: Sequence[MemberOutcome]) -> str:
    """Give the audit's view of a resource after a change: its document, with the members that came and went."""
    added = [i for outcome in outcomes for i in outcome.added]
    removed = [i for outcome in outcomes for i in outcome.removed]
    if not added and not removed:
        return document
    delta = orjson.dumps({"membersAdded": added, "membersRemoved": removed}).decode()
    return f"{document[:-1]},{delta[1:]}"


def _identity(resource_types: Sequence[ResourceType], query: Query) -> str:
    """Name what a cursor is bound to: the same resources in the same order."""
    names = ",".join(resource_type.name for resource_type in resource_types)
    return f"{names}|{query.filter_text}|{query.sort_by}|{query.descending}"


def _wants_links(projection: Projection, resource_type: ResourceType) -> bool:
    return projection.wants("groups" if resource_type.name == "User" else "members")


def _not_found(resource_type: ResourceType, resource_id: str) -> NotFound:
    # A token pasted in the place of an id must not come back in an answer.
    return NotFound(f"{resource_type.name} {shorten_tokens(resource_id)[:200]} not found.")


def _taken(resource_type: ResourceType, document: Mapping[str, Any]) -> Uniqueness:
    name = resource_type.unique_attribute
    return Uniqueness(
        f"{resource_type.name} already exists: the {name} {document.get(name)!r} is taken (capitals do not count)."
    )
