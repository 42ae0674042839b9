from __future__ import annotations

from typing import Any

import orjson
import pytest

from server.difference import difference
from server.records import ChangeRecord, Difference

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def change(before: dict[str, Any] | None, after: dict[str, Any] | None, operation: str = "modify") -> ChangeRecord:
    texts = [None if one is None else orjson.dumps(one).decode() for one in (before, after)]
    return ChangeRecord(1, "now", "tests", "u1", "User", operation, "updated user Ada", *texts)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"title": "Ms"}, {"title": "Dr"}, [("title", "Ms", "Dr")]),
        ({"title": "Ms"}, {}, [("title", "Ms", None)]),
        ({"active": True}, {"active": False}, [("active", True, False)]),
        ({"x": 1}, {"x": True}, [("x", 1, True)]),
        ({"name": {"givenName": "Ada"}}, {"name": {"givenName": "Eda"}}, [("name.givenName", "Ada", "Eda")]),
        ({}, {"name": {"givenName": "Ada"}}, [("name.givenName", None, "Ada")]),
        (
            {ENTERPRISE: {"department": "A"}, "schemas": ["x"]},
            {ENTERPRISE: {"department": "B", "manager": {"value": "7"}}, "schemas": ["x", "y"]},
            [(f"{ENTERPRISE}:department", "A", "B"), (f"{ENTERPRISE}:manager.value", None, "7")],
        ),
        (
            {"emails": [{"type": "work", "value": "a@x"}, {"type": "home", "value": "h@x"}]},
            {"emails": [{"type": "home", "value": "h@x"}, {"type": "work", "value": "b@x", "primary": True}]},
            [
                ('emails[type eq "work"].value', "a@x", "b@x"),
                ('emails[type eq "work"].primary', None, True),
            ],
        ),
        ({}, {"emails": [{"type": "work", "value": "a@x"}]}, [('emails[type eq "work"].value', None, "a@x")]),
        (
            {"emails": [{"value": "a@x"}, {"value": "c@x"}]},
            {"emails": [{"value": "c@x"}, {"value": "b@x"}]},
            [("emails", [{"value": "a@x"}], [{"value": "b@x"}])],
        ),
        ({"emails": [{"value": "a"}, {"value": "b"}]}, {"emails": [{"value": "b"}, {"value": "a"}]}, []),
        ({"displayName": "G"}, {"displayName": "G", "membersAdded": ["7"]}, [("members", None, ["7"])]),
        (
            {"displayName": "G"},
            {"displayName": "H", "membersAdded": ["7"], "membersRemoved": ["8"]},
            [("displayName", "G", "H"), ("members", ["8"], ["7"])],
        ),
        ({"title": "Ms"}, {"title": "Ms"}, []),
    ],
)
def test_what_was_touched_is_named_by_its_path(
    before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, Any, Any]]
) -> None:
    assert difference(change(before, after)) == [Difference(*one) for one in expected]


def test_who_was_created_had_nothing_before_and_who_was_deleted_has_nothing_after() -> None:
    document = {"userName": "ada", "schemas": ["x"]}
    assert difference(change(None, document, "create")) == [Difference("userName", None, "ada")]
    assert difference(change(document, None, "delete")) == [Difference("userName", "ada", None)]


def test_a_group_that_a_deleted_person_left_shows_its_members_only() -> None:
    assert difference(change(None, {"membersRemoved": ["7"]})) == [Difference("members", ["7"], None)]


def test_members_of_a_deleted_group_are_one_difference() -> None:
    members = [{"value": "7", "type": "User"}, {"value": "8", "type": "Group"}]
    assert difference(change({"displayName": "G", "members": members}, None, "delete")) == [
        Difference("displayName", "G", None),
        Difference("members", members, None),
    ]
