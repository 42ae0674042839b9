from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.sandbox.invitation import Invitation

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_one_button_which_waits_while_the_sandbox_is_made(qtbot: QtBot) -> None:
    clicked: list[bool] = []
    invitation = Invitation(lambda: clicked.append(True))
    qtbot.addWidget(invitation)
    invitation.offer("Create the sandbox", enabled=True)
    invitation.show()
    qtbot.mouseClick(invitation.button, Qt.MouseButton.LeftButton)
    invitation.offer("One moment…", enabled=False)
    qtbot.mouseClick(invitation.button, Qt.MouseButton.LeftButton)
    assert clicked == [True]
    assert invitation.button.accessibleName() == "One moment…"
