from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.overview.endpoint_card import EndpointCard
from desktop.server_process import State, Status
from server.faults import FaultCode
from tests.desktop.overview.conftest import PATIENCE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

URL = "http://127.0.0.1:7643/scim/v2"
NOW = datetime.now(UTC).isoformat()
BEFORE = "2026-03-02T12:00:00Z"


@pytest.fixture
def card(desk: Desk, qtbot: QtBot) -> EndpointCard:
    made = EndpointCard(desk)
    qtbot.addWidget(made)
    made.resize(900, made.height())
    made.show()
    return made


@pytest.mark.parametrize(
    ("status", "pill", "said", "offer"),
    [
        (Status(State.SERVING, URL, URL, NOW), "Running", "since", "Pause"),
        (Status(State.SERVING, URL, URL, BEFORE), "Running", "since Mar 2, 2026", "Pause"),
        (Status(State.ATTACHED, URL, URL, NOW), "Running", "by a service of this folder", ""),
        (
            Status(State.SERVING, URL, URL, NOW, restarts=1, last_exit="killed by signal 9"),
            "Running",
            "restarted after it ended (killed by signal 9)",
            "Pause",
        ),
        (Status(State.STARTING), "Starting", "One moment", ""),
        (Status(State.RESTARTING, last_exit="exit code 1"), "Restarting", "exit code 1", ""),
        (Status(State.PAUSED), "Paused", "no answer until you resume", "Resume"),
        (
            Status(State.FAILED, fault=FaultCode.PORT_IN_USE, detail="127.0.0.1:7643"),
            "Stopped",
            "Another program listens on 127.0.0.1:7643. Stop it, or choose another port",
            "Fix in Settings",
        ),
        (Status(State.FAILED, fault=FaultCode.DISK_FULL, detail="/data"), "Stopped", "The disk is full", "Try again"),
    ],
)
def test_each_state_is_told_with_what_can_be_done(
    card: EndpointCard, status: Status, pill: str, said: str, offer: str
) -> None:
    height = card.height()
    card.show_status(status)
    assert card.pill.text() == f"● {pill}"
    assert said in card.accessibleName()
    assert card.button.isVisible() is bool(offer)
    assert card.button.text() == offer
    assert card.base_url.isVisible() is (status.state is not State.FAILED)
    assert card.height() == height


def test_paused_and_resumed_by_its_button(card: EndpointCard, desk: Desk, qtbot: QtBot) -> None:
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.pill.text() == "● Running", timeout=PATIENCE)
    assert card.base_url.value == desk.endpoint.status.base_url
    qtbot.mouseClick(card.base_url.button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == desk.endpoint.status.base_url
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.pill.text() == "● Paused", timeout=PATIENCE)
    # What Okta was given stays there to be read.
    assert card.base_url.value.endswith("/scim/v2")
