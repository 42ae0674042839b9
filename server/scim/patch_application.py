"""Applying the operations of a PATCH to a document, all or none (RFC 7644 §3.5.2.1-3).

Belongs here: what add, replace and remove do at a path. Must not know: the message (patch), members
(members), the store. Nothing that the caller holds is changed: what an operation touches is copied, the
rest is shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from server.scim.errors import InvalidValue, Mutability, NoTarget
from server.scim.filter import And, Comparison, value_matches
from server.scim.patch import ABSENT, Operation, UnknownAttribute
from server.scim.resource import canonical_value
from server.scim.tolerances import is_only_a_label, is_unassigned, keep_one_primary, settle_formatted_name
from server.scim.values import VALUES_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.scim.schema import Attribute, ResourceType


@dataclass(frozen=True, slots=True)
class Patched:
    """The new document, and the names that were dropped because no schema has them."""

    document: dict[str, Any]
    ignored: tuple[str, ...]


def apply_patch(
    document: Mapping[str, Any],
    operations: Iterable[Operation | UnknownAttribute],
    resource_type: ResourceType,
) -> Patched:
    """Apply operations in order to a canonical document; ``document`` itself stays as it is.

    Raises InvalidValue (wrong type), NoTarget (a filter that matches nothing and cannot be created from) and
    Mutability (a required attribute would be gone, RFC 7644 §3.5.2.2). Then nothing has changed.
    """
    patched = dict(document)
    ignored: list[str] = []
    urns: dict[str, list[str]] | None = None
    reached: set[tuple[str | None, str]] = set()
    for operation in operations:
        if isinstance(operation, UnknownAttribute):
            ignored.append(operation.name)
            continue
        target = operation.path.target
        attribute = target.attribute
        name = attribute.name
        if attribute.multi_valued and (target.sub_attribute is not None or operation.path.filter is not None):
            reached.add((target.extension, name))
        if target.extension is None and ":" not in name:
            _assign(patched, name, _changed(patched.get(name), operation, ignored))
            continue
        if urns is None:
            urns = _urns(patched)
        urn = _spelling(patched, target.extension or name, urns)
        if target.extension is None:
            _assign(patched, urn, _changed(patched.get(urn), operation, ignored))
        else:
            extension = dict(patched.get(urn, ()))
            _assign(extension, name, _changed(extension.get(name), operation, ignored))
            _assign(patched, urn, extension)
    for place, name in reached:
        _drop_hollow(patched, place, name)
    if urns is not None:
        patched["schemas"] = [resource_type.schema.id, *(name for name in patched if ":" in name)]
    _settle_name(document, patched)
    _check_required(document, patched, resource_type)
    return Patched(patched, tuple(ignored))


def _urns(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Give the spellings of each URN in a document, by the URN in lower case; one look through serves a whole PATCH."""
    found: dict[str, list[str]] = {}
    for name in document:
        if ":" in name:
            found.setdefault(name.lower(), []).append(name)
    return found


def _spelling(document: Mapping[str, Any], urn: str, urns: dict[str, list[str]]) -> str:
    """Give a URN as the document spells it, and note a new one; URNs are compared without case (RFC 8141 §3.1)."""
    spellings = urns.setdefault(urn.lower(), [])
    for name in spellings:
        if name in document:
            return name
    if urn not in spellings:
        spellings.append(urn)
    return urn


def _drop_hollow(patched: dict[str, Any], urn: str | None, name: str) -> None:
    """Drop the values of which only a description is left, as when Entra removes ``emails[...].value``."""
    holder = patched if urn is None else dict(patched.get(urn, ()))
    _assign(holder, name, [value for value in holder.get(name, ()) if not is_only_a_label(value)])
    if urn is not None:
        _assign(patched, urn, holder)


def _assign(holder: dict[str, Any], name: str, value: Any) -> None:
    """Set an attribute; null and empty mean unassigned (RFC 7643 §2.5)."""
    if value is None or value in ({}, []):
        holder.pop(name, None)
    else:
        holder[name] = value


def _changed(current: Any, operation: Operation, ignored: list[str]) -> Any:
    """Give the new value of the attribute that the path names; None unassigns it."""
    operator, path, value = operation
    target = path.target
    attribute = target.attribute
    if attribute.multi_valued:
        return _changed_values(current or [], operation, ignored)
    if path.filter is not None:
        selected = _changed_values([] if current is None else [current], operation, ignored)
        return selected[0] if selected else None
    if target.sub_attribute is not None:
        return _changed_sub_attribute({} if current is None else current, operation)
    if operator == "remove":
        return None if _is_removed(attribute, current, value) else current
    if isinstance(value, dict) and attribute.type in ("complex", "any"):
        return _merged(current if isinstance(current, dict) else {}, attribute, value, str(target), ignored)
    if ":" in attribute.name and not is_unassigned(value):
        raise InvalidValue(f"{attribute.name} is an extension: its value must be an object of attributes.")
    return canonical_value(attribute, value, str(target), ignored)


