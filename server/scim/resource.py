"""Canonical documents: what a client's body means in this service provider's own spelling (RFC 7643 §2).

A *document* is a dict of canonical attribute names, with extension objects under their URN. It holds
``schemas`` (computed), no nulls, no empty strings, lists or objects, nothing readOnly, no password. Belongs
here: names, keys that are paths, what is required. Must not know: ids, metadata, storage, HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from server.scim.attribute_path import find_target
from server.scim.errors import InvalidSyntax, InvalidValue
from server.scim.tolerances import NUL, is_foreign_extension, is_ignored, nest, settle_formatted_name
from server.scim.values import (
    UNIQUE_TEXT_LIMIT,
    Entry,
    Unfit,
    as_sent,
    canonicaliser,
    complex_canonicaliser,
    entry_of,
    json_name,
    table_of,
)

if TYPE_CHECKING:
    from server.scim.schema import Attribute, ResourceType


@dataclass(frozen=True, slots=True)
class Canonical:
    """A body in canonical form, and the names in it that no schema knows and that were dropped."""

    document: dict[str, Any]
    ignored: tuple[str, ...]


class _Requirement(NamedTuple):
    name: str
    path: str
    required: bool
    multi_valued: bool
    children: tuple[_Requirement, ...]


class _Plan(NamedTuple):
    """A resource type, compiled."""

    table: dict[str, Entry]
    requirements: tuple[_Requirement, ...]
    has_formatted_name: bool


def canonicalise(body: Any, resource_type: ResourceType, *, creating: bool) -> Canonical:
    """Give the document that a POST (``creating``) or PUT body means; the body is not changed.

    Names are compared without case, and dotted or URN keys are paths. Whatever is readOnly is passed over,
    whatever is unknown is dropped and named in ``ignored``; an unknown extension stays as sent. ``schemas``
    in the body is not looked at: it is computed from what the document holds (OKTA.md 6).

    Raises InvalidSyntax where the body is no object, InvalidValue where a value has the wrong type or a
    required one is missing; the detail names the attribute and the remedy.
    """
    if not isinstance(body, Mapping):
        raise InvalidSyntax(
            f"A {resource_type.name} is a JSON object, but {json_name(body)} was sent. "
            f"Send an object with {resource_type.unique_attribute}."
        )
    plan = _plan(resource_type)
    schemas = [resource_type.schema.id]
    document: dict[str, Any] = {"schemas": schemas}
    ignored: list[str] = []
    table = plan.table
    is_expanded = False
    for key, value in body.items():
        entry = table.get(key) or table.get(key.lower())
        if entry is None:
            if "." in key or ":" in key:
                if not is_expanded:
                    expanded = expand_keys(body, resource_type)
                    if expanded is not body:
                        return canonicalise(expanded, resource_type, creating=creating)
                    is_expanded = True
                if is_foreign_extension(key, value) and not _is_within(key, resource_type.extensions):
                    if value:
                        document[key] = _foreign_extension(key, value)
                    continue
            ignored.append(key)
            continue
        name, convert, plain = entry
        if plain and type(value) is str and 0 < len(value) <= UNIQUE_TEXT_LIMIT and NUL not in value:
            document[name] = value
        elif convert is not None:
            try:
                value = convert(value, ignored)  # noqa: PLW2901 # the sent value is not needed again
            except Unfit as unfit:
                raise unfit.invalid_value(name, ":" if ":" in name else ".") from None
            if value is not None:
                document[name] = value
    schemas += [name for name in document if ":" in name]
    if plan.has_formatted_name and "name" in document:
        settle_formatted_name(document["name"])
    if not _satisfied(plan.requirements, document):
        raise _missing(plan, document, resource_type, creating=creating)
    return Canonical(document, tuple(ignored))


def canonical_value(attribute: Attribute, value: Any, path: str, ignored: list[str] | None = None) -> Any | None:
    """Give the canonical form of one attribute's value; None where the value unassigns it.

    ``path`` is what an error calls the attribute. Names that were dropped are added to ``ignored``. A
    multi-valued attribute gives a list, also for one value that is not in a list. Raises InvalidValue.
    """
    try:
        return canonicaliser(attribute)(value, [] if ignored is None else ignored)
    except Unfit as unfit:
        raise unfit.invalid_value(path) from None


def expand_keys(body: Mapping[str, Any], resource_type: ResourceType) -> Mapping[str, Any]:
    """Give the body with each dotted key and each URN key nested where it leads (OKTA.md C7, C8).

    ``name.givenName``, ``urn:…:User:employeeNumber``, ``urn:…:User.manager`` and the object of the core
    schema's own URN are such keys. A key that leads nowhere, or into a list, stays. Gives ``body`` itself
    where nothing changes.
    """
    return nest(body, lambda key, value: _key_path(key, value, resource_type))


def _key_path(key: str, value: Any, resource_type: ResourceType) -> tuple[str, ...] | None:
    if "." not in key and ":" not in key:
        return None
    if key.lower() == resource_type.schema.id.lower():
        return () if isinstance(value, Mapping) else None
    target = find_target(key, resource_type)
    if target is None or ":" in target.attribute.name:
        return None
    if target.attribute.type == "any" and type(value) is dict:
        return None  # the object of an unknown extension, whose URN is the whole key
    path = (target.attribute.name,) if target.extension is None else (target.extension, target.attribute.name)
    if target.sub_attribute is None:
        return path
    return None if target.attribute.multi_valued else (*path, target.sub_attribute.name)


def _foreign_extension(urn: str, value: Any) -> Any:
    try:
        return as_sent(value)
    except Unfit as unfit:
        raise unfit.invalid_value(urn) from None


def _is_within(key: str, urns: Iterable[str]) -> bool:
    folded = key.lower()
    return any(folded.startswith((f"{urn}:", f"{urn}.")) for urn in urns)


@lru_cache(maxsize=16)
def _plan(resource_type: ResourceType) -> _Plan:
    entries = [entry_of(attribute) for attribute in resource_type.attributes.values()]
    requirements = list(_requirements(resource_type.attributes, ""))
    for schema in resource_type.extensions.values():
        entries.append(Entry(schema.id, complex_canonicaliser(schema.id, schema.attributes), plain=False))
        children = tuple(_requirements(schema.attributes, f"{schema.id}:"))
        if children:
            needed = any(child.required for child in children)
            requirements.append(_Requirement(schema.id, schema.id, needed, multi_valued=False, children=children))
    name = resource_type.attributes.get("name")
    has_formatted_name = name is not None and "formatted" in name.sub_attributes
    return _Plan(table_of(entries), tuple(requirements), has_formatted_name)


def _requirements(attributes: Mapping[str, Attribute], prefix: str) -> Iterator[_Requirement]:
    for attribute in attributes.values():
        if is_ignored(attribute):
            continue
        path = f"{prefix}{attribute.name}"
        children = tuple(_requirements(attribute.sub_attributes, f"{path}."))
        if attribute.required or children:
            yield _Requirement(attribute.name, path, attribute.required, attribute.multi_valued, children)


def _is_blank(value: Any) -> bool:
    return type(value) is str and value.isspace()


def _satisfied(requirements: tuple[_Requirement, ...], holder: Mapping[str, Any]) -> bool:
    for name, _, required, multi_valued, children in requirements:
        value = holder.get(name)
        if value is None or _is_blank(value):
            if required:
                return False
        elif children:
            for item in value if multi_valued else (value,):
                if not _satisfied(children, item):
                    return False
    return True


def _missing_paths(requirements: tuple[_Requirement, ...], holder: Mapping[str, Any]) -> Iterator[str]:
    for name, path, required, multi_valued, children in requirements:
        value = holder.get(name)
        if value is not None and not _is_blank(value):
            for item in value if multi_valued else (value,):
                yield from _missing_paths(children, item)
        elif required and children and not multi_valued:
            yield from _missing_paths(children, {})
        elif required:
            yield path


def _missing(plan: _Plan, document: Mapping[str, Any], resource_type: ResourceType, *, creating: bool) -> InvalidValue:
    """Word the error for whoever reads Okta's task list: everything that is missing, in one sentence."""
    missing = tuple(dict.fromkeys(_missing_paths(plan.requirements, document)))
    them = "them" if len(missing) > 1 else "it"
    remedy = f"send {them}" if creating else f"send {them} again, since a PUT replaces the whole resource"
    if resource_type.name == "User":
        remedy = f"map {them} in Okta under Provisioning > To App, or {remedy}"
    return InvalidValue(f"{are_required(missing)}: {remedy}.", missing=missing)


def are_required(missing: Sequence[str]) -> str:
    """Name what is missing, as the beginning of a sentence that a remedy ends."""
    *others, last = missing
    return f"{', '.join(others)} and {last} are required" if others else f"{last} is required"
