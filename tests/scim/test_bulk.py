"""Bulk jobs (RFC 7644 §3.7): reading them, and ordering them by their references."""

from __future__ import annotations

from itertools import count, permutations
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from server.scim.bulk import (
    BULK_REQUEST_URN,
    BulkOperation,
    BulkRequest,
    RefusedOperation,
    Step,
    answer,
    execution_order,
    parse_bulk,
    substitute,
    unresolved,
)
from server.scim.errors import InvalidPath, InvalidSyntax, InvalidValue, NotFound, PayloadTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable

USER = {"userName": "alice@example.com"}


def job(*operations: Any, **more: Any) -> dict[str, Any]:
    return {"schemas": [BULK_REQUEST_URN], "Operations": list(operations), **more}


def parse(*operations: Any, **more: Any) -> BulkRequest:
    return parse_bulk(job(*operations, **more), 1000)


def create(bulk_id: str, path: str = "/Users", **data: Any) -> dict[str, Any]:
    return {"method": "POST", "path": path, "bulkId": bulk_id, "data": data or USER}


def group(bulk_id: str, *members: str) -> dict[str, Any]:
    values = [{"value": f"bulkId:{member}"} for member in members]
    return create(bulk_id, "/Groups", displayName=bulk_id, members=values)


def numbered() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"id-{next(numbers)}"


def order(*operations: Any) -> tuple[Step, ...]:
    return execution_order(parse(*operations).operations, numbered())


def refusal(operation: Any) -> RefusedOperation:
    [refused] = parse(operation).operations
    assert isinstance(refused, RefusedOperation)
    return refused


def accepted(step: Step) -> BulkOperation:
    assert isinstance(step.operation, BulkOperation)
    return step.operation


class TestParseBulk:
    def test_reads_the_job_of_rfc_7644_section_3_7_3(self) -> None:
        request = parse(
            create("qwerty", userName="Alice"),
            {
                "method": "PUT",
                "path": "/Users/b7c14771",
                "version": 'W/"3694e05e9dff591"',
                "data": {"userName": "Bob"},
            },
            {
                "method": "PATCH",
                "path": "/Users/5d8d29d3",
                "version": 'W/"edac3253e2c0ef2"',
                "data": {"Operations": []},
            },
            {"method": "DELETE", "path": "/Users/e9025315", "version": 'W/"0ee8add0a938e1a"'},
            failOnErrors=1,
        )
        assert request == BulkRequest(
            (
                BulkOperation("POST", "Users", None, "qwerty", {"userName": "Alice"}),
                BulkOperation("PUT", "Users", "b7c14771", None, {"userName": "Bob"}, 'W/"3694e05e9dff591"'),
                BulkOperation("PATCH", "Users", "5d8d29d3", None, {"Operations": []}, 'W/"edac3253e2c0ef2"'),
                BulkOperation("DELETE", "Users", "e9025315", None, None, 'W/"0ee8add0a938e1a"'),
            ),
            1,
        )

    def test_names_are_read_without_case(self) -> None:
        body = {
            "operations": [{"Method": "post", "Path": "users/", "bulkid": "a", "Data": USER}],
            "FAILONERRORS": 2,
        }
        assert parse_bulk(body, 1) == BulkRequest((BulkOperation("POST", "Users", None, "a", USER),), 2)

    @pytest.mark.parametrize(
        "body",
        [
            None,
            [],
            "job",
            {},
            job(),
            {"Operations": {}},
            {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [create("a")]},
            {"schemas": [1], "Operations": [create("a")]},
        ],
    )
    def test_a_malformed_envelope_refuses_the_whole_job(self, body: Any) -> None:
        with pytest.raises(InvalidSyntax):
            parse_bulk(body, 1000)

    def test_a_job_may_leave_schemas_out(self) -> None:
        assert len(parse_bulk({"Operations": [create("a")]}, 1000).operations) == 1

    def test_more_operations_than_the_limit_are_too_large(self) -> None:
        operations = [create("a"), create("b"), create("c")]
        assert len(parse_bulk(job(*operations), 3).operations) == 3
        with pytest.raises(PayloadTooLarge, match="at most 2"):
            parse_bulk(job(*operations), 2)

    @pytest.mark.parametrize("value", [-1, 1.5, "1", True, [1]])
    def test_fail_on_errors_must_be_a_whole_number(self, value: Any) -> None:
        with pytest.raises(InvalidSyntax, match="failOnErrors"):
            parse(create("a"), failOnErrors=value)

    @pytest.mark.parametrize(("value", "read"), [(None, None), (0, 1), (1, 1), (7, 7)])
    def test_fail_on_errors_zero_ends_at_the_first_error_like_one(self, value: Any, read: int | None) -> None:
        assert parse(create("a"), failOnErrors=value).fail_on_errors == read


