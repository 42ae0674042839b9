from __future__ import annotations

from typing import Any

import pytest

from server.scim.errors import InvalidValue
from server.scim.resource import canonical_value
from server.scim.schema import Attribute


def fits(data_type: Any, value: Any, **characteristics: Any) -> Any:
    return canonical_value(Attribute("x", data_type, **characteristics), value, "x")


def refusal(data_type: Any, value: Any, **characteristics: Any) -> Any:
    with pytest.raises(InvalidValue) as raised:
        fits(data_type, value, **characteristics)
    return raised.value.detail


def test_whole_numbers_and_booleans_are_never_confused() -> None:
    assert fits("integer", 0) == 0
    assert fits("decimal", 1.5) == 1.5
    assert fits("decimal", 2) == 2
    assert refusal("integer", value=True) == (
        "x must be a whole number, but a boolean was sent. Correct the mapping of this attribute, or leave it out."
    )
    assert "must be a whole number" in refusal("integer", 1.5)
    assert "must be a number" in refusal("decimal", value=False)
    assert "must be a number" in refusal("decimal", "1")
    assert "must be true or false" in refusal("boolean", 0)


@pytest.mark.parametrize(
    "data_type", ["string", "boolean", "integer", "decimal", "dateTime", "binary", "reference", "any"]
)
@pytest.mark.parametrize("empty", [None, ""])
def test_every_type_can_be_unassigned(data_type: Any, empty: Any) -> None:
    assert fits(data_type, empty) is None


@pytest.mark.parametrize(
    "text",
    [
        "2011-05-13T04:42:34Z",
        "2015-10-10T14:38:21.8617979-07:00",
        "2020-02-29T00:00:00",
        "2026-11-23T20:48:31+05:30",
    ],
)
def test_a_date_and_time_is_kept_as_sent(text: Any) -> None:
    assert fits("dateTime", text) == text


@pytest.mark.parametrize("text", ["2011-05-13", "yesterday", "2021-02-29T00:00:00Z", "2011-05-13T25:00:00Z"])
def test_what_is_no_instant_is_refused(text: Any) -> None:
    assert "must be a date and time" in refusal("dateTime", text)


@pytest.mark.parametrize("text", ["aGVsbG8=", "aGVsbG8", "-_-_", "+/+/", "aGVs\nbG8=\n", "YQ=="])
def test_base64_is_taken_in_both_alphabets_with_and_without_padding(text: Any) -> None:
    assert fits("binary", text) == text


@pytest.mark.parametrize("text", ["a", "a=b=", "a*b*", "äöü=", "aGVs=bG8"])
def test_what_is_no_base64_is_refused(text: Any) -> None:
    assert "must be base64" in refusal("binary", text)


def test_an_attribute_of_any_type_takes_anything_as_it_is() -> None:
    assert fits("any", {"deep": [None]}) == {"deep": [None]}
    assert fits("any", {}) is None


def test_a_list_of_simple_values_loses_what_is_empty_and_what_repeats() -> None:
    assert fits("string", ["a", "", "b", None, "a"], multi_valued=True) == ["a", "b"]
    assert fits("string", "a", multi_valued=True) == ["a"]
    assert fits("string", [""], multi_valued=True) is None
    assert "1001 values" in refusal("string", ["a"] * 1_001, multi_valued=True)


@pytest.mark.parametrize("data_type", ["string", "reference", "binary", "dateTime", "any"])
def test_no_text_may_hold_u0000(data_type: Any) -> None:
    assert "x holds the control character U+0000" in refusal(data_type, "a\0b")
    assert "x holds" in refusal(data_type, ["", "\0"], multi_valued=True)
    assert "x holds" in refusal("string", "\0", uniqueness="server")


def test_what_is_kept_as_sent_is_looked_through() -> None:
    for deep in ({"a\0": 1}, {"a": "\0"}, {"a": [{"b": ["\0"]}]}, [[["\0"]]]):
        assert "x holds the control character U+0000" in refusal("any", deep)
    assert fits("any", {"a": [{"b": ["c", 1, None, True]}]}) == {"a": [{"b": ["c", 1, None, True]}]}
