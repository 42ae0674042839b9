"""One webhook is told of everything, in order for each resource, whatever its consumer does."""

from __future__ import annotations

import logging
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.delivery.courier import IN_A_ROW, Courier, Perseverance
from server.store.changes import newest
from server.store.webhooks import Settlement, Webhooks
from server.webhook.secret import SecretKeeper
from server.webhook.subscription import LONGEST_SILENCE, SecretPlace, Webhook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server.webhook.subscription import Letter
    from server.workspace import Workspace
    from tests.consumer import Consumer


class Clock:
    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


class Bench:
    """A courier that delivers when the test says so, by a clock that the test sets."""

    def __init__(self, workspace: Workspace, url: str, secret_file: Path, perseverance: Perseverance) -> None:
        self.workspace = workspace
        self.webhooks = Webhooks(workspace.database)
        self.clock = Clock()
        self._url = url
        self._perseverance = perseverance
        made = Webhook("w1", url, SecretPlace.FILE, str(secret_file), "2026-11-24T00:00:00.000Z", "tests", 0)
        self.webhooks.add(made)
        self.courier = self.another()

    def another(self) -> Courier:
        """Give a courier as a start of the endpoint makes it."""
        return Courier(
            self.known(), self.workspace.database, self.webhooks, SecretKeeper(), self._perseverance, clock=self.clock
        )

    def known(self) -> Webhook:
        found = self.webhooks.get("w1")
        assert found is not None
        return found

    def person(self, name: str) -> str:
        body = {
            "userName": name,
            "name": {"givenName": "Ada", "familyName": name},
            "emails": [{"value": f"{name}@example.com"}],
        }
        return self.workspace.create("User", body).resource_id

    def letters(self) -> list[Letter]:
        return [letter for letter, _ in self.webhooks.due("w1", 2**62, 1000)]


@pytest.fixture
def bench(workspace: Workspace, consumer: Consumer, tmp_path: Path) -> Iterator[Bench]:
    secret_file = tmp_path / "secret"
    secret_file.touch(0o600)
    secret_file.write_text(consumer.secret, "utf-8")
    made = Bench(workspace, consumer.url, secret_file, Perseverance(attempts=3, days=3))
    yield made
    made.courier._post.close()


def told(consumer: Consumer) -> list[tuple[str, str]]:
    return [(one.resource, one.type) for one in consumer.told()]


def test_each_change_arrives_in_order_and_the_cursor_follows(bench: Bench, consumer: Consumer) -> None:
    ada = bench.person("ada")
    group = bench.workspace.create("Group", {"displayName": "Engines"}).resource_id
    bench.workspace.add_members(group, [ada])
    bench.workspace.set_active(ada, active=False)
    bench.workspace.set_active(ada, active=True)
    bench.workspace.delete("Group", group)
    bench.courier.deliver()
    assert told(consumer) == [
        (ada, "user.created"),
        (group, "group.created"),
        (group, "group.members_changed"),
        (ada, "user.deactivated"),
        (ada, "user.reactivated"),
        (group, "group.deleted"),
    ]
    known = bench.known()
    assert (known.cursor, known.delivered, known.problem) == (newest(bench.workspace.database), 6, "")
    assert known.last_delivered is not None
    assert bench.another().deliver() > LONGEST_SILENCE
    assert consumer.number() == 6


def test_a_refused_resource_waits_with_all_that_follows_it_and_holds_nobody_back(
    bench: Bench, consumer: Consumer
) -> None:
    ada, alan = bench.person("ada"), bench.person("alan")
    bench.workspace.set_active(ada, active=False)
    bench.workspace.set_active(alan, active=False)
    consumer.refuse(ada)
    wait = bench.courier.deliver()
    assert told(consumer) == [(alan, "user.created"), (alan, "user.deactivated")]
    assert 0 < wait <= 1
    assert [(one.attempts, one.problem) for one in bench.letters()] == [(1, "answered 503")]
    bench.workspace.set_active(ada, active=True)
    bench.courier.deliver()
    assert bench.webhooks.backlog(bench.known()).waiting == 3
    consumer.refuse()
    bench.clock.at += wait
    bench.courier.deliver()
    assert told(consumer)[2:] == [(ada, "user.created"), (ada, "user.deactivated"), (ada, "user.reactivated")]
    assert bench.letters() == []


def test_back_off_grows_and_what_is_given_up_can_be_sent_again(
    bench: Bench, consumer: Consumer, caplog: pytest.LogCaptureFixture
) -> None:
    ada = bench.person("ada")
    bench.workspace.set_active(ada, active=False)
    consumer.refuse(ada)
    waits = []
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            waits.append(bench.courier.deliver())
            bench.clock.at += waits[-1]
        bench.courier.deliver()
    assert 0.5 <= waits[0] <= 1 <= waits[1] <= 2
    (dead,) = bench.webhooks.dead("w1")
    assert (dead[0].attempts, dead[1].operation) == (3, "create")
    assert "was given up after 3 attempts (answered 503)" in caplog.text
    assert "key=a" not in caplog.text
    assert "a-secret-of-the-tests" not in caplog.text
    consumer.refuse()
    bench.clock.at += 60
    bench.courier.deliver()
    assert told(consumer) == [(ada, "user.deactivated")]
    assert bench.webhooks.revive("w1", None, int(bench.clock.at * 1000)) == 1
    bench.courier.deliver()
    assert told(consumer)[1:] == [(ada, "user.created")]
    assert bench.webhooks.dead("w1") == []


