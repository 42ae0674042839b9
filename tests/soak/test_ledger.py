"""The ledger remembers what was answered, and tells when it is no longer so."""

from __future__ import annotations

import json
from typing import Any

from tests.soak.ledger import Document, Ledger, shape

PATH, GROUP = "/Users/1", "/Groups/2"
USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"


def user(title: str) -> Document:
    return {"schemas": [USER_URN], "id": "1", "userName": "ada", "title": title, "meta": {"version": 'W/"1-ae90"'}}


def group(*members: str) -> Document:
    return {
        "schemas": [GROUP_URN],
        "displayName": "Crew",
        "members": [{"value": m} for m in members],
        "meta": {"version": 'W/"1-ae90"'},
    }


def body(document: Any) -> bytes:
    return json.dumps(document).encode()


def ledger() -> Ledger:
    made = Ledger()
    made.settle(PATH, shape(user("old")))
    made.settle(GROUP, shape(group("2", "1")))
    return made


def test_what_is_as_it_was_answered_is_no_problem() -> None:
    assert ledger().problem(PATH, 200, body(user("old"))) == ""
    assert ledger().problem(GROUP, 200, body(group("1", "2"))) == ""


def test_a_lost_write_is_told() -> None:
    assert "acknowledged" in ledger().problem(PATH, 404, b"")
    assert "older" in ledger().problem(PATH, 200, body(user("older")))
    assert "acknowledged" in ledger().problem(GROUP, 200, body(group("1")))


def test_a_deleted_one_that_came_back_is_told() -> None:
    made = ledger()
    made.settle(PATH, None)
    assert made.problem(PATH, 404, b"") == ""
    assert "acknowledged [None]" in made.problem(PATH, 200, body(user("old")))


def test_an_answer_that_is_neither_is_told() -> None:
    assert "503" in ledger().problem(PATH, 503, b"busy")


def test_a_write_that_was_not_answered_may_have_happened_or_not_but_nothing_else() -> None:
    for title, is_allowed in (("old", True), ("new", True), ("other", False)):
        made = ledger()
        made.doubt(PATH, shape(user("new")))
        assert PATH not in made.alive("/Users")
        assert (made.problem(PATH, 200, body(user(title))) == "") is is_allowed


def test_a_doubt_is_resolved_by_what_is_found() -> None:
    made = ledger()
    made.doubt(PATH, shape(user("new")))
    made.problem(PATH, 200, body(user("new")))
    assert made.alive("/Users") == [PATH]
    assert "acknowledged" in made.problem(PATH, 200, body(user("old")))


def test_a_version_that_went_back_is_told() -> None:
    made = ledger()
    made.settle(PATH, shape(user("old")), "2")
    assert "found version 1, acknowledged 2" in made.problem(PATH, 200, body(user("old")))


def test_a_creation_that_was_not_answered_is_there_once_and_whole_or_not_at_all() -> None:
    for found, is_allowed in (
        ([], True),
        ([user("new")], True),
        ([user("half")], False),
        ([user("new"), user("new")], False),
    ):
        made = Ledger()
        made.uncreated["/Users", "ada"] = shape(user("new"))
        assert (made.created_after_all("/Users", "ada", found) == "") is is_allowed


def test_a_member_who_is_not_there_is_half_of_a_deletion() -> None:
    made = Ledger()
    made.settle(PATH, shape(user("old")))
    made.settle(GROUP, shape(group("1")))
    assert made.strangers() == []
    made.settle(PATH, None)
    (words,) = made.strangers()
    assert GROUP in words


def test_who_is_deleted_leaves_the_groups() -> None:
    made = ledger()
    made.forget_member(PATH)
    assert made.problem(GROUP, 200, body(group("2"))) == ""
