from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.overview.recent import RecentCard
from desktop.server_process import State, Status
from tests.desktop.overview.test_requests import RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytestqt.qtbot import QtBot

    from server.records import ActivityRecord


@pytest.fixture
def card(qtbot: QtBot) -> RecentCard:
    made = RecentCard()
    qtbot.addWidget(made)
    made.resize(956, 290)
    made.show()
    return made


def records(newest: int) -> Sequence[ActivityRecord]:
    return [replace(RECORD, seq=seq) for seq in range(newest, newest - 24, -1)]


def test_it_is_empty_until_something_comes(card: RecentCard) -> None:
    assert card.stack.currentWidget() is card.empty
    card.show_records(records(30), {}, RECORD.at)
    assert card.stack.currentWidget() is card.table


def test_whole_lines_only_as_many_as_there_is_room_for(card: RecentCard) -> None:
    card.show_records(records(30), {}, RECORD.at)
    few = card.model.rowCount()
    assert few == 6
    last = card.table.visualRect(card.model.index(few - 1, 0))
    assert last.bottom() <= card.table.viewport().height()
    card.resize(956, 290 + 3 * 38)
    assert card.model.rowCount() == few + 3


def test_a_click_and_enter_open_what_is_meant_though_others_come(card: RecentCard, qtbot: QtBot) -> None:
    card.show_records(records(30), {}, RECORD.at)
    spot = card.table.visualRect(card.model.index(2, 2)).center()
    with qtbot.waitSignal(card.opened) as asked:
        qtbot.mouseClick(card.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert asked.args == [28]
    card.show_records(records(31), {}, RECORD.at)
    with qtbot.waitSignal(card.opened) as asked:
        qtbot.keyClick(card.table, Qt.Key.Key_Return)
    assert asked.args == [28]
    card.show_records(records(60), {}, RECORD.at)
    assert card.table.current_row() is None
    with qtbot.waitSignal(card.opened) as asked:
        qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    assert asked.args == [None]


def test_it_says_whether_more_can_come(card: RecentCard) -> None:
    card.show_status(Status(State.ATTACHED))
    assert card.pill.text() == "● Live"
    card.show_status(Status(State.PAUSED))
    assert card.pill.text() == "Nothing comes in"
