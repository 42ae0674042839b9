from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.server_process import State, Status
from desktop.status_card import StatusCard
from server.faults import FaultCode

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

URL = "http://127.0.0.1:7643/scim/v2"
SECURED = "https://127.0.0.1:7643/scim/v2"


@pytest.fixture
def card(desk: Desk, qtbot: QtBot) -> StatusCard:
    made = StatusCard(desk)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(
    ("status", "pill", "said", "remedy"),
    [
        (Status(State.SERVING, URL, URL), "Running", "127.0.0.1:7643", ""),
        (Status(State.SERVING, SECURED, SECURED), "Running", "127.0.0.1:7643", ""),
        (Status(State.ATTACHED, URL, URL), "Running", "a service of this folder", ""),
        (Status(State.SERVING, URL, URL, restarts=1), "Running", "restarted", ""),
        (Status(State.STARTING), "Starting", "moment", ""),
        (Status(State.RESTARTING, last_exit="killed by signal 9"), "Restarting", "killed by signal 9", ""),
        (Status(State.PAUSED), "Paused", "no answer until you resume", "Resume"),
        (
            Status(State.FAILED, fault=FaultCode.PORT_IN_USE, detail="127.0.0.1:7643"),
            "Stopped",
            "Another program listens on 127.0.0.1:7643",
            "Fix in Settings",
        ),
        (
            Status(State.FAILED, fault=FaultCode.FOLDER_UNWRITABLE, detail="/data"),
            "Stopped",
            "/data cannot be written to",
            "Try again",
        ),
        (Status(State.FAILED, detail="no such file"), "Stopped", "could not be started: no such file", "Try again"),
    ],
)
def test_each_state_is_told_with_what_helps(
    card: StatusCard, status: Status, pill: str, said: str, remedy: str
) -> None:
    card.show_status(status)
    assert card.pill.text() == f"● {pill}"
    assert said in card.accessibleName()
    assert card.fix_button.isVisible() is bool(remedy)
    assert card.fix_button.text() == remedy


def test_the_remedy_of_a_taken_port_is_a_setting(card: StatusCard, qtbot: QtBot) -> None:
    card.show_status(Status(State.FAILED, fault=FaultCode.PORT_IN_USE, detail="127.0.0.1:7643"))
    with qtbot.waitSignal(card.settings_wanted):
        qtbot.mouseClick(card.fix_button, Qt.MouseButton.LeftButton)


def test_what_is_paused_is_resumed(card: StatusCard, desk: Desk, qtbot: QtBot) -> None:
    assert card.pill.text() == "● Paused"
    qtbot.mouseClick(card.fix_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.pill.text() == "● Running", timeout=20_000)
    assert desk.endpoint.status.local_url.partition("//")[2].partition("/")[0] in card.accessibleName()


def written_by_a_newer_perch(path: Path, version: int) -> int:
    """Set the database's schema version; give the one before."""
    with closing(sqlite3.connect(path)) as database:
        before: int = database.execute("PRAGMA user_version").fetchone()[0]
        database.execute(f"PRAGMA user_version = {version}")
    return before


def test_what_failed_is_tried_again(card: StatusCard, desk: Desk, qtbot: QtBot) -> None:
    path = desk.workspace.folder / "perch.db"
    before = written_by_a_newer_perch(path, 9_999)
    desk.endpoint.start()
    qtbot.waitUntil(lambda: card.fix_button.text() == "Try again", timeout=20_000)
    assert "newer Perch" in card.accessibleName()
    written_by_a_newer_perch(path, before)
    qtbot.mouseClick(card.fix_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.endpoint.status.is_serving, timeout=20_000)
