"""What was answered is there: whatever kills the endpoint, and however many write at once."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import sqlite3
import sys
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.endpoint import RunningEndpoint, Serve

CLIENTS = 8


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


class Writer(threading.Thread):
    """Creates, changes and deletes its own people until the endpoint is gone, and remembers what was answered."""

    def __init__(self, endpoint: RunningEndpoint, name: str, started: threading.Barrier) -> None:
        super().__init__()
        self._target = endpoint
        self._prefix = name
        self._barrier = started
        self.known: dict[str, dict[str, Any] | None] = {}
        """What the last answer said of each id; None is deleted."""
        self.doubtful: set[str] = set()
        """Ids whose last request was not answered: either outcome is right."""

    def run(self) -> None:
        parts = urlsplit(self._target.base_url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        headers = {"Authorization": f"Bearer {self._target.token}"}
        number = 0
        current = ""

        def send(method: str, path: str, body: Any = None) -> Any:
            connection.request(method, parts.path + path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            data = response.read()
            assert response.status < 300, data
            return json.loads(data) if data else None

        try:
            while True:
                number += 1
                current = ""
                user = send("POST", "/Users", person(f"{self._prefix}-{number}"))
                current = user["id"]
                self.known[current] = user
                if number == 3:
                    self._barrier.wait(30)
                patch = {
                    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                    "Operations": [{"op": "replace", "value": {"active": False, "title": f"t{number}"}}],
                }
                self.known[current] = send("PATCH", f"/Users/{current}", patch)
                if number % 3 == 0:
                    send("DELETE", f"/Users/{current}")
                    self.known[current] = None
        except (OSError, http.client.HTTPException):
            self.doubtful.add(current)
        finally:
            connection.close()


def kill_under_load(serve: Serve, rounds: int) -> None:
    chance = random.Random(7)
    endpoint = serve()
    known: dict[str, dict[str, Any] | None] = {}
    for number in range(rounds):
        started = threading.Barrier(CLIENTS + 1)
        writers = [Writer(endpoint, f"r{number}c{client}", started) for client in range(CLIENTS)]
        for writer in writers:
            writer.start()
        started.wait(30)
        # Somewhere in the next transactions, not at a time: after so many more of the first client's answers.
        target = len(writers[0].known) + chance.randrange(1, 20)
        while len(writers[0].known) < target and writers[0].is_alive():
            writers[0].join(0.001)
        os.kill(endpoint.process.pid, signal.SIGKILL)
        endpoint.process.communicate()
        for writer in writers:
            writer.join(30)
            assert not writer.is_alive()
        endpoint = serve(data_dir=endpoint.data_dir, token=endpoint.token)
        for writer in writers:
            known |= {user_id: user for user_id, user in writer.known.items() if user_id not in writer.doubtful}
        for user_id, expected in list(known.items())[-400:]:
            status, found = call(endpoint, "GET", f"/Users/{user_id}")
            if expected is None:
                assert status == 404
            else:
                assert status == 200
                assert {k: v for k, v in found.items() if k != "meta"} == {
                    k: v for k, v in expected.items() if k != "meta"
                }
                assert found["meta"]["version"] == expected["meta"]["version"]
    connection = sqlite3.connect(endpoint.data_dir / "perch.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    counted, tallied = connection.execute(
        "SELECT (SELECT count(*) FROM resource), (SELECT sum(number) FROM tally_block)"
    ).fetchone()
    assert counted == tallied
    connection.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_five_times_killed_under_load_and_nothing_answered_is_lost(serve: Serve) -> None:
    kill_under_load(serve, 5)


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_two_hundred_times_killed_under_load_and_nothing_answered_is_lost(serve: Serve) -> None:
    kill_under_load(serve, 200)


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
