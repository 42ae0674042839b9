from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel

from desktop.page import Action
from desktop.shortcut_list import ShortcutList

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_no_words_are_cut(qtbot: QtBot) -> None:
    def nothing() -> None:
        return None

    long = [
        Action("Show the failed requests of the last thirty days only", nothing, shortcut="Ctrl+Shift+E"),
        Action("Pause the list of requests", nothing, shortcut="Ctrl+P"),
    ]
    listed = ShortcutList(None, [("Everywhere", long), ("Activity", long)])
    qtbot.addWidget(listed)
    listed.show()
    qtbot.waitExposed(listed)
    labels = [one for one in listed.findChildren(QLabel) if one.text()]
    assert [one.text() for one in labels if one.width() < one.minimumSizeHint().width()] == []


def test_what_has_a_key_is_listed_under_its_section(qtbot: QtBot) -> None:
    def nothing() -> None:
        return None

    listed = ShortcutList(
        None,
        [
            ("Everywhere", [Action("Search", nothing, shortcut="Ctrl+K"), Action("Without a key", nothing)]),
            ("Tokens", [Action("Generate token", nothing, shortcut="Ctrl+N")]),
            ("Quiet", [Action("No key here", nothing)]),
        ],
    )
    qtbot.addWidget(listed)
    texts = [label.text() for label in listed.findChildren(QLabel)]
    assert {"Everywhere", "Search", "Ctrl+K", "Tokens", "Generate token", "Ctrl+N"} <= set(texts)
    assert not {"Without a key", "Quiet", "No key here"} & set(texts)
