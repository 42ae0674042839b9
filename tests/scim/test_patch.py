"""Reading PatchOp messages (RFC 7644 §3.5.2): what is asked for, before any resource is looked at."""

from __future__ import annotations

from typing import Any

import pytest

from resources import schema_documents
from server.scim.errors import (
    InvalidFilter,
    InvalidPath,
    InvalidSyntax,
    InvalidValue,
    Mutability,
    NoTarget,
    PayloadTooLarge,
)
from server.scim.patch import ABSENT, MAX_OPERATIONS, PATCH_OP_URN, Operation, UnknownAttribute, parse_patch
from server.scim.schemas import ENTERPRISE_USER_URN, USER_URN, load_registry

REGISTRY = load_registry(schema_documents())
USER, GROUP = REGISTRY.user, REGISTRY.group


def message(*operations: Any, **more: Any) -> dict[str, Any]:
    return {"schemas": [PATCH_OP_URN], "Operations": list(operations), **more}


def parse(*operations: Any) -> list[tuple[str, str, Any]]:
    """Parse operations on a user into (operator, path, value), unknown attributes into ("unknown", name, None)."""
    return [
        ("unknown", operation.name, None)
        if isinstance(operation, UnknownAttribute)
        else (operation.operator, str(operation.path.target), operation.value)
        for operation in parse_patch(message(*operations), USER)
    ]


