"""Bulk jobs carried out: references in any order, each operation alone, answers in the order sent."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from server.bulk_job import bulk
from server.scim.bulk import BULK_REQUEST_URN, BULK_RESPONSE_URN
from server.scim.errors import InvalidSyntax, PayloadTooLarge
from server.scim.messages import MAX_BULK_OPERATIONS
from server.scim.schemas import ENTERPRISE_USER_URN
from tests.directories import BASE, CALLER, GROUP, NOBODY, USER, Directory, Document, shown

if TYPE_CHECKING:
    from server.directory import Answer, Transaction


def carried_out(directory: Directory, *operations: Document, **fields: Any) -> Answer:
    body = {"schemas": [BULK_REQUEST_URN], "Operations": [*operations], **fields}
    return directory.commit(bulk(directory.provider, body, CALLER))


def answers(directory: Directory, *operations: Document, **fields: Any) -> list[Document]:
    document = shown(carried_out(directory, *operations, **fields))
    assert document["schemas"] == [BULK_RESPONSE_URN]
    entries: list[Document] = document["Operations"]
    return entries


def statuses(entries: list[Document]) -> list[str]:
    return [entry["status"] for entry in entries]


def user(bulk_id: str, **attributes: Any) -> Document:
    data = {"userName": bulk_id, **attributes}
    return {"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data}


def group(bulk_id: str, *members: str) -> Document:
    data = {"displayName": bulk_id, "members": [{"value": member} for member in members]}
    return {"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data}


def created(entry: Document) -> str:
    resource_id: str = entry["location"].rpartition("/")[2]
    return resource_id


def test_every_method_is_answered_in_the_order_sent(directory: Directory) -> None:
    ada, alan, grace = (directory.user(name) for name in ("ada", "alan", "grace"))
    operations = [{"op": "replace", "path": "title", "value": "Ms"}]
    entries = answers(
        directory,
        {"method": "delete", "path": f"/Users/{alan}"},
        user("kurt"),
        {"method": "PATCH", "path": f"/Users/{ada}", "data": {"Operations": operations}},
        {"method": "PUT", "path": f"/users/{grace}", "bulkId": "g", "data": {"userName": "hopper"}},
    )
    assert [(entry["method"], entry["status"]) for entry in entries] == [
        ("DELETE", "204"),
        ("POST", "201"),
        ("PATCH", "200"),
        ("PUT", "200"),
    ]
    assert [entry["location"] for entry in entries if entry["method"] != "POST"] == [
        f"{BASE}/Users/{one}" for one in (alan, ada, grace)
    ]
    assert [entry.get("bulkId") for entry in entries] == [None, "kurt", None, "g"]
    assert entries[2]["version"] == directory.retrieve(USER, ada).etag
    assert "version" not in entries[0]
    assert not any("response" in entry for entry in entries)
    assert directory.names() == ["ada", "hopper", "kurt"]
    assert directory.read(USER, ada)["title"] == "Ms"
    assert directory.read(USER, created(entries[1]))["userName"] == "kurt"


def test_a_reference_may_come_before_what_it_refers_to(directory: Directory) -> None:
    entries = answers(
        directory,
        group("G", "bulkId:ada", "bulkId:Sub"),
        {
            "method": "PATCH",
            "path": "/Groups/bulkId:Sub",
            "data": {"Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:ada"}]}]},
        },
        group("Sub"),
        user("ada", **{ENTERPRISE_USER_URN: {"manager": {"value": "bulkId:boss"}}}),
        user("boss"),
    )
    assert statuses(entries) == ["201", "200", "201", "201", "201"]
    assert [entry.get("bulkId") for entry in entries] == ["G", None, "Sub", "ada", "boss"]
    outer, sub, ada, boss = (created(entries[place]) for place in (0, 2, 3, 4))
    assert [member["value"] for member in directory.read(GROUP, outer)["members"]] == [ada, sub]
    assert [member["value"] for member in directory.read(GROUP, sub)["members"]] == [ada]
    assert directory.read(USER, ada)[ENTERPRISE_USER_URN]["manager"]["value"] == boss


def test_groups_that_contain_each_other_are_created(directory: Directory) -> None:
    entries = answers(directory, group("A", "bulkId:B", "bulkId:ada"), group("B", "bulkId:A"), user("ada"))
    assert statuses(entries) == ["201", "201", "201"]
    first, second, ada = map(created, entries)
    assert {member["value"] for member in directory.read(GROUP, first)["members"]} == {second, ada}
    assert [member["value"] for member in directory.read(GROUP, second)["members"]] == [first]
    for entry in entries[:2]:
        assert entry["version"] == directory.retrieve(GROUP, created(entry)).etag


def test_managers_of_each_other_are_created(directory: Directory) -> None:
    entries = answers(
        directory,
        user("ada", **{ENTERPRISE_USER_URN: {"manager": {"value": "bulkId:alan"}}}),
        user("alan", **{ENTERPRISE_USER_URN: {"manager": {"value": "bulkId:ada"}}}),
    )
    ada, alan = map(created, entries)
    assert directory.read(USER, ada)[ENTERPRISE_USER_URN]["manager"]["value"] == alan
    assert directory.read(USER, alan)[ENTERPRISE_USER_URN]["manager"]["value"] == ada


def test_what_fails_undoes_only_itself(directory: Directory) -> None:
    ada = directory.user("ada")
    members = directory.group("G", ada)
    lines = len(directory.audit())
    entries = answers(
        directory,
        user("kurt"),
        # The members are gone before the name is refused.
        {
            "method": "PATCH",
            "path": f"/Groups/{members}",
            "data": {"Operations": [{"op": "remove", "path": "members"}, {"op": "remove", "path": "displayName"}]},
        },
        user("ADA"),
        {"method": "DELETE", "path": f"/Users/{NOBODY}"},
        {"method": "PUT", "path": f"/Users/{ada}", "version": 'W/"99"', "data": {"userName": "x"}},
        {"method": "HEAD", "path": "/Users"},
        user("grace"),
    )
    assert statuses(entries) == ["201", "400", "409", "404", "412", "400", "201"]
    refusals = [entry["response"] for entry in entries if "response" in entry]
    assert [refusal["status"] for refusal in refusals] == ["400", "409", "404", "412", "400"]
    assert refusals[1]["scimType"] == "uniqueness"
    assert "version" not in entries[2]
    assert directory.names() == ["ada", "kurt", "grace"]
    assert directory.read(GROUP, members)["members"][0]["value"] == ada
    assert len(directory.audit()) == lines + 2


def test_a_write_that_fails_late_leaves_nothing_of_itself(directory: Directory) -> None:
    taken, renamed = directory.group("Taken"), directory.group("Renamed")
    before = directory.retrieve(GROUP, renamed)
    ada = directory.user("ada")
    data = {"displayName": "TAKEN", "members": [{"value": ada}, {"value": taken}]}
    entries = answers(directory, {"method": "PUT", "path": f"/Groups/{renamed}", "data": data}, user("alan"))
    assert statuses(entries) == ["409", "201"]
    assert directory.retrieve(GROUP, renamed) == before


def test_what_refers_to_a_failure_fails_too(directory: Directory) -> None:
    directory.user("ada")
    entries = answers(directory, group("G", "bulkId:ada"), user("ada"), group("H"), group("I", "bulkId:G"))
    assert statuses(entries) == ["400", "409", "201", "400"]
    assert "'ada'" in entries[0]["response"]["detail"]
    assert [one["displayName"] for one in directory.query(GROUP)["Resources"]] == ["H"]


def test_a_reference_to_nothing_fails_alone(directory: Directory) -> None:
    entries = answers(directory, group("G", "bulkId:nobody"), user("ada"))
    assert statuses(entries) == ["400", "201"]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(1, ["201", "409"]), (2, ["201", "409", "201", "404"]), (3, ["201", "409", "201", "404", "201"])],
)
def test_so_many_errors_end_the_job_and_what_was_done_stays(
    directory: Directory, limit: int, expected: list[str]
) -> None:
    entries = answers(
        directory,
        user("a"),
        user("A"),
        user("b"),
        {"method": "DELETE", "path": f"/Users/{NOBODY}"},
        user("c"),
        failOnErrors=limit,
    )
    assert statuses(entries) == expected
    assert directory.names() == ["a", "b", "c"][: expected.count("201")]


def test_the_job_is_described_with_what_was_left_out(directory: Directory) -> None:
    answer = carried_out(directory, user("a", shoeSize=44), user("A"), group("G", NOBODY))
    assert answer.status == 200
    assert answer.meaning == "carried out 2 of 3 bulk operations"
    assert list(answer.ignored) == ["shoeSize", f"members {NOBODY} (no such user or group)"]


def test_the_job_as_a_whole_may_be_refused_before_anything_is_done(directory: Directory) -> None:
    with pytest.raises(InvalidSyntax):
        bulk(directory.provider, {"Operations": "all of them"}, CALLER)
    with pytest.raises(PayloadTooLarge):
        carried_out(directory, *(user(f"u{number}") for number in range(MAX_BULK_OPERATIONS + 1)))
    assert directory.names() == []


def test_a_job_that_a_store_has_to_run_again_gives_the_same_ids(in_sqlite: Directory) -> None:
    """A neighbour in the same commit may fail after writing; then all are undone and run once more."""
    job = bulk(in_sqlite.provider, {"Operations": [user("a"), group("G", "bulkId:a"), user("A")]}, CALLER)
    undone: list[Document] = []

    def run_again(transaction: Transaction) -> Answer:
        with suppress(InterruptedError), transaction.attempt():
            undone.append(shown(job(transaction)))
            raise InterruptedError
        return job(transaction)

    document = shown(in_sqlite.commit(run_again))
    assert statuses(document["Operations"]) == ["201", "201", "409"]
    first, again = ([one.get("location") for one in each["Operations"]] for each in (*undone, document))
    assert first == again
    assert in_sqlite.names() == ["a"]
    assert len(in_sqlite.audit()) == 2
