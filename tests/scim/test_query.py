from __future__ import annotations

from typing import Any

import pytest

from resources import schema_documents
from server.scim.errors import InvalidCount, InvalidFilter, InvalidPath, InvalidSyntax, InvalidValue
from server.scim.filter import Comparison
from server.scim.query import DEFAULT_COUNT, MAX_COUNT, SEARCH_REQUEST_URN, Query, parse_query, search_query
from server.scim.schemas import load_registry

REGISTRY = load_registry(schema_documents())
USER, GROUP = REGISTRY.user, REGISTRY.group


def test_no_parameters_are_a_first_page_of_the_usual_size() -> None:
    query = parse_query({}, USER)
    assert query == Query()
    assert (query.start_index, query.page_size, query.cursor) == (1, DEFAULT_COUNT, None)


def test_what_okta_asks_before_it_creates() -> None:
    query = parse_query({"filter": 'userName eq "test.user@okta.local"', "startIndex": "1", "count": "100"}, USER)
    assert isinstance(query.filter, Comparison)
    assert (str(query.filter.target), query.filter.value) == ("userName", "test.user@okta.local")
    assert query.filter_text == 'userName eq "test.user@okta.local"'
    assert (query.start_index, query.page_size) == (1, 100)


def test_parameter_names_are_compared_without_case() -> None:
    assert parse_query({"startindex": "0", "COUNT": "7", "SortOrder": "Descending"}, USER) == Query(
        count=7, descending=True
    )


@pytest.mark.parametrize(
    ("sent", "meant"), [("0", 1), ("-5", 1), ("901", 901), (" 3 ", 3), ("", 1), ("9" * 5_000, 2**53 - 1)]
)
def test_a_start_below_one_is_one(sent: Any, meant: Any) -> None:
    assert parse_query({"startIndex": sent}, USER).start_index == meant


@pytest.mark.parametrize(
    ("sent", "meant"), [("0", 0), ("-1", 0), ("2", 2), ("1000000", MAX_COUNT), ("", DEFAULT_COUNT)]
)
def test_a_count_is_kept_between_nothing_and_the_largest_page(sent: Any, meant: Any) -> None:
    assert parse_query({"count": sent}, USER).page_size == meant


@pytest.mark.parametrize("name", ["startIndex", "count"])
@pytest.mark.parametrize("sent", ["ten", "1.5", "1e3", "0x10", "--1", "١", "1_0"])
def test_what_is_no_number_is_named(name: Any, sent: Any) -> None:
    with pytest.raises(InvalidValue, match=f"{name} must be a whole number"):
        parse_query({name: sent}, USER)


def test_a_cursor_may_be_empty_for_the_first_page() -> None:
    assert parse_query({"cursor": ""}, USER).cursor == ""
    assert parse_query({"cursor": "VZUTiyhEQJ94IR", "count": "10"}, USER).cursor == "VZUTiyhEQJ94IR"


@pytest.mark.parametrize("count", ["0", "-1", "ten"])
def test_a_page_of_a_cursor_needs_a_size(count: Any) -> None:
    with pytest.raises(InvalidCount):
        parse_query({"cursor": "", "count": count}, USER)


def test_sorting_names_an_attribute_without_case() -> None:
    query = parse_query({"sortBy": "NAME.familyname", "sortOrder": "descending"}, USER)
    assert (str(query.sort_by), query.descending) == ("name.familyName", True)
    assert str(parse_query({"sortBy": "emails"}, USER).sort_by) == "emails"
    assert str(parse_query({"sortBy": "meta.lastModified"}, GROUP).sort_by) == "meta.lastModified"


@pytest.mark.parametrize("sort_by", ["shoeSize", "password", "name", "meta", "addresses"])
def test_what_cannot_be_sorted_by_is_an_invalid_path(sort_by: Any) -> None:
    with pytest.raises(InvalidPath, match="sortBy"):
        parse_query({"sortBy": sort_by}, USER)


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(InvalidValue, match="ascending or descending"):
        parse_query({"sortOrder": "upwards"}, USER)


def test_a_bad_filter_is_refused_and_an_empty_one_is_none() -> None:
    with pytest.raises(InvalidFilter):
        parse_query({"filter": "RUNSCOPE@ATKO.COM"}, USER)
    for empty in ("", "  "):
        query = parse_query({"filter": empty}, USER)
        assert query.filter is None


def test_the_projection_is_read_with_the_rest() -> None:
    query = parse_query({"excludedAttributes": "members"}, GROUP)
    assert query.projection is not None
    assert not query.projection.wants("members")


def test_unknown_parameters_are_passed_over() -> None:
    assert parse_query({"tenant": "x", "_": "123"}, USER) == Query()


def test_a_search_says_the_same_in_a_body() -> None:
    body = {
        "schemas": [SEARCH_REQUEST_URN],
        "attributes": ["displayName", "userName"],
        "Filter": 'displayName sw "smith"',
        "startIndex": 1,
        "count": 10,
        "sortBy": "userName",
        "sortOrder": "descending",
    }
    query = search_query(body, USER)
    assert (query.filter_text, query.start_index, query.count) == ('displayName sw "smith"', 1, 10)
    assert (str(query.sort_by), query.descending) == ("userName", True)
    assert query.projection is not None
    assert query.projection.wants("displayName")
    assert search_query({"count": -3, "startIndex": -2, "cursor": None}, USER) == Query(count=0)
    assert search_query({"cursor": "", "count": "10"}, USER) == Query(count=10, cursor="")


@pytest.mark.parametrize("body", [None, [], "x", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}])
def test_what_is_no_search_is_invalid_syntax(body: Any) -> None:
    with pytest.raises(InvalidSyntax):
        search_query(body, USER)


@pytest.mark.parametrize(
    "body",
    [{"filter": 7}, {"count": True}, {"count": 1.5}, {"startIndex": [1]}, {"sortBy": {}}, {"attributes": 7}],
)
def test_a_field_of_the_wrong_type_is_named(body: Any) -> None:
    [name] = body
    with pytest.raises(InvalidValue, match=f"^{name} must be"):
        search_query(body, USER)