def _changed_sub_attribute(current: Any, operation: Operation) -> Any:
    """Give a complex value with one sub-attribute changed; in an unknown extension a plain value gives way to it."""
    operator, path, value = operation
    if not isinstance(current, dict):
        if operator == "remove":
            return current
        current = {}
    sub_attribute = path.target.leaf
    name = sub_attribute.name
    changed = dict(current)
    if operator != "remove":
        _assign(changed, name, canonical_value(sub_attribute, value, str(path.target)))
    elif name in current and _is_removed(sub_attribute, current[name], value):
        del changed[name]
    _drop_stale_reference(current, changed, name)
    return changed


def _merged(
    current: Mapping[str, Any], attribute: Attribute, value: Mapping[str, Any], path: str, ignored: list[str]
) -> dict[str, Any]:
    """Give a complex value with what ``value`` names replaced and the rest kept (RFC 7644 §3.5.2.3)."""
    if attribute.type == "any":
        canonical_value(attribute, value, path)  # kept as sent, but not whatever is sent
        merged = {**current, **value}
        return {name: item for name, item in merged.items() if item is not None}
    changed = dict(current)
    named: list[str] = []
    for name, item in value.items():
        sub_attribute = attribute.sub_attributes.get(name.lower())
        if sub_attribute is None:
            ignored.append(f"{path}.{name}")
        elif sub_attribute.mutability != "readOnly":
            named.append(sub_attribute.name)
            sub_path = f"{path}.{sub_attribute.name}"
            _assign(changed, sub_attribute.name, canonical_value(sub_attribute, item, sub_path, ignored))
    _drop_stale_reference(current, changed, *named)
    return changed


def _drop_stale_reference(current: Mapping[str, Any], changed: dict[str, Any], *named: str) -> None:
    """Let a ``$ref`` go with its value, as when a person gets another manager (OKTA.md C9)."""
    if "$ref" in current and "$ref" not in named and current.get("value") != changed.get("value"):
        del changed["$ref"]


def _changed_values(values: list[Any], operation: Operation, ignored: list[str]) -> list[Any] | None:
    """Give the new values of a multi-valued attribute."""
    operator, path, value = operation
    target = path.target
    attribute = target.attribute
    if path.filter is not None or target.sub_attribute is not None:
        return _changed_selection(values, operation, ignored)
    if operator == "remove":
        if _is_absent(value):
            return None
        listed = _listed(attribute, value)
        return [item for item in values if not _is_among(attribute, item, listed)]
    new = canonical_value(attribute, value, str(target), ignored)
    if operator == "replace" or new is None:
        return new if operator == "replace" else values
    return _one_primary(values, _added(values, new, attribute))


def _changed_selection(values: list[Any], operation: Operation, ignored: list[str]) -> list[Any]:
    """Change the values that a filter selects; without a filter, a sub-attribute of every value."""
    operator, path, value = operation
    filter_ = path.filter
    selected = [index for index, item in enumerate(values) if filter_ is None or value_matches(filter_, item)]
    if operator == "remove" and path.target.sub_attribute is None:
        attribute = path.target.attribute
        listed = None if _is_absent(value) else _listed(attribute, value)
        gone = {index for index in selected if listed is None or _is_among(attribute, values[index], listed)}
        return [item for index, item in enumerate(values) if index not in gone]
    changed = list(values)
    for index in selected:
        changed[index] = _changed_value(values[index], operation, ignored)
    if not selected and operator != "remove":
        created = _changed_value(_described(operation), operation, ignored)
        if filter_ is not None and not value_matches(filter_, created):
            raise NoTarget(f"{path.target}: no value matches the filter, and the new value would not either.")
        changed = _added(values, [created], path.target.attribute)
    return _one_primary(values, [item for item in changed if item])


def _changed_value(current: Any, operation: Operation, ignored: list[str]) -> Any:
    """Change one of many values: a sub-attribute of it, or those that the value object names."""
    path, value = operation.path, operation.value
    if path.target.sub_attribute is not None:
        return _changed_sub_attribute(current, operation)
    attribute = path.target.attribute
    if isinstance(value, list):
        if len(value) != 1:
            raise InvalidValue(f"{path.target}: the filter selects values one by one; send one value, not a list.")
        value = value[0]
    if isinstance(value, dict) and attribute.type == "complex":
        return _merged(current, attribute, value, str(path.target), ignored)
    [replacement] = canonical_value(attribute, [value], str(path.target), ignored) or [None]
    return {**current, **replacement} if isinstance(replacement, dict) else replacement


def _described(operation: Operation) -> dict[str, Any]:
    """Give the value that ``[type eq "work" and ...]`` describes, to be created (OKTA.md C3, C4)."""
    filter_ = operation.path.filter
    if filter_ is None:
        return {}
    described: dict[str, Any] = {}
    for comparison in filter_.operands if isinstance(filter_, And) else (filter_,):
        if not isinstance(comparison, Comparison) or comparison.operator != "eq" or comparison.value is None:
            raise NoTarget(
                f"{operation.path.target}: no value matches the filter. "
                'Only a filter such as [type eq "work"] says which value to create.'
            )
        sub_attribute = comparison.target.leaf
        described[sub_attribute.name] = canonical_value(sub_attribute, comparison.value, str(comparison.target))
    return described


