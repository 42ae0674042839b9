"""The page over a real workspace, as the window shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication

from desktop.overview.page import OverviewPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

PATIENCE = 20_000
"""Milliseconds."""


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """Leave nothing in the clipboard: what Python put there must not outlive Python."""
    del qapp
    yield
    QGuiApplication.clipboard().clear()


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> OverviewPage:
    """The page; its first reading is done."""
    made = OverviewPage(desk)
    qtbot.addWidget(made)
    made.resize(1012, 800)
    made.show()
    made.shown()
    qtbot.waitUntil(lambda: made.stack.currentIndex() > 0, timeout=PATIENCE)
    return made
