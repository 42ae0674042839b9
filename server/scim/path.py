"""PATCH paths: an attribute path, a value path, or a sub-attribute of one (RFC 7644 §3.5.2, figure 7).

Belongs here: reading the ``path`` of an operation. Must not know: what the operation does there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.scim.attribute_path import find_target
from server.scim.errors import InvalidPath
from server.scim.filter_parser import parse_value_filter

if TYPE_CHECKING:
    from server.scim.filter_expression import Filter
    from server.scim.schema import ResourceType, Target

__all__ = ["PatchPath", "find_target", "parse_patch_path"]

MAX_LENGTH = 8192
"""Characters in a path."""


@dataclass(frozen=True, slots=True)
class PatchPath:
    """A PATCH path: ``members[value eq "x"].display``; ``filter`` is None where no brackets stand."""

    target: Target
    filter: Filter | None = None


def parse_patch_path(text: str, resource_type: ResourceType) -> PatchPath:
    """Parse a PATCH operation's path; raises InvalidPath (or InvalidFilter for what stands in brackets)."""
    target = find_target(text, resource_type)
    if target is not None:
        return PatchPath(target)
    if len(text) > MAX_LENGTH:
        raise InvalidPath(f"The path is longer than {MAX_LENGTH} characters; name one attribute.")
    stripped = text.strip()
    before, bracket, _ = stripped.partition("[")
    # A quotation mark before the bracket belongs to a filter without one, as in: type eq "[".
    if not bracket or '"' in before:
        return PatchPath(_target(stripped, resource_type))
    target = _target(before.rstrip(), resource_type)
    attribute = target.attribute
    if target.sub_attribute is not None or ":" in attribute.name or attribute.type not in ("complex", "any"):
        raise InvalidPath(
            f"{target} has no sub-attributes that could be compared in brackets; "
            'they follow a complex attribute, as in emails[type eq "work"].'
        )
    filter_, end = parse_value_filter(stripped, len(before) + 1, target)
    rest = stripped[end:]
    if not rest:
        return PatchPath(target, filter_)
    if not rest.startswith(".") or len(rest) == 1:
        raise InvalidPath(
            f"{rest[:40]!r} cannot follow the closing bracket of a path; a sub-attribute can, as in "
            'emails[type eq "work"].value.'
        )
    sub_name = f"{before.rstrip()}{rest}"
    return PatchPath(_target(sub_name, resource_type), filter_)


def _target(path: str, resource_type: ResourceType) -> Target:
    target = find_target(path, resource_type)
    if target is None:
        raise InvalidPath(
            f"No {resource_type.name} has an attribute named {path[:200]!r}. "
            "Write it as in name.givenName, or with the schema's URN before it: urn:...:User:department."
        )
    return target
