"""Projection: which attributes of a resource an answer carries (RFC 7644 §3.9, RFC 7643 §2.4 ``returned``).

Belongs here: ``attributes`` and ``excludedAttributes``, and their application to a resource. Must not know:
where the resource comes from, HTTP.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from server.scim.attribute_path import find_target
from server.scim.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.scim.schema import Attribute, ResourceType

Tree = dict[str, Any]
"""Canonical names; below each its own tree, or None for all of it."""

MAX_LENGTH = 8_192
"""Characters of all names together, as in a filter: the body of a search could bring a million of them."""

_PIECES = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]]|[^"\[\]]+', re.DOTALL)
"""Strings, brackets and what is between them. Each character is read once: a pattern for whole pairs of brackets would
look for the end anew from each bracket that has none."""


@dataclass(frozen=True, slots=True)
class Projection:
    """What an answer carries: ``included`` and nothing else, or everything but ``excluded``."""

    included: Mapping[str, Tree | None] | None
    excluded: Mapping[str, Tree | None]
    foreign: tuple[str, ...] = ()
    """Folded paths into extensions that no schema describes, to include or to exclude as the above."""

    def wants(self, name: str) -> bool:
        """Tell whether anything of an attribute (or of an extension, by its URN) can be in the answer.

        ``name`` is spelled as the schema spells it. What is not wanted need not be read from the store.
        """
        if self.included is not None:
            return name in self.included
        return self.excluded.get(name, ()) is not None


def parse_projection(
    attributes: str | Sequence[str] | None,
    excluded_attributes: str | Sequence[str] | None,
    resource_type: ResourceType,
) -> Projection | None:
    """Read the two parameters, each a comma-separated text or a list; None means everything that is default.

    Names are compared without case; unknown ones are passed over; ``emails[type eq "work"]`` means ``emails``
    (OKTA.md C16). What is returned always cannot be excluded, what is returned never cannot be included, what
    is returned on request must be named. Raises InvalidValue where both parameters are given: RFC 7644 §3.9
    makes them exclusive; and for more than MAX_LENGTH characters.
    """
    if not attributes and not excluded_attributes:
        return _default(resource_type)
    wanted, unwanted = _names(attributes, "attributes"), _names(excluded_attributes, "excludedAttributes")
    if wanted and unwanted:
        raise InvalidValue("attributes and excludedAttributes exclude each other: send one of them.")
    if wanted:
        return _inclusion(wanted, resource_type)
    return _exclusion(unwanted, resource_type) if unwanted else _default(resource_type)


def project(resource: Mapping[str, Any], projection: Projection | None) -> dict[str, Any]:
    """Give what the projection leaves of a resource; values are shared, not copied, where they stay whole."""
    if projection is None:
        return dict(resource)
    foreign = projection.foreign
    if projection.included is None:
        kept = _without(resource, projection.excluded)
        return {name: value for name, value in kept.items() if not _is_foreign(name, foreign)}
    kept = _only(resource, projection.included)
    for name, value in resource.items() if foreign else ():
        if _is_foreign(name, foreign):
            kept[name] = value
        elif ":" in name and isinstance(value, dict):
            asked = {key: item for key, item in value.items() if _is_foreign(f"{name}:{key}", foreign)}
            kept |= {name: asked} if asked else {}
    return kept


def _names(value: str | Sequence[str] | None, parameter: str) -> tuple[str, ...]:
    if not value:
        return ()
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        raise InvalidValue(f"{parameter} must be a list of attribute names.")
    if sum(map(len, texts)) > MAX_LENGTH:
        raise InvalidValue(f"{parameter} has more than {MAX_LENGTH} characters; name fewer, or leave it out for all.")
    names = [name.strip() for text in texts for name in _without_brackets(text).split(",")]
    return tuple(filter(None, names))


def _without_brackets(text: str) -> str:
    """Take value filters out of a list of names."""
    if "[" not in text:
        return text
    kept = []
    is_inside = False
    for piece in _PIECES.findall(text):
        if piece in "[]":
            is_inside = piece == "["
        elif not is_inside:
            kept.append(piece)
    return "".join(kept)


@lru_cache(maxsize=256)
def _inclusion(names: tuple[str, ...], resource_type: ResourceType) -> Projection:
    included = _always(resource_type.attributes)
    foreign: list[str] = []
    for name in names:
        path = _path(name, resource_type)
        if not path:
            foreign.append(name.lower())
        elif all(attribute is None or attribute.returned != "never" for _, attribute in path):
            tree: Tree | None = included
            for step, attribute in path[:-1]:
                if tree is not None:
                    always = {} if attribute is None else _always(attribute.sub_attributes)
                    tree = tree.setdefault(step, always)
            step, attribute = path[-1]
            if tree is not None:
                tree[step] = None if attribute is None else _shown(attribute.sub_attributes)
    return Projection(MappingProxyType(included), MappingProxyType({}), tuple(foreign))


@lru_cache(maxsize=256)
def _exclusion(names: tuple[str, ...], resource_type: ResourceType) -> Projection:
    excluded = _hidden(resource_type)
    foreign: list[str] = []
    for name in names:
        path = _path(name, resource_type)
        if not path:
            foreign.append(name.lower())
        elif all(attribute is None or attribute.returned != "always" for _, attribute in path):
            tree: Tree | None = excluded
            for step, _ in path[:-1]:
                if tree is not None:
                    tree = tree.setdefault(step, {})
            if tree is not None:
                tree[path[-1][0]] = None
    return Projection(None, MappingProxyType(excluded), tuple(foreign))


def _path(name: str, resource_type: ResourceType) -> list[tuple[str, Attribute | None]]:
    """Give the canonical names from the outside in; empty where no schema here has the name."""
    target = find_target(name, resource_type)
    if target is None or target.attribute.type == "any":
        return []
    path: list[tuple[str, Attribute | None]] = [(target.attribute.name, target.attribute)]
    if target.extension is not None:
        path.insert(0, (target.extension, None))
    if target.sub_attribute is not None:
        path.append((target.sub_attribute.name, target.sub_attribute))
    return path


def _always(attributes: Mapping[str, Attribute]) -> Tree:
    return {attribute.name: None for attribute in attributes.values() if attribute.returned == "always"}


def _shown(attributes: Mapping[str, Attribute]) -> Tree | None:
    """Give what a complex attribute shows when asked for as a whole; None for all of it."""
    hidden = _unasked(attributes)
    shown: Tree = {attribute.name: None for attribute in attributes.values() if attribute.name not in hidden}
    return shown if hidden else None


def _unasked(attributes: Mapping[str, Attribute]) -> Tree:
    """Give what an answer leaves out unless asked; a writeOnly attribute is in no resource to begin with."""
    hidden: Tree = {}
    for attribute in attributes.values():
        if attribute.mutability == "writeOnly":
            continue
        if attribute.returned in ("never", "request"):
            hidden[attribute.name] = None
        elif inner := _unasked(attribute.sub_attributes):
            hidden[attribute.name] = inner
    return hidden


def _hidden(resource_type: ResourceType) -> Tree:
    hidden = _unasked(resource_type.attributes)
    for schema in resource_type.extensions.values():
        if inner := _unasked(schema.attributes):
            hidden[schema.id] = inner
    return hidden


@lru_cache(maxsize=16)
def _default(resource_type: ResourceType) -> Projection | None:
    return _exclusion((), resource_type) if _hidden(resource_type) else None


def _only(value: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, item in value.items():
        if name not in tree:
            continue
        inner = tree[name]
        if inner is None:
            kept[name] = item
        elif isinstance(item, dict):
            if some := _only(item, inner):
                kept[name] = some
        elif isinstance(item, list):
            kept[name] = [some for entry in item if (some := _only(entry, inner))]
    return kept


def _without(value: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, item in value.items():
        inner = tree.get(name, ())
        if inner is None:
            continue
        if not inner:
            kept[name] = item
        elif isinstance(item, dict):
            if some := _without(item, inner):
                kept[name] = some
        elif isinstance(item, list):
            kept[name] = [some for entry in item if (some := _without(entry, inner))]
    return kept


def _is_foreign(name: str, paths: tuple[str, ...]) -> bool:
    """Tell an extension that no schema describes, or an attribute of one, among folded paths."""
    return ":" in name and name.lower() in paths
