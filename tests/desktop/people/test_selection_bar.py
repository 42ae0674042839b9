from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.people.selection_bar import SelectionBar

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_it_appears_for_more_than_one(qtbot: QtBot) -> None:
    bar = SelectionBar()
    qtbot.addWidget(bar)
    bar.show_count(1)
    assert bar.isHidden()
    bar.show_count(1200)
    assert bar.isVisible()
    assert bar.accessibleName() == "1,200 people selected"


def test_each_button_says_what_is_wanted(qtbot: QtBot) -> None:
    bar = SelectionBar()
    qtbot.addWidget(bar)
    bar.show_count(2)
    for button, signal in (
        (bar.deactivate_button, bar.deactivated),
        (bar.reactivate_button, bar.reactivated),
        (bar.delete_button, bar.deleted),
        (bar.clear_button, bar.cleared),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
