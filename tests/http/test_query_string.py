"""Query strings: decoded exactly once, whatever a client encodes and however."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.http.query_string import decode, parse_query_string
from server.scim.errors import InvalidValue

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    "query",
    [
        "filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100",
        "filter=userName+eq+%22test.user%40okta.local%22&startIndex=1&count=100",
        "count=100&startIndex=1&filter=userName%20eq%20%22test.user@okta.local%22",
    ],
)
def test_the_ways_okta_encodes_a_filter_mean_the_same(query: str) -> None:
    assert parse_query_string(query) == {
        "filter": 'userName eq "test.user@okta.local"',
        "startIndex": "1",
        "count": "100",
    }


def test_an_encoded_plus_stays_a_plus() -> None:
    assert parse_query_string("filter=userName+eq+%22a%2Bb@x.com%22") == {"filter": 'userName eq "a+b@x.com"'}


def test_what_is_encoded_twice_is_decoded_once() -> None:
    assert parse_query_string("filter=%2520") == {"filter": "%20"}


def test_what_is_no_escape_stays_as_it_is() -> None:
    assert decode("100%, %zz and %4") == "100%, %zz and %4"


def test_bytes_that_are_no_text_are_refused_with_a_sentence() -> None:
    with pytest.raises(InvalidValue, match="UTF-8"):
        parse_query_string("filter=%ff")


@given(ANY_TEXT)
def test_any_text_survives_either_encoding(text: str) -> None:
    assert decode(quote(text)) == text
    assert parse_query_string(f"a={quote_plus(text)}&b=1") == {"a": text, "b": "1"}
