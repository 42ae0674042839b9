from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.groups.members import PART, MembersTab
from tests.desktop.groups.teams import add_group, add_people

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace


@pytest.fixture
def tab(qtbot: QtBot, workspace: Workspace) -> MembersTab:
    made = MembersTab(workspace)
    qtbot.addWidget(made)
    made.resize(380, 500)
    made.show()
    return made


def show(qtbot: QtBot, tab: MembersTab, group: str) -> None:
    with qtbot.waitSignal(tab.model.loaded):
        tab.show_group(group)


def names(tab: MembersTab) -> list[str]:
    return [row.display_name for _, row in tab.model.here()]


def test_members_are_searched_inside(qtbot: QtBot, workspace: Workspace, tab: MembersTab) -> None:
    ids = add_people(workspace)
    workspace.set_active(ids[1], active=False)
    inner = add_group(workspace, "Zoo")
    show(qtbot, tab, add_group(workspace, "Engines", *ids, inner))
    assert names(tab)[-1] == "Zoo"
    assert tab.words.text() == "5 members"
    assert tab.model.data(tab.model.index(1, 1)) == "Deactivated"
    assert tab.model.data(tab.model.index(4, 1)) == "Group"
    qtbot.keyClicks(tab.search, "turing")
    qtbot.waitUntil(lambda: names(tab) == ["Alan Turing"])
    qtbot.keyClicks(tab.search, "zzz")
    qtbot.waitUntil(lambda: tab.lists.currentWidget() is tab.nobody)
    show(qtbot, tab, add_group(workspace, "Empty"))
    assert tab.lists.currentWidget() is tab.empty
    assert tab.search.text() == ""


def test_whoever_is_selected_is_read_also_where_nobody_looked(
    qtbot: QtBot, workspace: Workspace, tab: MembersTab
) -> None:
    ids = [
        workspace.create(
            "User",
            {
                "userName": f"u{number:04}",
                "name": {"givenName": "U", "familyName": f"{number:04}"},
                "emails": [{"value": f"u{number}@x"}],
            },
        ).resource_id
        for number in range(PART + 20)
    ]
    show(qtbot, tab, add_group(workspace, "Everybody", *ids))
    tab.table.selectAll()
    assert tab.words.text() == "520 of 520 selected"
    with qtbot.waitSignal(tab.removal_requested) as asked:
        qtbot.mouseClick(tab.remove_button, Qt.MouseButton.LeftButton)
    assert asked.args is not None
    assert sorted(asked.args[0]()) == sorted(ids)
    tab.select_nobody()
    assert not tab.remove_button.isVisible()


def test_del_asks_to_remove(qtbot: QtBot, workspace: Workspace, tab: MembersTab) -> None:
    ids = add_people(workspace)
    show(qtbot, tab, add_group(workspace, "Engines", *ids))
    tab.table.selectRow(2)
    with qtbot.waitSignal(tab.removal_requested) as asked:
        qtbot.keyClick(tab.table, Qt.Key.Key_Delete)
    assert asked.args is not None
    assert asked.args[0]() == [ids[2]]


def test_an_empty_group_offers_to_add(qtbot: QtBot, workspace: Workspace, tab: MembersTab) -> None:
    show(qtbot, tab, add_group(workspace, "Engines"))
    assert tab.empty.button is not None
    with qtbot.waitSignal(tab.adding_requested):
        qtbot.mouseClick(tab.empty.button, Qt.MouseButton.LeftButton)
