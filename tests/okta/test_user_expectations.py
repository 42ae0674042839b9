"""What is expected of users who were written: everything that was sent, once, under the same id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.okta.rules import Finding, Rule
from server.okta.user_expectations import (
    check_created_twice,
    check_deactivated_read,
    check_reassigned,
    check_user_read,
    check_user_write,
)
from server.okta.verdicts import Asked
from tests.okta.steps import error, listing, step

if TYPE_CHECKING:
    from collections.abc import Sequence

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SENT: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
    "userName": "Ada@example.com",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"primary": True, "value": "ada@example.com", "type": "work"}],
    "title": "Analyst",
    "locale": "en-US",
    "externalId": "00u1",
    "groups": [],
    "password": "1mz050nq",
    "active": True,
    ENTERPRISE: {"department": "Analysis", "manager": "u7"},
}
STORED: dict[str, Any] = {
    **{name: value for name, value in SENT.items() if name not in ("password", "groups")},
    "id": "u1",
    "meta": {"resourceType": "User"},
    "emails": [{"value": "ada@example.com", "primary": True}],
    "name": {"givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Lovelace"},
    ENTERPRISE: {"department": "Analysis", "manager": {"value": "u7"}},
}


def rules(found: Sequence[Finding]) -> list[Rule]:
    return [one.rule for one in found]


def created(stored: dict[str, Any], **sent: Any) -> list[Finding]:
    return check_user_write(step("POST /Users", 201, stored, sent={**SENT, **sent}, asked=Asked.CREATE_USER))


def patched(operation: dict[str, Any], **stored: Any) -> list[Finding]:
    body = {"Operations": [operation]}
    return check_user_write(step("PATCH /Users/u1", 200, {**STORED, **stored}, sent=body, asked=Asked.MODIFY))


def test_what_a_server_adds_wraps_or_leaves_unsaid_of_an_e_mail_is_no_finding() -> None:
    assert created(STORED) == []


@pytest.mark.parametrize(
    ("stored", "rule", "words"),
    [
        ({"userName": "ada@example.com"}, Rule.USER_NAME_REWRITTEN, "Ada@example.com and reads ada@example.com"),
        ({"userName": "eve@example.com"}, Rule.UPDATE_NOT_APPLIED, "userName is Ada@example.com; the server still"),
        ({"locale": "en_US"}, Rule.LOCALE_REWRITTEN, "en-US and reads en_US"),
        ({"locale": "de-DE"}, Rule.UPDATE_NOT_APPLIED, "locale is en-US; the server still says de-DE"),
        ({"externalId": None}, Rule.EXTERNAL_ID_LOST, "00u1 and reads nothing"),
        ({"externalId": "00u0"}, Rule.EXTERNAL_ID_LOST, "00u1 and reads 00u0"),
        ({"title": None}, Rule.ATTRIBUTE_LOST, "pushes title"),
        ({"title": "Clerk"}, Rule.UPDATE_NOT_APPLIED, "title is Analyst; the server still says Clerk"),
        ({ENTERPRISE: None}, Rule.ATTRIBUTE_LOST, f"pushes {ENTERPRISE}:department"),
        ({"emails": {"value": "ada@example.com"}}, Rule.EMAILS_NOT_AN_ARRAY, "not an array of objects"),
        ({"emails": ["ada@example.com"]}, Rule.EMAILS_NOT_AN_ARRAY, "not an array of objects"),
        ({"emails": [{"value": "eve@example.com"}]}, Rule.UPDATE_NOT_APPLIED, "eve@example.com"),
        ({"emails": []}, Rule.ATTRIBUTE_LOST, "pushes emails"),
        ({"active": False}, Rule.REACTIVATION_NOT_APPLIED, "active false"),
        ({"active": "true"}, Rule.ACTIVE_NOT_BOOLEAN, 'read as "true"'),
        ({"active": None}, Rule.ACTIVE_MISSING, "Nothing says whether active"),
    ],
)
def test_what_comes_back_otherwise_is_named(stored: dict[str, Any], rule: Rule, words: str) -> None:
    found = created({**STORED, **stored})

    assert found[0].rule is rule
    assert words in found[0].sentence


def test_names_of_attributes_are_read_without_case() -> None:
    renamed = {name.lower(): value for name, value in STORED.items() if name != "id"}

    assert created({**renamed, "id": "u1"}) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ({"givenName": "Ada", "familyName": "Lovelace"}, []),
        ({"givenName": "Ada", "familyName": "Lovelace", "formatted": "Lovelace, Ada"}, []),
        ({"givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Byron"}, [Rule.FORMATTED_STALE]),
        ({"givenName": "Ada", "familyName": "Byron"}, [Rule.UPDATE_NOT_APPLIED]),
        (None, [Rule.ATTRIBUTE_LOST, Rule.ATTRIBUTE_LOST]),
    ],
)
def test_a_name_comes_back_by_its_parts(name: dict[str, str] | None, found: list[Rule]) -> None:
    assert rules(created({**STORED, "name": name})) == found


def test_a_stale_formatted_name_that_okta_echoes_is_not_held_against_the_server() -> None:
    echoed = {"givenName": "Ada", "familyName": "Lovelace", "formatted": "Mona Octocat"}

    assert created(STORED, name=echoed) == []


@pytest.mark.parametrize(("stored", "found"), [("Clerk", [Rule.EMPTIED_ATTRIBUTE_REMAINS]), ("", []), (None, [])])
def test_an_emptied_attribute_is_to_be_empty(stored: str | None, found: list[Rule]) -> None:
    one = step("PUT /Users/u1", 200, {**STORED, "title": stored}, sent={**SENT, "title": ""}, asked=Asked.REPLACE)

    assert rules(check_user_write(one)) == found


def test_nulls_that_okta_echoes_ask_for_nothing() -> None:
    assert created(STORED, nickName=None) == []


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "value": {"active": False}},
        {"op": "replace", "path": "active", "value": False},
    ],
)
def test_a_patch_is_compared_with_and_without_a_path(operation: dict[str, Any]) -> None:
    assert patched(operation, active=False) == []
    assert rules(patched(operation, active=True)) == [Rule.DEACTIVATION_NOT_APPLIED]


def test_a_password_that_was_patched_is_not_looked_for() -> None:
    assert patched({"op": "replace", "value": {"password": "secret"}}) == []


def test_an_id_is_kept_by_a_write_through_a_doubled_slash_too() -> None:
    assert rules(check_user_write(step("PUT /Users/u1", 200, {**STORED, "id": "u2"}, sent=SENT))) == [Rule.ID_CHANGED]
    assert check_user_write(step("PUT //Users/u1", 200, STORED, sent=SENT)) == []
    assert check_user_write(step("PUT /Users/a%20b", 200, {**STORED, "id": "a b"}, sent=SENT)) == []


def test_a_write_without_a_body_in_its_answer_is_compared_by_reading() -> None:
    answered = step("PATCH /Users/u1", 204, sent={"Operations": []}, asked=Asked.MODIFY)
    read = step("GET /Users/u1", 200, STORED)

    assert check_user_write(answered) == []
    assert rules(check_user_read(read, {"active": False})) == [Rule.DEACTIVATION_NOT_APPLIED]
    assert check_user_read(read, SENT) == []


def test_a_look_up_is_compared_like_a_read() -> None:
    found = step("GET /Users?filter=x", 200, listing({**STORED, "title": "Clerk"}), asked=Asked.FIND)

    assert rules(check_user_read(found, SENT)) == [Rule.UPDATE_NOT_APPLIED]
    assert check_user_read(step("GET /Users?filter=x", 200, listing(), asked=Asked.FIND), SENT) == []


def test_a_refused_write_or_read_is_told_by_its_verdict() -> None:
    assert check_user_write(step("PUT /Users/u1", 500, error(500), sent=SENT, asked=Asked.REPLACE)) == []
    assert check_user_read(step("GET /Users/u1", 404, error(404)), SENT) == []


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [(409, error(409), []), (201, {"id": "u1"}, []), (201, {"id": "u2", "userName": "ada"}, [Rule.CREATED_TWICE])],
)
def test_a_create_that_is_sent_again_makes_nobody_new(status: int, body: dict[str, Any], found: list[Rule]) -> None:
    first = step("POST /Users", 201, {"id": "u1"}, asked=Asked.CREATE_USER)
    second = step("POST /Users", status, body, asked=Asked.CREATE_USER)

    assert rules(check_created_twice(first, second)) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [(listing({"id": "u1"}), []), (listing(), []), (listing({"id": "u2"}), [Rule.ID_CHANGED])],
)
def test_who_comes_back_is_the_same_person(body: dict[str, Any], found: list[Rule]) -> None:
    assert rules(check_reassigned(step("GET /Users?filter=x", 200, body, asked=Asked.FIND), "u1")) == found


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (200, {"id": "u1", "active": False}, []),
        (200, {"id": "u1", "active": True}, [Rule.DEACTIVATION_NOT_APPLIED]),
        (404, error(404), [Rule.DEACTIVATED_NOT_FOUND]),
        (401, error(401), []),
    ],
)
def test_a_deactivated_person_can_be_read_as_inactive(status: int, body: dict[str, Any], found: list[Rule]) -> None:
    assert rules(check_deactivated_read(step("GET /Users/u1", status, body))) == found
