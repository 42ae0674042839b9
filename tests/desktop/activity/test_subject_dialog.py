from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.activity.subject_dialog import Subject, SubjectDialog
from tests.http.client import person

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace


def filled(workspace: Workspace) -> tuple[str, str]:
    ada = workspace.create("User", person("ada", displayName="Ada Lovelace")).resource_id
    workspace.create("User", person("grace", displayName="Grace Hopper"))
    group = workspace.create("Group", {"displayName": "Adamants", "members": [{"value": ada}]}).resource_id
    return ada, group


def test_people_and_groups_are_found_by_a_part_of_their_names(qtbot: QtBot, workspace: Workspace) -> None:
    ada, group = filled(workspace)
    dialog = SubjectDialog(None, workspace)
    dialog.show()
    qtbot.waitUntil(lambda: len(dialog.model.rows) == 3)
    qtbot.keyClicks(dialog.search_field, "ada")
    qtbot.waitUntil(lambda: [one.id for one in dialog.model.rows] == [ada, group])
    spot = dialog.table.visualRect(dialog.model.index(1, 0)).center()
    with qtbot.waitSignal(dialog.picked) as told:
        qtbot.mouseClick(dialog.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert told.args == [Subject(group, "Adamants", "1", "users-three")]


def test_enter_takes_what_was_typed_not_what_was_shown(qtbot: QtBot, workspace: Workspace) -> None:
    filled(workspace)
    dialog = SubjectDialog(None, workspace)
    dialog.show()
    qtbot.waitUntil(lambda: len(dialog.model.rows) == 3)
    qtbot.keyClicks(dialog.search_field, "grace")
    with qtbot.waitSignal(dialog.picked) as told:
        qtbot.keyClick(dialog.search_field, Qt.Key.Key_Return)
    assert told.args[0].name == "Grace Hopper"


def test_nobody_found_is_said(qtbot: QtBot, workspace: Workspace) -> None:
    dialog = SubjectDialog(None, workspace)
    dialog.show()
    qtbot.waitUntil(dialog.nothing.isVisible)
    qtbot.keyClick(dialog.search_field, Qt.Key.Key_Return)
    assert dialog.isVisible()
    dialog.reject()
