"""Filters as values: what the parser gives, what an evaluator walks (RFC 7644 §3.4.2.2).

Belongs here: the shape of a filter. Must not know: its text, and how it is evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from server.scim.schema import Target

Operator = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``attribute operator value``; the value has the attribute's type; null stands with eq and ne only.

    A complex attribute is compared by its ``value``: the target names it. A dateTime stays text.
    """

    target: Target
    operator: Operator
    value: str | bool | int | float | None


@dataclass(frozen=True, slots=True)
class Present:
    """``attribute pr``."""

    target: Target


@dataclass(frozen=True, slots=True)
class ValueFilter:
    """``attribute[filter]``: one value of a multi-valued attribute satisfies the whole inner filter.

    The targets inside name the sub-attributes as attributes of their own: ``type`` in ``emails[type eq
    "work"]``.
    """

    target: Target
    filter: Filter


@dataclass(frozen=True, slots=True)
class Not:
    """``not (filter)``."""

    operand: Filter


@dataclass(frozen=True, slots=True)
class And:
    """All operands hold; two or more."""

    operands: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One operand holds; two or more."""

    operands: tuple[Filter, ...]


Filter = Comparison | Present | ValueFilter | Not | And | Or
