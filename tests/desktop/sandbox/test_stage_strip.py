from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.sandbox.stage_strip import Mark, StageStrip

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_how_far_each_stage_is_can_be_heard_and_a_click_tells_one(qtbot: QtBot) -> None:
    strip = StageStrip()
    qtbot.addWidget(strip)
    strip.show_titles(["Test", "Push", "Update"])
    strip.show_marks([Mark.DONE, Mark.ON, Mark.OPEN])
    strip.show()
    assert [dot.accessibleName() for dot in strip.dots] == [
        "Stage 1: Test, done",
        "Stage 2: Push, on now",
        "Stage 3: Update, to come",
    ]
    with qtbot.waitSignal(strip.picked) as told:
        qtbot.mouseClick(strip.dots[2], Qt.MouseButton.LeftButton)
    assert told.args == [2]


def test_the_same_tour_keeps_its_dots_and_another_has_its_own(qtbot: QtBot) -> None:
    strip = StageStrip()
    qtbot.addWidget(strip)
    strip.show_titles(["Test", "Push"])
    strip.show_marks([Mark.DONE, Mark.FAILED])
    before = list(strip.dots)
    strip.show_titles(["Test", "Push"])
    assert strip.dots == before
    assert [dot.mark for dot in strip.dots] == [Mark.OPEN, Mark.OPEN]
    strip.show_titles(["Test"])
    assert len(strip.dots) == 1
