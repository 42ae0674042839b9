from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.sandbox.tempo import Tempo
from desktop.sandbox.wire_card import WireCard
from tests.desktop.sandbox.steps import a_step, refused

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def wire(qtbot: QtBot) -> WireCard:
    tempo = Tempo()
    tempo.speed = 50.0
    made = WireCard(tempo)
    qtbot.addWidget(made)
    made.resize(360, 500)
    made.show()
    return made


def test_a_request_is_listed_once_its_answer_is_back(wire: WireCard, qtbot: QtBot) -> None:
    step = a_step()
    with qtbot.waitSignal(wire.flight.returned):
        wire.show_step(step)
        assert wire.steps == []
    assert wire.steps == [step]
    assert wire.feature.whole == "Push profile updates"
    assert wire.count.text() == "1 request"
    assert wire.took.text() == "1.2 ms"


def test_the_newest_is_on_top_and_a_refusal_is_explained(wire: WireCard) -> None:
    first, second = a_step(), refused()
    for step in (first, second):
        wire.show_step(step)
        wire.flight.settle()
    assert wire.steps == [second, first]
    assert wire.note.tone == "err"
    assert "userName is taken" in wire.note.accessibleName()


def test_a_click_or_enter_shows_a_request_in_full(wire: WireCard, qtbot: QtBot) -> None:
    step = a_step()
    wire.show_step(step)
    wire.flight.settle()
    spot = wire.table.visualRect(wire.model.index(0, 1)).center()
    with qtbot.waitSignal(wire.opened) as told:
        qtbot.mouseClick(wire.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert told.args == [step]
    with qtbot.waitSignal(wire.opened):
        qtbot.keyClick(wire.table, Qt.Key.Key_Return)


def test_the_list_can_be_emptied(wire: WireCard) -> None:
    wire.show_step(refused())
    wire.flight.settle()
    wire.forget()
    assert wire.steps == []
    assert wire.note.tone == "info"
    assert wire.count.text() == ""
