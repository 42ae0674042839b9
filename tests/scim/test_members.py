"""Membership changes: what PATCH messages ask of a group's members, apart from the group's document."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources import schema_documents
from server.scim.errors import InvalidFilter, InvalidPath, InvalidValue, Mutability, NoTarget, ScimError
from server.scim.filter import value_matches
from server.scim.members import (
    AddMembers,
    Member,
    MemberChange,
    RedisplayMembers,
    RemoveMatching,
    RemoveMembers,
    ReplaceMembers,
    members_from,
    split_members,
)
from server.scim.patch import Operation, parse_patch
from server.scim.schemas import load_registry

REGISTRY = load_registry(schema_documents())


def split(*operations: Any) -> tuple[list[str], list[MemberChange]]:
    others, changes = split_members(parse_patch({"Operations": list(operations)}, REGISTRY.group))
    return [str(other.path.target) if isinstance(other, Operation) else other.name for other in others], [*changes]


def changes(*operations: Any) -> list[MemberChange]:
    others, found = split(*operations)
    assert others == []
    return found


class TestSplitMembers:
    def test_a_users_operations_hold_no_members(self) -> None:
        operations = parse_patch({"Operations": [{"op": "add", "value": {"title": "x", "members": []}}]}, REGISTRY.user)
        assert split_members(operations) == (operations, ())

    def test_rfc_7644_3_5_2_1_add_a_member(self) -> None:
        value = [
            {
                "display": "Babs Jensen",
                "$ref": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646",
                "value": "2819c223-7f76-453a-919d-413861904646",
            }
        ]
        assert changes({"op": "add", "path": "members", "value": value}) == [
            AddMembers((Member("2819c223-7f76-453a-919d-413861904646", "Babs Jensen", "User"),))
        ]

    def test_rfc_7644_3_5_2_2_remove_one_member(self) -> None:
        path = 'members[value eq "2819c223-7f76-453a-919d-413861904646"]'
        assert changes({"op": "remove", "path": path}) == [RemoveMembers(("2819c223-7f76-453a-919d-413861904646",))]

    def test_rfc_7644_3_5_2_2_remove_all_members(self) -> None:
        assert changes({"op": "remove", "path": "members"}) == [ReplaceMembers(())]

    def test_rfc_7644_3_5_2_2_remove_and_add_in_one_request(self) -> None:
        assert changes(
            {"op": "remove", "path": 'members[value eq "2819c223"]'},
            {"op": "add", "path": "members", "value": [{"display": "James Smith", "value": "08e1d05d"}]},
        ) == [RemoveMembers(("2819c223",)), AddMembers((Member("08e1d05d", "James Smith"),))]

    def test_rfc_7644_3_5_2_3_replace_all_members(self) -> None:
        value = [
            {"display": "Babs Jensen", "value": "2819c223"},
            {"display": "James Smith", "value": "08e1d05d"},
        ]
        assert changes({"op": "replace", "path": "members", "value": value}) == [
            ReplaceMembers((Member("2819c223", "Babs Jensen"), Member("08e1d05d", "James Smith")))
        ]

    def test_okta_a6_a_rename_carries_the_id_and_changes_no_member(self) -> None:
        assert split({"op": "replace", "value": {"id": "abf4", "displayName": "Test SCIMv2"}}) == (
            ["displayName"],
            [],
        )

    def test_okta_a7_an_object_without_members_leaves_them_alone(self) -> None:
        assert split({"op": "replace", "value": {"displayName": "Test SCIMv2"}}) == (["displayName"], [])

    def test_okta_a8_an_object_with_empty_members_empties_the_group_and_renames_it(self) -> None:
        value = {"members": [], "id": "abf4", "displayName": "Test SCIMv2"}
        assert split({"op": "replace", "value": value}) == (["displayName"], [ReplaceMembers(())])

    def test_okta_a9_push_now_of_an_empty_group_empties_it(self) -> None:
        assert changes({"op": "replace", "path": "members", "value": []}) == [ReplaceMembers(())]

    def test_okta_1_11_delta_push(self) -> None:
        assert split(
            {"op": "replace", "value": {"id": "abf4", "displayName": "Test SCIMv2"}},
            {"op": "remove", "path": 'members[value eq "89bb"]'},
            {"op": "remove", "path": 'members[value eq "90bb"]'},
            {"op": "add", "path": "members", "value": [{"value": "23a3", "display": "test.user@okta.local"}]},
        ) == (
            ["displayName"],
            [RemoveMembers(("89bb", "90bb")), AddMembers((Member("23a3", "test.user@okta.local"),))],
        )

    def test_okta_c10_a_remove_with_a_list_removes_only_the_listed(self) -> None:
        value = [{"$ref": None, "value": "u1"}]
        assert changes({"op": "Remove", "path": "members", "value": value}) == [RemoveMembers(("u1",))]
        assert changes({"op": "remove", "path": "members", "value": []}) == [RemoveMembers(())]
        assert changes({"op": "remove", "path": "members", "value": None}) == [ReplaceMembers(())]

    def test_okta_c11_a_null_reference_says_nothing(self) -> None:
        value = [{"$ref": None, "value": "u1", "display": None}]
        assert changes({"op": "Add", "path": "members", "value": value}) == [AddMembers((Member("u1"),))]

    def test_okta_c12_members_may_be_bare_strings(self) -> None:
        assert changes({"op": "add", "path": "members", "value": "string id 1"}) == [
            AddMembers((Member("string id 1"),))
        ]
        assert changes({"op": "add", "path": "members", "value": ["a", "b", "a"]}) == [
            AddMembers((Member("a"), Member("b")))
        ]

    def test_neighbouring_changes_of_one_kind_become_one_and_others_keep_their_order(self) -> None:
        assert changes(
            {"op": "add", "path": "members", "value": [{"value": "a"}]},
            {"op": "add", "path": "members", "value": [{"value": "b"}, {"value": "a", "display": "A"}]},
            {"op": "remove", "path": 'members[value eq "a" or value eq "c"]'},
            {"op": "remove", "path": 'members[value eq "c"]'},
            {"op": "add", "path": "members", "value": [{"value": "a"}]},
        ) == [
            AddMembers((Member("a", "A"), Member("b"))),
            RemoveMembers(("a", "c")),
            AddMembers((Member("a"),)),
        ]

    def test_a_later_mention_without_a_display_does_not_erase_an_earlier_one(self) -> None:
        assert changes(
            {"op": "add", "path": "members", "value": [{"value": "a", "display": "A"}]},
            {"op": "add", "path": "members", "value": "a"},
        ) == [AddMembers((Member("a", "A"),))]

    def test_adding_nothing_is_no_change(self) -> None:
        assert changes({"op": "add", "path": "members", "value": []}) == []

    @pytest.mark.parametrize("path", ["members.value", "MEMBERS.Value"])
    def test_members_value_names_the_members_themselves(self, path: str) -> None:
        assert changes({"op": "add", "path": path, "value": "a"}) == [AddMembers((Member("a"),))]
        assert changes({"op": "remove", "path": path, "value": "a"}) == [RemoveMembers(("a",))]

    def test_an_id_with_quotes_and_backslashes_is_read_as_json(self) -> None:
        assert changes({"op": "remove", "path": r'members[value eq "a\"b\\c"]'}) == [RemoveMembers(('a"b\\c',))]

    def test_members_are_named_without_case(self) -> None:
        assert changes({"op": "remove", "path": 'Members[Value EQ "a"]'}) == [RemoveMembers(("a",))]
        assert changes({"op": "replace", "value": {"Members": [{"Value": "a", "Display": "A"}]}}) == [
            ReplaceMembers((Member("a", "A"),))
        ]

    @pytest.mark.parametrize(
        ("path", "removed"),
        [
            ('members[display sw "Temp"]', ["2"]),
            ('members[type eq "Group"]', ["3"]),
            ('members[value eq "1" and display eq "Ann"]', ["1"]),
            ('members[not (value eq "1")]', ["2", "3"]),
            ('members[value eq "1" or display eq "Temp"]', ["1", "2"]),
        ],
    )
    def test_any_other_filter_is_left_to_the_store(self, path: str, removed: list[str]) -> None:
        [change] = changes({"op": "remove", "path": path})
        assert isinstance(change, RemoveMatching)
        rows = [
            {"value": "1", "display": "Ann", "type": "User"},
            {"value": "2", "display": "Temp", "type": "User"},
            {"value": "3", "type": "Group"},
        ]
        assert [row["value"] for row in rows if value_matches(change.filter, row)] == removed

    def test_the_display_of_one_member_may_change(self) -> None:
        path = 'members[value eq "1"].display'
        for op, value, display in (("replace", "Ann", "Ann"), ("add", "Ann", "Ann"), ("replace", "", None)):
            [change] = changes({"op": op, "path": path, "value": value})
            assert isinstance(change, RedisplayMembers)
            assert change.display == display
            assert value_matches(change.filter, {"value": "1"})
            assert not value_matches(change.filter, {"value": "2"})
        [change] = changes({"op": "remove", "path": path})
        assert isinstance(change, RedisplayMembers)
        assert change.display is None

    def test_without_a_filter_the_display_of_all_members_changes(self) -> None:
        [change] = changes({"op": "replace", "path": "members.display", "value": "Someone"})
        assert isinstance(change, RedisplayMembers)
        assert value_matches(change.filter, {"value": "1"})

    def test_a_display_is_a_string(self) -> None:
        with pytest.raises(InvalidValue, match="display"):
            changes({"op": "replace", "path": 'members[value eq "1"].display', "value": 5})

    def test_a_member_replaced_by_itself_takes_the_new_display(self) -> None:
        for value in ({"value": "1", "display": "Ann"}, {"display": "Ann"}):
            operation = {"op": "replace", "path": 'members[value eq "1"]', "value": value}
            assert changes(operation) == [AddMembers((Member("1", "Ann"),))]

    @pytest.mark.parametrize(
        "operation",
        [
            {"op": "replace", "path": 'members[value eq "1"]', "value": {"value": "2"}},
            {"op": "replace", "path": 'members[value eq "1"].value', "value": "2"},
            {"op": "remove", "path": 'members[value eq "1"].value'},
            {"op": "replace", "path": 'members[value eq "1"].type', "value": "Group"},
            {"op": "replace", "path": 'members[value eq "1"].$ref', "value": "../Users/2"},
        ],
    )
    def test_rfc_7643_8_7_1_a_members_value_type_and_reference_are_immutable(self, operation: dict[str, Any]) -> None:
        with pytest.raises(Mutability):
            changes(operation)

    @pytest.mark.parametrize("path", ['members[display eq "Ann"]', 'members[value eq "1" or value eq "2"]'])
    def test_a_filter_that_names_no_single_member_cannot_be_added_to(self, path: str) -> None:
        with pytest.raises(NoTarget):
            changes({"op": "add", "path": path, "value": {"display": "x"}})

    @pytest.mark.parametrize(
        "path", ['members[value eq "1"', 'members[value "1"]', "members.shoeSize", 'members[x eq "1"]']
    )
    def test_a_malformed_path_is_an_error(self, path: str) -> None:
        with pytest.raises((InvalidPath, InvalidFilter)):
            changes({"op": "remove", "path": path})


class TestControlCharacters:
    """SQLite ends a JSON string at U+0000: "a\\u0000b" would name the member "a"."""

    @pytest.mark.parametrize("value", ["a\0b", {"value": "a\0"}, {"value": "a", "display": "A\0"}])
    @pytest.mark.parametrize("op", ["add", "replace", "remove"])
    def test_no_member_holds_u0000(self, op: str, value: Any) -> None:
        with pytest.raises(InvalidValue, match=r"U\+0000"):
            changes({"op": op, "path": "members", "value": [value]})

    def test_no_display_is_set_to_u0000(self) -> None:
        with pytest.raises(InvalidValue, match=r"U\+0000"):
            changes({"op": "replace", "path": 'members[value eq "a"].display', "value": "A\0"})

    def test_an_id_with_u0000_in_a_filter_is_compared_and_not_cut(self) -> None:
        [change] = changes({"op": "remove", "path": 'members[value eq "a\0"]'})
        assert isinstance(change, RemoveMatching)
        assert not value_matches(change.filter, {"value": "a"})


class TestMembersFrom:
    def test_doubles_become_one_and_the_order_is_kept(self) -> None:
        values = [{"value": "b"}, "a", {"value": "b", "display": "B"}, "b"]
        assert members_from(values) == (Member("b", "B"), Member("a"))

    def test_nothing_is_no_member(self) -> None:
        assert members_from(None) == members_from([]) == ()

    def test_one_object_is_a_list_of_one(self) -> None:
        assert members_from({"value": "a", "type": "Group"}) == (Member("a", None, "Group"),)

    def test_a_reference_tells_id_and_type_where_they_are_not_given(self) -> None:
        assert members_from([{"$ref": "https://example.com/scim/v2/Groups/g1"}]) == (Member("g1", None, "Group"),)
        assert members_from([{"value": "u1", "$ref": "../Users/u1"}]) == (Member("u1", None, "User"),)

    @pytest.mark.parametrize(
        "value",
        [
            "",
            1,
            [None],
            [{}],
            [{"value": ""}],
            [{"value": None}],
            [{"value": 5}],
            [{"value": ["a"]}],
            [["a"]],
            True,
            [{"value": "a", "display": 1}],
            [{"value": "a", "type": {}}],
        ],
    )
    def test_a_member_without_an_id_is_an_invalid_value(self, value: Any) -> None:
        with pytest.raises(InvalidValue, match="member"):
            members_from(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "a", "../Groups/b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "Value", "display", "type", "$ref", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
member_paths = st.sampled_from(
    [
        "members",
        "members.value",
        "members.display",
        "members.type",
        'members[value eq "a"]',
        'members[value eq "a" or value eq "b"]',
        'members[value eq "a"].value',
        'members[value eq "a"].display',
        'members[display pr and type eq "User"]',
        "members[value eq null]",
    ]
)
member_operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "replace", "remove"]), "path": member_paths, "value": json_values}
)


@settings(max_examples=200, deadline=None)
@given(st.lists(member_operations, min_size=1, max_size=3))
def test_whatever_is_sent_gives_changes_or_a_scim_error(operations: list[dict[str, Any]]) -> None:
    try:
        found = changes(*operations)
    except ScimError:
        return
    for change in found:
        if isinstance(change, AddMembers | ReplaceMembers):
            ids = [member.value for member in change.members]
            assert len(ids) == len({*ids})
            assert all(ids)
