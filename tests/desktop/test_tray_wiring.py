from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication

from desktop.main_window import MainWindow
from desktop.preferences import Preferences
from desktop.server_process import State
from desktop.tray import Tray
from desktop.tray_wiring import tell_expiry, wire_tray
from server.workspace import token_life
from tests.desktop.pages_of_two import TWO

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


@pytest.fixture
def window(desk: Desk, qtbot: QtBot) -> MainWindow:
    made = MainWindow(desk, Preferences(desk.workspace.folder), TWO)
    qtbot.addWidget(made)
    made.show()
    return made


def line(tray: Tray) -> str:
    return tray.menu.actions()[0].text()


def choose(tray: Tray, text: str) -> None:
    next(action for action in tray.menu.actions() if action.text() == text).trigger()


def test_the_menu_says_how_the_endpoint_is_and_pauses_it(window: MainWindow, qtbot: QtBot) -> None:
    tray = wire_tray(window, window)
    assert line(tray) == "Paused"
    choose(tray, "Resume")
    qtbot.waitUntil(lambda: window.desk.endpoint.status.state is State.SERVING, timeout=20_000)
    assert line(tray) == f"Running · {window.desk.endpoint.status.base_url}"
    choose(tray, "Pause")
    qtbot.waitUntil(lambda: line(tray) == "Paused", timeout=20_000)


def test_it_shows_the_window_copies_the_url_and_quits(window: MainWindow, qtbot: QtBot) -> None:
    tray = wire_tray(window, window)
    window.hide()
    choose(tray, "Show Perch")
    assert window.isVisible()
    tray.copy_requested.emit()
    assert QGuiApplication.clipboard().text() == window.desk.workspace.base_url
    with qtbot.waitSignal(window.quit_wanted):
        choose(tray, "Quit")


def test_without_a_tray_closing_quits_also_where_one_was_wished_for(window: MainWindow) -> None:
    wire_tray(window, window)
    assert window.preferences.closes_to_tray
    assert not Tray.is_available()
    assert not window.stays_in_tray()


def test_with_a_tray_closing_does_as_this_person_likes(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tray, "available", property(lambda _: True))
    monkeypatch.setattr(Tray, "show_status", lambda *_: None)
    wire_tray(window, window)
    assert window.stays_in_tray()
    window.preferences.set_closes_to_tray(stays=False)
    assert not window.stays_in_tray()


def test_a_token_that_ends_soon_is_told_in_the_window_or_from_the_tray(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = window.desk.workspace
    token = workspace.custody.issue("Okta production", expires="6d").token
    due = token_life.due_warnings([token], workspace.custody.now(), set())
    told: list[str] = []
    monkeypatch.setattr(Tray, "show_message", lambda _self, _title, text: told.append(text))
    tray = wire_tray(window, window)
    tell_expiry(window, tray, due)
    assert "Okta production" in window.toast.accessibleName()
    assert told == []
    window.hide()
    tell_expiry(window, tray, due)
    assert "Okta production" in told[0]
