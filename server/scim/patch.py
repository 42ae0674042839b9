"""The PatchOp message: what a client asks to change, one path at a time (RFC 7644 §3.5.2); applies nothing.

Belongs here: reading the message. Must not know: the resource it is meant for (patch_application applies it
to a document, members turns the part on a group's members into changes of rows). An operation without a
path is taken apart into one operation for each attribute its value object names, so that everything after
this module sees paths only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from server.scim.errors import InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget, PayloadTooLarge
from server.scim.filter import Comparison
from server.scim.path import PatchPath, find_target, parse_patch_path
from server.scim.schema import Attribute, Target
from server.scim.tolerances import is_foreign_extension

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from server.scim.schema import ResourceType

PATCH_OP_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SCHEMAS = [PATCH_OP_URN]
MAX_OPERATIONS = 2048
"""Okta puts up to 1000 membership changes, one remove each, and a rename into one request (OKTA.md A50)."""
CACHED_PATH_LENGTH = 128
MEMBER_PATH = 'members[value eq "'

Operator = Literal["add", "replace", "remove"]
OPERATORS: Mapping[str, Operator] = {
    spelling: operator
    for operator in ("add", "replace", "remove")
    for spelling in (operator, operator.capitalize(), operator.upper())
}
ABSENT: Any = object()
"""The value of a remove that names none: everything at the path goes."""


class Operation(NamedTuple):
    """One change at one path; ``value`` is as the client sent it, or ABSENT."""

    operator: Operator
    path: PatchPath
    value: Any


class UnknownAttribute(NamedTuple):
    """A name in a value object that no schema has: nothing to change, something to report (OKTA.md C20)."""

    name: str


def parse_patch(body: Any, resource_type: ResourceType) -> tuple[Operation | UnknownAttribute, ...]:
    """Read a PatchOp message into single changes, in the order sent.

    Raises InvalidSyntax (not the message; no operations, OKTA.md C17), PayloadTooLarge, InvalidPath,
    InvalidFilter, InvalidValue, Mutability (a read-only path) and NoTarget (a remove without a path,
    OKTA.md C25).
    """
    if not isinstance(body, dict):
        raise InvalidSyntax("The body must be a JSON object: a PatchOp message with Operations.")
    operations = body.get("Operations")
    schemas = body.get("schemas")
    if operations is None or schemas is None:
        members = {name.lower(): value for name, value in body.items()}
        operations, schemas = members.get("operations"), members.get("schemas", SCHEMAS)
    if schemas != SCHEMAS and not _names_patch_op(schemas):
        raise InvalidSyntax(f"schemas must be [{PATCH_OP_URN!r}] for a PATCH.")
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntax("Operations must be a list of one or more operations.")
    if len(operations) > MAX_OPERATIONS:
        raise PayloadTooLarge(
            f"The PATCH has {len(operations)} operations; send at most {MAX_OPERATIONS} in one request."
        )
    changes: list[Operation | UnknownAttribute] = []
    for operation in operations:
        if not isinstance(operation, dict):
            raise InvalidSyntax("An operation must be a JSON object with op, and path or value.")
        changes.extend(_parse_operation(operation, resource_type))
    return tuple(changes)


def _names_patch_op(schemas: Any) -> bool:
    urns = schemas if isinstance(schemas, list) else [schemas]
    return any(isinstance(urn, str) and urn.lower() == PATCH_OP_URN.lower() for urn in urns)


def _parse_operation(
    operation: Mapping[str, Any], resource_type: ResourceType
) -> Iterator[Operation | UnknownAttribute]:
    name = operation.get("op")
    if name is None:
        operation = {key.lower(): value for key, value in operation.items()}
        name = operation.get("op")
    operator = _operator(name)
    path = operation.get("path")
    value = operation.get("value", ABSENT)
    if value is ABSENT and operator != "remove":
        raise InvalidValue(f"The operation {operator} needs a value.")
    if path is None or path == "":
        if operator == "remove":
            raise NoTarget("A remove needs a path that says what to remove.")
        if not isinstance(value, dict):
            raise InvalidValue(f"The operation {operator} without a path needs an object of attributes as its value.")
        return _expand(operator, value, resource_type)
    if not isinstance(path, str):
        raise InvalidPath('path must be a string such as userName or emails[type eq "work"].value.')
    return _address(operator, _parse_path(path, resource_type), value, resource_type)


def _operator(name: Any) -> Operator:
    """Read ``op`` in any case, as Entra sends it (OKTA.md C1)."""
    operator = OPERATORS.get(name) if isinstance(name, str) else None
    if operator is None and isinstance(name, str):
        operator = OPERATORS.get(name.lower())
    if operator is None:
        raise InvalidSyntax("op must be add, replace or remove.")
    return operator


def _address(
    operator: Operator, path: PatchPath, value: Any, resource_type: ResourceType
) -> Iterator[Operation | UnknownAttribute]:
    """Give the changes of an operation with a path."""
    target = path.target
    if _is_forgotten(target):
        return
    if target.attribute.mutability == "readOnly" or target.leaf.mutability == "readOnly":
        raise Mutability(f"{target} is read-only: the server sets it. Leave it out of the request.")
    extension = _extension(target, resource_type)
    if extension is not None and isinstance(value, dict) and operator != "remove":
        for name, item in value.items():
            yield from _name(operator, f"{extension}:{name}", item, resource_type)
        return
    yield Operation(operator, path, value)


def _expand(
    operator: Operator, value: Mapping[str, Any], resource_type: ResourceType
) -> Iterator[Operation | UnknownAttribute]:
    """Give one change for each attribute that a value object names (RFC 7644 §3.5.2.1; OKTA.md A4)."""
    for name, item in value.items():
        if ":" in name and name.lower() == resource_type.schema.id.lower() and isinstance(item, dict):
            for inner_name, inner_item in item.items():
                yield from _name(operator, inner_name, inner_item, resource_type)
        else:
            yield from _name(operator, name, item, resource_type)


def _name(
    operator: Operator, name: str, item: Any, resource_type: ResourceType
) -> Iterator[Operation | UnknownAttribute]:
    """Give the change of one attribute in a value object; the name may be a path (OKTA.md C7).

    What the server sets itself is ignored: Okta sends the id along with each rename (OKTA.md A6).
    """
    path = _named_path(name, resource_type)
    if path is None:
        yield UnknownAttribute(name)
        return
    target = path.target
    if target.attribute.type == "any" and is_foreign_extension(name, item):
        yield Operation(operator, PatchPath(Target(None, Attribute(name, "any"))), item)
    elif target.attribute.mutability != "readOnly" and target.leaf.mutability != "readOnly":
        yield from _address(operator, path, item, resource_type)


def _is_forgotten(target: Target) -> bool:
    """Tell what is accepted and not kept: a password (OKTA.md A17), and schemas, which are computed."""
    attribute = target.attribute
    return attribute.mutability == "writeOnly" or (attribute.name == "schemas" and target.extension is None)


def _extension(target: Target, resource_type: ResourceType) -> str | None:
    """Give the URN when a path names a whole known extension."""
    name = target.attribute.name
    return name if target.sub_attribute is None and ":" in name and name.lower() in resource_type.extensions else None


def _parse_path(text: str, resource_type: ResourceType) -> PatchPath:
    if text.startswith(MEMBER_PATH) and text.endswith('"]') and "members" in resource_type.attributes:
        operand = text[len(MEMBER_PATH) : -2]
        if '"' not in operand and "\\" not in operand:
            path, comparison = _member_path(resource_type)
            return PatchPath(path.target, Comparison(comparison.target, "eq", operand))
    if len(text) <= CACHED_PATH_LENGTH:
        return _cached_path(text, resource_type)
    return parse_patch_path(text, resource_type)


@lru_cache(maxsize=1024)
def _cached_path(text: str, resource_type: ResourceType) -> PatchPath:
    return parse_patch_path(text, resource_type)


@lru_cache(maxsize=64)
def _member_path(resource_type: ResourceType) -> tuple[PatchPath, Comparison]:
    """Parse the path that Okta sends once for each member it removes; only its operand differs."""
    path = parse_patch_path(MEMBER_PATH + 'id"]', resource_type)
    assert isinstance(path.filter, Comparison)
    return path, path.filter


def _named_path(name: str, resource_type: ResourceType) -> PatchPath | None:
    if len(name) <= CACHED_PATH_LENGTH:
        return _cached_name(name, resource_type)
    target = find_target(name, resource_type)
    return None if target is None else PatchPath(target)


@lru_cache(maxsize=1024)
def _cached_name(name: str, resource_type: ResourceType) -> PatchPath | None:
    target = find_target(name, resource_type)
    return None if target is None else PatchPath(target)
