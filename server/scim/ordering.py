"""The order of sorted lists (RFC 7644 §3.4.2.3).

Belongs here: the key by which resources are sorted in memory. Must not know: SQL;
``store.filter_sql.sort_expression`` gives the same order, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.scim.filter_evaluation import comparable, values_of
from server.scim.filter_operand import comparable_target, is_computed
from server.scim.schema import Target

SortKey = tuple[int, int, Any]


def sort_key(resource: Mapping[str, Any], target: Target) -> SortKey:
    """Give the key for ``sorted``: a resource without a value comes last, and first with ``reverse=True``.

    Of several values the primary one counts, else the first. Strings are compared as filters compare them,
    dates as instants, numbers (and false before true) before strings where an attribute holds both. What is
    made for each answer, such as meta.location, and a complex attribute without a ``value`` have no order.
    """
    compared = comparable_target(target)
    if compared is None or is_computed(compared, None):
        return (1, 0, 0)
    value = comparable(compared.leaf, sort_value(compared, resource))
    if value is None:
        return (1, 0, 0)
    return (0, 1, value) if isinstance(value, str) else (0, 0, value)


def sort_value(target: Target, resource: Mapping[str, Any]) -> Any:
    """Give the value by which a resource is sorted, as it stands in the resource; None where it has none."""
    whole = Target(target.extension, target.attribute)
    values = values_of(whole, resource)
    if not values:
        return None
    chosen = next((value for value in values if isinstance(value, Mapping) and value.get("primary") is True), values[0])
    if target.sub_attribute is not None:
        found = values_of(Target(None, target.sub_attribute), chosen) if isinstance(chosen, Mapping) else []
        return found[0] if found else None
    return chosen.get("value") if isinstance(chosen, Mapping) else chosen
