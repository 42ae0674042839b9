"""Partial resources: what each asks for, applied to Babs Jensen and to a group's members."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.scim.errors import InvalidSyntax, InvalidValue, Mutability, ScimError
from server.scim.members import AddMembers, Member, MemberChange, RemoveMembers, ReplaceMembers, split_members
from server.scim.patch import PATCH_OP_URN, parse_patch
from server.scim.patch_application import apply_patch
from server.scim.schemas import ENTERPRISE_USER_URN
from server.scim.version1 import CORE_URN, ENTERPRISE_URN, resource
from server.scim.version1_patch import partial_from, patch_from
from tests.scim.patching import BABS, REGISTRY

CUSTOM_URN = "urn:okta:onprem_app:1.0:user:custom"


def partial(body: Any, document: dict[str, Any] = BABS) -> dict[str, Any]:
    """Apply a partial resource to a user, and check that neither was changed."""
    sent, stored = deepcopy(body), deepcopy(document)
    operations = parse_patch(patch_from(body, REGISTRY.user), REGISTRY.user)
    result = apply_patch(document, operations, REGISTRY.user).document
    assert (body, document) == (sent, stored)
    return result


def changed(body: Any) -> dict[str, Any]:
    """Give what a partial resource changes of Babs: a name that is gone is None."""
    after = partial(body)
    return {name: after.get(name) for name in {*BABS, *after} if after.get(name) != BABS.get(name)}


def member_changes(body: Any) -> tuple[MemberChange, ...]:
    return split_members(parse_patch(patch_from(body, REGISTRY.group), REGISTRY.group))[1]


# Users


def test_a_deactivation_changes_nothing_else() -> None:
    assert changed({"schemas": [CORE_URN], "id": "another", "active": False}) == {"active": False}


def test_a_complex_attribute_is_changed_part_by_part() -> None:
    assert changed({"name": {"familyName": "Smith"}})["name"] == {
        "givenName": "Barbara",
        "familyName": "Smith",
        "formatted": "Barbara Smith",
    }


def test_an_enterprise_attribute_is_found_under_the_urn_of_1_1() -> None:
    body = {ENTERPRISE_URN: {"department": "Sales", "manager": {"managerId": "1"}}}
    after = changed(body)[ENTERPRISE_USER_URN]
    assert after == {"employeeNumber": "701984", "department": "Sales", "manager": {"value": "1"}}


def test_a_custom_attribute_is_merged_under_its_own_urn() -> None:
    stored = {**BABS, CUSTOM_URN: {"isAdmin": False, "departmentName": "Testing User"}}
    assert partial({CUSTOM_URN: {"isAdmin": True}}, stored)[CUSTOM_URN] == {
        "isAdmin": True,
        "departmentName": "Testing User",
    }


def test_a_value_is_merged_into_the_one_like_it_and_a_new_one_added() -> None:
    body = {"emails": [{"value": "babs@jensen.org", "type": "other"}, {"value": 'a"b\\@example.com'}]}
    assert changed(body)["emails"] == [
        {"value": "bjensen@example.com", "type": "work", "primary": True},
        {"value": "babs@jensen.org", "type": "other"},
        {"value": 'a"b\\@example.com'},
    ]


def test_a_new_primary_value_takes_it_from_the_old_one() -> None:
    body = {"emails": {"value": "babs@jensen.org", "primary": True}}
    assert [one.get("primary") for one in changed(body)["emails"]] == [False, True]


@pytest.mark.parametrize("operation", ["delete", "Delete", "DELETE"])
def test_a_value_is_deleted_by_its_value_whatever_else_it_says(operation: str) -> None:
    body = {"emails": [{"value": "babs@jensen.org", "type": "work", "operation": operation}]}
    assert [one["type"] for one in changed(body)["emails"]] == ["work"]


def test_an_address_which_has_no_value_is_deleted_by_all_that_is_given() -> None:
    body = {"addresses": [{"type": "home", "streetAddress": "456 Hollywood Blvd", "operation": "delete"}]}
    assert [one["type"] for one in changed(body)["addresses"]] == ["work"]
    assert changed({"addresses": [{"type": "home", "country": "USA", "operation": "delete"}]}) == {}


def test_what_meta_attributes_names_is_gone_and_what_comes_beside_it_stands_instead() -> None:
    assert changed({"meta": {"attributes": ["nickName"]}}) == {"nickName": None}
    assert changed({"Meta": {"Attributes": [f"{CORE_URN}:nickName", f"{ENTERPRISE_URN}:manager"]}}) == {
        "nickName": None,
        ENTERPRISE_USER_URN: {"employeeNumber": "701984"},
    }
    new = [{"value": "new@example.com"}]
    gone = {"value": "babs@jensen.org", "operation": "delete"}
    assert changed({"meta": {"attributes": ["Emails"]}, "emails": [*new, gone]}) == {"emails": new}


def test_null_unassigns_and_an_empty_list_asks_for_nothing() -> None:
    assert changed({"nickName": None, "addresses": None}) == {"nickName": None, "addresses": None}
    assert changed({"addresses": []}) == {}


@pytest.mark.parametrize(
    "body", [{}, {"schemas": [CORE_URN], "id": "1"}, {"password": "secret"}, {"groups": [{"value": "1"}]}]
)
def test_what_asks_for_nothing_changes_nothing(body: Any) -> None:
    assert changed(body) == {}


def test_a_message_of_2_0_is_taken_as_it_is() -> None:
    message = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "title", "value": "Dr"}],
    }
    assert changed(message) == {"title": "Dr"}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ([], InvalidSyntax),
        (None, InvalidSyntax),
        ("text", InvalidSyntax),
        ({"meta": {"attributes": "emails"}}, InvalidValue),
        ({"meta": {"attributes": [7]}}, InvalidValue),
        ({"meta": {"attributes": ["emails"]}}, Mutability),
        ({"userName": 7}, InvalidValue),
        ({"emails": [7]}, InvalidValue),
    ],
)
def test_what_makes_no_sense_is_refused(body: Any, refusal: type[ScimError]) -> None:
    with pytest.raises(refusal):
        partial(body)


names = st.sampled_from(
    [
        *("emails", "Emails", "addresses", "members", "name", "meta", "attributes", "value", "type", "operation"),
        *("userName", "manager", "managerId", "primary", "groups", "$ref", "urn:", "x", ENTERPRISE_URN, CUSTOM_URN),
    ]
)
leaves = (
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["delete", "members", "emails", 'x"]', "\0", ""])
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(names, values, max_size=4))
def test_whatever_comes_is_refused_or_applied_and_can_be_written(body: Any) -> None:
    for resource_type in (REGISTRY.user, REGISTRY.group):
        try:
            operations, _ = split_members(parse_patch(patch_from(body, resource_type), resource_type))
            patched = apply_patch(BABS, operations, resource_type).document
        except ScimError:
            continue
        assert orjson.dumps(resource(patched))


# Groups


def test_members_are_added_and_deleted_in_one_step_each() -> None:
    body = {
        "schemas": [CORE_URN],
        "members": [
            {"value": "a", "display": "Ada"},
            {"value": "b", "display": "Byron", "operation": "delete"},
            {"value": "c"},
            {"value": "d", "operation": "delete"},
        ],
    }
    assert member_changes(body) == (
        RemoveMembers(("b", "d")),
        AddMembers((Member("a", "Ada"), Member("c"))),
    )


def test_all_members_are_replaced_or_removed_by_meta_attributes() -> None:
    everybody = {"meta": {"attributes": ["members"]}}
    assert member_changes({**everybody, "members": [{"value": "a"}]}) == (ReplaceMembers((Member("a"),)),)
    assert member_changes(everybody) == (ReplaceMembers(()),)


def test_a_rename_leaves_the_members_alone() -> None:
    assert member_changes({"schemas": [CORE_URN], "id": "g1", "displayName": "Poets"}) == ()


def meant(*operations: dict[str, Any]) -> dict[str, Any]:
    return partial_from({"schemas": [PATCH_OP_URN], "Operations": list(operations)}, "g1")


def test_a_client_writes_a_patch_that_a_server_reads_as_it_was_meant() -> None:
    removed = meant(
        {"op": "remove", "path": 'members[value eq "u\\"1"]'},
        {"op": "add", "path": "members", "value": [{"value": "u2"}]},
    )
    assert member_changes(removed) == (
        RemoveMembers(('u"1',)),
        AddMembers((Member("u2"),)),
    )
    replaced = meant({"op": "replace", "path": "members", "value": [{"value": "u2"}]})
    assert member_changes(replaced) == (ReplaceMembers((Member("u2"),)),)
    assert changed(meant({"op": "replace", "value": {"active": False}})) == {"active": False}
    assert changed(meant({"op": "replace", "path": "active", "value": False})) == {"active": False}


def test_a_patch_carries_the_id_of_its_resource() -> None:
    assert meant({"op": "replace", "value": {"displayName": "Poets"}}) == {
        "schemas": [CORE_URN],
        "id": "g1",
        "displayName": "Poets",
    }
