from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.people.filters import Filters
from desktop.people.searches import Wanted
from desktop.people.table import SHOWN_AT_FIRST
from desktop.widgets.picker import Option

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def filters(qtbot: QtBot) -> Filters:
    made = Filters(lambda text: [Option("", "Any group"), Option("g1", f"Group {text}")])
    qtbot.addWidget(made)
    made.show()
    return made


def test_keys_pressed_together_are_one_search(qtbot: QtBot, filters: Filters) -> None:
    heard: list[Wanted] = []
    filters.changed.connect(lambda: heard.append(filters.wanted))
    qtbot.keyClicks(filters.search, " ada ")
    qtbot.waitUntil(lambda: bool(heard) and heard[-1] == Wanted("ada"))
    assert len(heard) < 5


def test_the_toggles_say_who_is_wanted(qtbot: QtBot, filters: Filters) -> None:
    qtbot.mouseClick(filters.state.buttons["deactivated"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(filters.source.buttons["okta"], Qt.MouseButton.LeftButton)
    assert filters.wanted == Wanted(active=False, source="okta")


def test_a_group_is_picked_by_keyboard_and_cleared(qtbot: QtBot, filters: Filters) -> None:
    qtbot.keyClick(filters.group, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: filters.group.popup.list.count() == 2)
    qtbot.keyClick(filters.group.popup.search, Qt.Key.Key_Down)
    with qtbot.waitSignal(filters.changed):
        qtbot.keyClick(filters.group.popup.search, Qt.Key.Key_Return)
    assert filters.wanted.group_id == "g1"
    with qtbot.waitSignal(filters.changed):
        qtbot.keyClick(filters.group, Qt.Key.Key_Delete)
    assert filters.wanted.is_everybody


def test_everybody_is_shown_again_by_one_call(qtbot: QtBot, filters: Filters) -> None:
    qtbot.keyClicks(filters.search, "ada")
    filters.state.choose("active")
    heard: list[int] = []
    filters.changed.connect(lambda: heard.append(1))
    filters.show_everybody()
    assert filters.wanted.is_everybody
    assert heard == [1]


def test_esc_clears_and_down_leaves(qtbot: QtBot, filters: Filters) -> None:
    qtbot.keyClicks(filters.search, "ada")
    qtbot.keyClick(filters.search, Qt.Key.Key_Escape)
    assert filters.search.text() == ""
    with qtbot.waitSignal(filters.left_downwards):
        qtbot.keyClick(filters.search, Qt.Key.Key_Down)


def test_columns_are_chosen_in_a_menu(qtbot: QtBot, filters: Filters) -> None:
    filters.show_columns(SHOWN_AT_FIRST)
    actions = {action.text(): action for action in filters.columns_menu.actions()}
    assert "Name" not in actions
    assert actions["Title"].isChecked()
    with qtbot.waitSignal(filters.column_toggled) as toggled:
        actions["Created"].trigger()
    assert toggled.args == ["created", True]
