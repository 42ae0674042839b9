from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from desktop.people.tabs import GroupsTab, group_options
from tests.desktop.people.persons import fill

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace


def test_groups_are_found_by_name_with_their_size(workspace: Workspace) -> None:
    ids = fill(workspace)
    workspace.create("Group", {"displayName": "Engines", "members": [{"value": ids[0]}]})
    workspace.create("Group", {"displayName": "Compilers"})
    (option,) = group_options(workspace, "eng")
    assert (option.text, option.detail) == ("Engines", "1 members")


def test_each_group_is_opened_and_left_by_a_button(qtbot: QtBot, workspace: Workspace) -> None:
    ids = fill(workspace)
    group = workspace.create("Group", {"displayName": "Engines", "members": [{"value": ids[0]}]}).resource_id
    tab = GroupsTab(workspace)
    qtbot.addWidget(tab)
    tab.show()
    tab.show_groups(workspace.groups_of(ids[0]))
    buttons = {one.accessibleName(): one for one in tab.findChildren(QPushButton)}
    with qtbot.waitSignal(tab.opened) as opened:
        qtbot.mouseClick(buttons["Engines"], Qt.MouseButton.LeftButton)
    assert opened.args == [group]
    with qtbot.waitSignal(tab.removed) as removed:
        qtbot.mouseClick(buttons["Take out of Engines"], Qt.MouseButton.LeftButton)
    assert removed.args == [group, "Engines"]


def test_another_group_is_picked(qtbot: QtBot, workspace: Workspace) -> None:
    group = workspace.create("Group", {"displayName": "Engines"}).resource_id
    tab = GroupsTab(workspace)
    qtbot.addWidget(tab)
    tab.show()
    qtbot.mouseClick(tab.picker, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(tab.picker.popup.search, "eng")
    with qtbot.waitSignal(tab.added) as added:
        qtbot.keyClick(tab.picker.popup.search, Qt.Key.Key_Return)
    assert added.args == [group, "Engines"]
