from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.groups import panel as panels
from desktop.groups.panel import GroupPanel
from tests.desktop.groups.teams import add_group, add_people, members_of

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


@pytest.fixture
def panel(qtbot: QtBot, desk: Desk) -> GroupPanel:
    made = GroupPanel(desk)
    qtbot.addWidget(made)
    made.resize(400, 700)
    return made


def test_it_shows_the_group_and_keeps_up(qtbot: QtBot, desk: Desk, panel: GroupPanel) -> None:
    group = add_group(desk.workspace, "Engines", *add_people(desk.workspace)[:1])
    panel.show_resource(group)
    qtbot.waitUntil(lambda: panel.heading() == "Engines")
    assert panel.pill.text() == "Here"
    desk.workspace.modify("Group", group, [{"op": "replace", "path": "displayName", "value": "Motors"}])
    panel.refresh()
    qtbot.waitUntil(lambda: panel.heading() == "Motors")
    assert panel.group is not None
    assert panel.group.member_count == 1


def test_a_change_is_undone_in_its_history(qtbot: QtBot, desk: Desk, panel: GroupPanel) -> None:
    ids = add_people(desk.workspace)
    group = add_group(desk.workspace, "Engines", ids[0])
    desk.workspace.add_members(group, ids[1:])
    panel.show_resource(group)
    qtbot.waitUntil(lambda: panel.group is not None)
    panel.tabs.setCurrentWidget(panel.history)
    qtbot.waitUntil(lambda: len(panel.history.entries) == 2)
    with qtbot.waitSignal(panel.undone):
        qtbot.mouseClick(panel.history.entries[0].undo_button, Qt.MouseButton.LeftButton)
    assert members_of(desk.workspace, group) == ["Ada Lovelace"]


def test_json_is_as_a_client_sees_it_and_can_be_copied(
    qtbot: QtBot, desk: Desk, panel: GroupPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panels, "WHOLE", 3)
    group = add_group(desk.workspace, "Engines", *add_people(desk.workspace))
    panel.show_resource(group)
    qtbot.waitUntil(lambda: panel.group is not None)
    panel.tabs.setCurrentIndex(3)
    qtbot.waitUntil(lambda: bool(panel.json.toPlainText()))
    qtbot.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    document = orjson.loads(QApplication.clipboard().text())
    assert document["id"] == group
    assert document["members"][3:] == ["and 1 more, left out here"]


def test_one_that_is_not_there_closes_it(qtbot: QtBot, panel: GroupPanel) -> None:
    with qtbot.waitSignal(panel.closed):
        panel.show_resource("nowhere")
    assert panel.resource_id == ""


def test_esc_closes_it(qtbot: QtBot, desk: Desk, panel: GroupPanel) -> None:
    panel.show_resource(add_group(desk.workspace, "Engines"))
    qtbot.waitUntil(lambda: panel.group is not None)
    with qtbot.waitSignal(panel.closed):
        qtbot.keyClick(panel, Qt.Key.Key_Escape)


def test_each_button_asks_for_the_group_that_is_shown(qtbot: QtBot, desk: Desk, panel: GroupPanel) -> None:
    panel.show_resource(add_group(desk.workspace, "Engines"))
    qtbot.waitUntil(lambda: panel.group is not None)
    for button, signal in (
        (panel.rename_button, panel.rename_requested),
        (panel.add_button, panel.adding_requested),
        (panel.delete_button, panel.delete_requested),
    ):
        with qtbot.waitSignal(signal) as asked:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert asked.args == [panel.group]
