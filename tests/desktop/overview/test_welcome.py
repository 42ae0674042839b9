from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from desktop.overview.welcome import Welcome

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_three_steps_and_where_to_begin(qtbot: QtBot) -> None:
    card = Welcome()
    qtbot.addWidget(card)
    card.show()
    said = [one.text() for one in card.findChildren(QLabel)]
    assert {"Generate a token", "Paste the base URL and the token into Okta"} <= set(said)
    # Many a server has no keyring.
    assert not [words for words in said if "is kept in your keyring" in words]
    with qtbot.waitSignal(card.generate_wanted):
        qtbot.mouseClick(card.generate_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(card.guide_wanted):
        qtbot.mouseClick(card.guide_button, Qt.MouseButton.LeftButton)
