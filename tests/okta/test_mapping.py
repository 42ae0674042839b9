"""Where the values of a person in Okta go, by the app's attribute mappings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.okta.app import DEFAULT_MAPPINGS, ENTERPRISE_URN, AppSettings, AttributeMapping
from server.okta.dialogues import Kind
from server.okta.mapping import mapped, value_at
from server.okta.universal import Status
from tests.okta.tenants import ADA, BOB

SETTINGS = AppSettings()
EVERYTHING = {mapping.okta: f"the {mapping.okta}" for mapping in DEFAULT_MAPPINGS}


def mapping_to(*pairs: tuple[str, str]) -> AppSettings:
    return AppSettings(mappings=tuple(AttributeMapping(okta, scim) for okta, scim in pairs))


def test_each_default_goes_to_its_place() -> None:
    assert mapped(replace(ADA, attributes=EVERYTHING), SETTINGS).mapped == {
        "displayName": "the displayName",
        "title": "the title",
        "phoneNumbers": [{"value": "the mobilePhone", "type": "mobile"}],
        "locale": "the locale",
        "userType": "the userType",
        ENTERPRISE_URN: {
            "employeeNumber": "the employeeNumber",
            "costCenter": "the costCenter",
            "organization": "the organization",
            "division": "the division",
            "department": "the department",
            "manager": {"displayName": "the manager"},
        },
    }


def test_whoever_has_nothing_mapped_is_sent_without_it_and_without_the_extension() -> None:
    person = mapped(BOB, SETTINGS)
    assert person.mapped == {}
    assert len(person.schemas()) == 1


def test_an_attribute_that_no_row_maps_is_not_sent() -> None:
    assert mapped(ADA, mapping_to(("department", "department"))).mapped == {}


def test_a_false_is_a_value_and_an_empty_text_is_none() -> None:
    person = replace(BOB, attributes={"isAdmin": False, "title": ""})
    assert mapped(person, mapping_to(("isAdmin", "urn:acme:User:isAdmin"), ("title", "title"))).mapped == {
        "urn:acme:User": {"isAdmin": False}
    }


def test_values_of_several_types_share_one_list_and_parts_share_one_object() -> None:
    person = replace(BOB, attributes={"mobilePhone": "1", "workPhone": "2", "middleName": "M", "honorific": "Dr"})
    settings = mapping_to(
        ("mobilePhone", 'phoneNumbers[type eq "mobile"].value'),
        ("workPhone", 'phoneNumbers[type eq "work"].value'),
        ("middleName", "name.middleName"),
        ("honorific", "name.honorificPrefix"),
    )
    assert mapped(person, settings).mapped == {
        "phoneNumbers": [{"value": "1", "type": "mobile"}, {"value": "2", "type": "work"}],
        "name": {"middleName": "M", "honorificPrefix": "Dr"},
    }


def test_the_look_up_asks_for_the_unique_identifier() -> None:
    person = replace(ADA, email="ada@home.example")
    assert mapped(person, SETTINGS).looked_up == ""
    assert mapped(person, AppSettings(unique_identifier="email")).looked_up == "ada@home.example"


def test_the_agent_names_its_addresses_otherwise_and_has_a_second_one() -> None:
    person = replace(ADA, attributes={"secondEmail": "ada@home.example"})
    agents = mapped(person, AppSettings(kind=Kind.AGENT))
    assert (agents.email_type, agents.second_email) == ("primary", "ada@home.example")
    assert mapped(BOB, AppSettings(kind=Kind.AGENT)).second_email == ""
    assert (mapped(person, SETTINGS).email_type, mapped(person, SETTINGS).second_email) == ("work", "")


@pytest.mark.parametrize("status", Status)
def test_only_who_is_not_activated_yet_is_sent_as_inactive(status: Status) -> None:
    assert mapped(replace(ADA, status=status), SETTINGS).active is (status is not Status.STAGED)


def test_the_server_may_be_told_another_user_name_than_the_login() -> None:
    assert mapped(ADA, SETTINGS).user_name == "ada@okta.local"
    assert mapped(ADA, SETTINGS, user_name="countess").user_name == "countess"


def test_what_was_emptied_in_okta_is_named_and_what_never_was_is_not() -> None:
    person = replace(ADA, attributes={"title": "", "department": "", "mobilePhone": ""})
    assert mapped(person, SETTINGS).cleared == (
        "title",
        'phoneNumbers[type eq "mobile"].value',
        f"{ENTERPRISE_URN}:department",
    )
    assert mapped(BOB, SETTINGS).cleared == ()


def test_what_another_attribute_fills_is_not_cleared() -> None:
    settings = mapping_to(("nickName", "displayName"), ("displayName", "displayName"))
    assert mapped(replace(BOB, attributes={"nickName": "", "displayName": "Bob"}), settings).cleared == ()


@pytest.mark.parametrize("mapping", DEFAULT_MAPPINGS, ids=lambda mapping: mapping.okta)
def test_what_a_mapping_wrote_is_found_where_it_wrote_it(mapping: AttributeMapping) -> None:
    whole = mapped(replace(ADA, attributes=EVERYTHING), SETTINGS).mapped
    assert value_at(whole, mapping.scim) == f"the {mapping.okta}"
    assert value_at({}, mapping.scim) is None


@pytest.mark.parametrize(
    "document",
    [
        {"phoneNumbers": None},
        {"phoneNumbers": "041"},
        {"phoneNumbers": ["041", None]},
        {"phoneNumbers": [{"type": "work", "value": "041"}]},
        {ENTERPRISE_URN: "Sales"},
        {ENTERPRISE_URN: {"manager": ["Ada"]}},
    ],
)
def test_nothing_is_found_where_a_server_wrote_something_else(document: dict[str, Any]) -> None:
    assert {value_at(document, mapping.scim) for mapping in DEFAULT_MAPPINGS} == {None}
