"""The order of sorted lists (RFC 7644 §3.4.2.3)."""

from __future__ import annotations

from typing import Any

import pytest

from server.scim.ordering import sort_key, sort_value
from server.scim.path import find_target
from tests.scim.generated import KINDS_URN, USER


def ordered(path: str, *resources: dict[str, Any], descending: bool = False) -> list[int]:
    target = find_target(path, USER)
    assert target is not None
    return sorted(range(len(resources)), key=lambda number: sort_key(resources[number], target), reverse=descending)


def test_without_a_value_is_last_and_first_when_descending() -> None:
    resources: list[dict[str, Any]] = [{"title": "b"}, {}, {"title": "a"}]
    assert ordered("title", *resources) == [2, 0, 1]
    assert ordered("title", *resources, descending=True) == [1, 0, 2]


def test_case_counts_only_where_the_attribute_is_exact() -> None:
    assert ordered("title", {"title": "b"}, {"title": "C"}, {"title": "A"}) == [2, 0, 1]
    assert ordered("externalId", {"externalId": "b"}, {"externalId": "C"}) == [1, 0]


def test_the_primary_value_counts_or_else_the_first() -> None:
    first = {"emails": [{"value": "z"}, {"value": "a", "primary": True}]}
    second = {"emails": [{"value": "b"}, {"value": "0"}]}
    assert ordered("emails", second, first) == [1, 0]
    assert ordered("emails.value", second, first) == [1, 0]


def test_a_primary_value_without_the_part_asked_for_has_none() -> None:
    resource = {"emails": [{"value": "z", "type": "work"}, {"value": "a", "primary": True}]}
    target = find_target("emails.type", USER)
    assert target is not None
    assert sort_value(target, resource) is None


def test_dates_are_sorted_as_moments() -> None:
    earlier = {KINDS_URN: {"since": "2026-11-23T22:00:00+02:00"}}
    later = {KINDS_URN: {"since": "2026-11-23T20:00:00.0001Z"}}
    assert ordered(f"{KINDS_URN}:since", later, earlier) == [1, 0]


def test_numbers_come_before_text_where_an_attribute_holds_both() -> None:
    path, values = "urn:example:2.0:Badge:level", ["a", 10, 9, True, {"x": 1}, {"value": 5}]
    assert ordered(path, *({"urn:example:2.0:Badge": {"level": value}} for value in values)) == [
        3,
        5,
        2,
        1,
        0,
        4,
    ]


@pytest.mark.parametrize("path", ["name", "meta.location", "meta.version", "addresses"])
def test_what_has_no_order_leaves_everything_in_place(path: str) -> None:
    resources: list[dict[str, Any]] = [
        {"name": {"formatted": "b"}, "meta": {"location": "b", "version": "2"}},
        {"name": {"formatted": "a"}},
        {},
    ]
    assert ordered(path, *resources) == [0, 1, 2]
