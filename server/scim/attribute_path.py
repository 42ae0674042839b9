"""Attribute paths: what ``[urn:]attribute[.sub]`` names in a resource type (RFC 7644 §3.10, figure 7).

Belongs here: finding the attribute that a name means. Must not know: filters, PATCH, where values are stored.
Every path of a known schema is in one table, made once per resource type; a look-up is a look-up.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from server.scim.schema import Attribute, Target
from server.scim.tolerances import is_foreign_extension

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from server.scim.schema import ResourceType, Schema

FOREIGN_NAME = re.compile(r"\$?[A-Za-z_][\w$-]*", re.ASCII)
_FOREIGN_PATH = re.compile(r'[^\s()\[\]"]+')
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_OKTA_CUSTOM = re.compile(r"urn:okta:[^:]+:[0-9.]+:(?:user|group):custom", re.IGNORECASE)
"""How Okta names the custom attributes of an app (OKTA.md 1.4, 2.4): the last word is no attribute."""


def find_target(path: str, resource_type: ResourceType) -> Target | None:
    """Find what ``path`` names without case; None where no attribute has that name.

    The URN of a known schema may precede the attribute with a colon or, as Entra writes it, with a dot
    (OKTA.md C8). A known extension's URN alone names its whole object: an attribute of type complex whose
    name is the URN. Attributes of unknown extensions are of type ``any``, since no schema says what they are.
    """
    table = targets(resource_type)
    target = table.get(path) or table.get(path.lower())
    if target is None and ":" in path:
        return _foreign_target(path, resource_type)
    return target


@lru_cache(maxsize=64)
def targets(resource_type: ResourceType) -> Mapping[str, Target]:
    """Give every path of a resource type, lower-cased, with what it names."""
    table: dict[str, Target] = {}
    core = resource_type.schema.id.lower()
    for name, target in _named(None, resource_type.attributes):
        for path in (name, f"{core}:{name}", f"{core}.{name}"):
            table[path] = target
    for urn, schema in resource_type.extensions.items():
        for name, target in _named(schema.id, schema.attributes):
            for path in (f"{urn}:{name}", f"{urn}.{name}"):
                table[path] = target
        table[urn] = Target(None, _whole(schema))
    return MappingProxyType(table)


def _named(urn: str | None, attributes: Mapping[str, Attribute]) -> Iterator[tuple[str, Target]]:
    for name, attribute in attributes.items():
        yield name, Target(urn, attribute)
        for sub_name, sub_attribute in attribute.sub_attributes.items():
            yield f"{name}.{sub_name}", Target(urn, attribute, sub_attribute)


def _whole(schema: Schema) -> Attribute:
    return Attribute(schema.id, "complex", sub_attributes=schema.attributes, description=schema.description)


def _foreign_target(path: str, resource_type: ResourceType) -> Target | None:
    """Give the target in an extension that no schema here describes.

    What precedes the last colon is its URN. Where the path ends like a URN does, in a version
    (``urn:okta:custom:group:1.0``) or in a capitalised name after one (``urn:acme:2.0:User``), or is what Okta
    makes of an app's name (``urn:okta:onprem_app:1.0:user:custom``), it is the URN alone and means the whole object.
    """
    if not is_foreign_extension(path, {}) or _FOREIGN_PATH.fullmatch(path) is None:
        return None
    folded = path.lower()
    if any(folded.startswith((f"{urn}:", f"{urn}.")) for urn in resource_type.extensions):
        return None
    urn, _, name = path.rpartition(":")
    before = urn.rpartition(":")[2]
    is_name = name[:1].isupper() and "." not in name and _VERSION.fullmatch(before)
    if is_name or _VERSION.fullmatch(name) or _OKTA_CUSTOM.fullmatch(path):
        return Target(None, Attribute(path, "any"))
    name, _, sub_name = name.partition(".")
    if ":" not in urn or not all(FOREIGN_NAME.fullmatch(part) for part in (name, sub_name or "value")):
        return None
    return Target(urn, Attribute(name, "any"), Attribute(sub_name, "any") if sub_name else None)
