"""A backup taken while others write holds what was acknowledged before it, nothing begun after it, and no half."""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.consumer import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.command_line import CommandLine
    from tests.endpoint import RunningEndpoint, Serve

WRITERS = 3
BEFORE = 30
AFTER = 10
"""Writes of each writer that are acknowledged before the backup begins, and begun after its end."""
PACE = 0.004
"""Seconds between two writes of a writer: the machine is to have time for the backup, too."""

State = dict[str, Any]
"""By userName or displayName: what a write says twice over, and of a group the names of its members."""


@dataclass(frozen=True)
class Write:
    """A write that was acknowledged; times are those of ``time.monotonic``."""

    begun: float
    acknowledged: float
    state: State
    """Everything of the writer's once it is done."""
    people: int
    """How many of the writer's writes up to this one are of people."""


class Connection:
    """One connection to an endpoint, as Okta has it."""

    def __init__(self, endpoint: RunningEndpoint) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=30)
        self._headers = {"Authorization": f"Bearer {endpoint.token}"}

    def send(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body)
        self._connection.request(method, f"/scim/v2{path}", data, self._headers)
        response = self._connection.getresponse()
        answer = response.read()
        assert response.status < 300, answer
        return json.loads(answer) if answer else None

    def everything(self, path: str) -> list[Any]:
        """Read all pages of a list."""
        found: list[Any] = []
        while True:
            page = self.send("GET", f"{path}?startIndex={len(found) + 1}&count=100")
            found += page["Resources"]
            if len(found) >= page["totalResults"]:
                return found

    def close(self) -> None:
        self._connection.close()


@dataclass
class Writer:
    """Writes people and a group of its own, one write after the other, and notes what was acknowledged when."""

    name: str
    connection: Connection
    writes: list[Write] = field(default_factory=list)
    _state: State = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)
    _number: int = 0

    def run(self, stop: threading.Event) -> None:
        self._group("POST", "/Groups", [])
        while not stop.is_set():
            self._round(stop)

    def _round(self, stop: threading.Event) -> None:
        first, second = self._create(), self._create()
        for write in (
            lambda: self._modify(first),
            lambda: self._group("PATCH", f"/Groups/{self._ids[self.name]}", [first, second]),
            lambda: self._modify(second),
            lambda: self._write("DELETE", f"/Users/{self._ids[first]}", None, first, None),
            lambda: self._modify(second),
        ):
            write()
            stop.wait(PACE)

    def _create(self) -> str:
        name = f"{self.name}-{self._number}"
        body = {
            "userName": name,
            "name": {"givenName": "Ada", "familyName": name},
            "emails": [{"value": f"{name}@example.com"}],
            "title": "new",
            "nickName": "new",
        }
        self._ids[name] = self._write("POST", "/Users", body, name, ["new", "new", True])["id"]
        return name

    def _modify(self, name: str) -> None:
        word, active = str(self._number), self._number % 2 == 0
        patch = {"op": "replace", "value": {"title": word, "nickName": word, "active": active}}
        self._write("PATCH", f"/Users/{self._ids[name]}", {"Operations": [patch]}, name, [word, word, active])

    def _group(self, method: str, path: str, members: list[str]) -> None:
        """Write the group; what is said of it and two members are one write."""
        word = str(self._number)
        there = self._state.get(self.name, ["", []])[1]
        values = [{"value": self._ids[one]} for one in members]
        operations = [
            {"op": "replace", "path": "externalId", "value": word},
            {"op": "add", "path": "members", "value": values},
        ]
        body = {"displayName": self.name, "externalId": word} if method == "POST" else {"Operations": operations}
        answer = self._write(method, path, body, self.name, [word, sorted([*there, *members])])
        self._ids.setdefault(self.name, answer["id"])

    def _write(self, method: str, path: str, body: Any, name: str, outcome: Any) -> Any:
        begun = time.monotonic()
        answer = self.connection.send(method, path, body)
        acknowledged = time.monotonic()
        self._state[name] = outcome
        if outcome is None:
            del self._state[name]
            word, members = self._state[self.name]
            self._state[self.name] = [word, [one for one in members if one != name]]
        people = self.writes[-1].people if self.writes else 0
        self.writes.append(Write(begun, acknowledged, dict(self._state), people + (name != self.name)))
        self._number += 1
        return answer


def states(endpoint: RunningEndpoint) -> dict[str, State]:
    """Ask an endpoint for what there is of each writer."""
    connection = Connection(endpoint)
    try:
        people, groups = (connection.everything(path) for path in ("/Users", "/Groups"))
    finally:
        connection.close()
    names = {one["id"]: one["userName"] for one in people}
    found: dict[str, State] = {one["displayName"]: {} for one in groups}
    for one in people:
        said = [one["title"], one["nickName"], one["active"]]
        found[one["userName"].partition("-")[0]][one["userName"]] = said
    for one in groups:
        members = sorted(names[member["value"]] for member in one.get("members", ()))
        found[one["displayName"]][one["displayName"]] = [one["externalId"], members]
    return found


@pytest.fixture
def perch(tmp_path: Path) -> CommandLine:
    from tests.cli.command_line import CommandLine  # noqa: PLC0415 -- rich and click, which the others need not wait for

    return CommandLine(tmp_path / "restored")


def test_a_backup_under_load_restores_to_what_was_acknowledged_before_it(
    serve: Serve, perch: CommandLine, tmp_path: Path
) -> None:
    endpoint = serve()
    served = type(perch)(endpoint.data_dir)
    target = tmp_path / "backup.db"
    stop = threading.Event()
    writers = [Writer(f"w{number}", Connection(endpoint)) for number in range(WRITERS)]

    def wait_for(number: int, since: float) -> None:
        def are_there() -> bool:
            counts = [sum(write.begun > since for write in one.writes) for one in writers]
            return min(counts) >= number or any(one.done() for one in running)

        wait_until(are_there)

    with ThreadPoolExecutor(WRITERS) as pool:
        running = [pool.submit(one.run, stop) for one in writers]
        try:
            wait_for(BEFORE, 0)
            began = time.monotonic()
            done = served.process("backup", str(target))
            ended = time.monotonic()
            wait_for(AFTER, ended)
        finally:
            stop.set()
        for one in running:
            one.result()
    for writer in writers:
        writer.connection.close()
    assert done.exit_code == 0, done.err
    assert done.out.strip() == str(target)

    assert perch.process("restore", str(target)).exit_code == 0
    restored = serve(data_dir=perch.folder, token=endpoint.token)
    found = states(restored)
    assert states(endpoint) == {one.name: one.writes[-1].state for one in writers}
    people = 0
    for writer in writers:
        first = sum(one.acknowledged < began for one in writer.writes)
        last = sum(one.begun < ended for one in writer.writes)
        assert BEFORE <= first < last <= len(writer.writes) - AFTER, "it was under way while the backup was made"
        # A writer's writes follow each other: those in the backup are all up to one of them.
        matching = [
            one
            for number, one in enumerate(writer.writes, 1)
            if first <= number <= last and one.state == found.get(writer.name)
        ]
        assert len(matching) == 1, (writer.name, first, last)
        people += matching[0].people
    with closing(sqlite3.connect(perch.folder / "perch.db")) as connection:
        audit = connection.execute("SELECT count(*) FROM change WHERE resource_type = 'User'").fetchone()
    assert audit == (people,), "each with its line"
