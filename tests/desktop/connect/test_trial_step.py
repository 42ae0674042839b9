from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.connect.forms import AppKind
from desktop.connect.snapshot import Snapshot
from desktop.connect.trial_step import TrialStep
from desktop.widgets.checklist import Progress
from desktop.widgets.seen import By, Request
from tests.desktop.connect.conftest import PATIENCE, button_named, click, hold, issue, texts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from tests.desktop import keyrings

NOWHERE = "http://127.0.0.1:1/scim/v2"


@pytest.fixture
def step(desk: Desk, qtbot: QtBot) -> TrialStep:
    made = TrialStep(4, desk.workspace)
    qtbot.addWidget(made)
    made.resize(640, 320)
    made.show_kind(AppKind.CUSTOM, NOWHERE)
    made.show()
    return made


def said(step: TrialStep, qtbot: QtBot) -> str:
    qtbot.waitUntil(step.result.isVisible, timeout=PATIENCE)
    return step.result.accessibleName()


def test_a_token_out_of_the_keyring_is_accepted(
    serving_desk: Desk, step: TrialStep, held_keyring: keyrings.HeldKeyring, qtbot: QtBot
) -> None:
    issued = hold(serving_desk, held_keyring)
    step.show_kind(AppKind.CUSTOM, serving_desk.endpoint.status.base_url)
    step.show_token(issued.token)
    click(qtbot, step.test_button)
    assert step.waiting.isVisible()
    assert not step.test_button.isEnabled()
    held_keyring.release.set()
    assert said(step, qtbot).startswith("The endpoint answers and accepts the token")
    assert step.result.property("tone") == "ok"
    qtbot.waitUntil(step.test_button.isEnabled, timeout=PATIENCE)
    assert not step.waiting.isVisible()


def test_the_agents_address_with_its_slash_is_tested_as_well(serving_desk: Desk, step: TrialStep, qtbot: QtBot) -> None:
    step.show_kind(AppKind.AGENT, f"{serving_desk.endpoint.status.local_url}/")
    qtbot.keyClicks(step.pasted, issue(serving_desk).secret)
    qtbot.keyClick(step.pasted, Qt.Key.Key_Return)
    assert said(step, qtbot).startswith("The endpoint answers and accepts the token")


def test_a_pasted_token_that_is_wrong_is_said_with_the_remedy_and_is_not_kept(
    serving_desk: Desk, step: TrialStep, qtbot: QtBot
) -> None:
    step.show_kind(AppKind.CUSTOM, serving_desk.endpoint.status.base_url)
    qtbot.keyClicks(step.pasted, "perch_live_" + "x" * 49)
    click(qtbot, step.test_button)
    assert step.pasted.text() == ""
    assert said(step, qtbot).startswith("The endpoint answers, but does not accept this token.")
    assert step.result.property("tone") == "err"
    with qtbot.waitSignal(step.generate_wanted):
        click(qtbot, button_named(step.result, "Generate token"))


def test_where_nobody_listens_is_said_with_the_remedy(step: TrialStep, qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    step.show_kind(AppKind.CUSTOM, f"http://127.0.0.1:{port}/scim/v2")
    qtbot.keyClicks(step.pasted, "perch_live_x")
    click(qtbot, step.test_button)
    words = said(step, qtbot)
    assert f"127.0.0.1:{port}" in words
    assert step.result.property("tone") == "err"


def test_without_any_token_it_asks_for_one(step: TrialStep, qtbot: QtBot) -> None:
    click(qtbot, step.test_button)
    assert step.field.complaint == "Generate a token in step 1, or paste one here."
    qtbot.keyClicks(step.pasted, "p")
    assert step.field.complaint == ""


def test_a_token_without_a_copy_is_pasted(desk: Desk, step: TrialStep, qtbot: QtBot) -> None:
    step.show_token(issue(desk).token)
    click(qtbot, step.test_button)
    assert said(step, qtbot) == "The keyring holds no copy of this token. Or paste the token here."
    assert step.test_button.isEnabled()


def test_who_gives_up_waiting_may_test_again(
    desk: Desk, step: TrialStep, held_keyring: keyrings.HeldKeyring, qtbot: QtBot
) -> None:
    issued = hold(desk, held_keyring)
    step.show_token(issued.token)
    click(qtbot, step.test_button)
    qtbot.waitUntil(held_keyring.asked.is_set, timeout=PATIENCE)
    click(qtbot, step.waiting.cancel_button)
    assert step.test_button.isEnabled()
    assert not step.waiting.isVisible()
    assert not step.result.isVisible()


def test_okta_s_button_has_the_name_that_it_has_there(step: TrialStep) -> None:
    assert "In Okta: Test Connector Configuration" in texts(step)
    step.show_kind(AppKind.CATALOG, NOWHERE)
    assert "In Okta: Test API Credentials" in texts(step)


def test_an_agent_that_came_at_all_is_connected(desk: Desk, step: TrialStep) -> None:
    taken = Snapshot(
        last_by_okta=Request(desk.workspace.custody.now(), By.OKTA, "Okta's on-prem agent", "t"),
        labels={"t": "Production"},
    )
    step.show_snapshot(taken, AppKind.CUSTOM)
    assert step.progress is Progress.OPEN
    step.show_snapshot(taken, AppKind.AGENT)
    assert (step.progress, step.detail) == (Progress.DONE, "The agent came just now with Production.")
