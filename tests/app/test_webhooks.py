"""A consumer that is killed and started again is told of everything, in order for each resource, and can prove it."""

from __future__ import annotations

import http.client
import json
import random
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from server.config import ServerConfig
from server.store.changes import newest
from server.store.webhooks import Webhooks, changes_after
from server.webhook.event import event_id
from server.workspace import Workspace
from tests.consumer import Consumer, wait_until
from tests.endpoint import clean_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.command_line import CommandLine
    from tests.consumer import Told
    from tests.endpoint import RunningEndpoint, Serve


@pytest.fixture
def consumer(tmp_path: Path) -> Iterator[Consumer]:
    folder = tmp_path / "consumer"
    folder.mkdir()
    made = Consumer(folder, "")
    yield made
    made.kill()


@pytest.fixture
def perch(tmp_path: Path) -> CommandLine:
    from tests.cli.command_line import CommandLine  # noqa: PLC0415 -- rich and click, which the others need not wait for

    return CommandLine(tmp_path / "data")


class Client:
    """Provisions over HTTP, as Okta does."""

    def __init__(self, endpoint: RunningEndpoint) -> None:
        parts = urlsplit(endpoint.base_url)
        self._path = parts.path
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self._headers = {"Authorization": f"Bearer {endpoint.token}"}
        self._chance = random.Random(7)
        self._people: list[str] = []
        self._number = 0

    def close(self) -> None:
        self._connection.close()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        self._connection.request(method, self._path + path, None if body is None else json.dumps(body), self._headers)
        response = self._connection.getresponse()
        data = response.read()
        assert response.status < 300, data
        return json.loads(data) if data else None

    def change(self) -> None:
        """Make one change, of a person who is there more often than of a new one."""
        self._number += 1
        chance = self._chance.random()
        if len(self._people) < 10 or chance < 0.1:
            name = f"person-{self._number}"
            body = {
                "userName": name,
                "name": {"givenName": "Ada", "familyName": name},
                "emails": [{"value": f"{name}@example.com"}],
                "password": "must-never-be-told",
            }
            self._people.append(self.send("POST", "/Users", body)["id"])
        elif chance < 0.15:
            self.send("DELETE", f"/Users/{self._people.pop(self._chance.randrange(len(self._people)))}")
        else:
            patch = {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{"op": "replace", "value": {"title": f"t{self._number}", "password": "must-never"}}],
            }
            self.send("PATCH", f"/Users/{self._chance.choice(self._people)}", patch)


def in_order(told: list[Told]) -> bool:
    """Tell whether no change of a resource came before an older one, seeing each where it came first."""
    seen: set[str] = set()
    last: dict[str, int] = {}
    for one in told:
        if one.id not in seen:
            seen.add(one.id)
            assert one.sequence is not None
            if last.get(one.resource, 0) > one.sequence:
                return False
            last[one.resource] = one.sequence
    return True


def deliver_to_a_dying_consumer(
    serve: Serve, perch: CommandLine, consumer: Consumer, changes: int, kills: int, deaths: int
) -> None:
    chance = random.Random(11)
    secret_file = perch.folder.parent / "secret"
    consumer.secret = "to-be-made"
    consumer.start()
    consumer.secret = perch("webhook", "add", consumer.url, "--secret-file", str(secret_file)).out.strip()
    consumer.kill()
    consumer.start()
    endpoint = serve(data_dir=perch.folder)
    turns = sorted(chance.sample(range(changes // 20, changes), kills))
    ends = set(chance.sample(range(changes // 20, changes), deaths))
    client = Client(endpoint)
    try:
        for number in range(changes):
            client.change()
            if number in ends:
                # The endpoint itself dies, too, with deliveries under way.
                client.close()
                clean_up(endpoint.process)
                endpoint = serve(data_dir=perch.folder, token=endpoint.token)
                client._connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=30)
            if turns and number == turns[0]:
                turns.pop(0)
                before = consumer.number()
                # In the middle of deliveries, wherever they are.
                wait_until(lambda before=before: consumer.number() > before)  # type: ignore[misc]  # bound at once
                consumer.kill()
                client.change()
                consumer.start()
    finally:
        client.close()
    with Workspace.open(perch.folder, ServerConfig()) as workspace:
        expected = {event_id(change) for change in changes_after(workspace.database, 0, 1_000_000)}
        last = newest(workspace.database)
        webhooks = Webhooks(workspace.database)

        def is_done() -> bool:
            (one,) = webhooks.listed()
            return one.cursor == last and webhooks.backlog(one).waiting == 0

        wait_until(is_done, 300)
        (one,) = webhooks.listed()
        assert webhooks.backlog(one).dead == 0
    told = consumer.told()
    assert {one.id for one in told} == expected
    assert len(expected) >= changes
    assert all(one.is_signed for one in told)
    assert in_order(told)
    assert "must-never" not in consumer.file.read_text("utf-8")
    assert endpoint.stop() == 0
    assert consumer.secret not in endpoint.said()
    assert consumer.secret.encode() not in b"".join(path.read_bytes() for path in perch.folder.glob("*.db*"))


def test_a_consumer_that_is_killed_is_told_of_each_change(serve: Serve, perch: CommandLine, consumer: Consumer) -> None:
    deliver_to_a_dying_consumer(serve, perch, consumer, changes=500, kills=3, deaths=0)


@pytest.mark.skipif(sys.platform == "win32", reason="an endpoint that was killed is no clean end there")
@pytest.mark.soak
def test_ten_thousand_changes_are_told_although_both_sides_die(
    serve: Serve, perch: CommandLine, consumer: Consumer
) -> None:
    deliver_to_a_dying_consumer(serve, perch, consumer, changes=10_000, kills=20, deaths=5)
