"""Applying PATCH operations to documents: the RFC's examples, what Okta and Entra send, and what must never happen."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, ClassVar

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources import schema_documents
from server.scim.errors import InvalidValue, Mutability, ScimError
from server.scim.patch import parse_patch
from server.scim.patch_application import apply_patch
from server.scim.resource import canonicalise
from server.scim.schemas import ENTERPRISE_USER_URN, GROUP_URN, USER_URN, load_registry
from tests.scim.patching import BABS, NOTHING_REQUIRED, REGISTRY, patch, patched, with_

CUSTOM_URN = "urn:okta:custom:user:1.0:User"


class TestRfc7644Examples:
    def test_3_5_2_1_add_without_a_path(self) -> None:
        before = with_(emails=[{"value": "bjensen@example.com", "type": "work"}], nickName=None)
        value = {"emails": [{"value": "babs@jensen.org", "type": "home"}], "nickname": "Babs"}
        after = patched(before, {"op": "add", "value": value})
        assert after["emails"] == [
            {"value": "bjensen@example.com", "type": "work"},
            {"value": "babs@jensen.org", "type": "home"},
        ]
        assert after["nickName"] == "Babs"

    def test_3_5_2_2_remove_what_a_filter_selects(self) -> None:
        path = 'emails[type eq "work" and value ew "example.com"]'
        assert patched(BABS, {"op": "remove", "path": path})["emails"] == [{"value": "babs@jensen.org", "type": "home"}]

    def test_3_5_2_3_replace_an_address(self) -> None:
        work = {
            "type": "work",
            "streetAddress": "911 Universal City Plaza",
            "locality": "Hollywood",
            "region": "CA",
            "postalCode": "91608",
            "country": "US",
            "formatted": "911 Universal City Plaza\nHollywood, CA 91608 US",
            "primary": True,
        }
        after = patched(BABS, {"op": "replace", "path": 'addresses[type eq "work"]', "value": work})
        assert after["addresses"] == [work, BABS["addresses"][1]]

    def test_3_5_2_3_replace_a_sub_attribute_of_an_address(self) -> None:
        path = 'addresses[type eq "work"].streetAddress'
        after = patched(BABS, {"op": "replace", "path": path, "value": "1010 Broadway Ave"})
        assert after["addresses"][0] == {**BABS["addresses"][0], "streetAddress": "1010 Broadway Ave"}
        assert after["addresses"][1] == BABS["addresses"][1]

    def test_3_5_2_3_replace_without_a_path(self) -> None:
        emails = [
            {"value": "bjensen@example.com", "type": "work", "primary": True},
            {"value": "babs@jensen.org", "type": "home"},
        ]
        value = {"emails": emails, "nickname": "Babs"}
        after = patched(with_(emails=[{"value": "old@example.com"}], nickName="B"), {"op": "replace", "value": value})
        assert after["emails"] == emails
        assert after["nickName"] == "Babs"


class TestSingleValues:
    @pytest.mark.parametrize("op", ["add", "replace"])
    def test_okta_a4_deactivation_without_a_path(self, op: str) -> None:
        assert patched(BABS, {"op": op, "value": {"active": False}}) == with_(active=False)

    def test_okta_a5_deactivation_with_a_path(self) -> None:
        assert patched(BABS, {"op": "replace", "path": "active", "value": False}) == with_(active=False)

    @pytest.mark.parametrize("op", ["add", "replace"])
    def test_okta_c28_add_where_it_exists_and_replace_where_it_does_not(self, op: str) -> None:
        assert patched(BABS, {"op": op, "path": "nickName", "value": "Barb"}) == with_(nickName="Barb")
        assert patched(BABS, {"op": op, "path": "title", "value": "Tour Guide"}) == with_(title="Tour Guide")

    @pytest.mark.parametrize(("sent", "kept"), [("False", False), ("false", False), ("True", True), ("TRUE", True)])
    def test_okta_c2_booleans_may_be_strings(self, sent: str, kept: bool) -> None:
        for operation in ({"path": "active", "value": sent}, {"value": {"active": sent}}):
            assert patched(BABS, {"op": "Replace", **operation})["active"] is kept

    @pytest.mark.parametrize("value", [None, ""])
    @pytest.mark.parametrize("op", ["add", "replace"])
    def test_null_and_the_empty_string_unassign(self, op: str, value: Any) -> None:
        assert patched(BABS, {"op": op, "path": "nickName", "value": value}) == with_(nickName=None)
        assert patched(BABS, {"op": op, "value": {"nickName": value}}) == with_(nickName=None)

    def test_remove_unassigns_and_is_no_error_where_nothing_is(self) -> None:
        assert patched(BABS, {"op": "remove", "path": "nickName"}) == with_(nickName=None)
        assert patched(BABS, {"op": "remove", "path": "title"}) == BABS

    @pytest.mark.parametrize(("value", "kept"), [("babs", None), ("Someone", "Babs"), (5, "Babs"), ("", None)])
    def test_okta_c6_a_remove_with_another_value_removes_nothing(self, value: Any, kept: str | None) -> None:
        assert patched(BABS, {"op": "remove", "path": "nickName", "value": value}) == with_(nickName=kept)

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("active", "perhaps"),
            ("active", 1),
            ("title", 5),
            ("title", {"value": "x"}),
            ("name", "Babs"),
            ("emails", 5),
        ],
    )
    def test_a_value_of_the_wrong_type_is_an_error_that_names_the_attribute(self, path: str, value: Any) -> None:
        for operation in ({"path": path, "value": value}, {"value": {path: value}}):
            with pytest.raises(InvalidValue, match=path):
                patch(BABS, {"op": "replace", **operation})

    def test_okta_a17_a_password_changes_nothing(self) -> None:
        for operation in ({"path": "password", "value": "1mz050nq"}, {"value": {"password": "1mz050nq"}}):
            assert patched(BABS, {"op": "replace", **operation}) == BABS

    def test_okta_a6_what_the_server_sets_is_ignored_in_an_object(self) -> None:
        value = {"id": "other", "schemas": [GROUP_URN], "meta": {"version": "x"}, "groups": [], "title": "x"}
        assert patched(BABS, {"op": "replace", "value": value}) == with_(title="x")

    def test_okta_c24_names_are_read_without_case(self) -> None:
        assert patched(BABS, {"op": "replace", "value": {"Active": False, "NICKNAME": "B"}}) == with_(
            active=False, nickName="B"
        )


class TestComplexValues:
    @pytest.mark.parametrize("op", ["add", "replace"])
    def test_sub_attributes_that_are_not_named_are_kept(self, op: str) -> None:
        for operation in (
            {"path": "name", "value": {"middleName": "Ann"}},
            {"value": {"name": {"middleName": "Ann"}}},
        ):
            name = patched(BABS, {"op": op, **operation})["name"]
            assert (name["givenName"], name["middleName"], name["familyName"]) == ("Barbara", "Ann", "Jensen")

    def test_null_unassigns_a_sub_attribute(self) -> None:
        before = with_(name={**BABS["name"], "middleName": "Ann"})
        for value in (None, ""):
            after = patched(before, {"op": "replace", "path": "name", "value": {"middleName": value}})
            assert "middleName" not in after["name"]

    def test_okta_c7_dotted_keys_reach_a_sub_attribute(self) -> None:
        value = {
            "name.givenName": "Babs",
            f"{ENTERPRISE_USER_URN}:employeeNumber": "7",
            "userName": "babs@example.com",
        }
        after = patched(BABS, {"op": "replace", "value": value})
        assert after["name"] == {"givenName": "Babs", "familyName": "Jensen", "formatted": "Babs Jensen"}
        assert after[ENTERPRISE_USER_URN] == {**BABS[ENTERPRISE_USER_URN], "employeeNumber": "7"}
        assert after["userName"] == "babs@example.com"

    def test_okta_a16_formatted_follows_the_parts(self) -> None:
        after = patched(BABS, {"op": "replace", "path": "name.familyName", "value": "Smith"})
        assert after["name"]["formatted"] == "Barbara Smith"

    def test_formatted_that_this_patch_sets_stays(self) -> None:
        for formatted in ("Ms. Barbara J Jensen, III", "B. J."):
            after = patched(
                BABS,
                {"op": "replace", "path": "name.formatted", "value": formatted},
                {"op": "replace", "path": "name.givenName", "value": "Barb"},
            )
            assert after["name"]["formatted"] == formatted

    def test_a_sub_attribute_of_what_does_not_exist_is_created_and_removed_again(self) -> None:
        created = patched(
            with_(**{ENTERPRISE_USER_URN: None}),
            {"op": "add", "path": f"{ENTERPRISE_USER_URN}:manager.value", "value": "1"},
        )
        assert created[ENTERPRISE_USER_URN] == {"manager": {"value": "1"}}
        assert created["schemas"] == [USER_URN, ENTERPRISE_USER_URN]
        removed = patched(created, {"op": "remove", "path": f"{ENTERPRISE_USER_URN}:manager.value"})
        assert ENTERPRISE_USER_URN not in removed
        assert removed["schemas"] == [USER_URN]

    def test_unknown_sub_attributes_are_dropped_and_reported(self) -> None:
        result = patch(BABS, {"op": "add", "path": "name", "value": {"givenName": "B", "shoeSize": 44}})
        assert result.ignored == ("name.shoeSize",)
        assert result.document["name"]["givenName"] == "B"
        result = patch(BABS, {"op": "add", "value": {"shoeSize": 44, "emails": [{"value": "a@b", "colour": "red"}]}})
        assert set(result.ignored) == {"shoeSize", "emails.colour"}


class TestManager:
    PATH = f"{ENTERPRISE_USER_URN}:manager"

    @pytest.mark.parametrize("op", ["Add", "Replace"])
    @pytest.mark.parametrize("value", ["7", {"value": "7"}, {"value": "7", "displayName": "Boss"}])
    def test_okta_c9_a_manager_is_a_string_or_an_object(self, op: str, value: Any) -> None:
        after = patched(BABS, {"op": op, "path": self.PATH, "value": value})
        assert after[ENTERPRISE_USER_URN] == {"employeeNumber": "701984", "manager": {"value": "7"}}

    def test_okta_c8_the_path_may_have_a_dot(self) -> None:
        after = patched(BABS, {"op": "replace", "path": f"{ENTERPRISE_USER_URN}.manager", "value": "7"})
        assert after[ENTERPRISE_USER_URN]["manager"] == {"value": "7"}

    @pytest.mark.parametrize(
        "operation",
        [
            {"op": "replace", "value": ""},
            {"op": "replace", "value": None},
            {"op": "replace", "value": {"value": ""}},
            {"op": "add", "value": ""},
            {"op": "remove"},
            {"op": "remove", "value": ""},
            {"op": "remove", "value": {"value": "26118915"}},
            {"op": "remove", "value": "26118915"},
        ],
    )
    def test_okta_c9_a_manager_is_removed(self, operation: dict[str, Any]) -> None:
        after = patched(BABS, {**operation, "path": self.PATH})
        assert after[ENTERPRISE_USER_URN] == {"employeeNumber": "701984"}

    def test_the_same_manager_keeps_the_reference(self) -> None:
        assert patched(BABS, {"op": "replace", "path": self.PATH, "value": {"value": "26118915"}}) == BABS


class TestControlCharacters:
    """SQLite ends a JSON string at U+0000: what came after it would be kept and never found."""

    @pytest.mark.parametrize(
        "operation",
        [
            {"path": "nickName", "value": "Ba\0bs"},
            {"value": {"nickName": "Ba\0bs"}},
            {"path": "name", "value": {"givenName": "\0"}},
            {"path": 'emails[type eq "work"].value', "value": "b\0@example.com"},
            {"path": "emails", "value": [{"value": "b\0@example.com"}]},
            {"path": ENTERPRISE_USER_URN, "value": {"department": "\0"}},
            {"path": CUSTOM_URN, "value": {"deep": [{"er": "\0"}]}},
            {"path": f"{CUSTOM_URN}:shoeSize", "value": "4\0"},
            {"value": {CUSTOM_URN: {"shoe\0Size": 44}}},
        ],
    )
    @pytest.mark.parametrize("op", ["add", "replace"])
    def test_no_text_may_hold_the_character_that_ends_it(self, op: str, operation: dict[str, Any]) -> None:
        with pytest.raises(InvalidValue, match=r"holds the control character U\+0000"):
            patch(BABS, {"op": op, **operation})


class TestExtensions:
    def test_a_part_of_what_has_no_parts_takes_its_place_and_is_removed_from_nothing(self) -> None:
        for plain in (True, 5, "red", ["red"], [True, {"colour": "blue"}]):
            before = with_(**{CUSTOM_URN: {"tags": plain}}, schemas=[*BABS["schemas"], CUSTOM_URN])
            path = f"{CUSTOM_URN}:tags.colour"
            assert patched(before, {"op": "remove", "path": path}) == before
            after = patched(before, {"op": "add", "path": path, "value": "green"})
            assert after[CUSTOM_URN] == {"tags": {"colour": "green"}}

    @pytest.mark.parametrize("op", ["add", "replace"])
    def test_an_object_under_the_urn_changes_what_it_names(self, op: str) -> None:
        value = {"department": "Tour Operations", "employeeNumber": ""}
        for operation in (
            {"value": {ENTERPRISE_USER_URN: value}},
            {"path": ENTERPRISE_USER_URN, "value": value},
        ):
            after = patched(BABS, {"op": op, **operation})
            assert after[ENTERPRISE_USER_URN] == {
                "manager": BABS[ENTERPRISE_USER_URN]["manager"],
                "department": "Tour Operations",
            }

    @pytest.mark.parametrize(
        "operation",
        [
            {"op": "remove", "path": ENTERPRISE_USER_URN},
            {"op": "replace", "path": ENTERPRISE_USER_URN, "value": None},
            {"op": "replace", "value": {ENTERPRISE_USER_URN: None}},
        ],
    )
    def test_a_whole_extension_may_go(self, operation: dict[str, Any]) -> None:
        after = patched(BABS, operation)
        assert ENTERPRISE_USER_URN not in after
        assert after["schemas"] == [USER_URN]

    def test_an_unknown_extension_is_stored_as_sent(self) -> None:
        after = patched(BABS, {"op": "add", "value": {CUSTOM_URN: {"Shoe Size": 44, "tags": ["a"]}}})
        assert after[CUSTOM_URN] == {"Shoe Size": 44, "tags": ["a"]}
        assert after["schemas"] == [USER_URN, ENTERPRISE_USER_URN, CUSTOM_URN]
        after = patched(after, {"op": "replace", "value": {CUSTOM_URN.upper(): {"tags": None, "colour": "red"}}})
        assert after[CUSTOM_URN] == {"Shoe Size": 44, "colour": "red"}
        after = patched(after, {"op": "remove", "path": CUSTOM_URN})
        assert after == BABS

    def test_an_attribute_of_an_unknown_extension_is_reached_by_its_urn(self) -> None:
        for operation in (
            {"path": f"{CUSTOM_URN}:shoeSize", "value": 44},
            {"value": {f"{CUSTOM_URN}:shoeSize": 44}},
        ):
            after = patched(BABS, {"op": "add", **operation})
            assert after[CUSTOM_URN] == {"shoeSize": 44}
            assert patched(after, {"op": "remove", "path": f"{CUSTOM_URN}:shoeSize"}) == BABS


class TestAllOrNothing:
    @pytest.mark.parametrize(
        "failing",
        [
            {"op": "replace", "path": "active", "value": "perhaps"},
            {"op": "replace", "path": 'emails[value co "nobody"].type', "value": "x"},
            {"op": "remove", "path": "userName"},
        ],
    )
    def test_a_failing_operation_leaves_nothing_changed(self, failing: dict[str, Any]) -> None:
        document = deepcopy(BABS)
        with pytest.raises(ScimError):
            patch(
                document,
                {"op": "replace", "path": "title", "value": "x"},
                {"op": "replace", "path": "name.givenName", "value": "B"},
                {"op": "remove", "path": 'emails[type eq "home"]'},
                failing,
                {"op": "add", "path": "nickName", "value": "x"},
            )
        assert document == BABS

    def test_operations_build_on_each_other(self) -> None:
        after = patched(
            BABS,
            {"op": "remove", "path": "emails"},
            {"op": "add", "path": 'emails[type eq "work"].value', "value": "a@b.org"},
            {"op": "replace", "path": 'emails[value eq "A@b.org"].type', "value": "home"},
        )
        assert after["emails"] == [{"type": "home", "value": "a@b.org"}]

    def test_what_is_not_touched_is_shared_not_copied(self) -> None:
        after = patched(BABS, {"op": "replace", "path": "active", "value": False})
        assert after["emails"] is BABS["emails"]


class TestRequired:
    @pytest.mark.parametrize(
        ("operation", "path"),
        [
            ({"op": "remove", "path": "userName"}, "userName"),
            ({"op": "replace", "path": "userName", "value": ""}, "userName"),
            ({"op": "replace", "path": "userName", "value": "  "}, "userName"),
            ({"op": "replace", "value": {"userName": None}}, "userName"),
            ({"op": "remove", "path": "name"}, "name"),
            ({"op": "remove", "path": "name.givenName"}, "name.givenName"),
            ({"op": "replace", "path": "name", "value": {"familyName": None}}, "name.familyName"),
            ({"op": "remove", "path": "emails"}, "emails"),
            ({"op": "replace", "path": "emails", "value": []}, "emails"),
            ({"op": "remove", "path": "emails[value pr]"}, "emails"),
            ({"op": "remove", "path": "emails.value"}, "emails"),
            ({"op": "replace", "path": "emails[value pr]", "value": {"value": ""}}, "emails"),
            ({"op": "replace", "path": "emails", "value": [{"type": "work", "display": "nobody"}]}, "emails"),
        ],
    )
    def test_rfc_7644_3_5_2_2_what_is_required_cannot_be_removed(self, operation: dict[str, Any], path: str) -> None:
        with pytest.raises(Mutability, match=f"^{path} is required"):
            patch(BABS, operation)

    def test_what_is_required_may_be_removed_and_added_in_one_request(self) -> None:
        after = patched(
            BABS,
            {"op": "remove", "path": "name"},
            {"op": "add", "path": "name", "value": {"givenName": "B", "familyName": "J"}},
        )
        assert after["name"] == {"givenName": "B", "familyName": "J", "formatted": "B J"}

    def test_a_user_that_lacked_something_before_can_still_be_deactivated(self) -> None:
        incomplete = {"schemas": [USER_URN], "userName": "b", "active": True}
        assert patched(incomplete, {"op": "replace", "value": {"active": False}})["active"] is False
        after = patched(incomplete, {"op": "add", "path": "name.givenName", "value": "B"})
        assert after["name"] == {"givenName": "B", "formatted": "B"}

    def test_a_setting_decides_what_is_required(self) -> None:
        assert "emails" not in patched(BABS, {"op": "remove", "path": "emails"}, registry=NOTHING_REQUIRED)
        department = f"{ENTERPRISE_USER_URN}:department"
        strict = load_registry(schema_documents(), (department,))
        before = patched(BABS, {"op": "add", "path": department, "value": "d"})
        for path in (department, ENTERPRISE_USER_URN):
            with pytest.raises(Mutability, match=f"^{department} is required"):
                patch(before, {"op": "remove", "path": path}, registry=strict)


class TestGroups:
    DOCUMENT: ClassVar[dict[str, Any]] = {"schemas": [GROUP_URN], "displayName": "Tour Guides"}

    def patched(self, *operations: Any) -> dict[str, Any]:
        return apply_patch(
            self.DOCUMENT, parse_patch({"Operations": list(operations)}, REGISTRY.group), REGISTRY.group
        ).document

    def test_okta_a6_rename(self) -> None:
        value = {"id": "abf4", "displayName": "Test SCIMv2"}
        assert self.patched({"op": "replace", "value": value}) == {
            **self.DOCUMENT,
            "displayName": "Test SCIMv2",
        }

    def test_the_name_is_required(self) -> None:
        with pytest.raises(Mutability, match="displayName"):
            self.patched({"op": "remove", "path": "displayName"})


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["", " ", "x", "work", "true", "x\0y"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "type", "primary", "$ref", "givenName", "name.givenName", "x", "", ":", "."]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
attributes = st.sampled_from(
    [
        "active",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        "emails.primary",
        'emails[type eq "work"]',
        'emails[type eq "work"].value',
        'emails[type eq "fax" and primary eq true].value',
        'name[givenName eq "Barbara"].familyName',
        'name[givenName eq "Nobody"]',
        ENTERPRISE_USER_URN,
        f"{ENTERPRISE_USER_URN}:manager",
        f"{ENTERPRISE_USER_URN}:manager.value",
        f'{ENTERPRISE_USER_URN}:manager[value eq "1"].$ref',
        CUSTOM_URN,
        f"{CUSTOM_URN}:tags",
        f"{CUSTOM_URN}:tags.colour",
        f'{CUSTOM_URN}:tags[colour eq "red"]',
        f'{CUSTOM_URN}:tags[colour eq "red"].size',
        "x509Certificates",
        "schemas",
        USER_URN,
        "",
        ".",
        "[",
    ]
)
wild_operations = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "replace", "remove"])},
        optional={
            "path": attributes,
            "value": json_values | st.dictionaries(attributes, json_values, max_size=3),
        },
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=300, deadline=None)
@given(wild_operations)
def test_whatever_is_sent_gives_a_canonical_document_or_a_scim_error(
    operations: list[dict[str, Any]],
) -> None:
    try:
        result = patch(BABS, *operations, registry=NOTHING_REQUIRED)
    except ScimError:
        return
    assert b"\\u0000" not in orjson.dumps(result.document)
    again = canonicalise(result.document, NOTHING_REQUIRED.user, creating=False)
    assert again.ignored == ()
    assert {**again.document, "name": None} == {**result.document, "name": None}


class Spelled(str):
    """A name that counts how often any of them was folded."""

    __slots__ = ()
    times = 0

    def lower(self) -> str:
        Spelled.times += 1
        return super().lower()


def test_many_extensions_are_found_without_going_through_all_of_them_each_time() -> None:
    names = [f"urn:example:{number}" for number in range(100)]
    document: dict[str, Any] = {**BABS, **{Spelled(name.upper()): {"a": 1} for name in names}}
    value = {name: {"b": 2} for name in names}
    operations = parse_patch({"Operations": [{"op": "add", "value": value}]}, REGISTRY.user)
    Spelled.times = 0
    after = apply_patch(document, operations, REGISTRY.user).document
    assert [after[name.upper()] for name in names] == [{"a": 1, "b": 2}] * 100
    assert Spelled.times <= 100


def test_an_extension_may_go_and_come_again_in_another_spelling() -> None:
    first, second = (
        {"op": "add", "value": {CUSTOM_URN: {"a": 1}}},
        {"op": "add", "value": {CUSTOM_URN.upper(): {"b": 2}}},
    )
    gone = {"op": "remove", "path": CUSTOM_URN}
    after = patched(BABS, first, gone, second, {"op": "add", "value": {CUSTOM_URN.lower(): {"c": 3}}})
    assert after[CUSTOM_URN.upper()] == {"b": 2, "c": 3}
    assert CUSTOM_URN not in after
