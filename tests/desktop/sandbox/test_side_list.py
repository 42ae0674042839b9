from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.sandbox.side_list import GLOW, SideList
from desktop.sandbox.side_rows import SideRow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

ROWS = tuple(SideRow(str(number), f"Person {number}", "Engineer", "P") for number in range(40))


@pytest.fixture
def people(qtbot: QtBot) -> SideList:
    made = SideList("People")
    qtbot.addWidget(made)
    made.resize(280, 300)
    made.show_rows(ROWS)
    made.show()
    return made


def test_who_is_chosen_stays_chosen_when_the_rows_move(people: SideList) -> None:
    people.choose("7")
    people.show_rows(ROWS[::-1])
    assert people.key == "7"


def test_choosing_by_key_and_by_keyboard_is_told(people: SideList, qtbot: QtBot) -> None:
    people.choose("0")
    with qtbot.waitSignal(people.chosen) as told:
        qtbot.keyClick(people, Qt.Key.Key_Down)
    assert told.args == ["1"]


def test_a_row_that_changed_is_lit_brought_into_view_and_goes_out(
    people: SideList, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("desktop.sandbox.side_list.time.monotonic", lambda: now)
    people.light(["38"])
    assert people.is_lit("38")
    assert not people.is_lit("1")
    place = people.visualRect(people.model_.index(38))
    assert people.viewport().rect().contains(place)
    now += GLOW + 0.1
    people._fade()
    assert not people.is_lit("38")
    assert not people._fading.isActive()


def test_an_error_is_heard_and_is_the_tip(people: SideList) -> None:
    people.show_rows([replace(ROWS[0], pill="Error", tone="err", error="Conflict. Errors reported…")])
    index = people.model_.index(0)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "Conflict. Errors reported…"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Person 0, Error, Conflict. Errors reported…"


def test_it_is_painted_in_both_looks_and_differs_where_it_is_lit(people: SideList) -> None:
    people.show_rows([replace(ROWS[0], pill="Provisioned", tone="ok"), replace(ROWS[1], badge="users-three")])
    dark = people.grab().toImage()
    people.light(["0"])
    assert people.grab().toImage() != dark
