from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.widgets.choice import Choice

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def choice(qtbot: QtBot) -> Choice:
    made = Choice("Status", [("all", "All"), ("active", "Active"), ("gone", "Deactivated")])
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_first_is_chosen_and_a_click_chooses_another(choice: Choice, qtbot: QtBot) -> None:
    assert choice.value == "all"
    with qtbot.waitSignal(choice.chosen) as told:
        qtbot.mouseClick(choice.buttons["gone"], Qt.MouseButton.LeftButton)
    assert told.args == ["gone"]
    assert choice.value == "gone"
    assert not choice.buttons["all"].isChecked()


def test_what_is_chosen_is_not_told_again_and_stays_down(choice: Choice, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(choice.chosen):
        qtbot.mouseClick(choice.buttons["all"], Qt.MouseButton.LeftButton)
    assert choice.value == "all"


def test_each_has_a_name(choice: Choice) -> None:
    choice.choose("active")
    assert choice.value == "active"
    assert choice.accessibleName() == "Status"
    assert [one.accessibleName() for one in choice.buttons.values()] == ["All", "Active", "Deactivated"]
