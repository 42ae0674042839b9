from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.settings.webhook_row import WebhookRow
from server.consumers import Consumer
from server.webhook.subscription import Backlog, SecretPlace, Webhook

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

NOW = "2026-11-24T12:00:00.000Z"
URL = "https://consumer.example.com/perch?key=a"


def webhook(**more: object) -> Webhook:
    return Webhook("w1", URL, SecretPlace.KEYRING, "", NOW, "ada", 0, **more)  # type: ignore[arg-type] # by name


@pytest.fixture
def row(desk: Desk, qtbot: QtBot) -> WebhookRow:
    made = WebhookRow(desk.workspace, Consumer(webhook(), Backlog(0, 0, 0)))
    qtbot.addWidget(made)
    made.resize(700, 160)
    made.show()
    return made


@pytest.mark.parametrize(
    ("one", "state", "tone", "reason"),
    [
        (Consumer(webhook(), Backlog(0, 0, 0)), "Delivering", "ok", ""),
        # What is on its way is no backlog to be told of.
        (Consumer(webhook(), Backlog(3, 0, 0)), "Delivering", "ok", ""),
        (Consumer(webhook(), Backlog(0, 2, 0)), "Waiting", "warn", "It refused some."),
        (
            Consumer(webhook(problem="answered 500", failing_since="2026-11-24T09:30:00.000Z"), Backlog(0, 2, 1)),
            "Failing since ",
            "err",
            "It answered 500. Nothing is lost",
        ),
        (
            Consumer(webhook(problem="The variable A is not set: set it.", failing_since=NOW), Backlog(0, 0, 0)),
            "Failing since ",
            "err",
            "The variable A is not set: set it. Nothing is lost",
        ),
    ],
)
def test_how_it_fares_in_a_word_and_why(row: WebhookRow, one: Consumer, state: str, tone: str, reason: str) -> None:
    row.show_consumer(one, is_serving=True)
    assert row.state.text().startswith(state)
    assert row.state.property("tone") == tone
    assert row.reason.text().startswith(reason)
    assert row.reason.isVisible() == bool(reason)
    assert row.accessibleName() == f"Webhook https://consumer.example.com/perch: {row.state.text()}"


def test_what_it_was_told_is_counted(row: WebhookRow) -> None:
    assert row.counts.text() == "0 delivered  ·  none waiting"
    one = webhook(delivered=120, last_delivered="2026-11-24T11:58:00.000Z")
    row.show_consumer(Consumer(one, Backlog(1, 2, 4)), is_serving=True)
    assert row.counts.text() == "120 delivered  ·  3 waiting  ·  last 2 min ago"
    assert row.dead.text() == "4 given up"
    assert row.dead.isVisible()
    assert row.dead_button.isVisible()


def test_the_query_which_may_hold_a_secret_is_not_shown(row: WebhookRow) -> None:
    assert row.address.whole == "https://consumer.example.com/perch"


def test_a_variable_of_the_endpoint_is_not_copied_here(row: WebhookRow) -> None:
    assert row.copy_button.isVisible()
    one = Webhook("w1", URL, SecretPlace.ENVIRONMENT, "NAME", NOW, "ada", 0)
    row.show_consumer(Consumer(one, Backlog(0, 0, 0)), is_serving=True)
    assert not row.copy_button.isVisible()