def test_what_is_days_old_is_given_up_at_its_next_failure(bench: Bench, consumer: Consumer) -> None:
    ada = bench.person("ada")
    consumer.refuse(ada)
    bench.courier.deliver()
    bench.clock.at += 3 * 86_400 + 1
    bench.courier.deliver()
    assert [letter.attempts for letter, _ in bench.webhooks.dead("w1")] == [2]


def test_a_consumer_that_is_down_loses_nothing_and_nothing_is_given_up(bench: Bench, consumer: Consumer) -> None:
    people = [bench.person(f"p{number}") for number in range(5)]
    consumer.kill()
    waits = []
    for _ in range(20):
        waits.append(bench.courier.deliver())
        assert bench.courier.deliver() == pytest.approx(waits[-1])
        bench.clock.at += waits[-1]
    assert max(waits) <= LONGEST_SILENCE
    assert waits[-1] >= LONGEST_SILENCE / 2
    known = bench.known()
    assert (known.cursor, known.problem) == (0, "refuses the connection: nothing listens there")
    assert known.failing_since is not None
    assert bench.webhooks.backlog(known).ahead == 5
    consumer.start()
    bench.courier.deliver()
    assert told(consumer) == [(one, "user.created") for one in people]
    assert (bench.known().problem, bench.known().failing_since) == ("", None)


def test_a_consumer_that_refuses_everybody_is_left_alone_for_a_while(bench: Bench, consumer: Consumer) -> None:
    people = [bench.person(f"p{number}") for number in range(IN_A_ROW + 5)]
    consumer.refuse(*people)
    wait = bench.courier.deliver()
    assert len(bench.letters()) == IN_A_ROW
    assert bench.known().problem == "answered 503"
    bench.clock.at += wait
    # One more is tried, and then it waits longer.
    bench.courier.deliver()
    assert len(bench.letters()) == IN_A_ROW + 1
    consumer.refuse()
    bench.clock.at += LONGEST_SILENCE
    bench.courier.deliver()
    assert sorted(told(consumer)) == sorted((one, "user.created") for one in people)


def test_a_secret_that_is_not_there_stops_deliveries_until_it_is(bench: Bench, consumer: Consumer) -> None:
    secret_file = bench.known().secret_name
    bench.person("ada")
    bench.courier.webhook = replace(bench.courier.webhook, secret_name=f"{secret_file}-moved")
    wait = bench.courier.deliver()
    assert "cannot be read" in bench.known().problem
    assert consumer.number() == 0
    bench.courier.webhook = replace(bench.courier.webhook, secret_name=secret_file)
    bench.clock.at += wait
    bench.courier.deliver()
    assert consumer.number() == 1


def test_a_removed_webhook_is_told_no_more_and_leaves_nothing(bench: Bench, consumer: Consumer) -> None:
    ada = bench.person("ada")
    consumer.refuse(ada)
    bench.courier.deliver()
    bench.webhooks.remove("w1")
    bench.person("alan")
    bench.courier.deliver()
    assert bench.webhooks.listed() == []
    assert bench.workspace.database.read("SELECT count(*) FROM delivery") == [(0,)]


def test_a_delivery_is_broken_off_when_the_courier_ends(bench: Bench, workspace: Workspace, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        courier = Courier(
            replace(bench.known(), url=f"http://127.0.0.1:{silent.getsockname()[1]}/"),
            workspace.database,
            bench.webhooks,
            SecretKeeper(),
            Perseverance(),
        )
        bench.person("ada")
        courier.start()
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(65_536)
            courier.end()
            courier.join(5)
        assert not courier.is_alive()
    assert (bench.letters(), bench.known().cursor) == ([], 0)


def test_a_clock_that_is_put_back_leaves_a_consumer_alone_no_longer(bench: Bench, consumer: Consumer) -> None:
    ada = bench.person("ada")
    consumer.kill()
    bench.courier.deliver()
    consumer.start()
    bench.clock.at -= 86_400
    bench.courier.deliver()
    assert told(consumer) == [(ada, "user.created")]


def test_a_clock_that_is_put_back_holds_no_letter_back(bench: Bench, consumer: Consumer) -> None:
    ada = bench.person("ada")
    consumer.refuse(ada)
    bench.courier.deliver()
    consumer.refuse()
    bench.clock.at -= 86_400
    bench.courier.deliver()
    assert told(consumer) == [(ada, "user.created")]


def test_what_waited_behind_a_refused_event_follows_it_at_once(
    bench: Bench, consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = bench.person("ada")
    consumer.refuse(ada)
    for number in range(15):
        bench.workspace.set_active(ada, active=bool(number % 2))
    wait = bench.courier.deliver()
    assert bench.webhooks.backlog(bench.known()).waiting == 16
    consumer.refuse()
    bench.clock.at += wait
    settled = []
    settle = Webhooks.settle

    def counted(webhooks: Webhooks, webhook_id: str, done: Settlement) -> None:
        settled.append(len(done.delivered))
        settle(webhooks, webhook_id, done)

    monkeypatch.setattr(Webhooks, "settle", counted)
    bench.courier.deliver()
    assert [one.sequence for one in consumer.told()] == list(range(1, 17))
    # A commit for each would make hours of a long queue.
    assert settled[0] > 1
    assert sum(settled) == 16


def test_what_waits_stops_at_the_next_refusal(bench: Bench, consumer: Consumer) -> None:
    ada = bench.person("ada")
    consumer.refuse(ada)
    bench.workspace.set_active(ada, active=False)
    wait = bench.courier.deliver()
    bench.clock.at += wait
    bench.courier.deliver()
    assert [(one.seq, one.attempts) for one in bench.letters()] == [(1, 2)]
    assert bench.webhooks.backlog(bench.known()).waiting == 2
