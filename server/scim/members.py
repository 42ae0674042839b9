"""The members of a group: what is to change, for a store that keeps them as rows (RFC 7643 §4.2).

Belongs here: members and membership changes as values. Must not know: rows, SQL, who exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from server.scim.errors import InvalidValue, Mutability, NoTarget
from server.scim.filter import Comparison, Or, Present
from server.scim.patch import ABSENT, Operation, UnknownAttribute
from server.scim.schema import Target
from server.scim.tolerances import NUL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from server.scim.filter import Filter


@dataclass(frozen=True, slots=True)
class Member:
    """A member as a client names it; ``type`` is User, Group or what was sent, None where nothing was."""

    value: str
    display: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class AddMembers:
    """Add these, in this order; one that is a member already stays in place and takes a display given."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class RemoveMembers:
    """Remove these ids; one that is no member is no error."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveMatching:
    """Remove each member for which ``value_matches(filter, {"value", "display", "type"})`` holds."""

    filter: Filter


@dataclass(frozen=True, slots=True)
class ReplaceMembers:
    """Make these the only members; none clears the list."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class RedisplayMembers:
    """Set ``display`` (None: unassign) of each member for which ``value_matches(filter, ...)`` holds."""

    filter: Filter
    display: str | None


MemberChange = AddMembers | RemoveMembers | RemoveMatching | ReplaceMembers | RedisplayMembers


def split_members(
    operations: Iterable[Operation | UnknownAttribute],
) -> tuple[tuple[Operation | UnknownAttribute, ...], tuple[MemberChange, ...]]:
    """Part the operations on a group's members, which are rows and not in the document, from all others.

    Neighbours of one kind become one change: a hundred removals are one statement for the store. Raises
    InvalidValue, InvalidPath and Mutability for what no member can hold.
    """
    others: list[Operation | UnknownAttribute] = []
    changes: list[MemberChange] = []
    for operation in operations:
        if isinstance(operation, UnknownAttribute) or not _is_members(operation.path.target):
            others.append(operation)
        else:
            changes.extend(_member_changes(operation))
    return tuple(others), tuple(_joined(changes)) if len(changes) > 1 else tuple(changes)


def members_from(value: Any) -> tuple[Member, ...]:
    """Read members from what clients send: a list, one object, a bare id (OKTA.md C12); doubles become one.

    A null ``$ref`` or ``display`` says nothing (OKTA.md A10, C11). Raises InvalidValue for one without an id.
    """
    if value is None:
        return ()
    if isinstance(value, list):
        return _once([_member(item) for item in value])
    return (_member(value),)


def _is_members(target: Target) -> bool:
    return target.attribute.name == "members" and target.extension is None


def _joined(changes: Iterable[MemberChange]) -> Iterator[MemberChange]:
    for _, neighbours in groupby(changes, key=type):
        run = list(neighbours)
        if isinstance(run[0], RemoveMembers):
            ids = [id_ for change in run if isinstance(change, RemoveMembers) for id_ in change.ids]
            yield RemoveMembers(tuple(dict.fromkeys(ids)))
        elif isinstance(run[0], AddMembers):
            yield AddMembers(_once(m for change in run if isinstance(change, AddMembers) for m in change.members))
        else:
            yield from run


def _once(mentions: Iterable[Member]) -> tuple[Member, ...]:
    """Keep one mention of each, in the first one's place; what the last leaves open, an earlier one says."""
    members: dict[str, Member] = {}
    for member in mentions:
        earlier = members.setdefault(member.value, member)
        if earlier is not member:
            members[member.value] = Member(member.value, member.display or earlier.display, member.type or earlier.type)
    return tuple(members.values())


def _member_changes(operation: Operation) -> Iterator[MemberChange]:
    operator, path, value = operation
    sub_attribute = path.target.sub_attribute
    if sub_attribute is not None and sub_attribute.name != "value":
        yield _redisplay(operation)
    elif path.filter is not None:
        yield from _selected_changes(operation, path.filter)
    elif operator == "remove":
        # A list of members removes those and no others (OKTA.md C10).
        yield ReplaceMembers(()) if value is ABSENT or value is None else RemoveMembers(_ids(value))
    elif operator == "replace":
        yield ReplaceMembers(members_from(value))
    elif members := members_from(value):
        yield AddMembers(members)


def _ids(value: Any) -> tuple[str, ...]:
    return tuple(member.value for member in members_from(value))


def _selected_changes(operation: Operation, filter_: Filter) -> Iterator[MemberChange]:
    """Give the changes of ``members[...]`` and ``members[...].value``."""
    operator, path, value = operation
    ids = _compared_ids(filter_)
    if operator == "remove":
        if path.target.sub_attribute is not None:
            raise Mutability('members.value cannot be removed alone; remove the member: members[value eq "id"].')
        yield RemoveMatching(filter_) if ids is None else RemoveMembers(ids)
        return
    if ids is None or len(ids) != 1:
        raise NoTarget('Name one member: members[value eq "id"]; other filters are for remove and for display.')
    if isinstance(value, dict) and not any(name.lower() in ("value", "$ref") for name in value):
        value = {**value, "value": ids[0]}
    members = members_from(value)
    if [member.value for member in members] != [*ids]:
        raise Mutability("A member's value cannot change; remove the member and add the other one.")
    yield AddMembers(members)


def _redisplay(operation: Operation) -> RedisplayMembers:
    operator, path, value = operation
    sub_attribute = path.target.sub_attribute
    assert sub_attribute is not None
    if sub_attribute.name != "display":
        raise Mutability(f"members.{sub_attribute.name} cannot change; remove the member and add it anew.")
    display = None if operator == "remove" or value == "" else value
    if not _is_text(display):
        raise InvalidValue("members.display must be a string, without the control character U+0000.")
    everyone = Present(Target(None, path.target.attribute.sub_attributes["value"]))
    return RedisplayMembers(path.filter or everyone, display)


def _compared_ids(filter_: Filter) -> tuple[str, ...] | None:
    """Give the ids of ``value eq "a"`` and ``value eq "a" or value eq "b"``; None for any other filter."""
    comparisons = filter_.operands if isinstance(filter_, Or) else (filter_,)
    ids: dict[str, None] = {}
    for comparison in comparisons:
        if (
            not isinstance(comparison, Comparison)
            or comparison.operator != "eq"
            or comparison.target.leaf.name != "value"
            or not isinstance(comparison.value, str)
            or NUL in comparison.value
        ):
            return None
        ids[comparison.value] = None
    return tuple(ids)


def _member(item: Any) -> Member:
    if isinstance(item, str):
        if item and NUL not in item:
            return Member(item)
    elif isinstance(item, dict):
        value, display, type_, reference = (
            item.get("value"),
            item.get("display"),
            item.get("type"),
            item.get("$ref"),
        )
        if value is None:
            members = {name.lower(): member for name, member in item.items()}
            value, display, type_, reference = map(members.get, ("value", "display", "type", "$ref"))
        if value is None and isinstance(reference, str):
            value = reference.rstrip("/").rpartition("/")[2]
        if type_ is None and isinstance(reference, str):
            type_ = "Group" if "/Groups/" in reference else "User" if "/Users/" in reference else None
        if isinstance(value, str) and value and NUL not in value and _is_text(display) and _is_text(type_):
            return Member(value, display or None, type_ or None)
    raise InvalidValue(
        "A member must be an object whose value is the id of a user or group, as a string; "
        "display and type are strings too, and none may hold the control character U+0000."
    )


def _is_text(value: Any) -> bool:
    return value is None or (isinstance(value, str) and NUL not in value)