class TestMessage:
    @pytest.mark.parametrize(
        "body",
        [
            None,
            [],
            "patch",
            {},
            {"schemas": [PATCH_OP_URN]},
            message(Operations=None),
            message(Operations={}),
            message("replace"),
            message(schemas=["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]),
            message({"op": "add", "path": "title", "value": "x"}, schemas=[USER_URN]),
            message({"op": "add", "path": "title", "value": "x"}, schemas=[1]),
        ],
    )
    def test_what_is_no_patch_op_message_is_invalid_syntax(self, body: Any) -> None:
        with pytest.raises(InvalidSyntax):
            parse_patch(body, USER)

    def test_okta_c17_an_empty_list_of_operations_is_invalid_syntax(self) -> None:
        with pytest.raises(InvalidSyntax, match="one or more"):
            parse_patch(message(), USER)

    def test_names_in_the_message_are_read_without_case(self) -> None:
        body = {
            "SCHEMAS": [PATCH_OP_URN.upper()],
            "operations": [{"Op": "ADD", "Path": "title", "VALUE": "x"}],
        }
        [operation] = parse_patch(body, USER)
        assert isinstance(operation, Operation)
        assert (operation.operator, operation.value) == ("add", "x")

    def test_schemas_may_be_left_out(self) -> None:
        assert parse_patch({"Operations": [{"op": "add", "path": "title", "value": "x"}]}, USER)

    def test_okta_a50_a_thousand_removals_and_a_rename_fit_but_there_is_a_limit(self) -> None:
        removals = [{"op": "remove", "path": f'members[value eq "{number}"]'} for number in range(1000)]
        rename = {"op": "replace", "value": {"id": "g", "displayName": "Renamed"}}
        assert len(parse_patch(message(*removals, rename), GROUP)) == 1001
        with pytest.raises(PayloadTooLarge, match=str(MAX_OPERATIONS)):
            parse_patch(message(*[rename] * (MAX_OPERATIONS + 1)), GROUP)

    def test_the_message_stays_as_it_was(self) -> None:
        body = message({"op": "Add", "value": {"name.givenName": "B", ENTERPRISE_USER_URN: {"manager": "1"}}})
        before = repr(body)
        parse_patch(body, USER)
        assert repr(body) == before


class TestOperations:
    @pytest.mark.parametrize("op", ["add", "Add", "ADD", "aDd"])
    def test_okta_c1_op_is_read_in_any_case(self, op: str) -> None:
        assert parse({"op": op, "path": "title", "value": "x"}) == [("add", "title", "x")]

    @pytest.mark.parametrize("op", [None, "", "move", 1, ["add"], {}])
    def test_another_op_is_invalid_syntax(self, op: Any) -> None:
        with pytest.raises(InvalidSyntax, match="add, replace or remove"):
            parse({"op": op, "path": "title", "value": "x"})

    @pytest.mark.parametrize("path", [{}, {"path": ""}, {"path": None}])
    def test_okta_c25_a_remove_without_a_path_has_no_target(self, path: dict[str, Any]) -> None:
        with pytest.raises(NoTarget):
            parse({"op": "remove", **path})

    @pytest.mark.parametrize("op", ["add", "replace"])
    def test_add_and_replace_need_a_value(self, op: str) -> None:
        with pytest.raises(InvalidValue, match="needs a value"):
            parse({"op": op, "path": "title"})
        with pytest.raises(InvalidValue, match="needs a value"):
            parse({"op": op})

    @pytest.mark.parametrize("value", ["x", 1, None, [], [{"title": "x"}], True])
    def test_without_a_path_the_value_is_an_object(self, value: Any) -> None:
        with pytest.raises(InvalidValue, match="object"):
            parse({"op": "add", "value": value})

    def test_a_remove_tells_no_value_from_null(self) -> None:
        assert parse({"op": "remove", "path": "title"}) == [("remove", "title", ABSENT)]
        assert parse({"op": "remove", "path": "title", "value": None}) == [("remove", "title", None)]


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "target"),
        [
            ("title", "title"),
            ("TITLE", "title"),
            ("name.givenName", "name.givenName"),
            (f"{USER_URN}:userName", "userName"),
            (f"{ENTERPRISE_USER_URN}:employeeNumber", f"{ENTERPRISE_USER_URN}:employeeNumber"),
            (f"{ENTERPRISE_USER_URN}:manager.value", f"{ENTERPRISE_USER_URN}:manager.value"),
            ('emails[type eq "work"].value', "emails.value"),
            ('emails[type eq "work"]', "emails"),
        ],
    )
    def test_a_path_leads_to_its_attribute(self, path: str, target: str) -> None:
        assert parse({"op": "replace", "path": path, "value": "x"}) == [("replace", target, "x")]

    def test_okta_c8_an_extension_attribute_may_follow_a_dot(self) -> None:
        [(_, target, _)] = parse({"op": "add", "path": f"{ENTERPRISE_USER_URN}.manager", "value": "1"})
        assert target == f"{ENTERPRISE_USER_URN}:manager"

    @pytest.mark.parametrize(
        "path", ["shoeSize", "name.shoeSize", "title.x", "emails[", "emails]", "a b", 'x[y eq "z"]']
    )
    def test_an_unknown_or_malformed_path_is_an_error(self, path: str) -> None:
        with pytest.raises((InvalidPath, InvalidFilter)):
            parse({"op": "add", "path": path, "value": "x"})

    @pytest.mark.parametrize("path", [1, ["title"], {}, True])
    def test_a_path_is_a_string(self, path: Any) -> None:
        with pytest.raises(InvalidPath):
            parse({"op": "add", "path": path, "value": "x"})

    @pytest.mark.parametrize("path", ["id", "meta", "meta.lastModified", "groups", 'groups[value eq "1"]'])
    @pytest.mark.parametrize("op", ["add", "replace", "remove"])
    def test_a_read_only_path_is_a_mutability_error(self, op: str, path: str) -> None:
        with pytest.raises(Mutability, match="read-only"):
            parse({"op": op, "path": path, "value": [{"value": "x"}]})

    def test_a_read_only_sub_attribute_too(self) -> None:
        with pytest.raises(Mutability, match=r"manager\.displayName"):
            parse({"op": "replace", "path": f"{ENTERPRISE_USER_URN}:manager.displayName", "value": "Boss"})

    @pytest.mark.parametrize("op", ["add", "replace", "remove"])
    def test_schemas_follow_from_the_attributes_so_a_change_of_them_is_passed_over(self, op: str) -> None:
        assert parse({"op": op, "path": "schemas", "value": [ENTERPRISE_USER_URN]}) == []

    @pytest.mark.parametrize("op", ["add", "replace", "remove"])
    def test_okta_a17_a_password_is_accepted_and_forgotten(self, op: str) -> None:
        assert parse({"op": op, "path": "password", "value": "1mz050nq"}) == []
        if op != "remove":
            assert parse({"op": op, "value": {"password": "1mz050nq"}}) == []

    def test_a_path_longer_than_what_is_cached_reads_the_same(self) -> None:
        long = "x" * 500
        [operation] = parse_patch(message({"op": "remove", "path": f'emails[value eq "{long}"]'}), USER)
        assert isinstance(operation, Operation)
        assert str(operation.path.target) == "emails"
        with pytest.raises(InvalidPath):
            parse({"op": "remove", "path": long})
        assert parse({"op": "add", "value": {long: 1}}) == [("unknown", long, None)]


