from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QLineEdit

from desktop.widgets.field import Field

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_a_complaint_stands_beside_the_input_and_is_heard(qtbot: QtBot) -> None:
    control = QLineEdit()
    field = Field("userName", control, "What they sign in with", required=True)
    qtbot.addWidget(field)
    assert control.accessibleName() == "userName"
    assert field.complaint == ""
    field.complain("userName is taken by Ada Lovelace.")
    assert field.complaint == "userName is taken by Ada Lovelace."
    assert control.accessibleDescription() == field.complaint
    assert control.property("invalid") == "true"
    field.praise()
    assert field.complaint == ""
    assert control.property("invalid") is None
    assert control.accessibleDescription() == "What they sign in with"


def test_a_hint_says_what_the_value_comes_to_and_survives_a_complaint(qtbot: QtBot) -> None:
    control = QLineEdit()
    field = Field("Expires", control)
    qtbot.addWidget(field)
    field.hint("It never ends.", "caution")
    (note,) = [one for one in field.findChildren(QLabel) if one.property("kind") == "caution"]
    assert note.text() == control.accessibleDescription() == "It never ends."
    field.complain("That is past.")
    field.praise()
    assert note.text() == "It never ends."
