"""However many write at once, each finds what it was answered."""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.endpoint import RunningEndpoint


def person(name: str) -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "name": {"givenName": "Ada", "familyName": name},
        "emails": [{"value": f"{name}@example.com", "primary": True}],
    }


def call(endpoint: RunningEndpoint, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    parts = urlsplit(endpoint.base_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request(
            method,
            parts.path + path,
            None if body is None else json.dumps(body),
            {"Authorization": f"Bearer {endpoint.token}"},
        )
        response = connection.getresponse()
        data = response.read()
        return response.status, json.loads(data) if data else None
    finally:
        connection.close()


def at_once(number: int, work: Callable[[int], Any]) -> list[Any]:
    """Run the same work in so many threads that start together."""
    barrier = threading.Barrier(number)
    results: list[Any] = [None] * number

    def run(index: int) -> None:
        barrier.wait(30)
        results[index] = work(index)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_ten_clients_create_the_same_user_at_once_and_one_succeeds(endpoint: RunningEndpoint) -> None:
    spellings = ["race.user", "Race.User", "RACE.USER"]
    results = at_once(10, lambda index: call(endpoint, "POST", "/Users", person(spellings[index % 3])))
    assert sorted(status for status, _ in results) == [201] + [409] * 9
    assert {body["scimType"] for status, body in results if status == 409} == {"uniqueness"}


def test_ten_clients_create_the_same_group_at_once_and_one_succeeds(endpoint: RunningEndpoint) -> None:
    results = at_once(10, lambda _: call(endpoint, "POST", "/Groups", {"displayName": "Race group"}))
    assert sorted(status for status, _ in results) == [201] + [409] * 9


def test_ten_clients_add_members_to_one_group_at_once_and_all_are_in(endpoint: RunningEndpoint) -> None:
    ids = [call(endpoint, "POST", "/Users", person(f"member.{i}"))[1]["id"] for i in range(10)]
    group = call(endpoint, "POST", "/Groups", {"displayName": "Ten at once"})[1]["id"]

    def add(index: int) -> int:
        operation = {"op": "add", "path": "members", "value": [{"value": ids[index]}]}
        return call(endpoint, "PATCH", f"/Groups/{group}", {"Operations": [operation]})[0]

    assert at_once(10, add) == [200] * 10
    members = call(endpoint, "GET", f"/Groups/{group}")[1]["members"]
    assert {member["value"] for member in members} == set(ids)


def test_ten_conditional_changes_at_once_let_one_through(endpoint: RunningEndpoint) -> None:
    user = call(endpoint, "POST", "/Users", person("conditional.user"))[1]
    parts = urlsplit(endpoint.base_url)

    def change(index: int) -> int:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        headers = {"Authorization": f"Bearer {endpoint.token}", "If-Match": user["meta"]["version"]}
        body = json.dumps({"Operations": [{"op": "replace", "path": "title", "value": f"title {index}"}]})
        connection.request("PATCH", f"{parts.path}/Users/{user['id']}", body, headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    assert sorted(at_once(10, change)) == [200] + [412] * 9


def test_a_list_of_ten_thousand_members_is_replaced_as_a_difference_in_one_step(
    endpoint: RunningEndpoint,
) -> None:
    ids: list[str] = []
    for start in range(0, 10_000, 1_000):
        operations = [
            {"method": "POST", "path": "/Users", "bulkId": f"b{i}", "data": person(f"bulk.{i}")}
            for i in range(start, start + 1_000)
        ]
        status, answer = call(endpoint, "POST", "/Bulk", {"Operations": operations})
        assert status == 200
        ids += [operation["location"].rsplit("/", 1)[1] for operation in answer["Operations"]]
    status, group = call(
        endpoint,
        "POST",
        "/Groups",
        {"displayName": "Ten thousand", "members": [{"value": i} for i in ids[:9_999]]},
    )
    assert status == 201
    wanted = [{"value": i} for i in ids[1:]]
    status, replaced = call(
        endpoint, "PUT", f"/Groups/{group['id']}", {"displayName": "Ten thousand", "members": wanted}
    )
    assert status == 200
    assert [member["value"] for member in replaced["members"]] == ids[1:]
    connection = sqlite3.connect(endpoint.data_dir / "perch.db")
    (after,) = connection.execute(
        "SELECT after FROM change WHERE resource_id = ? ORDER BY seq DESC LIMIT 1", (group["id"],)
    ).fetchone()
    connection.close()
    change = json.loads(after)
    assert change["membersAdded"] == [ids[-1]]
    assert change["membersRemoved"] == [ids[0]]
    add = {"Operations": [{"op": "add", "path": "members", "value": [{"value": ids[0]}]}]}
    assert call(endpoint, "PATCH", f"/Groups/{group['id']}", add) == (204, None)
