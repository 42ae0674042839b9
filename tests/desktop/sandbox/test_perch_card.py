from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.clipboard import Clipboard
from desktop.sandbox.perch_card import PerchCard
from desktop.server_process import State, Status
from server.faults import FaultCode

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

URL = "http://127.0.0.1:40001/scim/v2"


@pytest.fixture
def card(qtbot: QtBot) -> PerchCard:
    made = PerchCard(Clipboard())
    qtbot.addWidget(made)
    made.show_status(Status(State.SERVING, base_url=URL, local_url=URL))
    made.show()
    return made


def test_the_address_of_the_sandbox_is_shown_and_copied(card: PerchCard, qtbot: QtBot) -> None:
    assert card.url.whole == URL
    qtbot.mouseClick(card.url_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == URL


def test_the_token_is_asked_for_and_never_shown(card: PerchCard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(card.token_wanted):
        qtbot.mouseClick(card.token_button, Qt.MouseButton.LeftButton)


def test_an_endpoint_that_stopped_can_be_started_again(card: PerchCard, qtbot: QtBot) -> None:
    assert not card.resume_button.isVisible()
    card.show_status(Status(State.FAILED, fault=FaultCode.DISK_FULL, detail="/data"))
    assert card.pill.text() == "● Stopped"
    assert "disk is full" in card.pill.toolTip()
    with qtbot.waitSignal(card.resume_wanted):
        qtbot.mouseClick(card.resume_button, Qt.MouseButton.LeftButton)
