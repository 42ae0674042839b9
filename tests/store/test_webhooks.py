"""The outbox of webhooks: what is due, what waits behind it, what was given up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.store.changes import newest
from server.store.webhooks import Settlement, Webhooks, changes_after
from server.webhook.subscription import Backlog, Letter, SecretPlace, Webhook

if TYPE_CHECKING:
    from server.workspace import Workspace

WEBHOOK = Webhook("w1", "https://a.example/", SecretPlace.KEYRING, "", "2026-11-24T00:00:00.000Z", "tests", 0)


@pytest.fixture
def webhooks(workspace: Workspace) -> Webhooks:
    """Three changes of ada (1, 3, 4) and two of alan (2, 5)."""
    for name in ("ada", "alan"):
        body = {
            "userName": name,
            "name": {"givenName": name, "familyName": name},
            "emails": [{"value": f"{name}@example.com"}],
        }
        workspace.create("User", body, resource_id=name)
    for name, active in (("ada", False), ("ada", True), ("alan", False)):
        workspace.set_active(name, active=active)
    assert newest(workspace.database) == 5
    made = Webhooks(workspace.database)
    made.add(WEBHOOK)
    return made


def letter(seq: int, resource: str, next_at: int = 0) -> Letter:
    return Letter(seq, resource, since=1_000, next_at=next_at)


def due(webhooks: Webhooks, now: int) -> list[int]:
    return [change.seq for _, change in webhooks.due("w1", now, 100)]


def test_what_is_added_is_listed_as_it_was(webhooks: Webhooks) -> None:
    other = replace(WEBHOOK, id="w2", secret_place=SecretPlace.FILE, secret_name="secret", cursor=5)
    webhooks.add(other)
    assert webhooks.listed() == [WEBHOOK, other]
    assert webhooks.get("w2") == other
    assert webhooks.get("w3") is None
    assert webhooks.backlog(WEBHOOK) == Backlog(5, 0, 0)
    assert webhooks.backlog(other) == Backlog(0, 0, 0)


def test_changes_are_read_from_the_oldest(webhooks: Webhooks, workspace: Workspace) -> None:
    assert [change.seq for change in changes_after(workspace.database, 0, 3)] == [1, 2, 3]
    assert [change.seq for change in changes_after(workspace.database, 3, 9)] == [4, 5]


def test_of_each_resource_only_the_oldest_is_due_and_the_others_wait_for_it(webhooks: Webhooks) -> None:
    letters = [letter(1, "ada", 9_000), letter(2, "alan", 5_000), letter(3, "ada"), letter(5, "alan")]
    webhooks.settle("w1", Settlement(5, letters=letters))
    assert webhooks.next_at("w1") == 5_000
    assert due(webhooks, 4_999) == []
    assert due(webhooks, 5_000) == [2]
    assert due(webhooks, 9_000) == [1, 2]
    assert webhooks.held_back("w1", ["ada", "alan", "grace"]) == {"ada", "alan"}
    webhooks.settle("w1", Settlement(5, delivered=[1], at="2026-11-24T00:00:01.000Z"))
    assert due(webhooks, 5_000) == [2, 3]
    known = webhooks.get("w1")
    assert known is not None
    assert (known.cursor, known.delivered, known.last_delivered) == (5, 1, "2026-11-24T00:00:01.000Z")
    assert webhooks.backlog(known) == Backlog(0, 3, 0)


def test_a_time_that_is_too_far_away_to_be_meant_is_due(webhooks: Webhooks) -> None:
    webhooks.settle("w1", Settlement(5, letters=[letter(1, "ada", 9_000_000_000), letter(2, "alan", 3_000_000)]))
    assert due(webhooks, 0) == [1]


def test_what_waits_behind_a_letter_is_read_in_order(webhooks: Webhooks) -> None:
    webhooks.settle(
        "w1", Settlement(5, letters=[letter(1, "ada"), letter(3, "ada"), letter(4, "ada"), letter(5, "alan")])
    )
    assert [change.seq for _, change in webhooks.behind("w1", letter(1, "ada"), 10)] == [3, 4]
    assert [change.seq for _, change in webhooks.behind("w1", letter(1, "ada"), 1)] == [3]
    webhooks.settle("w1", Settlement(5, letters=[replace(letter(3, "ada"), dead=True)]))
    assert [change.seq for _, change in webhooks.behind("w1", letter(1, "ada"), 10)] == [4]


def test_what_was_given_up_holds_nothing_back_until_it_is_revived(webhooks: Webhooks) -> None:
    dead = replace(letter(1, "ada"), dead=True, attempts=9, problem="answered 500")
    webhooks.settle("w1", Settlement(5, letters=[dead, letter(3, "ada"), replace(letter(2, "alan"), dead=True)]))
    assert due(webhooks, 0) == [3]
    assert [(one.seq, one.problem) for one, _ in webhooks.dead("w1")] == [(1, "answered 500"), (2, "")]
    assert webhooks.revive("w1", [1], 2_000) == 1
    assert due(webhooks, 0) == [1]
    assert webhooks.due("w1", 0, 1)[0][0] == Letter(1, "ada", since=2_000, problem="answered 500")
    assert webhooks.revive("w1", None, 2_000) == 1
    assert webhooks.revive("w1", None, 2_000) == 0


def test_the_cursor_never_goes_back_and_a_problem_is_written_and_forgotten(webhooks: Webhooks) -> None:
    webhooks.settle("w1", Settlement(4, failing_since="2026-11-24T00:00:00.000Z", problem="answered 500"))
    webhooks.settle("w1", Settlement(2, problem="answered 500"))
    known = webhooks.get("w1")
    assert known is not None
    assert (known.cursor, known.problem, known.failing_since) == (4, "answered 500", None)
    webhooks.settle("w1", Settlement(4))
    known = webhooks.get("w1")
    assert known is not None
    assert known.problem == ""


def test_of_a_webhook_that_was_removed_nothing_stays_or_comes_back(webhooks: Webhooks, workspace: Workspace) -> None:
    webhooks.settle("w1", Settlement(5, letters=[letter(1, "ada")]))
    webhooks.remove("w1")
    webhooks.settle("w1", Settlement(5, letters=[letter(1, "ada")]))
    assert webhooks.listed() == []
    assert workspace.database.read("SELECT count(*) FROM delivery") == [(0,)]


def test_no_secret_has_a_column(workspace: Workspace) -> None:
    columns = {row[1] for row in workspace.database.read("PRAGMA table_info(webhook)")}
    assert {name for name in columns if "secret" in name} == {"secret_place", "secret_name"}
