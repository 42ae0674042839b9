"""A page of a desk as the window shows it: with its shortcuts bound, in a size that people use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.page import Page


def show_page(qtbot: QtBot, page: Page) -> None:
    """Show a page; that it is `shown`, and begins to read, is left to the test."""
    qtbot.addWidget(page)
    for action in page.actions_offered():
        QShortcut(QKeySequence(action.shortcut), page).activated.connect(action.run)
    page.resize(1100, 800)
    page.show()
