"""The comparison itself can fail, and says where."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.okta.matching import CORE_1_URN, ERROR_URN, LIST_URN, MISSING, difference, standing_rules
from tests.okta.replay import Answer

SCIM = {"content-type": "application/scim+json; charset=utf-8"}


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": "<absent>"}, {"b": 2}),
        ([1, 2], [1, 2]),
        ("<any>", None),
        ("<uuid>", "23a35c27-23d3-4c03-b4c5-6443c09e7173"),
        ("<dateTime>", "2026-11-23T20:48:31.123Z"),
        ("<integer>", 3),
        ("<has> NAME", "the userName is missing"),
        ({"$unordered": [1, 2]}, [2, 1]),
        ({"$including": [{"id": "2"}]}, [{"id": "1"}, {"id": "2"}]),
        ({"$each": {"id": "<string>"}}, []),
        ({"$length": 2}, [1, 2]),
        ({"a": {"$not": "x"}}, {"a": "y"}),
        ({"a": {"$not": True}}, {}),
    ],
)
def test_what_matches(expected: Any, actual: Any) -> None:
    assert difference(expected, actual, "body") is None


@pytest.mark.parametrize(
    ("expected", "actual", "told"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "body.a.b: expected 1, got 2"),
        ({"a": 1}, {}, "body.a: expected 1, but it is absent"),
        ({"a": "<absent>"}, {"a": None}, "body.a: expected to be absent, got null"),
        ([1, 2], [1], "body: expected 2 items, got 1: [1]"),
        ([1, 2], [2, 1], "body[0]: expected 1, got 2"),
        (1, "1", 'body: expected 1, got "1"'),
        (1, True, "body: expected 1, got true"),
        ("<integer>", True, "body: expected <integer>, got true"),
        ("<uuid>", "u1", 'body: expected <uuid>, got "u1"'),
        ("<has> x", "abc", "body: \"abc\" does not have 'x'"),
        ({"$unordered": [1, 2]}, [1, 2, 3], "body: expected 2 items, got 3: [1, 2, 3]"),
        ({"$including": [4]}, [1], "body: nothing in it is 4: [1]"),
        ({"$each": "<string>"}, ["a", 1], "body[1]: expected <string>, got 1"),
        ({"$length": 2}, [], "body: expected 2 items, got 0"),
        ({"$not": "x"}, "x", 'body: must not be "x"'),
    ],
)
def test_what_does_not_match_is_told(expected: Any, actual: Any, told: str) -> None:
    assert difference(expected, actual, "body") == told


def test_an_exact_comparison_names_what_is_too_much() -> None:
    assert difference({"201": 1}, {"201": 1, "500": 2}, "statuses", exact=True) == "statuses: unexpected ['500']"


def test_nothing_at_all_is_not_any() -> None:
    assert difference("<any>", MISSING, "body") == 'body: expected "<any>", but it is absent'


def answered(status: int, body: Any, headers: dict[str, str] | None = None, base: str = "/scim/v2") -> str | None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return standing_rules(Answer(status, SCIM if headers is None else headers, content), base)


def listing(**changes: Any) -> dict[str, Any]:
    return {
        "schemas": [LIST_URN],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
        **changes,
    }


def test_good_answers_keep_the_standing_rules() -> None:
    assert answered(200, listing()) is None
    assert answered(200, {"schemas": ["urn:x"], "id": "1"}) is None
    assert answered(404, {"schemas": [ERROR_URN], "detail": "gone", "status": "404"}) is None
    assert answered(204, b"", {}) is None


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (204, b"{}", "has no body"),
        (200, b"oops", "not JSON"),
        (200, [], "not an object"),
        (200, {"id": "1"}, "schemas is missing"),
        (200, {"schemas": ["urn:x"], "name": {"formatted": None}}, "body.name.formatted is null"),
        (200, {"schemas": ["urn:x"], "Password": "x"}, "holds a password"),
        (200, listing(Resources=[{"password": "x"}], itemsPerPage=1), "holds a password"),
        (200, listing(startIndex="1"), "body.startIndex is '1', not an integer"),
        (200, listing(itemsPerPage=100), "itemsPerPage is 100 for 0 resources"),
        (200, listing(Resources=None), "Resources is not an array"),
        (404, {"schemas": ["urn:x"], "detail": "gone", "status": "404"}, "not that of an Error"),
        (404, {"schemas": [ERROR_URN], "detail": "gone", "status": 404}, 'not the string "404"'),
        (404, {"schemas": [ERROR_URN], "detail": "", "status": "404"}, "detail is missing"),
        (401, {"schemas": [ERROR_URN], "detail": "no", "status": "401"}, "WWW-Authenticate"),
    ],
)
def test_a_broken_standing_rule_is_told(status: int, body: Any, told: str) -> None:
    problem = answered(status, body)

    assert problem is not None
    assert told in problem


def test_the_content_type_is_scims() -> None:
    problem = answered(200, {"schemas": ["urn:x"]}, {"content-type": "text/html"})

    assert problem == "Content-Type is 'text/html', not application/scim+json"


JSON = {"content-type": "application/json; charset=utf-8"}


def told_of_version_1(status: int, body: Any, headers: dict[str, str] | None = None) -> str | None:
    return answered(status, body, {**JSON, **(headers or {})}, "/scim/v1")


def test_good_answers_of_scim_1_1_keep_its_rules() -> None:
    error = {"schemas": [CORE_1_URN], "Errors": [{"description": "gone", "code": 404}], "detail": "gone"}

    assert told_of_version_1(200, listing(schemas=[CORE_1_URN])) is None
    assert told_of_version_1(404, error) is None
    assert answered(204, b"", {}, "/scim/v1") is None


@pytest.mark.parametrize(
    ("status", "body", "headers", "told"),
    [
        (200, {"schemas": [CORE_1_URN]}, SCIM, "not application/json"),
        (200, listing(), None, "without urn:scim:schemas:core:1.0"),
        (200, listing(schemas=[CORE_1_URN], startIndex="1"), None, "not an integer"),
        (200, {"schemas": [CORE_1_URN], "password": "x"}, None, "holds a password"),
        (200, {"schemas": [CORE_1_URN, LIST_URN]}, None, "belongs to SCIM 2.0"),
        (201, {"schemas": [CORE_1_URN]}, {"location": "http://x/scim/v2/Users/1"}, "belongs to SCIM 2.0"),
        (404, {"schemas": [CORE_1_URN], "detail": "gone"}, None, "body.Errors"),
        (404, {"schemas": [CORE_1_URN], "Errors": [{"description": "gone", "code": "404"}]}, None, "code"),
        (404, {"schemas": [CORE_1_URN], "Errors": [{"description": "gone", "code": 404}]}, None, "body.detail"),
    ],
)
def test_a_broken_rule_of_scim_1_1_is_told(status: int, body: Any, headers: dict[str, str] | None, told: str) -> None:
    problem = told_of_version_1(status, body, headers)

    assert problem is not None
    assert told in problem
