from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.sandbox.player import Playing
from desktop.sandbox.stage_strip import Mark
from desktop.sandbox.tour_bar import TourBar
from server.okta.tour import Stage
from tests.desktop.sandbox.steps import some_steps

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def stage(title: str) -> Stage:
    """Make a stage that is only told."""
    return Stage(
        key=title,
        title=title,
        story=f"The story of {title}.",
        look_at=f"Look at {title}.",
        subjects=(),
        play=some_steps,  # type: ignore[arg-type] # it is not played here
        check=str,
    )


@pytest.fixture
def bar(qtbot: QtBot) -> TourBar:
    made = TourBar()
    qtbot.addWidget(made)
    made.resize(960, 160)
    made.show_tour([stage("Push"), stage("Update")])
    made.show()
    return made


def test_the_stage_that_is_on_is_told_in_large_type(bar: TourBar) -> None:
    bar.show_stage(0)
    assert (bar.title.text(), bar.story.text()) == ("Push", "The story of Push.")
    assert bar.hint.text() == "Look at Push."
    assert bar.marks == (Mark.ON, Mark.OPEN)
    bar.end_stage(0, "Four people are in Perch.", ok=True)
    assert bar.hint.text() == "Four people are in Perch."
    bar.show_stage(1)
    assert bar.marks == (Mark.DONE, Mark.ON)
    bar.end_stage(1, "Nothing changed.", ok=False)
    assert bar.marks == (Mark.DONE, Mark.FAILED)


def test_it_is_larger_where_there_is_room(bar: TourBar) -> None:
    QApplication.processEvents()
    small = bar.story.fontInfo().pixelSize()
    bar.resize(1400, 200)
    QApplication.processEvents()
    assert bar.story.fontInfo().pixelSize() > small


def test_the_button_plays_and_pauses(bar: TourBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.play_wanted):
        qtbot.mouseClick(bar.play_button, Qt.MouseButton.LeftButton)
    bar.show_state(Playing.PLAYING)
    assert bar.play_button.accessibleName() == "Pause"
    with qtbot.waitSignal(bar.pause_wanted):
        qtbot.mouseClick(bar.play_button, Qt.MouseButton.LeftButton)


def test_speed_step_restart_and_a_stage_are_asked_for(bar: TourBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.speed_wanted) as told:
        bar.speeds.choose("4.0")
    assert told.args == [4.0]
    with qtbot.waitSignal(bar.step_wanted):
        qtbot.mouseClick(bar.step_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(bar.restart_wanted):
        qtbot.mouseClick(bar.restart_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(bar.stage_wanted) as told:
        qtbot.mouseClick(bar.strip.dots[1], Qt.MouseButton.LeftButton)
    assert told.args == [1]


def test_the_end_of_the_tour_says_what_to_do_next(bar: TourBar) -> None:
    bar.finish()
    assert bar.title.text() == "That is all Okta does"
    assert "Break it on purpose" in bar.hint.text()
