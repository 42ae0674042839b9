"""The whole content of a directory at one moment, and how it is put back, in one transaction.

Belongs here: people and groups as a client sees them. Must not know: why somebody wants an earlier content back.

What is put back goes through the provider like every other write: it is validated, and the audit names each change.
So an endpoint that serves the folder meanwhile shows it with its next answer, and tokens stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from server.directory import Answer
from server.scim.errors import NotFound, Uniqueness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.directory import Operation, Transaction
    from server.workspace import Kind, Workspace

Document = dict[str, Any]

TRIES: Final = 5
"""How often a rewinding begins anew because somebody wrote in between."""

_OF_THE_SERVER: Final = ("id", "meta", "groups")
_UNIQUE: Final = {"User": "userName", "Group": "displayName"}


@dataclass(frozen=True, slots=True)
class Content:
    """People and groups, each a resource with its id (RFC 7643 sections 4.1, 4.2)."""

    people: tuple[Document, ...]
    groups: tuple[Document, ...]


def content(workspace: Workspace) -> Content:
    """Read what is in the directory now; raises StoreUnavailable."""
    return Content(tuple(workspace.walk("User")), tuple(workspace.walk("Group")))


def rewind(workspace: Workspace, wanted: Content) -> int:
    """Make the directory what it was, ids included, all or nothing, and give the number of changes that it took.

    Versions and times are not put back: who was changed is a newer version. Raises Uniqueness or NotFound where
    somebody keeps writing in between, InvalidValue for a content that the directory could never have,
    StoreUnavailable.
    """
    for _ in range(TRIES - 1):
        try:
            return _rewind_once(workspace, wanted)
        except (NotFound, Uniqueness):
            # Written by an endpoint between the look and the change: look again.
            continue
    return _rewind_once(workspace, wanted)


def _rewind_once(workspace: Workspace, wanted: Content) -> int:
    operations = list(_operations(workspace, content(workspace), wanted))
    if operations:
        workspace.commit(_together(operations))
    return len(operations)


def _together(operations: list[Operation[Answer]]) -> Operation[Answer]:
    def operation(transaction: Transaction) -> Answer:
        for one in operations:
            one(transaction)
        return Answer(200, meaning=f"put {len(operations)} people and groups back")

    return operation


def _operations(workspace: Workspace, current: Content, wanted: Content) -> Iterator[Operation[Answer]]:
    """Give what has to be done, in an order in which no name is taken twice and no member is missing."""
    kinds: tuple[tuple[Kind, tuple[Document, ...], tuple[Document, ...]], ...] = (
        ("User", current.people, wanted.people),
        ("Group", current.groups, wanted.groups),
    )
    made: set[str] = set()
    gone: set[str] = set()
    for kind, before, after in kinds:
        targets = {one["id"]: one for one in after}
        for one in before:
            target = targets.get(one["id"])
            # Somebody with another name is made anew: two may have swapped theirs.
            if target is None or target[_UNIQUE[kind]].casefold() != one[_UNIQUE[kind]].casefold():
                gone.add(one["id"])
                yield workspace.provider.delete(workspace.resource_type(kind), one["id"], workspace.caller())
    late: list[tuple[Document, bool]] = []
    for kind, before, after in kinds:
        known = {one["id"]: one for one in before if one["id"] not in gone}
        for one in after:
            standing = known.get(one["id"])
            if standing is None:
                made.add(one["id"])
                # A group may have a group as a member that comes later.
                body = {**_writable(one), "members": []} if kind == "Group" else _writable(one)
                yield workspace.provider.create(
                    workspace.resource_type(kind), body, workspace.caller(), resource_id=one["id"]
                )
            if kind == "Group":
                late.append((one, standing is None or not _is_same(standing, one)))
            elif standing is not None and not _is_same(standing, one):
                yield _replacing(workspace, kind, one)
    for one, differs in late:
        members = {member["value"] for member in one.get("members", ())}
        if differs or members & (made | gone):
            yield _replacing(workspace, "Group", one)


def _replacing(workspace: Workspace, kind: Kind, one: Document) -> Operation[Answer]:
    body = _writable(one)
    if kind == "Group":
        # Without a list of members a replacement keeps those that are there.
        body.setdefault("members", [])
    return workspace.provider.replace(workspace.resource_type(kind), one["id"], body, workspace.caller())


def _writable(one: Document) -> Document:
    return {name: value for name, value in one.items() if name not in _OF_THE_SERVER}


def _is_same(one: Document, other: Document) -> bool:
    first, second = _writable(one), _writable(other)
    members = [{member["value"] for member in document.pop("members", ())} for document in (first, second)]
    return first == second and members[0] == members[1]
