from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.sandbox.app_dialog import AppDialog
from server.okta.app import AppSettings

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_what_is_switched_on_is_ticked_and_what_is_saved_is_given(qtbot: QtBot) -> None:
    dialog = AppDialog(None, AppSettings())
    qtbot.addWidget(dialog)
    assert dialog.boxes["push_new_users"].isChecked()
    assert not dialog.boxes["sync_password"].isChecked()
    dialog.boxes["sync_password"].setChecked(True)
    dialog.boxes["push_groups"].setChecked(False)
    dialog.identifier.setCurrentText("email")
    with qtbot.waitSignal(dialog.given) as told:
        qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert told.args == [AppSettings(sync_password=True, push_groups=False, unique_identifier="email")]
