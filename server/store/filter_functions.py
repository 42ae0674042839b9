"""Functions that SQL calls where SQLite has none: folding beyond ASCII, values that only Python compares.

Belongs here: the functions, and how a filter or a target travels to one as text. Must not know: tables.
A filter that is evaluated here is evaluated by ``server.scim.filter_evaluation`` itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from server.scim.filter_evaluation import matches
from server.scim.filter_expression import And, Comparison, Filter, Not, Or, Present, ValueFilter
from server.scim.ordering import sort_key
from server.scim.schema import Attribute, Target

if TYPE_CHECKING:
    import sqlite3


def register_functions(connection: sqlite3.Connection) -> None:
    """Make the functions of compiled filters known to a connection."""
    connection.create_function("scim_fold", 1, _fold, deterministic=True)
    connection.create_function("scim_matches", 2, _matches, deterministic=True)
    connection.create_function("scim_order", 2, _order, deterministic=True)


def filter_to_text(filter_: Filter) -> str:
    """Write a filter as the text that ``scim_matches(document, text)`` takes."""
    return orjson.dumps(_plain(filter_)).decode()


def target_to_text(target: Target) -> str:
    """Write a target as the text that ``scim_order(document, text)`` takes."""
    return orjson.dumps(_plain_target(target)).decode()


def _fold(value: str | None) -> str | None:
    return None if value is None else value.casefold()


def _matches(document: str, text: str) -> bool:
    return matches(_filter_from_text(text), orjson.loads(document))


def _order(document: str, text: str) -> str | float | None:
    absent, _, value = sort_key(orjson.loads(document), _target_from_text(text))
    return None if absent else value


@lru_cache(maxsize=256)
def _filter_from_text(text: str) -> Filter:
    return _filter(orjson.loads(text))


@lru_cache(maxsize=256)
def _target_from_text(text: str) -> Target:
    return _target(orjson.loads(text))


def _plain(filter_: Filter) -> list[Any]:
    if isinstance(filter_, Comparison):
        return ["comparison", _plain_target(filter_.target), filter_.operator, filter_.value]
    if isinstance(filter_, Present):
        return ["present", _plain_target(filter_.target)]
    if isinstance(filter_, ValueFilter):
        return ["value", _plain_target(filter_.target), _plain(filter_.filter)]
    if isinstance(filter_, Not):
        return ["not", _plain(filter_.operand)]
    return ["and" if isinstance(filter_, And) else "or", *map(_plain, filter_.operands)]


def _plain_target(target: Target) -> list[Any]:
    sub_attribute = target.sub_attribute
    return [
        target.extension,
        _plain_attribute(target.attribute),
        None if sub_attribute is None else _plain_attribute(sub_attribute),
    ]


def _plain_attribute(attribute: Attribute) -> list[Any]:
    return [attribute.name, attribute.type, attribute.multi_valued, attribute.case_exact]


def _filter(plain: list[Any]) -> Filter:
    kind, *parts = plain
    if kind == "comparison":
        return Comparison(_target(parts[0]), parts[1], parts[2])
    if kind == "present":
        return Present(_target(parts[0]))
    if kind == "value":
        return ValueFilter(_target(parts[0]), _filter(parts[1]))
    if kind == "not":
        return Not(_filter(parts[0]))
    operands = tuple(map(_filter, parts))
    return And(operands) if kind == "and" else Or(operands)


def _target(plain: list[Any]) -> Target:
    extension, attribute, sub_attribute = plain
    return Target(extension, _attribute(attribute), None if sub_attribute is None else _attribute(sub_attribute))


def _attribute(plain: list[Any]) -> Attribute:
    name, kind, multi_valued, case_exact = plain
    return Attribute(name, kind, multi_valued=multi_valued, case_exact=case_exact)
