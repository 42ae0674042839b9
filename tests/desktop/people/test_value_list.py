from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.people.value_list import ValueList

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WORK = {"value": "a@x.example", "type": "work", "primary": True, "display": "A"}
PLAIN = {"value": "b@x.example"}


def made(qtbot: QtBot) -> ValueList:
    values = ValueList("Email", "Another address", ("work", "home"))
    qtbot.addWidget(values)
    values.show()
    return values


def test_what_is_shown_is_given_back_untouched(qtbot: QtBot) -> None:
    values = made(qtbot)
    values.show_values([WORK, PLAIN, {"value": "c@x.example", "type": "sat-phone"}])
    assert values.values() == [WORK, PLAIN, {"value": "c@x.example", "type": "sat-phone"}]


def test_there_is_always_a_line_to_type_into(qtbot: QtBot) -> None:
    values = made(qtbot)
    with qtbot.waitSignal(values.edited):
        qtbot.keyClicks(values.lines[0], "ada@x.example")
    assert values.values() == [{"value": "ada@x.example", "type": "work", "primary": True}]
    qtbot.mouseClick(values.add_button, Qt.MouseButton.LeftButton)
    assert len(values.lines) == 2
    # Only one is primary.
    assert [value.get("primary") for value in values.values()] == [True, None]


def test_a_line_that_is_removed_is_gone(qtbot: QtBot) -> None:
    values = made(qtbot)
    values.show_values([WORK, PLAIN])
    line = values.lines[0].parentWidget()
    qtbot.mouseClick(line.remove_button, Qt.MouseButton.LeftButton)  # type: ignore[union-attr] # a line has one
    assert values.values() == [PLAIN]


def test_an_error_marks_every_line(qtbot: QtBot) -> None:
    values = made(qtbot)
    values.setProperty("invalid", "true")
    assert values.lines[0].property("invalid") == "true"
