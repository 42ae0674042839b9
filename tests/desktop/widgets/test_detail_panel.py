from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.widgets.detail_panel import LEAST, WIDTH, Beside, DetailPanel, Facts

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot


def test_facts_are_shown_by_name(qtbot: QtBot) -> None:
    facts = Facts("Profile")
    qtbot.addWidget(facts)
    facts.show_sections([("Identity", [("Username", "ada")]), ("Nothing", [])])
    assert facts.value_of("Username") == "ada"
    titles = [one.text() for one in facts.findChildren(QLabel)]
    assert titles == ["Identity", "Username", "ada"]
    with pytest.raises(LookupError):
        facts.value_of("Title")


def test_the_same_facts_are_not_built_anew(qtbot: QtBot) -> None:
    facts = Facts("Profile")
    qtbot.addWidget(facts)
    facts.show_sections([("Identity", [("Username", "ada")])])
    before = facts.findChildren(QLabel)
    facts.show_sections([("Identity", [("Username", "ada")])])
    assert facts.findChildren(QLabel) == before


def test_a_panel_says_whom_it_is_about_and_closes(qtbot: QtBot) -> None:
    panel = DetailPanel("Person")
    qtbot.addWidget(panel)
    assert panel.isHidden()
    panel.show_heading("AL", "Ada Lovelace", "ada@x.example")
    panel.add_tab(QWidget(), "Profile & more")
    panel.show()
    assert panel.heading() == "Ada Lovelace"
    assert panel.accessibleDescription() == "Ada Lovelace"
    with qtbot.waitSignal(panel.closed):
        qtbot.mouseClick(panel.close_button, Qt.MouseButton.LeftButton)
    assert panel.isHidden()
    panel.show()
    with qtbot.waitSignal(panel.closed):
        qtbot.keyClick(panel, Qt.Key.Key_Escape)


def test_an_icon_may_stand_for_it(qtbot: QtBot) -> None:
    panel = DetailPanel("Group")
    qtbot.addWidget(panel)
    panel.show_heading("users-three", "Engines", "5 members")
    assert any(not one.pixmap().isNull() for one in panel.findChildren(QLabel))


def test_the_width_is_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    store = QSettings(str(tmp_path / "desktop.ini"), QSettings.Format.IniFormat)

    def beside() -> Beside:
        panel = DetailPanel("Person")
        made = Beside(QWidget(), panel, "people", store)
        qtbot.addWidget(made)
        made.resize(1400, 600)
        panel.show()
        made.show()
        return made

    first = beside()
    assert first.sizes()[1] == max(WIDTH, LEAST)
    handle = first.handle(1)
    start = handle.rect().center()
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(handle, start - QPoint(150, 0))
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start - QPoint(150, 0))
    wider = first.sizes()[1]
    assert wider > WIDTH
    assert beside().sizes()[1] == wider
