from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.clipboard import Clipboard
from desktop.widgets.clipboard_note import ClipboardNote

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_it_counts_down_and_says_when_the_secret_is_gone(qtbot: QtBot) -> None:
    clipboard = Clipboard(seconds=2)
    note = ClipboardNote(clipboard, "copy it first")
    qtbot.addWidget(note)
    note.show()
    assert note.text == "copy it first"
    assert not note.clear_button.isVisible()
    clipboard.copy_secret("a secret")
    assert note.text == "Clipboard clears in 2 s"
    qtbot.waitUntil(lambda: note.text == "Clipboard clears in 1 s", timeout=10_000)
    qtbot.waitUntil(lambda: note.text == "No longer in the clipboard", timeout=10_000)
    assert QGuiApplication.clipboard().text() == ""


def test_it_clears_at_once_when_told(qtbot: QtBot) -> None:
    clipboard = Clipboard()
    note = ClipboardNote(clipboard)
    qtbot.addWidget(note)
    note.show()
    clipboard.copy_secret("a secret")
    qtbot.mouseClick(note.clear_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == ""
    assert note.text == ""
    assert not note.clear_button.isVisible()
