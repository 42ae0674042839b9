from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit

from desktop.settings.inputs import AttributesControl, SettingInput
from server.config import Source
from server.workspace import Setting, SettingKind

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


def setting(kind: SettingKind, value: Any, default: Any, source: Source = Source.FILE, **more: Any) -> Setting:
    return Setting("it", "It", kind, value, default, source, True, "What it does.", "Group", **more)  # noqa: FBT003 -- as in order


def shown(qtbot: QtBot, one: Setting) -> SettingInput:
    made = SettingInput(one)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(
    ("kind", "value", "default", "typed", "saved"),
    [
        (SettingKind.TEXT, "a", None, "b ", "b"),
        (SettingKind.WHOLE, 5, 7, "12", "12"),
        (SettingKind.NUMBER, 2.5, 10.0, "x", "x"),
        (SettingKind.TEXT, "a", None, "", None),
    ],
)
def test_a_line_is_saved_as_it_was_typed_and_an_empty_one_is_the_default(
    desk: Desk, qtbot: QtBot, kind: SettingKind, value: Any, default: Any, typed: str, saved: Any
) -> None:
    del desk
    one = shown(qtbot, setting(kind, value, default))
    line = one.findChild(QLineEdit, "it")
    assert isinstance(line, QLineEdit)
    assert line.text() == str(value)
    assert line.placeholderText() == ("" if default is None else f"{default:g}")
    assert not one.is_changed
    line.selectAll()
    with qtbot.waitSignal(one.changed):
        qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.keyClicks(line, typed)
    assert (one.value, one.is_changed) == (saved, True)
    one.discard()
    assert (line.text(), one.is_changed) == (str(value), False)


def test_yes_or_no_is_a_box_with_its_own_words(desk: Desk, qtbot: QtBot) -> None:
    del desk
    one = shown(qtbot, setting(SettingKind.FLAG, value=True, default=True))
    box = one.findChild(QCheckBox)
    assert isinstance(box, QCheckBox)
    assert (box.text(), box.isChecked()) == ("It", True)
    box.click()
    assert one.value is False
    assert one.is_changed


def test_a_choice_shows_its_words(desk: Desk, qtbot: QtBot) -> None:
    del desk
    one = shown(qtbot, setting(SettingKind.CHOICE, "none", "body", choices=(("body", "All"), ("none", "Nothing"))))
    assert one.value == "none"
    one.control.buttons["body"].click()  # type: ignore[attr-defined] # a Choice
    assert (one.value, one.is_changed) == ("body", True)


def test_attributes_are_ticked_or_written_out_and_the_user_name_always_is_one(desk: Desk, qtbot: QtBot) -> None:
    del desk
    one = shown(qtbot, setting(SettingKind.LIST, ("userName", "emails", "nickName"), ("userName",)))
    control = one.control
    assert isinstance(control, AttributesControl)
    assert control.boxes["emails"].isChecked()
    assert not control.boxes["title"].isChecked()
    assert not control.boxes["userName"].isEnabled()
    assert control.others.text() == "nickName"
    assert not one.is_changed
    control.boxes["emails"].click()
    control.boxes["title"].click()
    qtbot.keyClicks(control.others, " , locale")
    assert one.value == ["userName", "title", "nickName", "locale"]


@pytest.mark.parametrize(
    ("source", "words"), [(Source.ENVIRONMENT, "PERCH_IT in the environment"), (Source.FLAG, "command line")]
)
def test_what_is_said_elsewhere_cannot_be_changed_here_and_says_so(
    desk: Desk, qtbot: QtBot, source: Source, words: str
) -> None:
    del desk
    one = shown(qtbot, setting(SettingKind.WHOLE, 5, 7, source))
    assert not one.field.control.isEnabled()
    assert any(words in label.text() for label in one.findChildren(QLabel) if label.isVisible())


def test_a_complaint_goes_when_the_field_is_edited(desk: Desk, qtbot: QtBot) -> None:
    del desk
    one = shown(qtbot, setting(SettingKind.WHOLE, 5, 7))
    one.field.complain("No.")
    assert one.field.complaint == "No."
    one.propose(6)
    assert one.field.complaint == ""
    assert one.value == "6"


def test_what_was_saved_is_what_holds(desk: Desk, qtbot: QtBot) -> None:
    del desk
    one = shown(qtbot, setting(SettingKind.WHOLE, 5, 7))
    one.propose(6)
    one.settle()
    assert not one.is_changed


def test_other_lists_are_words_with_commas_between(desk: Desk, qtbot: QtBot) -> None:
    del desk
    one = shown(qtbot, setting(SettingKind.LIST, ("10.0.0.1", "::1"), ()))
    line = one.findChild(QLineEdit, "it")
    assert isinstance(line, QLineEdit)
    assert (line.text(), one.is_changed) == ("10.0.0.1, ::1", False)
    line.clear()
    qtbot.keyClicks(line, " 10.0.0.2,, ::1")
    assert (one.value, one.is_changed) == (["10.0.0.2", "::1"], True)
