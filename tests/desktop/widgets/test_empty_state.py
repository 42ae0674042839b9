from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.widgets.empty_state import EmptyState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_it_teaches_and_its_button_begins(qtbot: QtBot) -> None:
    begun: list[int] = []
    state = EmptyState("key", "No tokens yet", "Okta needs one.", "Generate token", lambda: begun.append(1))
    qtbot.addWidget(state)
    assert state.accessibleName() == "No tokens yet"
    assert state.button is not None
    qtbot.mouseClick(state.button, Qt.MouseButton.LeftButton)
    assert begun == [1]


def test_without_anything_to_do_it_has_no_button(qtbot: QtBot) -> None:
    state = EmptyState("key", "Nothing found", "Try fewer letters.")
    qtbot.addWidget(state)
    assert state.button is None
    state.say("Nothing here", "Yet.")
    assert state.accessibleName() == "Nothing here"
