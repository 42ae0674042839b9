"""The body of a PUT: what the server returned, with the mapped attributes over it."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from server.okta.person import USER_URN, Person, merge, okta_id

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
JANE = Person("jane@test.com", "Jane", "Smith", "jane@test.com", "00u6a15d23T9AeHhF5d7", {"displayName": "Jane Smith"})


def test_an_okta_id_is_00u_and_17_characters() -> None:
    assert re.fullmatch(r"00u[A-Za-z0-9]{17}", okta_id())


def test_the_recorded_put_of_a_profile_is_built_from_the_recorded_answer() -> None:
    mona = {
        "schemas": [USER_URN],
        "id": "5fc0c238-1112-11e8-8e45-920c87bdbd75",
        "userName": "octocat@github.com",
        "name": {"givenName": "Mona", "familyName": "Octocat", "formatted": "Mona Octocat"},
        "emails": [{"value": "octocat@github.com", "type": "work", "primary": True}],
        "active": True,
        "meta": {"resourceType": "User"},
    }

    assert merge(mona, JANE) == {
        "active": True,
        "displayName": "Jane Smith",
        "emails": [{"primary": True, "type": "work", "value": "jane@test.com"}],
        "externalId": "00u6a15d23T9AeHhF5d7",
        "groups": [],
        "id": "5fc0c238-1112-11e8-8e45-920c87bdbd75",
        "meta": {"resourceType": "User"},
        "name": {"familyName": "Smith", "formatted": "Mona Octocat", "givenName": "Jane"},
        "schemas": [USER_URN],
        "userName": "jane@test.com",
    }


def test_a_mapped_extension_is_named_in_the_schemas_and_keeps_what_is_not_mapped() -> None:
    person = Person("jane@test.com", "Jane", "Smith", "jane@test.com", mapped={ENTERPRISE: {"department": "Sales"}})

    merged = merge({"schemas": [USER_URN], ENTERPRISE: {"costCenter": "C1"}}, person)

    assert merged["schemas"] == [USER_URN, ENTERPRISE]
    assert merged[ENTERPRISE] == {"costCenter": "C1", "department": "Sales"}


def test_a_body_has_the_mapped_attributes_in_the_order_of_the_recorded_one() -> None:
    assert list(JANE.profile()) == ["userName", "name", "emails", "displayName", "externalId"]
    assert JANE.profile()["emails"] == [{"primary": True, "value": "jane@test.com", "type": "work"}]


def test_the_agent_s_person_has_a_second_address_and_may_be_pending() -> None:
    pending = replace(JANE, email_type="primary", second_email="jane@home.example", active=False)

    assert pending.profile()["emails"] == [
        {"primary": True, "value": "jane@test.com", "type": "primary"},
        {"primary": False, "value": "jane@home.example", "type": "secondary"},
    ]
    assert merge({"active": True}, pending)["active"] is False


def test_what_a_look_up_asks_for_is_not_sent() -> None:
    assert replace(JANE, looked_up="jane@elsewhere.example").profile() == JANE.profile()


MOBILE, WORK = {"type": "mobile", "value": "1"}, {"type": "work", "value": "2"}


@pytest.mark.parametrize(
    ("path", "served", "left"),
    [
        ("title", {"title": "Countess", "userType": "Guest"}, {"userType": "Guest"}),
        ("title", {}, {}),
        ("title", {"title": None}, {}),
        ("name.middleName", {"name": {"middleName": "M", "formatted": "J M S"}}, {"name": {"formatted": "J M S"}}),
        ('phoneNumbers[type eq "mobile"].value', {"phoneNumbers": [MOBILE, WORK]}, {"phoneNumbers": [WORK]}),
        ('phoneNumbers[type eq "mobile"].value', {"phoneNumbers": [MOBILE]}, {"phoneNumbers": []}),
        ('phoneNumbers[type eq "mobile"].value', {"phoneNumbers": "1"}, {}),
        (
            f"{ENTERPRISE}:department",
            {ENTERPRISE: {"department": "a", "division": "b"}},
            {ENTERPRISE: {"division": "b"}},
        ),
        (
            f"{ENTERPRISE}:manager.displayName",
            {ENTERPRISE: {"manager": {"displayName": "Bob", "value": "u2"}}},
            {ENTERPRISE: {"manager": {"value": "u2"}}},
        ),
        (f"{ENTERPRISE}:manager.displayName", {ENTERPRISE: {"manager": "u2"}}, {ENTERPRISE: {"manager": "u2"}}),
        (f"{ENTERPRISE}:department", {}, {}),
    ],
)
def test_what_was_emptied_in_okta_is_left_out_and_nothing_beside_it(
    path: str, served: dict[str, Any], left: dict[str, Any]
) -> None:
    before = deepcopy(served)
    merged = merge(served, replace(JANE, cleared=(path,)))

    plain = merge({}, JANE)
    assert {name: value for name, value in merged.items() if name in served} == {
        name: {**value, **plain[name]} if name == "name" else value for name, value in left.items()
    }
    assert served == before, "the server's answer is not written on"


def test_a_mapped_number_of_another_type_stays_when_one_is_emptied() -> None:
    person = replace(JANE, mapped={"phoneNumbers": [WORK]}, cleared=('phoneNumbers[type eq "mobile"].value',))

    assert merge({"phoneNumbers": [MOBILE, WORK]}, person)["phoneNumbers"] == [WORK]
    assert person.mapped == {"phoneNumbers": [WORK]}


@pytest.mark.parametrize("schemas", [None, "core", {}])
def test_schemas_that_are_no_list_are_written_anew(schemas: object) -> None:
    assert merge({"schemas": schemas}, JANE)["schemas"] == [USER_URN]
