from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from resources import schema_documents
from server.scim.errors import InvalidValue
from server.scim.projection import MAX_LENGTH, parse_projection, project
from server.scim.schema import Attribute
from server.scim.schemas import ENTERPRISE_USER_URN, USER_URN, load_registry

REGISTRY = load_registry(schema_documents())
USER, GROUP = REGISTRY.user, REGISTRY.group
CUSTOM_URN = "urn:okta:onprem_app:1.0:user:Custom"

RESOURCE = {
    "schemas": [USER_URN, ENTERPRISE_USER_URN],
    "id": "2819c223",
    "userName": "bjensen",
    "name": {"givenName": "Barbara", "familyName": "Jensen"},
    "emails": [
        {"value": "a@example.com", "type": "work"},
        {"value": "b@example.com"},
        {"type": "home", "display": "x"},
    ],
    "groups": [{"value": "g1", "display": "Tour Guides"}],
    ENTERPRISE_USER_URN: {
        "department": "Tour",
        "manager": {"value": "26118915", "$ref": "../Users/26118915"},
    },
    CUSTOM_URN: {"isAdmin": False, "badge": "7"},
    "meta": {"resourceType": "User", "version": 'W/"1"'},
}
ALWAYS = {"schemas": RESOURCE["schemas"], "id": "2819c223"}


def included(attributes: Any) -> Any:
    return project(RESOURCE, parse_projection(attributes, None, USER))


def excluded(attributes: Any) -> Any:
    return project(RESOURCE, parse_projection(None, attributes, USER))


@pytest.mark.parametrize("nothing", [None, "", " ", ",", []])
def test_without_parameters_everything_is_returned(nothing: Any) -> None:
    assert parse_projection(nothing, nothing, USER) is None
    assert project(RESOURCE, None) == RESOURCE


@pytest.mark.parametrize(
    "attributes", ["userName,meta.version", "USERNAME, Meta.Version", ["username", "meta.version"]]
)
def test_attributes_are_chosen_without_case_and_the_minimum_comes_with_them(attributes: Any) -> None:
    assert included(attributes) == {**ALWAYS, "userName": "bjensen", "meta": {"version": 'W/"1"'}}


def test_a_sub_attribute_is_chosen_in_every_value_and_values_without_it_are_left_out() -> None:
    assert included("emails.value,name.givenName") == {
        **ALWAYS,
        "name": {"givenName": "Barbara"},
        "emails": [{"value": "a@example.com"}, {"value": "b@example.com"}],
    }


def test_a_whole_attribute_outweighs_its_parts_in_any_order() -> None:
    for attributes in ("name,name.givenName", "name.givenName,name"):
        assert included(attributes) == {**ALWAYS, "name": RESOURCE["name"]}


def test_entras_value_path_means_the_attribute() -> None:
    assert included('emails[type eq "work, or ]"],userName') == {
        **ALWAYS,
        "userName": "bjensen",
        "emails": RESOURCE["emails"],
    }
    assert included('emails[type eq "work"].value') == included("emails.value")


def test_urns_name_attributes_and_whole_extensions() -> None:
    assert included(f"{USER_URN}:userName")["userName"] == "bjensen"
    assert included(ENTERPRISE_USER_URN.lower()) == {
        **ALWAYS,
        ENTERPRISE_USER_URN: RESOURCE[ENTERPRISE_USER_URN],
    }
    assert included(f"{ENTERPRISE_USER_URN}:manager.value") == {
        **ALWAYS,
        ENTERPRISE_USER_URN: {"manager": {"value": "26118915"}},
    }


def test_an_unknown_extension_and_its_attributes_can_be_chosen() -> None:
    assert included(CUSTOM_URN.upper()) == {**ALWAYS, CUSTOM_URN: RESOURCE[CUSTOM_URN]}
    assert included(f"{CUSTOM_URN}:badge") == {**ALWAYS, CUSTOM_URN: {"badge": "7"}}
    assert CUSTOM_URN not in excluded(CUSTOM_URN)


@pytest.mark.parametrize("name", ["shoeSize", "name.nick", "password", "urn:example:x:y"])
def test_an_unknown_or_secret_name_chooses_nothing(name: Any) -> None:
    assert included(name) == ALWAYS
    assert excluded(name) == RESOURCE


