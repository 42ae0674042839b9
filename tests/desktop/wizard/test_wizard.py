from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.main_window import MainWindow
from desktop.preferences import Preferences
from desktop.wizard import greet
from tests.desktop.pages_of_two import Birds, entry_of
from tests.desktop.wizard.driving import PATIENCE, Tokens

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.wizard.first_steps import FirstSteps


@pytest.fixture
def window(desk: Desk, qtbot: QtBot) -> MainWindow:
    made = MainWindow(desk, Preferences(desk.workspace.folder), (entry_of(Birds), entry_of(Tokens)))
    qtbot.addWidget(made)
    made.show()
    return made


def is_at(wizard: FirstSteps, number: int) -> bool:
    return wizard.step is wizard.steps[number]


def test_the_first_start_is_greeted_once_and_a_skip_counts(window: MainWindow, qtbot: QtBot) -> None:
    wizard = greet(window)
    assert wizard is not None
    assert wizard.isVisible()
    assert window.preferences.is_first_start
    qtbot.keyClick(wizard, Qt.Key.Key_Escape)
    assert not Preferences(window.desk.workspace.folder).is_first_start
    assert greet(window) is None
    assert window.page.name == "birds"


def test_a_window_that_begins_in_the_tray_greets_nobody(window: MainWindow) -> None:
    window.hide()
    assert greet(window) is None
    assert window.preferences.is_first_start


def test_it_ends_on_the_page_of_tokens_ready_to_generate(window: MainWindow, qtbot: QtBot) -> None:
    wizard = greet(window)
    assert wizard is not None
    for number in (1, 2):
        qtbot.mouseClick(wizard.next_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(partial(is_at, wizard, number), timeout=PATIENCE)
    qtbot.mouseClick(wizard.next_button, Qt.MouseButton.LeftButton)
    tokens = window.page
    assert isinstance(tokens, Tokens)
    assert tokens.revealed == ["generate"]
    assert not window.preferences.is_first_start
