"""The body of a PUT: what the server returned, with the mapped attributes over it."""

from __future__ import annotations

import re

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
