from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from desktop.settings.form import SettingsForm
from desktop.settings.section import WIDTH, Section, SectionList, explained

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


class Nest(Section):
    """Counts."""

    name, title, icon = "nest", "Nest", "bird"
    names = ("port",)
    placed = 0

    def place(self) -> None:
        self.placed += 1


class Tree(Section):
    """Has no settings."""

    name, title, icon = "tree", "Tree", "tree"


@pytest.fixture
def sections(settings_desk: Desk, qtbot: QtBot) -> list[Section]:
    form = SettingsForm()
    made: list[Section] = [Nest(settings_desk, form, "Where it lives."), Tree(settings_desk, form, "What it is.")]
    for one in made:
        qtbot.addWidget(one)
    return made


def test_fields_are_placed_once_when_they_exist(sections: list[Section], settings_desk: Desk) -> None:
    nest = sections[0]
    assert isinstance(nest, Nest)
    assert nest.placed == 0
    for _ in range(2):
        nest.form.take(settings_desk.workspace.list_settings())
    assert nest.placed == 1


def test_lines_do_not_get_too_long_to_read(sections: list[Section]) -> None:
    sections[0].resize(2000, 500)
    sections[0].show()
    assert sections[0].inside.width() <= WIDTH


def test_sections_are_chosen_by_mouse_and_keyboard(sections: list[Section], qtbot: QtBot) -> None:
    listed = SectionList(sections)
    qtbot.addWidget(listed)
    listed.show()
    with qtbot.waitSignal(listed.chosen, check_params_cb=lambda name: name == "tree"):
        place = listed.visualItemRect(listed.item(1)).center()
        qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(listed.chosen, check_params_cb=lambda name: name == "nest"):
        qtbot.keyClick(listed, Qt.Key.Key_Up)


def test_a_dot_and_words_mark_what_is_not_saved(sections: list[Section], qtbot: QtBot) -> None:
    listed = SectionList(sections)
    qtbot.addWidget(listed)
    listed.mark({"nest"})
    assert [listed.item(row).text() for row in range(2)] == ["Nest  •", "Tree"]
    assert listed.item(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Nest, not saved"
    listed.mark(())
    assert listed.item(0).text() == "Nest"


def test_a_line_explains_what_its_button_does(qtbot: QtBot) -> None:
    made = explained("Nest", "Where it lives.", QPushButton("Go"))
    qtbot.addWidget(made)
    assert [one.text() for one in made.findChildren(QLabel)] == ["Nest", "Where it lives."]
    assert [one.text() for one in made.findChildren(QPushButton)] == ["Go"]
