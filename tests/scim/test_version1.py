"""SCIM 1.1 read and written: only names change, and what comes back is what was sent."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources import schema_documents
from server.scim.errors import Uniqueness
from server.scim.messages import LIST_RESPONSE_URN
from server.scim.query import parse_query
from server.scim.resource import canonicalise
from server.scim.schemas import ENTERPRISE_USER_URN, GROUP_URN, USER_URN, load_registry
from server.scim.version1 import (
    CORE_URN,
    ENTERPRISE_URN,
    answer,
    complete_list,
    error,
    name_of,
    paths_from,
    query_from,
    request,
    resource,
    resource_from,
    urns,
    with_place_as_sent,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

REGISTRY = load_registry(schema_documents())
CUSTOM_URN = "urn:okta:onprem_app:1.0:user:custom"
GROUP_CUSTOM_URN = "urn:okta:custom:group:1.0"

ADA: dict[str, Any] = {
    "id": "u1",
    "schemas": [USER_URN, ENTERPRISE_USER_URN, CUSTOM_URN],
    "userName": "ada",
    "name": {"givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Lovelace"},
    "emails": [{"value": "ada@example.com", "type": "primary", "primary": True}],
    ENTERPRISE_USER_URN: {"department": "Engines", "manager": {"value": "u2", "$ref": "../Users/u2"}},
    CUSTOM_URN: {"isAdmin": False, "$ref": "kept"},
    "groups": [{"value": "g1", "display": "Poets", "$ref": "https://x/scim/v1/Groups/g1", "type": "direct"}],
    "meta": {"resourceType": "User", "version": 'W/"1"', "location": "https://x/scim/v1/Users/u1"},
}
FORMER_ADA: dict[str, Any] = {
    "id": "u1",
    "schemas": [CORE_URN, ENTERPRISE_URN, CUSTOM_URN],
    "userName": "ada",
    "name": {"givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Lovelace"},
    "emails": [{"value": "ada@example.com", "type": "primary", "primary": True}],
    ENTERPRISE_URN: {"department": "Engines", "manager": {"managerId": "u2", "$ref": "../Users/u2"}},
    CUSTOM_URN: {"isAdmin": False, "$ref": "kept"},
    "groups": [{"value": "g1", "display": "Poets", "type": "direct"}],
    "meta": {"version": 'W/"1"', "location": "https://x/scim/v1/Users/u1"},
}


def meant(body: Any, resource_type: Any = REGISTRY.user) -> Any:
    return canonicalise(resource_from(body), resource_type, creating=True)


# Answers


def test_a_user_is_written_with_the_urns_of_1_1_and_the_custom_one_as_it_is() -> None:
    before = deepcopy(ADA)
    assert resource(ADA) == FORMER_ADA
    assert before == ADA, "the resource that the provider gave stays as it was"


def test_a_group_has_members_without_references() -> None:
    group = {
        "schemas": [GROUP_URN, GROUP_CUSTOM_URN],
        "displayName": "Poets",
        GROUP_CUSTOM_URN: {"description": "Byron and friends"},
        "members": [{"value": "u1", "display": "ada", "$ref": "https://x/scim/v1/Users/u1", "type": "User"}],
    }
    assert resource(group) == {
        "schemas": [CORE_URN, GROUP_CUSTOM_URN],
        "displayName": "Poets",
        GROUP_CUSTOM_URN: {"description": "Byron and friends"},
        "members": [{"value": "u1", "display": "ada", "type": "User"}],
    }


def test_what_a_group_holds_under_a_users_urn_is_written_whatever_it_is() -> None:
    group = {"schemas": [GROUP_URN, ENTERPRISE_USER_URN], "displayName": "x", ENTERPRISE_USER_URN: {"manager": False}}
    assert resource(group)[ENTERPRISE_URN] == {"manager": False}


def test_what_a_projection_left_is_written_too() -> None:
    part = {"id": "u1", "schemas": [USER_URN], "meta": {"version": 'W/"1"'}, ENTERPRISE_USER_URN: {"manager": {}}}
    former = {"id": "u1", "schemas": [CORE_URN], "meta": {"version": 'W/"1"'}, ENTERPRISE_URN: {"manager": {}}}
    assert resource(part) == former


def test_a_list_has_the_urn_of_its_resources_and_keeps_its_numbers() -> None:
    numbers = {"totalResults": 7, "startIndex": 2, "itemsPerPage": 1}
    listed = {"schemas": [LIST_RESPONSE_URN], **numbers, "Resources": [ADA]}
    assert answer(listed) == {"schemas": [CORE_URN], **numbers, "Resources": [FORMER_ADA]}
    assert answer(ADA) == FORMER_ADA


def test_a_list_of_all_there_is_counts_it() -> None:
    assert complete_list([FORMER_ADA]) == {
        "schemas": [CORE_URN],
        "totalResults": 1,
        "startIndex": 1,
        "itemsPerPage": 1,
        "Resources": [FORMER_ADA],
    }


def test_no_urn_comes_twice() -> None:
    assert urns([USER_URN, GROUP_URN, "urn:acme:1.0"]) == [CORE_URN, "urn:acme:1.0"]


def test_an_error_has_what_either_reader_looks_for() -> None:
    assert error(Uniqueness("The name is taken.").document()) == {
        "schemas": [CORE_URN],
        "Errors": [{"description": "The name is taken.", "code": 409}],
        "detail": "The name is taken.",
        "status": "409",
    }


def test_an_error_names_attributes_as_they_were_sent() -> None:
    told = error(Uniqueness(f"{ENTERPRISE_USER_URN}:manager.value, {ENTERPRISE_USER_URN}:department.").document())
    assert told["detail"] == f"{ENTERPRISE_URN}:manager.managerId, {ENTERPRISE_URN}:department."
    assert told["Errors"] == [{"description": told["detail"], "code": 409}]


# Requests


def test_what_was_written_is_read_as_what_it_was() -> None:
    document = meant(FORMER_ADA).document
    assert document == meant(ADA).document
    assert document[ENTERPRISE_USER_URN]["manager"]["value"] == "u2"
    assert document[CUSTOM_URN] == {"isAdmin": False, "$ref": "kept"}


def test_names_are_read_in_any_case_and_a_manager_however_it_comes() -> None:
    urn = ENTERPRISE_URN.upper()
    for manager in ({"managerId": "u2"}, {"MANAGERID": "u2"}, {"value": "u2"}, "u2"):
        body = {**FORMER_ADA, ENTERPRISE_URN: None, urn: {"Manager": manager}}
        assert meant(body).document[ENTERPRISE_USER_URN] == {"manager": {"value": "u2"}}


def test_a_key_may_be_a_path_with_its_urn() -> None:
    body = {**FORMER_ADA, f"{CORE_URN}:title": "Countess", f"{ENTERPRISE_URN}:costCenter": "7"}
    document = meant(body).document
    assert document["title"] == "Countess"
    assert document[ENTERPRISE_USER_URN]["costCenter"] == "7"


def test_core_attributes_may_stand_below_their_urn_too() -> None:
    body = {**FORMER_ADA, CORE_URN.upper(): {"title": "Countess", "userName": "not this one"}}
    assert meant(body).document == {**meant(FORMER_ADA).document, "title": "Countess"}


def test_what_only_looks_like_a_known_urn_is_somebody_elses() -> None:
    own = f"{ENTERPRISE_URN}-acme"
    assert meant({**FORMER_ADA, own: {"a": 1}}).document[own] == {"a": 1}


@pytest.mark.parametrize("body", [None, [], "text", 7])
def test_what_is_no_object_is_left_for_the_provider_to_refuse(body: Any) -> None:
    assert resource_from(body) is body


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ('userName eq "ada"', 'userName eq "ada"'),
        ('urn:scim:schemas:core:1.0:userName eq "ada"', 'userName eq "ada"'),
        ('urn:scim:schemas:core:1.0.userName eq "ada"', 'userName eq "ada"'),
        (f'{ENTERPRISE_URN}:manager.managerId eq "u2"', f'{ENTERPRISE_USER_URN}:manager.value eq "u2"'),
        (f"{ENTERPRISE_URN} pr", f"{ENTERPRISE_USER_URN} pr"),
        ('title eq "urn:scim:schemas:core:1.0:userName"', 'title eq "urn:scim:schemas:core:1.0:userName"'),
        (
            r'title eq "a\"manager.managerId\"" and active eq true',
            r'title eq "a\"manager.managerId\"" and active eq true',
        ),
        ('title eq "manager.managerId', 'title eq "manager.managerId'),
        ("userName,urn:scim:schemas:core:1.0:name.givenName", "userName,name.givenName"),
    ],
)
def test_a_path_is_read_and_a_string_left_alone(sent: str, understood: str) -> None:
    assert paths_from(sent) == understood


@given(st.text('"\\ amanger.Idu:', max_size=60))
def test_what_holds_no_name_of_1_1_stays_as_it_is(text: str) -> None:
    assert "managerId" in text or paths_from(text) == text


def test_a_long_text_of_open_quotes_takes_no_longer_than_it_is_long() -> None:
    text = '\\"' * 50_000
    assert paths_from(text) == text


@pytest.mark.parametrize(
    "sent",
    [
        'userName eq "x" @',
        f'{ENTERPRISE_URN}:department eq "{ENTERPRISE_URN}" @',
        f'{CORE_URN}:userName pr and {ENTERPRISE_URN}:manager.managerId eq "u2" and @',
        f"@ or {CORE_URN}:userName pr",
    ],
)
def test_a_place_in_a_filter_is_counted_as_it_was_sent(sent: str) -> None:
    place = paths_from(sent).index("@") + 1
    told = with_place_as_sent(f"What is this? (at character {place} of the filter).", sent)
    assert told == f"What is this? (at character {sent.index('@') + 1} of the filter)."


@pytest.mark.parametrize("urn", [CORE_URN, ENTERPRISE_URN])
def test_a_place_in_a_name_is_its_beginning(urn: str) -> None:
    sent = f"userName pr and {urn}:nothing pr"
    assert with_place_as_sent("at character 17 of the filter", sent) == "at character 17 of the filter"
    assert with_place_as_sent("Nothing is told of a place.", sent) == "Nothing is told of a place."


def test_only_parameters_that_name_attributes_are_read() -> None:
    parameters = {
        "Filter": f'{ENTERPRISE_URN}:department eq "Sales"',
        "attributes": f"{CORE_URN}:userName,{ENTERPRISE_URN}:department",
        "sortBy": f"{CORE_URN}:name.familyName",
        "startIndex": "1",
        "cursor": f"{CORE_URN}:",
    }
    understood: Mapping[str, str] = query_from(parameters)
    assert understood["cursor"] == f"{CORE_URN}:"
    assert understood["startIndex"] == "1"
    without_cursor = {name: value for name, value in understood.items() if name != "cursor"}
    query = parse_query(without_cursor, REGISTRY.user)
    assert (str(query.sort_by), query.projection is not None) == ("name.familyName", True)
    assert query.filter_text == f'{ENTERPRISE_USER_URN}:department eq "Sales"'


def test_a_client_writes_what_a_server_reads() -> None:
    sent = deepcopy(ADA)
    written = request(ADA)
    assert sent == ADA
    # What a client was told it sends back whole; only names are another's.
    assert written == {**FORMER_ADA, "groups": ADA["groups"], "meta": ADA["meta"]}
    assert resource_from(written) == {**ADA, "schemas": FORMER_ADA["schemas"]}
    assert request(written) == written


@pytest.mark.parametrize("name", ["schemas", ENTERPRISE_USER_URN, "members", "groups", "meta"])
@pytest.mark.parametrize("value", [None, 1, "text", [1], [{}], {"manager": "text"}])
def test_a_client_sends_back_what_it_cannot_read(name: str, value: Any) -> None:
    written = request({name: value})
    assert list(written.values()) == [value]


def test_a_path_is_named_as_1_1_has_it() -> None:
    assert name_of(f"{ENTERPRISE_USER_URN}:manager.value") == f"{ENTERPRISE_URN}:manager.managerId"
    assert name_of(f"{ENTERPRISE_USER_URN}:department") == f"{ENTERPRISE_URN}:department"
    assert name_of("name.givenName") == "name.givenName"
