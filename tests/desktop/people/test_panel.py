from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.people.panel import PersonPanel
from tests.desktop.people.persons import fill

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


@pytest.fixture
def panel(qtbot: QtBot, desk: Desk) -> PersonPanel:
    made = PersonPanel(desk)
    qtbot.addWidget(made)
    made.resize(420, 700)
    return made


def open_tab(panel: PersonPanel, number: int) -> None:
    panel.tabs.setCurrentIndex(number)


def test_a_person_is_shown_with_all_there_is(qtbot: QtBot, desk: Desk, panel: PersonPanel) -> None:
    ids = fill(desk.workspace)
    desk.workspace.create("Group", {"displayName": "Engines", "members": [{"value": ids[0]}]})
    panel.show_resource(ids[0])
    qtbot.waitUntil(lambda: panel.heading() == "Ada Lovelace")
    assert panel.profile.value_of("Username") == "ada.lovelace@acme.example"
    assert panel.profile.value_of("Department") == "Research"
    assert panel.tabs.tabText(1) == "Groups (1)"
    assert json.loads(panel.json.toPlainText())["id"] == ids[0]
    assert panel.pill.text() == "Active"
    qtbot.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    assert json.loads(QGuiApplication.clipboard().text())["id"] == ids[0]


def test_the_history_shows_before_and_after_and_undoes(qtbot: QtBot, desk: Desk, panel: PersonPanel) -> None:
    ids = fill(desk.workspace)
    desk.workspace.set_active(ids[0], active=False)
    panel.show_resource(ids[0])
    open_tab(panel, 2)
    qtbot.waitUntil(lambda: len(panel.history.entries) == 2)
    assert "deactivated" in panel.history.entries[0].toggle.accessibleName()
    with qtbot.waitSignal(panel.undone):
        qtbot.mouseClick(panel.history.entries[0].undo_button, Qt.MouseButton.LeftButton)
    assert desk.workspace.show("User", ids[0])["active"] is True


def test_the_buttons_ask_for_what_they_say(qtbot: QtBot, desk: Desk, panel: PersonPanel) -> None:
    ids = fill(desk.workspace)
    desk.workspace.set_active(ids[0], active=False)
    panel.show_resource(ids[0])
    qtbot.waitUntil(lambda: panel.pill.text() == "Deactivated")
    assert panel.active_button.text() == "Reactivate"
    with qtbot.waitSignal(panel.active_requested) as switched:
        qtbot.mouseClick(panel.active_button, Qt.MouseButton.LeftButton)
    assert switched.args == [ids[0], True]
    with qtbot.waitSignal(panel.edit_requested):
        qtbot.mouseClick(panel.edit_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.delete_requested):
        qtbot.mouseClick(panel.delete_button, Qt.MouseButton.LeftButton)


def test_it_closes_when_the_person_is_gone(qtbot: QtBot, desk: Desk, panel: PersonPanel) -> None:
    ids = fill(desk.workspace)
    panel.show_resource(ids[0])
    qtbot.waitUntil(lambda: panel.heading() == "Ada Lovelace")
    desk.workspace.delete("User", ids[0])
    with qtbot.waitSignal(panel.closed):
        panel.refresh()
    assert panel.resource_id == ""


def test_esc_closes_it(qtbot: QtBot, desk: Desk, panel: PersonPanel) -> None:
    panel.show_resource(fill(desk.workspace)[0])
    with qtbot.waitSignal(panel.closed):
        qtbot.keyClick(panel, Qt.Key.Key_Escape)
