"""Queries that come again and again with another value: read once, then only the value is put in.

Okta asks ``filter=userName eq "…"&startIndex=1&count=100`` before each assignment, thousands of times with nothing
else changed. What stands around the value is kept parsed, like a prepared statement; anything unusual is parsed
whole.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from server.http.query_string import decode, parse_query_string
from server.scim.errors import ScimError
from server.scim.filter import Comparison
from server.scim.filter_operand import is_storable
from server.scim.query import Query, parse_query

if TYPE_CHECKING:
    from server.scim.schema import ResourceType

QUOTE = "%22"
LONGEST = 1_024
"""Characters of a query that is looked at for its shape."""

_PLACE = "perch-value"


class _Shape(NamedTuple):
    """A parsed query, and its filter's text before and after the value."""

    query: Query
    comparison: Comparison
    before: str
    after: str


def prepared_query(query: str, resource_type: ResourceType) -> Query:
    """Read the query of a GET as ``parse_query`` does, from its raw text; raises the same errors."""
    parts = query.split(QUOTE)
    if len(parts) == 3 and len(query) < LONGEST:
        shape = _shape(parts[0], parts[2], resource_type)
        if shape is not None:
            value = decode(parts[1].replace("+", " "))
            # An escape or a further quote would have to be understood first.
            if "\\" not in value and '"' not in value and "&" not in parts[1] and is_storable(value):
                kept = shape.query
                return Query(
                    Comparison(shape.comparison.target, shape.comparison.operator, value),
                    f"{shape.before}{value}{shape.after}",
                    kept.start_index,
                    kept.count,
                    kept.cursor,
                    kept.sort_by,
                    kept.descending,
                    kept.projection,
                )
    return parse_query(parse_query_string(query), resource_type)


@lru_cache(256)
def _shape(before: str, after: str, resource_type: ResourceType) -> _Shape | None:
    """Parse what stands around a value; None where the value matters for how the rest is read."""
    try:
        query = parse_query(parse_query_string(f"{before}{QUOTE}{_PLACE}{QUOTE}{after}"), resource_type)
    except ScimError:
        return None
    comparison, text = query.filter, query.filter_text
    if not isinstance(comparison, Comparison) or comparison.value != _PLACE or text is None:
        return None
    around = text.split(_PLACE)
    if len(around) != 2:
        return None
    return _Shape(query, comparison, around[0], around[1])
