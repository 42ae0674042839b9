from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.groups.name_dialog import NameDialog
from tests.desktop.groups.teams import add_group

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


def opened(qtbot: QtBot, dialog: NameDialog) -> NameDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def test_a_group_needs_a_name(qtbot: QtBot, desk: Desk) -> None:
    dialog = opened(qtbot, NameDialog(desk))
    assert not dialog.save_button.isEnabled()
    qtbot.keyClicks(dialog.name_edit, "  ")
    assert not dialog.save_button.isEnabled()
    qtbot.keyClicks(dialog.name_edit, "Engines ")
    with qtbot.waitSignal(dialog.saved) as saved:
        qtbot.keyClick(dialog.name_edit, Qt.Key.Key_Return)
    assert saved.args is not None
    done, seq = saved.args
    (group,) = desk.workspace.groups()
    assert (group.id, group.display_name) == (done.resource_id, "Engines")
    assert seq == desk.workspace.changes(group.id)[0].seq


def test_the_same_name_is_no_change(qtbot: QtBot, desk: Desk) -> None:
    add_group(desk.workspace, "Engines", external_id="00g1")
    (group,) = desk.workspace.groups()
    dialog = opened(qtbot, NameDialog(desk, group))
    assert not dialog.save_button.isEnabled()
    qtbot.keyClicks(dialog.name_edit, "engines")
    assert dialog.save_button.isEnabled(), "capitals may change"
    with qtbot.waitSignal(dialog.saved):
        qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert desk.workspace.show("Group", group.id)["displayName"] == "engines"


def test_a_fault_is_said_above(qtbot: QtBot, desk: Desk) -> None:
    dialog = opened(qtbot, NameDialog(desk))
    desk.workspace.database.close()
    qtbot.keyClicks(dialog.name_edit, "Engines")
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.banner.isVisible)
    assert dialog.name_field.complaint == ""
    assert dialog.save_button.isEnabled()
