"""Filters evaluated in memory: on a whole resource, or on one value of a list (RFC 7644 §3.4.2.2).

Belongs here: what operators mean. Must not know: text, SQL; ``store.filter_sql`` gives the same answers, and
a test compares the two. The rules:

* a comparison with a multi-valued attribute holds if it holds for one of the values;
* ``ne`` is ``not eq``: it holds where no value is equal, so also where there is none;
* ``eq null`` holds where there is no value, ``ne null`` where there is one, as ``pr`` does;
* strings are compared by code points, after ``str.casefold`` where the attribute is not caseExact; references
  and binaries always exactly (RFC 7643 §2.3.6, §2.3.7); dates as instants.
"""

from __future__ import annotations

import operator as python
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from server.scim.date_time import parse_instant
from server.scim.filter_expression import And, Comparison, Not, Or, Present
from server.scim.filter_operand import SUBSTRING

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.scim.filter_expression import Filter
    from server.scim.schema import Attribute, Target

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": python.eq,
    "gt": python.gt,
    "ge": python.ge,
    "lt": python.lt,
    "le": python.le,
    "co": python.contains,
    "sw": str.startswith,
    "ew": str.endswith,
}
_SMALLEST, _GREATEST = -(2**63), 2**63 - 1


def matches(filter_: Filter, resource: Mapping[str, Any]) -> bool:
    """Evaluate a filter against a whole resource (canonical names, extension objects under their URN)."""
    if isinstance(filter_, Comparison):
        return _compares(filter_, resource)
    if isinstance(filter_, Present):
        return bool(_present_values(filter_.target, resource))
    if isinstance(filter_, And):
        return all(matches(operand, resource) for operand in filter_.operands)
    if isinstance(filter_, Or):
        return any(matches(operand, resource) for operand in filter_.operands)
    if isinstance(filter_, Not):
        return not matches(filter_.operand, resource)
    return any(value_matches(filter_.filter, value) for value in _present_values(filter_.target, resource))


def value_matches(filter_: Filter, value: Any) -> bool:
    """Evaluate the inside of brackets against one value of the multi-valued attribute."""
    return matches(filter_, value if isinstance(value, Mapping) else {"value": value})


def comparable(attribute: Attribute, value: Any) -> Any:
    """Give the form in which a value of an attribute is compared and sorted; None for what has no order.

    Booleans are numbers; a dateTime is its instant, whatever the offset.
    """
    if isinstance(value, str):
        if attribute.type == "dateTime":
            instant = parse_instant(value)
            return None if instant is None else instant.sortable()
        return value if is_exact(attribute) else value.casefold()
    if isinstance(value, int):
        return value if _SMALLEST <= value <= _GREATEST else float(value)
    return value if isinstance(value, float) else None


def is_exact(attribute: Attribute) -> bool:
    """Tell whether strings of an attribute are compared with case (RFC 7643 §2.2, §2.3.6, §2.3.7)."""
    return attribute.case_exact or attribute.type in ("binary", "reference")


def values_of(target: Target, resource: Mapping[str, Any]) -> list[Any]:
    """Give the values that a path leads to, without null; empty where it leads nowhere."""
    holder: Any = resource
    if target.extension is not None:
        holder = _named(resource, target.extension, target.attribute)
    value = _named(holder, target.attribute.name, target.attribute)
    values = value if isinstance(value, list) else [value]
    sub_attribute = target.sub_attribute
    if sub_attribute is not None:
        values = [_named(item, sub_attribute.name, sub_attribute) for item in values]
    return [item for item in values if item is not None]


def _named(holder: Any, name: str, attribute: Attribute) -> Any:
    if not isinstance(holder, Mapping):
        return None
    value = holder.get(name)
    if value is None and attribute.type == "any":
        # No schema says how the name is spelled: without case (RFC 7643 §2.1).
        folded = name.lower()
        return next((item for key, item in holder.items() if key.lower() == folded), None)
    return value


def _present_values(target: Target, resource: Mapping[str, Any]) -> list[Any]:
    return [value for value in values_of(target, resource) if value not in ("", [], {})]


def _compares(comparison: Comparison, resource: Mapping[str, Any]) -> bool:
    target, operator, literal = comparison.target, comparison.operator, comparison.value
    if literal is None:
        return bool(_present_values(target, resource)) is (operator == "ne")
    values = values_of(target, resource)
    if operator == "ne":
        return not any(_holds("eq", value, literal, target.leaf) for value in values)
    return any(_holds(operator, value, literal, target.leaf) for value in values)


def _holds(operator: str, value: Any, literal: str | float, attribute: Attribute) -> bool:
    """Compare one value; values of different kinds have nothing to do with each other."""
    if attribute.type == "any" and isinstance(value, Mapping):
        value = value.get("value")
    if isinstance(value, bool) is not isinstance(literal, bool):
        return False
    if operator in SUBSTRING and attribute.type == "dateTime":
        return isinstance(value, str) and _COMPARE[operator](value.casefold(), str(literal).casefold())
    left, right = comparable(attribute, value), comparable(attribute, literal)
    if left is None or isinstance(left, str) is not isinstance(right, str):
        return False
    return _COMPARE[operator](left, right)
