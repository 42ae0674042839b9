from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.clipboard import Clipboard
from desktop.widgets.secret_line import SecretLine

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SECRET = "a secret"


@pytest.fixture
def line(qtbot: QtBot) -> SecretLine:
    made = SecretLine("Secret of the webhook", SECRET, Clipboard())
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_is_selected_named_and_has_no_menu_that_copies(line: SecretLine) -> None:
    assert line.secret.selectedText() == SECRET
    assert line.secret.accessibleName() == "Secret of the webhook"
    assert line.secret.contextMenuPolicy() is Qt.ContextMenuPolicy.NoContextMenu


@pytest.mark.parametrize("way", ["button", "keys"])
def test_every_way_of_copying_is_the_clipboards_own(line: SecretLine, qtbot: QtBot, way: str) -> None:
    with qtbot.waitSignal(line.copied):
        if way == "button":
            qtbot.mouseClick(line.copy_button, Qt.MouseButton.LeftButton)
        else:
            qtbot.keyClick(line.secret, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == SECRET
    assert line.copy_button.text() == "Copied"
    qtbot.waitUntil(lambda: line.copy_button.text() == "Copy")


def test_once_wiped_there_is_nothing_to_copy(line: SecretLine, qtbot: QtBot) -> None:
    line.wipe()
    assert line.secret.text() == ""
    qtbot.mouseClick(line.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == ""
