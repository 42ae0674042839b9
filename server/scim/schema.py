"""Schemas as values: what an attribute is, what a resource type holds (RFC 7643 §2.2, §6, §7).

Belongs here: the shapes and the look-up of an attribute by its path. Must not know: files, HTTP, SQL.
Attribute names are compared without case (RFC 7643 §2.1): every mapping is keyed by the lower-cased name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

DataType = Literal["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex", "any"]
Mutability = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
Returned = Literal["always", "never", "default", "request"]

NO_ATTRIBUTES: Mapping[str, Attribute] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """One attribute definition of RFC 7643 §7; compared by identity, since each schema is loaded once."""

    name: str
    type: DataType = "string"
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = "readWrite"
    returned: Returned = "default"
    uniqueness: Literal["none", "server", "global"] = "none"
    sub_attributes: Mapping[str, Attribute] = field(default_factory=lambda: NO_ATTRIBUTES)
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A schema: its URN, and its attributes by lower-cased name."""

    id: str
    name: str
    description: str
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a path leads: ``extension`` is the URN whose object holds the attribute, None for core attributes."""

    extension: str | None
    attribute: Attribute
    sub_attribute: Attribute | None = None

    @property
    def leaf(self) -> Attribute:
        """The attribute whose value is meant: the sub-attribute where one is named."""
        return self.sub_attribute or self.attribute

    def __str__(self) -> str:
        path = self.attribute.name if self.sub_attribute is None else f"{self.attribute.name}.{self.sub_attribute.name}"
        return path if self.extension is None else f"{self.extension}:{path}"


@dataclass(frozen=True, slots=True, eq=False)
class ResourceType:
    """A resource type (RFC 7643 §6): its endpoint, its schema and its extensions.

    ``attributes`` holds the core attributes together with the common ones (schemas, id, externalId, meta), by
    lower-cased name; ``extensions`` the extension schemas by lower-cased URN.
    """

    name: str
    endpoint: str
    schema: Schema
    attributes: Mapping[str, Attribute]
    extensions: Mapping[str, Schema]
    unique_attribute: str
    """The attribute that is unique without case: userName of a User, displayName of a Group."""
    description: str = ""
