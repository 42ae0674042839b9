"""Queries: which resources, in which order, which part of them, which attributes (RFC 7644 §3.4.2, RFC 9865).

Belongs here: reading the parameters of a GET and the body of a ``.search`` into one value. Must not know: how
a query is carried out, HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.scim.attribute_path import find_target
from server.scim.errors import InvalidCount, InvalidPath, InvalidSyntax, InvalidValue
from server.scim.filter import parse_filter
from server.scim.projection import parse_projection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.scim.filter import Filter
    from server.scim.projection import Projection
    from server.scim.schema import ResourceType, Target

SEARCH_REQUEST_URN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
DEFAULT_COUNT = 100
"""Resources in a page where the client does not say how many."""
MAX_COUNT = 1_000
"""Resources in a page whatever the client says."""

_LARGEST = 2**53 - 1
"""Greater numbers lose digits in JSON, and no directory has as many resources."""
_DIGITS = 16
"""Longer numbers are greater than that; reading a text of thousands of digits is work for nothing."""
_NAMES = (
    *("schemas", "filter", "startIndex", "count", "cursor", "sortBy", "sortOrder"),
    *("attributes", "excludedAttributes"),
)
_FIELDS = {spelling: name for name in _NAMES for spelling in (name, name.lower())}


@dataclass(slots=True)  # not frozen: that would treble what it costs to make one, and every list request makes one
class Query:
    """What a client asks for; ``filter_text`` is the filter as sent, for a sentence and for a cursor."""

    filter: Filter | None = None
    filter_text: str | None = None
    start_index: int = 1
    count: int | None = None
    cursor: str | None = None
    """The page to read; the empty string is the first one, None means pages by ``start_index``."""
    sort_by: Target | None = None
    descending: bool = False
    projection: Projection | None = None

    @property
    def page_size(self) -> int:
        """How many resources the page may hold."""
        return DEFAULT_COUNT if self.count is None else min(self.count, MAX_COUNT)


def parse_query(parameters: Mapping[str, str], resource_type: ResourceType) -> Query:
    """Read the parameters of a GET, already decoded; their names are compared without case (OKTA.md C15).

    A ``startIndex`` below 1 is 1 and a ``count`` below 0 is 0 (RFC 7644 §3.4.2.4), an empty parameter says
    nothing except for ``cursor``, and an unknown one is passed over.

    Raises InvalidFilter; InvalidPath for a ``sortBy`` that cannot be sorted by; InvalidValue for what is no
    number, no sort order, or a contradiction; InvalidCount where a cursor is used (RFC 9865 §2.1).
    """
    return _query(_folded(parameters), resource_type)


def search_query(body: Any, resource_type: ResourceType) -> Query:
    """Read a SearchRequest (RFC 7644 §3.4.3); as parse_query, and raises InvalidSyntax where it is none."""
    if not isinstance(body, dict):
        raise InvalidSyntax("A search is a JSON object: a SearchRequest message, as in RFC 7644 section 3.4.3.")
    fields = _folded(body)
    schemas = fields.get("schemas", SEARCH_REQUEST_URN)
    if SEARCH_REQUEST_URN not in (schemas if isinstance(schemas, list) else [schemas]):
        raise InvalidSyntax(f"schemas must be [{SEARCH_REQUEST_URN!r}] for a search.")
    return _query(fields, resource_type)


def _folded(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the fields under the names that this module knows; null says nothing."""
    known: dict[str, Any] = {}
    for name, value in fields.items():
        field = _FIELDS.get(name) or _FIELDS.get(name.lower())
        if field is not None and value is not None:
            known[field] = value
    return known


def _query(fields: Mapping[str, Any], resource_type: ResourceType) -> Query:
    """Read fields that are there one by one: most queries have few."""
    read: dict[str, Any] = {}
    if "filter" in fields:
        text = _text(fields, "filter")
        if text.strip():
            read["filter"] = parse_filter(text, resource_type)
            read["filter_text"] = text
    if "startIndex" in fields:
        read["start_index"] = max(_number(fields, "startIndex") or 1, 1)
    if "cursor" in fields:
        read["cursor"] = _text(fields, "cursor")
    if "count" in fields:
        read["count"] = _count(fields)
    if "sortBy" in fields:
        path = _text(fields, "sortBy").strip()
        read["sort_by"] = _sort_target(path, resource_type) if path else None
    if "sortOrder" in fields:
        read["descending"] = _is_descending(_text(fields, "sortOrder"))
    attributes, excluded_attributes = fields.get("attributes"), fields.get("excludedAttributes")
    return Query(projection=parse_projection(attributes, excluded_attributes, resource_type), **read)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields[name]
    if isinstance(value, str):
        return value
    raise InvalidValue(f"{name} must be a string.")


def _count(fields: Mapping[str, Any]) -> int | None:
    count = _number(fields, "count")
    if count is None or count > 0:
        return count
    if "cursor" in fields:
        raise InvalidCount(f"count must be between 1 and {MAX_COUNT} where a cursor is used.")
    return 0


def _number(fields: Mapping[str, Any], name: str) -> int | None:
    """Read a whole number, which a GET and some clients' JSON write as text; None for an empty text."""
    value = fields[name]
    if type(value) is int:
        return min(value, _LARGEST)
    if isinstance(value, str):
        text = value.strip()
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdecimal():
            number = int(digits) if len(digits) <= _DIGITS else _LARGEST
            return -number if text != digits else min(number, _LARGEST)
        if not text:
            return None
    kind = InvalidCount if name == "count" and "cursor" in fields else InvalidValue
    raise kind(f"{name} must be a whole number.")


def _sort_target(path: str, resource_type: ResourceType) -> Target:
    target = find_target(path, resource_type)
    if target is None:
        raise InvalidPath(f"sortBy names {path!r}, which no {resource_type.name} has.")
    leaf = target.leaf
    if leaf.returned == "never":
        raise InvalidPath(f"sortBy cannot be {target}, whose value is never shown.")
    if leaf.type == "complex" and "value" not in leaf.sub_attributes:
        raise InvalidPath(f"sortBy must name one of the parts of {target}, such as name.familyName.")
    return target


def _is_descending(sort_order: str) -> bool:
    order = sort_order.strip().lower() or "ascending"
    if order not in ("ascending", "descending"):
        raise InvalidValue("sortOrder must be ascending or descending.")
    return order == "descending"