class TestOperationErrors:
    def test_one_bad_operation_leaves_the_others_alone(self) -> None:
        first, second, third = parse(create("a"), {"method": "GET", "path": "/Users"}, create("b")).operations
        assert isinstance(first, BulkOperation)
        assert isinstance(second, RefusedOperation)
        assert isinstance(third, BulkOperation)

    @pytest.mark.parametrize("operation", [None, "POST", 1, []])
    def test_an_operation_must_be_an_object(self, operation: Any) -> None:
        assert isinstance(refusal(operation).error, InvalidSyntax)

    @pytest.mark.parametrize("method", [None, "GET", "MERGE", 1, ""])
    def test_only_four_methods_exist(self, method: Any) -> None:
        refused = refusal({"method": method, "path": "/Users/1", "bulkId": "a", "data": USER})
        assert isinstance(refused.error, InvalidSyntax)
        assert refused.bulk_id == "a"

    @pytest.mark.parametrize("path", [None, 1, "", "/", "/Devices/1", "/Users/1/photos", "/Bulk"])
    def test_a_path_is_an_endpoint_and_an_id(self, path: Any) -> None:
        assert isinstance(refusal({"method": "PUT", "path": path, "data": USER}).error, InvalidPath)

    def test_post_goes_to_the_endpoint_and_the_others_to_an_id(self) -> None:
        assert isinstance(refusal(create("a", "/Users/1")).error, InvalidPath)
        for method in ("PUT", "PATCH", "DELETE"):
            assert isinstance(refusal({"method": method, "path": "/Users", "data": USER}).error, InvalidPath)

    @pytest.mark.parametrize("bulk_id", [None, "", 5])
    def test_post_needs_a_bulk_id(self, bulk_id: Any) -> None:
        error = refusal({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": USER}).error
        assert isinstance(error, InvalidValue)
        assert "bulkId" in error.detail

    def test_a_bulk_id_is_used_once(self) -> None:
        first, second = parse(create("a"), create("a")).operations
        assert isinstance(first, BulkOperation)
        assert isinstance(second, RefusedOperation)
        assert "twice" in second.error.detail

    @pytest.mark.parametrize("data", [None, "x", []])
    def test_all_but_delete_need_data(self, data: Any) -> None:
        assert isinstance(refusal({"method": "PATCH", "path": "/Users/1", "data": data}).error, InvalidSyntax)
        [delete] = parse({"method": "DELETE", "path": "/Users/1", "data": data}).operations
        assert delete == BulkOperation("DELETE", "Users", "1", None, None)

    def test_a_version_is_a_string(self) -> None:
        operation = {"method": "DELETE", "path": "/Users/1", "version": 3}
        assert isinstance(refusal(operation).error, InvalidValue)

    def test_a_refused_operation_keeps_its_place_and_its_error(self) -> None:
        first, second = order({"method": "GET"}, create("a"))
        assert first.index == 0
        assert isinstance(first.operation, RefusedOperation)
        assert second.index == 1


class TestExecutionOrder:
    def test_without_references_the_order_is_the_one_sent(self) -> None:
        steps = order(create("a"), {"method": "DELETE", "path": "/Users/1"}, create("b"))
        assert [step.index for step in steps] == [0, 1, 2]
        assert [step.new_id for step in steps] == ["id-1", None, "id-2"]

    def test_the_group_of_rfc_7644_section_3_7_2_comes_after_its_user(self) -> None:
        steps = order(group("ytrewq", "qwerty"), create("qwerty"))
        assert [step.index for step in steps] == [1, 0]
        assert steps[1].needs == {1}
        assert accepted(steps[1]).data["members"] == [{"value": steps[0].new_id}]

    @pytest.mark.parametrize("arrangement", list(permutations(range(4))))
    def test_a_chain_is_resolved_in_any_order(self, arrangement: tuple[int, ...]) -> None:
        operations = [create("u"), group("g1", "u"), group("g2", "g1"), group("g3", "g2")]
        steps = order(*(operations[index] for index in arrangement))
        created: list[str | None] = []
        for step in steps:
            assert not step.completes
            assert {member["value"] for member in accepted(step).data.get("members", ())} <= {*created}
            created.append(step.new_id)
        assert len(created) == 4

    def test_a_long_chain_needs_no_deep_stack(self) -> None:
        operations = [group(f"g{number}", f"g{number + 1}") for number in range(2000)]
        steps = execution_order(parse_bulk(job(*operations, create("g2000")), 3000).operations, numbered())
        assert [step.index for step in steps] == list(range(2000, -1, -1))

    def test_a_path_may_refer_to_a_post(self) -> None:
        patch = {"method": "PATCH", "path": "/Users/bulkId:a", "data": {"Operations": []}}
        steps = order(patch, create("a"))
        assert [step.index for step in steps] == [1, 0]
        assert accepted(steps[1]).id == steps[0].new_id

    def test_operations_on_one_resource_keep_their_order(self) -> None:
        add = {"op": "add", "path": "members", "value": [{"value": "bulkId:late"}]}
        steps = order(
            {"method": "PATCH", "path": "/Groups/1", "data": {"Operations": [add]}},
            {"method": "DELETE", "path": "/Groups/1"},
            create("late"),
        )
        assert [step.index for step in steps] == [2, 0, 1]

    def test_groups_that_contain_each_other_are_completed_at_the_end(self) -> None:
        steps = order(group("a", "b", "u"), group("b", "a"), create("u"))
        by_index = {step.index: step for step in steps if not step.completes}
        *created, completion = steps
        assert [step.completes for step in steps] == [False, False, False, True]
        ids = {step.new_id for step in created}
        for position, step in enumerate(created):
            members = {member["value"] for member in accepted(step).data.get("members", ())}
            assert members <= {earlier.new_id for earlier in created[:position]}
        patch = accepted(completion)
        assert patch.method == "PATCH"
        assert patch.id == by_index[completion.index].new_id
        assert completion.needs == {0, 1}
        [operation] = patch.data["Operations"]
        assert operation["op"] == "add"
        assert operation["path"] == "members"
        assert {member["value"] for member in operation["value"]} <= ids

    def test_a_group_may_contain_itself(self) -> None:
        created, completion = order(group("a", "a"))
        assert accepted(created).data["members"] == []
        assert completion.completes
        assert accepted(completion).data["Operations"][0]["value"] == [{"value": created.new_id}]

    def test_a_ring_of_groups_loses_no_member(self) -> None:
        ring = [group("a", "b"), group("b", "c"), group("c", "d"), group("d", "a")]
        members: dict[str | None, set[str]] = {}
        for step in order(*ring):
            operation = accepted(step)
            if step.completes:
                members[operation.id] |= {member["value"] for member in operation.data["Operations"][0]["value"]}
            else:
                members[step.new_id] = {member["value"] for member in operation.data["members"]}
                assert members[step.new_id] <= members.keys()
        assert members == {"id-1": {"id-2"}, "id-2": {"id-3"}, "id-3": {"id-4"}, "id-4": {"id-1"}}

    def test_two_users_may_be_each_others_manager(self) -> None:
        urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        steps = order(
            create("a", "/Users", **{"userName": "a", urn: {"manager": {"value": "bulkId:b"}}}),
            create("b", "/Users", **{"userName": "b", urn: {"manager": {"value": "bulkId:a"}}}),
        )
        assert not any(step.completes for step in steps)
        by_index = {step.index: step for step in steps}
        assert accepted(by_index[0]).data[urn]["manager"]["value"] == by_index[1].new_id
        assert accepted(by_index[1]).data[urn]["manager"]["value"] == by_index[0].new_id

    def test_an_unknown_bulk_id_fails_its_operation_only(self) -> None:
        steps = order(create("a"), group("g", "a", "nobody"), {"method": "DELETE", "path": "/Users/bulkId:nobody"})
        assert [step.index for step in steps] == [0, 1, 2]
        assert isinstance(steps[0].operation, BulkOperation)
        for step in steps[1:]:
            assert isinstance(step.operation, RefusedOperation)
            assert isinstance(step.operation.error, InvalidValue)
            assert "nobody" in step.operation.error.detail

    def test_planning_leaves_the_request_as_it_was(self) -> None:
        operations = [group("a", "b"), group("b", "a")]
        before = repr(operations)
        order(*operations)
        assert repr(operations) == before


class TestSubstitute:
    IDS: ClassVar[dict[str, str]] = {"a": "1", "b": "2"}

    def test_replaces_whole_strings_wherever_they_are(self) -> None:
        data = {
            "members": [{"value": "bulkId:a", "$ref": "../Users/bulkId:a"}, "bulkId:b"],
            "n": 1,
            "x": None,
        }
        assert substitute(data, self.IDS) == {
            "members": [{"value": "1", "$ref": "../Users/1"}, "2"],
            "n": 1,
            "x": None,
        }

    def test_replaces_operands_in_a_patch_path(self) -> None:
        data = {"path": 'members[value eq "bulkId:a" or value eq "bulkId:b"].display'}
        assert substitute(data, self.IDS) == {"path": 'members[value eq "1" or value eq "2"].display'}

    def test_leaves_text_that_only_mentions_one(self) -> None:
        data = {"displayName": 'see "bulkId:zzz" or bulkId:zzz', "title": "about /Users/bulkId:zzz"}
        assert substitute(data, self.IDS) == data

    def test_refuses_data_nested_without_end(self) -> None:
        data: Any = "bulkId:a"
        for _ in range(100_000):
            data = [data]
        with pytest.raises(InvalidSyntax, match="nested"):
            substitute(data, self.IDS)

    def test_a_job_with_such_data_is_answered_for_that_operation(self) -> None:
        data: Any = []
        for _ in range(100_000):
            data = [data]
        [step] = order(create("a", emails=data))
        assert isinstance(step.operation, RefusedOperation)


class TestAnswer:
    def test_an_answer_names_what_the_client_needs_and_a_string_status(self) -> None:
        operation = BulkOperation("POST", "Users", None, "qwerty", USER)
        assert answer(operation, 201, location="https://example.com/v2/Users/92b725cd", version='W/"1"') == {
            "location": "https://example.com/v2/Users/92b725cd",
            "method": "POST",
            "bulkId": "qwerty",
            "version": 'W/"1"',
            "status": "201",
        }

    def test_an_error_is_carried_as_the_response(self) -> None:
        error = NotFound("No such user.")
        entry = answer(RefusedOperation("DELETE", None, error), error.status, response=error.document())
        assert entry == {"method": "DELETE", "response": error.document(), "status": "404"}

    def test_what_needs_a_failed_post_says_which(self) -> None:
        assert "'qwerty'" in unresolved("qwerty").detail
