from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel

from desktop.wizard.step import HowFar, Step

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


def test_how_far_one_is_is_shown_and_named(desk: Desk, qtbot: QtBot) -> None:
    del desk
    line = HowFar(["Nest", "Egg", "Bird"])
    qtbot.addWidget(line)
    assert line.accessibleName() == "Step 1 of 3: Nest"
    line.show_step(1)
    line.show()
    assert line.accessibleName() == "Step 2 of 3: Egg"
    strong = [one.text() for one in line.findChildren(QLabel) if one.property("kind") == "strong" and one.isVisible()]
    assert strong == ["Egg"]


def test_a_step_that_asks_nothing_is_left_at_once(desk: Desk, qtbot: QtBot) -> None:
    step = Step(desk, "Nest", "Where it lives.")
    qtbot.addWidget(step)
    assert step.accessibleName() == "Nest"
    with qtbot.waitSignal(step.left):
        step.leave()