def _added(values: list[Any], new: Iterable[Any], attribute: Attribute) -> list[Any]:
    """Append values; one with the same value and type as a present one updates it (RFC 7643 §2.4)."""
    added = list(values)
    places = {_identity(attribute, item): index for index, item in reversed([*enumerate(values)])}
    for item in new:
        identity = _identity(attribute, item)
        place = places.get(identity)
        if place is None:
            places[identity] = len(added)
            added.append(item)
        elif isinstance(item, dict) and not item.items() <= added[place].items():
            added[place] = {**added[place], **item}
    if len(added) > VALUES_LIMIT:
        raise InvalidValue(f"{attribute.name} would have {len(added)} values; at most {VALUES_LIMIT} are kept.")
    return added


def _identity(attribute: Attribute, value: Any) -> Any:
    """Give what makes two values the same one: value and type, or everything where there is no value."""
    if not isinstance(value, dict):
        return _folded(attribute, value)
    sub_attributes = attribute.sub_attributes
    names = ("value", "type") if "value" in value else sorted(value.keys() - {"primary"})
    return tuple((name, _folded(sub_attributes.get(name.lower(), attribute), value.get(name))) for name in names)


def _folded(attribute: Attribute, value: Any) -> Any:
    return value.casefold() if isinstance(value, str) and not attribute.case_exact else repr(value)


def _one_primary(before: list[Any], after: list[Any]) -> list[Any]:
    """Keep one primary value: the one that became primary last; the others become false (RFC 7644 §3.5.2)."""
    claims = [index for index, item in enumerate(after) if isinstance(item, dict) and item.get("primary") is True]
    if len(claims) < 2:
        return after
    marked = [index for index in claims if index >= len(before) or before[index].get("primary") is not True]
    return keep_one_primary(after, (marked or claims)[-1])


def _is_absent(value: Any) -> bool:
    return value is ABSENT or value is None or value == ""


def _is_removed(attribute: Attribute, current: Any, value: Any) -> bool:
    """Tell whether a remove takes ``current`` away; with another value it does not (OKTA.md C6)."""
    return current is not None and (_is_absent(value) or _is_among(attribute, current, _listed(attribute, value)))


def _listed(attribute: Attribute, value: Any) -> list[Any]:
    """Give the values that a remove lists (OKTA.md C10); none where they do not even fit the attribute."""
    try:
        listed = canonical_value(attribute, value, attribute.name)
    except InvalidValue:
        return []
    return listed if isinstance(listed, list) else [listed]


def _is_among(attribute: Attribute, current: Any, listed: list[Any]) -> bool:
    """Tell whether a value agrees with a listed one in all that is given there."""
    return any(_agrees(attribute, current, item) for item in listed)


def _agrees(attribute: Attribute, current: Any, given: Any) -> bool:
    if isinstance(current, dict) and isinstance(given, dict):
        return all(
            _agrees(attribute.sub_attributes.get(name.lower(), attribute), current.get(name), item)
            for name, item in given.items()
        )
    return current is not None and given is not None and _folded(attribute, current) == _folded(attribute, given)


def _settle_name(document: Mapping[str, Any], patched: dict[str, Any]) -> None:
    """Compose name.formatted anew where its parts changed and no operation set it (OKTA.md A16)."""
    before, after = document.get("name") or {}, patched.get("name")
    if after is None or after is before:
        return
    is_set = "formatted" in after and after["formatted"] != before.get("formatted")
    if not is_set and {**after, "formatted": None} != {**before, "formatted": None}:
        patched["name"] = settled = dict(after)
        settle_formatted_name(settled)


@lru_cache(maxsize=64)
def _required(resource_type: ResourceType) -> tuple[tuple[str, str | None], ...]:
    """Give the required attributes as (attribute, sub-attribute) and (URN of an extension, attribute)."""
    required: list[tuple[str, str | None]] = []
    for attribute in resource_type.attributes.values():
        if attribute.required:
            required.append((attribute.name, None))
            if not attribute.multi_valued:
                required += [(attribute.name, sub.name) for sub in attribute.sub_attributes.values() if sub.required]
    for schema in resource_type.extensions.values():
        required += [(schema.id, attribute.name) for attribute in schema.attributes.values() if attribute.required]
    return tuple(required)


def _check_required(before: Mapping[str, Any], after: Mapping[str, Any], resource_type: ResourceType) -> None:
    """Refuse what takes a required attribute away; one that was missing before is not this PATCH's doing."""
    for name, sub_name in _required(resource_type):
        old, new = before.get(name), after.get(name)
        if new is old:
            continue
        if sub_name is not None:
            old, new = (old or {}).get(sub_name), (new or {}).get(sub_name)
        if old is not None and _is_missing(new):
            path = name if sub_name is None else f"{name}{':' if ':' in name else '.'}{sub_name}"
            raise Mutability(f"{path} is required and cannot be removed: replace it by another value instead.")


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.isspace())
