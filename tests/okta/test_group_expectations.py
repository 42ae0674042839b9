"""What is expected of groups: the members and the name that were pushed are there, and stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.okta.group_expectations import (
    Change,
    check_deleted_group,
    check_group_created_twice,
    check_group_read,
    check_group_write,
    check_repeated_change,
    check_unknown_member,
)
from server.okta.rules import Finding, Rule
from server.okta.verdicts import Asked
from tests.okta.steps import error, listing, step

if TYPE_CHECKING:
    from collections.abc import Sequence


def rules(found: Sequence[Finding]) -> list[Rule]:
    return [one.rule for one in found]


def group(*members: str, name: str = "Team") -> dict[str, Any]:
    listed = [{"value": value, "display": value} for value in members]
    return {"id": "g1", "displayName": name, "members": listed}


def read(body: dict[str, Any], *members: str, change: Change) -> list[Finding]:
    return check_group_read(step("GET /Groups/g1", 200, body), name="Team", members=members, change=change)


@pytest.mark.parametrize("change", Change)
def test_a_group_as_it_must_be_is_no_finding(change: Change) -> None:
    assert read(group("1", "2"), "2", "1", change=change) == []
    assert read({"id": "g1", "displayName": "Team"}, change=change) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (Change.CREATED, Rule.CREATED_WITHOUT_MEMBERS),
        (Change.MEMBERS, Rule.MEMBERS_NOT_APPLIED),
        (Change.RENAME, Rule.RENAME_EMPTIED),
        (Change.USER_UPDATE, Rule.MEMBERSHIPS_CLEARED),
    ],
)
def test_lost_members_are_lost_by_what_happened_before(change: Change, rule: Rule) -> None:
    assert rules(read(group("1"), "1", "2", change=change)) == [rule]


@pytest.mark.parametrize("change", [Change.CREATED, Change.MEMBERS])
def test_a_group_that_is_read_without_members_is_written_without_them_next(change: Change) -> None:
    assert rules(read({"id": "g1", "displayName": "Team"}, "1", change=change)) == [Rule.GROUP_WITHOUT_MEMBERS]


def test_a_member_too_many_was_not_removed() -> None:
    (found,) = read(group("1", "2"), "1", change=Change.MEMBERS)

    assert found.rule is Rule.MEMBERS_NOT_APPLIED
    assert "believes in: 1; that the server shows: 2." in found.sentence


def test_as_many_others_are_told_as_others() -> None:
    assert "shows: 1 others." in read(group("2"), "1", change=Change.MEMBERS)[0].sentence


def test_a_name_that_did_not_change_is_told_beside_the_members() -> None:
    found = read(group(name="Former"), "1", change=Change.RENAME)

    assert rules(found) == [Rule.RENAME_NOT_APPLIED, Rule.RENAME_EMPTIED]
    assert "called Team; the server still says Former" in found[0].sentence


def test_a_group_that_cannot_be_read_is_told_by_its_verdict() -> None:
    assert check_group_read(step("GET /Groups/g1", 404, error(404)), name="Team", members=["1"]) == []


# Writes


@pytest.mark.parametrize(
    "sent",
    [
        {"displayName": "Team", "members": []},
        {"Operations": [{"op": "replace", "path": "members", "value": []}]},
        {"Operations": [{"op": "replace", "value": {"members": [], "displayName": "Team"}}]},
    ],
)
def test_an_empty_membership_is_accepted_in_every_form(sent: dict[str, Any]) -> None:
    request = "PATCH /Groups/g1" if "Operations" in sent else "PUT /Groups/g1"

    assert check_group_write(step(request, 204, sent=sent, asked=Asked.MODIFY)) == []
    refused = step(request, 400, error(400), sent=sent, asked=Asked.MODIFY)
    assert rules(check_group_write(refused)) == [Rule.EMPTY_MEMBERS_REFUSED]


def test_a_refusal_of_anything_else_is_told_by_its_verdict() -> None:
    rename = {"Operations": [{"op": "replace", "value": {"displayName": "Team"}}]}

    assert check_group_write(step("PATCH /Groups/g1", 400, error(400), sent=rename, asked=Asked.MODIFY)) == []


@pytest.mark.parametrize(
    ("answered", "found"),
    [
        (group("1"), []),
        ({"id": "g1", "displayName": "Team"}, []),
        ({**group(), "members": None}, []),
        (group(), [Rule.CREATED_WITHOUT_MEMBERS]),
        ({**group(), "members": [{"value": "1"}]}, [Rule.MEMBER_DISPLAY_LOST]),
    ],
)
def test_a_new_group_has_its_members_where_the_answer_tells_them(answered: dict[str, Any], found: list[Rule]) -> None:
    one = step("POST /Groups", 201, answered, sent=group("1"), asked=Asked.CREATE_GROUP)

    assert rules(check_group_write(one)) == found


def test_a_display_that_was_not_sent_is_not_missed() -> None:
    sent = {**group(), "members": [{"value": "1", "display": None}]}
    answered = {**group(), "members": [{"value": "1"}]}

    assert check_group_write(step("PUT /Groups/g1", 200, answered, sent=sent, asked=Asked.REPLACE)) == []


@pytest.mark.parametrize(
    ("status", "refused"), [(200, False), (204, False), (400, True), (404, True), (401, False), (501, False)]
)
def test_an_unknown_member_and_a_repeated_change_are_not_refused(status: int, refused: bool) -> None:
    body = group() if status == 200 else error(status) if status >= 400 else None
    one = step("PATCH /Groups/g1", status, body, asked=Asked.MODIFY)

    assert rules(check_unknown_member(one)) == ([Rule.UNKNOWN_MEMBER_REFUSED] if refused else [])
    assert rules(check_repeated_change(one)) == ([Rule.REPEATED_CHANGE_REFUSED] if refused else [])


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [(409, error(409), []), (201, {"id": "g1"}, []), (201, {"id": "g2"}, [Rule.GROUP_CREATED_TWICE])],
)
def test_a_name_belongs_to_one_group(status: int, body: dict[str, Any], found: list[Rule]) -> None:
    first = step("POST /Groups", 201, {"id": "g1"}, asked=Asked.CREATE_GROUP)
    second = step("POST /Groups", status, body, asked=Asked.CREATE_GROUP)

    assert rules(check_group_created_twice(first, second)) == found


@pytest.mark.parametrize(
    ("request_line", "status", "body", "remains"),
    [
        ("GET /Groups/g1", 404, error(404), False),
        ("GET /Groups/g1", 200, group(), True),
        ("GET /Groups?filter=x", 200, listing(), False),
        ("GET /Groups?filter=x", 200, listing(group()), True),
    ],
)
def test_a_deleted_group_is_gone(request_line: str, status: int, body: dict[str, Any], remains: bool) -> None:
    found = check_deleted_group(step(request_line, status, body))

    assert rules(found) == ([Rule.DELETED_GROUP_REMAINS] if remains else [])
