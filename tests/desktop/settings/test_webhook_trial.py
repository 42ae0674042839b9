from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.settings.webhook_trial import WebhookTrial
from tests.desktop.settings.driving import PATIENCE
from tests.desktop.settings.subscribed import add, introduce

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from tests.consumer import Consumer


@pytest.fixture
def trial(desk: Desk, qtbot: QtBot) -> WebhookTrial:
    made = WebhookTrial(desk.workspace)
    qtbot.addWidget(made)
    return made


def test_nothing_is_shown_before_and_the_wait_while_it_is_under_way(
    trial: WebhookTrial, desk: Desk, qtbot: QtBot, consumer: Consumer
) -> None:
    added = introduce(desk.workspace, consumer)
    assert not trial.isVisible()
    with qtbot.waitSignal(trial.send(added.webhook.id).ended, timeout=PATIENCE):
        assert trial.isVisible()
        assert trial.waiting.isVisible()
    assert trial.verdict.startswith("It took the test event, in ")
    assert trial.isVisible()
    assert not trial.waiting.isVisible()


def test_a_consumer_that_does_not_take_it_is_told_in_words(trial: WebhookTrial, desk: Desk, qtbot: QtBot) -> None:
    added = add(desk.workspace, "http://127.0.0.1:9/")
    with qtbot.waitSignal(trial.send(added.webhook.id).ended, timeout=PATIENCE):
        pass
    assert trial.verdict == "Not taken. It refuses the connection: nothing listens there."
    trial.forget()
    assert trial.verdict == ""
    assert not trial.isVisible()


def test_what_was_removed_meanwhile_is_not_sent(trial: WebhookTrial, qtbot: QtBot) -> None:
    with qtbot.waitSignal(trial.send("gone").ended, timeout=PATIENCE):
        pass
    assert trial.verdict == "Not sent. This webhook was removed meanwhile."


def test_whoever_stops_waiting_sees_nothing(trial: WebhookTrial, desk: Desk) -> None:
    added = add(desk.workspace, "http://127.0.0.1:9/")
    trial.send(added.webhook.id)
    trial.waiting.cancel_button.click()
    assert not trial.isVisible()
    assert trial.verdict == ""
