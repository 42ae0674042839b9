from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QPushButton

from desktop.widgets.page_header import PageHeader

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_it_says_what_the_page_is_and_what_can_be_done(qtbot: QtBot) -> None:
    header = PageHeader("Tokens", "What Okta shows.", QPushButton("Generate"))
    qtbot.addWidget(header)
    header.resize(600, 60)
    header.show()
    title, subtitle = header.findChildren(QLabel)[:2]
    assert (title.text(), subtitle.text()) == ("Tokens", "What Okta shows.")
    assert header.findChildren(QPushButton)[0].geometry().right() > 550
    header.set_title("Tokens (3)")
    assert (title.text(), subtitle.text()) == ("Tokens (3)", "What Okta shows.")
    header.set_title("Tokens", "Three of them.")
    assert subtitle.text() == "Three of them."