def test_attributes_are_left_out_whole_or_in_part() -> None:
    kept = excluded("emails,name.familyName,groups.display")
    assert kept == {
        **{name: value for name, value in RESOURCE.items() if name != "emails"},
        "name": {"givenName": "Barbara"},
        "groups": [{"value": "g1"}],
    }


def test_what_becomes_empty_disappears() -> None:
    assert "name" not in excluded("name.givenName,name.familyName")
    assert ENTERPRISE_USER_URN not in excluded(f"{ENTERPRISE_USER_URN}:department,{ENTERPRISE_USER_URN}:manager")


def test_an_empty_list_that_was_there_stays() -> None:
    group = {"id": "g1", "displayName": "x", "members": []}
    assert project(group, parse_projection("members", None, GROUP)) == {"id": "g1", "members": []}


def test_what_is_always_returned_cannot_be_left_out() -> None:
    assert excluded("id,schemas,userName") == {name: v for name, v in RESOURCE.items() if name != "userName"}


def test_both_parameters_at_once_are_refused() -> None:
    with pytest.raises(InvalidValue, match="exclude each other"):
        parse_projection("userName", "emails", USER)


@pytest.mark.parametrize("attributes", [7, {"userName": True}, ["userName", None]])
def test_what_is_no_list_of_names_is_refused(attributes: Any) -> None:
    with pytest.raises(InvalidValue, match="must be a list of attribute names"):
        parse_projection(attributes, None, USER)


def test_the_store_is_told_what_it_need_not_read() -> None:
    without_members = parse_projection(None, "members", GROUP)
    only_names = parse_projection("displayName,members.value", None, GROUP)
    assert without_members is not None
    assert only_names is not None
    assert not without_members.wants("members")
    assert without_members.wants("displayName")
    assert only_names.wants("members")
    assert not only_names.wants("meta")
    part = parse_projection(None, "members.display", GROUP)
    assert part is not None
    assert part.wants("members")


def test_what_is_returned_on_request_only_is_hidden_until_it_is_named() -> None:
    badge = Attribute("badge", returned="request")
    inner = Attribute(
        "pin",
        "complex",
        sub_attributes=MappingProxyType({"code": Attribute("code", returned="request"), "hint": Attribute("hint")}),
    )
    resource_type = replace(USER, attributes=MappingProxyType({**USER.attributes, "badge": badge, "pin": inner}))
    resource = {"id": "1", "badge": "7", "pin": {"code": "1234", "hint": "x"}}
    assert project(resource, parse_projection(None, None, resource_type)) == {"id": "1", "pin": {"hint": "x"}}
    assert project(resource, parse_projection(None, "id", resource_type)) == {"id": "1", "pin": {"hint": "x"}}
    assert project(resource, parse_projection("badge,pin", None, resource_type)) == {
        "id": "1",
        "badge": "7",
        "pin": {"hint": "x"},
    }
    assert project(resource, parse_projection("pin.code", None, resource_type)) == {
        "id": "1",
        "pin": {"code": "1234"},
    }


def test_the_resource_stays_as_it_is() -> None:
    before = repr(RESOURCE)
    excluded("emails.value,meta")
    included("emails.value")
    assert repr(RESOURCE) == before


def test_hostile_lists_take_linear_time() -> None:
    for unit in ("[", '["', '["\\"', '[\\"', '"[', "[]", '["]"]', "[a,"):
        text = unit * (MAX_LENGTH // len(unit))
        for sent in (text, [text]):
            # Twenty times are instantaneous, or take half a minute each.
            for _ in range(20):
                parse_projection(sent, None, USER)


def test_brackets_that_never_end_hide_what_follows_and_nothing_before() -> None:
    assert included('userName,emails[type eq "x,title') == included("userName,emails")
    assert included('emails[type eq "x"],userName') == included("emails,userName")


@pytest.mark.parametrize("sent", ["a," * (MAX_LENGTH // 2) + "b", ["title"] * MAX_LENGTH, ["t" * MAX_LENGTH, "t"]])
def test_more_names_than_any_client_sends_are_refused(sent: Any) -> None:
    for wanted, unwanted in ((sent, None), (None, sent)):
        with pytest.raises(InvalidValue, match="more than 8192 characters; name fewer"):
            parse_projection(wanted, unwanted, USER)
