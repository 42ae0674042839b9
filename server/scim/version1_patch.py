"""The PATCH of SCIM 1.1, a partial resource, as the PatchOp message of 2.0 (draft-scim-api-01 §3.3.2; OKTA.md 2.5).

Belongs here: what a partial resource asks for, operation by operation. Must not know: what an operation does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from server.scim.errors import InvalidSyntax, InvalidValue
from server.scim.patch import PATCH_OP_URN
from server.scim.version1 import CORE_URN, paths_from, resource_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from server.scim.schema import ResourceType

_NOT_ATTRIBUTES = frozenset({"schemas", "id", "meta"})
"""What a partial resource carries along without wanting it changed, folded."""


def patch_from(body: Any, resource_type: ResourceType) -> Any:
    """Give the PatchOp message that a partial resource stands for; the body is not changed.

    What ``meta.attributes`` names is removed first. A value of a list is merged into the one with the same
    ``value``, or added; with ``"operation": "delete"`` it is removed. Everything else is replaced, a complex
    attribute part by part. A PatchOp message is taken as it is: an agent may be set to the wrong version
    (OKTA.md 2.1).

    Raises InvalidSyntax for what is no object, InvalidValue for a ``meta.attributes`` that is no list of names.
    """
    if not isinstance(body, dict):
        raise InvalidSyntax("The body must be a JSON object: the attributes to change, as in SCIM 1.1.")
    if PATCH_OP_URN in _listed(body.get("schemas")):
        return body
    meant = resource_from(body)
    cleared = _cleared(meant)
    operations: list[dict[str, Any]] = []
    single: dict[str, Any] = {}
    lists: dict[str, list[Any]] = {}
    for name, value in meant.items():
        if name.lower() in _NOT_ATTRIBUTES:
            continue
        if value is not None and _is_list(name, resource_type):
            lists[name.lower()] = _listed(value)
        else:
            single[name] = value
    for name in cleared:
        kept = [value for value in lists.pop(name.lower(), ()) if not _is_deleted(value)]
        # Everything else instead, in one step: the same members again are no change.
        operations.append({"op": "replace", "path": name, "value": kept} if kept else {"op": "remove", "path": name})
    # An empty object changes nothing, and keeps a PATCH that asks for nothing a message.
    operations.append({"op": "replace", "value": single})
    for name, values in lists.items():
        operations += _merge(name, values)
    return {"schemas": [PATCH_OP_URN], "Operations": operations}


def partial_from(message: Mapping[str, Any], identifier: str) -> dict[str, Any]:
    """Give the partial resource that says what a PatchOp message does, as Okta writes both (OKTA.md 1.11, 2.5).

    Attributes with or without a path, values added to a list or put in its place, and ``members[value eq "…"]``
    removed: a message that does anything else has no such form.
    """
    partial: dict[str, Any] = {"schemas": [CORE_URN], "id": identifier}
    for operation in message["Operations"]:
        path, value = operation.get("path"), operation.get("value")
        if path is None:
            partial.update(value)
        elif operation["op"] == "remove":
            name, _, condition = path.partition("[")
            removed = json.loads(condition[condition.index('"') : condition.rindex("]")])
            partial.setdefault(name, []).append({"value": removed, "operation": "delete"})
        elif operation["op"] == "add":
            partial.setdefault(path, []).extend(value)
        elif isinstance(value, list):
            partial |= {"meta": {"attributes": [path]}, path: [*value]}
        else:
            partial[path] = value
    return partial


def _cleared(body: dict[str, Any]) -> list[str]:
    """Read ``meta.attributes``: the names of what is to be removed before anything else."""
    meta = next((value for name, value in body.items() if name.lower() == "meta"), None)
    names = next((v for n, v in meta.items() if n.lower() == "attributes"), None) if isinstance(meta, dict) else None
    if names is None:
        return []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidValue("meta.attributes must be a list of attribute names, such as members.")
    return [paths_from(name) for name in names]


def _merge(name: str, values: list[Any]) -> Iterator[dict[str, Any]]:
    """Give the operations that merge values into a list; deletions come first."""
    deleted = [_without_operation(value) for value in values if _is_deleted(value)]
    given = [value for value in values if not _is_deleted(value)]
    if name == "members":
        # Members are rows, which find their like by value: one operation for all of them.
        if deleted:
            yield {"op": "remove", "path": name, "value": deleted}
        if given:
            yield {"op": "add", "path": name, "value": given}
        return
    for value in deleted:
        key = _key(name, value)
        yield {"op": "remove", "path": key} if key else {"op": "remove", "path": name, "value": [value]}
    for value in given:
        yield {"op": "add", "path": _key(name, value) or name, "value": value}


def _is_list(name: str, resource_type: ResourceType) -> bool:
    attribute = resource_type.attributes.get(name.lower())
    return attribute is not None and attribute.multi_valued and attribute.mutability != "readOnly"


def _key(name: str, value: Any) -> str | None:
    """Give the path of the one with the same ``value``; None where a value has none and is its own name."""
    found = next((v for n, v in value.items() if n.lower() == "value"), None) if isinstance(value, dict) else None
    return f"{name}[value eq {json.dumps(found, ensure_ascii=False)}]" if isinstance(found, str) and found else None


def _is_deleted(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    operation = next((v for n, v in value.items() if n.lower() == "operation"), None)
    return isinstance(operation, str) and operation.lower() == "delete"


def _without_operation(value: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in value.items() if name.lower() != "operation"}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
