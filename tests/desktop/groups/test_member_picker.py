from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.groups.member_picker import MemberPicker
from tests.desktop.groups.teams import add_group, add_people

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


@pytest.fixture
def picker(qtbot: QtBot, desk: Desk) -> MemberPicker:
    add_people(desk.workspace)
    group = add_group(desk.workspace, "Engines")
    add_group(desk.workspace, "Boats")
    made = MemberPicker(desk, group, "Engines")
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.open()
    qtbot.waitUntil(lambda: made.model.rowCount() == 4)
    return made


def names(picker: MemberPicker) -> list[str]:
    return [one.name for _, one in picker.model.here()]


def test_several_are_ticked_with_one_key(qtbot: QtBot, picker: MemberPicker) -> None:
    assert not picker.add_members_button.isEnabled()
    qtbot.keyClick(picker.search, Qt.Key.Key_Down)
    picker.table.selectAll()
    qtbot.keyClick(picker.table, Qt.Key.Key_Space)
    assert picker.add_members_button.text() == "Add 4 members"
    assert picker.words.text() == "Ada Lovelace, Alan Turing, Barbara Liskov, Grace Hopper"
    qtbot.mouseClick(picker.clear_button, Qt.MouseButton.LeftButton)
    assert not picker.add_members_button.isEnabled()


def test_people_and_groups_are_added_together(qtbot: QtBot, desk: Desk, picker: MemberPicker) -> None:
    qtbot.keyClicks(picker.search, "hopp")
    qtbot.waitUntil(lambda: names(picker) == ["Grace Hopper"])
    qtbot.keyClick(picker.search, Qt.Key.Key_Return)
    qtbot.keyClick(picker.table, Qt.Key.Key_Return)
    picker.search.clear()
    qtbot.mouseClick(picker.kind.buttons["Group"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(picker) == ["Boats", "Engines"])
    spot = picker.table.visualRect(picker.model.index(0, 1)).center()
    qtbot.mouseClick(picker.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    with qtbot.waitSignal(picker.picked) as picked:
        qtbot.mouseClick(picker.add_members_button, Qt.MouseButton.LeftButton)
    boats = next(one.id for one in desk.workspace.groups() if one.display_name == "Boats")
    grace = desk.workspace.find("User", "grace@acme.example")
    assert picked.args == [[grace, boats]]
    assert picker.isHidden()


def test_nobody_found_is_said(qtbot: QtBot, picker: MemberPicker) -> None:
    qtbot.keyClicks(picker.search, "zzz")
    qtbot.waitUntil(picker.banner.isVisible)
    assert picker.banner.accessibleName() == "Nobody is called like that."
    picker.search.clear()
    qtbot.waitUntil(picker.banner.isHidden)