class TestValueObjects:
    def test_okta_a4_an_object_without_a_path_is_one_change_for_each_attribute(self) -> None:
        assert parse({"op": "replace", "value": {"active": False, "TITLE": "x"}}) == [
            ("replace", "active", False),
            ("replace", "title", "x"),
        ]

    def test_okta_a6_what_the_server_sets_is_passed_over_in_an_object(self) -> None:
        value = {
            "id": "1",
            "meta": {},
            "groups": [],
            "schemas": [USER_URN],
            "title": "x",
            "meta.version": "2",
        }
        assert parse({"op": "replace", "value": value}) == [("replace", "title", "x")]

    def test_okta_c7_keys_may_be_paths(self) -> None:
        value = {
            "name.givenName": "B",
            f"{ENTERPRISE_USER_URN}:employeeNumber": "7",
            f"{USER_URN}:title": "x",
            f"{ENTERPRISE_USER_URN}.department": "d",
        }
        assert parse({"op": "replace", "value": value}) == [
            ("replace", "name.givenName", "B"),
            ("replace", f"{ENTERPRISE_USER_URN}:employeeNumber", "7"),
            ("replace", "title", "x"),
            ("replace", f"{ENTERPRISE_USER_URN}:department", "d"),
        ]

    def test_the_object_of_an_extension_is_one_change_for_each_attribute(self) -> None:
        value = {"department": "d", "manager": {"value": "1"}, "shoeSize": 44}
        expected = [
            ("add", f"{ENTERPRISE_USER_URN}:department", "d"),
            ("add", f"{ENTERPRISE_USER_URN}:manager", {"value": "1"}),
            ("unknown", f"{ENTERPRISE_USER_URN}:shoeSize", None),
        ]
        assert parse({"op": "add", "value": {ENTERPRISE_USER_URN: value}}) == expected
        assert parse({"op": "add", "value": {ENTERPRISE_USER_URN.upper(): value}}) == expected
        assert parse({"op": "add", "path": ENTERPRISE_USER_URN, "value": value}) == expected

    def test_the_object_of_the_core_schema_is_its_attributes(self) -> None:
        assert parse({"op": "add", "value": {USER_URN: {"title": "x", "id": "1"}}}) == [("add", "title", "x")]

    def test_urns_within_urns_lead_nowhere_however_deep_they_are(self) -> None:
        for urn in (USER_URN, ENTERPRISE_USER_URN):
            value: Any = {"title": "x"}
            for _ in range(50_000):
                value = {urn: value}
            [(kind, _, _)] = parse({"op": "add", "value": value})
            assert kind == "unknown"

    def test_okta_c20_unknown_names_are_reported(self) -> None:
        assert parse({"op": "add", "value": {"userame": "x", "title": "y", "name.shoeSize": 1}}) == [
            ("unknown", "userame", None),
            ("add", "title", "y"),
            ("unknown", "name.shoeSize", None),
        ]
