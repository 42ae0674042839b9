from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.widgets.picker import Option, Picker

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

GROUPS = [Option("", "Any group"), Option("1", "Engines", "5 members"), Option("2", "Compilers")]


def find(text: str) -> list[Option]:
    assert threading.current_thread() is not threading.main_thread()
    return [one for one in GROUPS if text.lower() in one.text.lower()]


@pytest.fixture
def picker(qtbot: QtBot) -> Picker:
    made = Picker("Group", "Any group", find)
    qtbot.addWidget(made)
    made.resize(180, 36)
    made.show()
    return made


def test_it_opens_with_everything_and_takes_a_click(qtbot: QtBot, picker: Picker) -> None:
    qtbot.mouseClick(picker, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: picker.popup.list.count() == 3)
    spot = picker.popup.list.visualItemRect(picker.popup.list.item(1)).center()
    with qtbot.waitSignal(picker.picked) as picked:
        qtbot.mouseClick(picker.popup.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert picked.args == [GROUPS[1]]
    assert picker.accessibleName() == "Group: Engines"
    assert picker.popup.isHidden()


def test_enter_waits_for_what_was_typed(qtbot: QtBot, picker: Picker) -> None:
    qtbot.keyClick(picker, Qt.Key.Key_Down)
    qtbot.keyClicks(picker.popup.search, "comp")
    # The list of everything may have arrived by now; it is not what was asked for.
    with qtbot.waitSignal(picker.picked) as picked:
        qtbot.keyClick(picker.popup.search, Qt.Key.Key_Return)
    assert picked.args == [GROUPS[2]]


def test_the_first_entry_means_nothing(qtbot: QtBot, picker: Picker) -> None:
    picker.choose(GROUPS[1])
    assert picker.option == GROUPS[1]
    qtbot.keyClick(picker, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: picker.popup.list.count() == 3)
    with qtbot.waitSignal(picker.picked) as picked:
        qtbot.keyClick(picker.popup.search, Qt.Key.Key_Return)
    assert picked.args == [None]
    assert picker.option is None


def test_del_clears(qtbot: QtBot, picker: Picker) -> None:
    picker.choose(GROUPS[1])
    with qtbot.waitSignal(picker.picked):
        qtbot.keyClick(picker, Qt.Key.Key_Delete)
    assert picker.option is None


def test_without_a_match_it_says_so(qtbot: QtBot, picker: Picker) -> None:
    picker.open_list()
    qtbot.keyClicks(picker.popup.search, "zzz")
    qtbot.waitUntil(picker.popup.note.isVisible)
    assert picker.popup.list.count() == 0


def test_what_cannot_be_read_is_said(qtbot: QtBot) -> None:
    def broken(text: str) -> list[Option]:
        raise OSError(text)

    picker = Picker("Group", "Any group", broken)
    qtbot.addWidget(picker)
    picker.show()
    picker.open_list()
    qtbot.waitUntil(picker.popup.note.isVisible)
    assert "OSError" in picker.popup.note.text()
