from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.widgets import toast as module
from desktop.widgets.toast import Toast

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


def visible_button(toast: Toast, text: str) -> QPushButton:
    return next(
        one for one in toast.findChildren(QPushButton) if one.accessibleName() == text and one.isVisibleTo(toast)
    )


def test_it_stands_at_the_foot_also_when_the_window_changes_its_size(window: QWidget, qtbot: QtBot) -> None:
    toast = Toast(window)
    toast.say("Saved")
    assert toast.isVisible()
    assert toast.geometry().bottom() < 600
    window.resize(800, 400)
    qtbot.waitUntil(lambda: 300 < toast.geometry().bottom() < 400)


def test_undo_undoes_once(window: QWidget, qtbot: QtBot) -> None:
    toast = Toast(window)
    undone: list[int] = []
    toast.say("Deactivated Ada", lambda: undone.append(1))
    qtbot.mouseClick(visible_button(toast, "Undo"), Qt.MouseButton.LeftButton)
    assert undone == [1]
    assert not toast.isVisible()


def test_it_goes_by_itself_or_when_dismissed(window: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    toast = Toast(window)
    toast.say("Saved")
    qtbot.mouseClick(visible_button(toast, "Dismiss"), Qt.MouseButton.LeftButton)
    assert not toast.isVisible()
    monkeypatch.setattr(module, "SHORT", 30)
    toast.say("Saved again")
    qtbot.waitUntil(lambda: not toast.isVisible())
