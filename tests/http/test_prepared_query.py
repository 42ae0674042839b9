"""Prepared queries: whatever the query, the answer is that of parsing it whole."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import resources
from server.http.prepared_query import prepared_query
from server.http.query_string import parse_query_string
from server.scim.errors import ScimError
from server.scim.query import Query, parse_query
from server.scim.schemas import load_registry

if TYPE_CHECKING:
    from server.scim.schema import ResourceType

REGISTRY = load_registry(resources.schema_documents())
TYPES = st.sampled_from([REGISTRY.user, REGISTRY.group])
BEFORE = st.sampled_from(
    [
        "filter=userName%20eq%20",
        "filter=displayName+sw+",
        "startIndex=1&filter=emails[type eq ",
        "filter=active%20eq%20",
        "filter=meta.lastModified%20gt%20",
        "filter=password%20eq%20",
        "filter=nothing%20eq%20",
        "sortBy=",
        "filter=id eq %22x%22 or id eq ",
    ]
)
AFTER = st.sampled_from(
    ["", "&startIndex=1&count=100", "]&count=2", "%20and%20active%20eq%20true", "&count=x", "&cursor="]
)
VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])).map(quote),
    st.sampled_from(["a+b", "%5C%22", "true", "2026-11-23T00:00:00Z", "%ff", "a&count=7", "perch-value", "%00", "\\"]),
)


def outcome(read: object, *arguments: object) -> Query | tuple[type[ScimError], str]:
    assert callable(read)
    try:
        query = read(*arguments)
    except ScimError as error:
        return type(error), error.detail
    assert isinstance(query, Query)
    return query


@given(BEFORE, VALUES, AFTER, TYPES)
@example("filter=userName%20eq%20", "test.user%40okta.local", "&startIndex=1&count=100", REGISTRY.user)
@example("filter=userName%20eq%20", "bytes that are not UTF-8: \udce1", "", REGISTRY.user)
def test_a_prepared_query_is_what_parsing_gives(before: str, value: str, after: str, kind: ResourceType) -> None:
    query = f"{before}%22{value}%22{after}"
    for _ in range(2):  # the second time from the kept shape
        assert outcome(prepared_query, query, kind) == outcome(lambda: parse_query(parse_query_string(query), kind))


@pytest.mark.parametrize("query", ["", "count=5", "filter=userName+eq+bare", "%22", "%22%22%22%22"])
def test_a_query_without_one_quoted_value_is_parsed_whole(query: str) -> None:
    expected = outcome(lambda: parse_query(parse_query_string(query), REGISTRY.user))
    assert outcome(prepared_query, query, REGISTRY.user) == expected
