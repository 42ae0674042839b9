from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.transfer.undo_dialog import UndoDialog
from server.file_import import Import, Taken, take
from server.transfer.preview import Form, Reading
from tests.desktop.transfer.files import people_file

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

TARGETS = dict(enumerate(("userName", "name.givenName", "name.familyName", "emails.work", "department", "")))


def imported(desk: Desk, folder: Path) -> Taken:
    wanted = Import(people_file(folder), Reading(Form.CSV, "User", TARGETS, ("",) * 6))
    return take(desk.workspace, wanted, lambda done, total: None)


def test_everything_is_put_back(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    dialog = UndoDialog(desk, imported(desk, tmp_path))
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(dialog.close_button.isEnabled)
    assert dialog.banner.accessibleName() == "The import is undone: 3 changes were put back."
    assert desk.workspace.count_people() == 0
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)


def test_what_others_changed_since_stays_and_is_said(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    taken = imported(desk, tmp_path)
    desk.workspace.actor = "token Okta"
    desk.workspace.set_active("p1@acme.example", active=False)
    desk.workspace.actor = "desktop"
    dialog = UndoDialog(desk, taken)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitUntil(dialog.close_button.isEnabled)
    assert dialog.banner.accessibleName().startswith("2 changes were put back; 1 stay")
    assert "token Okta" in dialog._words.text()
    assert desk.workspace.count_people() == 1


def test_a_failure_is_said(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    taken = imported(desk, tmp_path)
    desk.workspace.close()
    dialog = UndoDialog(desk, taken)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitUntil(dialog.close_button.isEnabled)
    assert dialog.banner.property("tone") == "err"
