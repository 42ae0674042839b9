"""Which people or groups have these names or ids: one SELECT for many, outside or inside a transaction.

``read`` runs a SELECT: ``Database.read``, or a transaction's ``connection.execute``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson

Read = Callable[[str, tuple[Any, ...]], Iterable[tuple[Any, ...]]]

_BY_NAME = """
SELECT j.value, r.id FROM json_each(?2) j CROSS JOIN resource r ON r.type = ?1 AND r.unique_name = j.value
"""
_BY_ID = "SELECT r.id, r.type FROM json_each(?1) j CROSS JOIN resource r ON r.id = j.value"


def ids_by_name(read: Read, resource_type: str, names: Iterable[str]) -> dict[str, str]:
    """Give the ids of those that exist, by case-folded name (userName of a User, displayName of a Group)."""
    return dict(read(_BY_NAME, (resource_type, _json(name.casefold() for name in names))))


def types_by_id(read: Read, ids: Iterable[str]) -> dict[str, str]:
    """Give the resource types (User, Group) of those that exist, by id."""
    return dict(read(_BY_ID, (_json(ids),)))


def _json(values: Iterable[str]) -> str:
    return orjson.dumps(list(values)).decode()
