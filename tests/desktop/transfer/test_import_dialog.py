from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from desktop.transfer.import_dialog import ImportDialog, Step
from desktop.transfer.undo_dialog import UndoDialog
from tests.desktop.transfer.files import PATIENCE, drop, figures, go_on, line, people_file, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

    Open = Callable[..., ImportDialog]


@pytest.fixture
def opened(qtbot: QtBot, desk: Desk) -> Open:
    def make(kind: Any = "User", path: Path | None = None) -> ImportDialog:
        dialog = ImportDialog(desk, kind, path)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return make


def click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_five_thousand_lines_with_three_bad_ones(qtbot: QtBot, desk: Desk, opened: Open, tmp_path: Path) -> None:
    path = people_file(
        tmp_path,
        5_000,
        on_14="p12@acme.example,Pat,,p12@acme.example,Sales,1",
        on_2500=",No,Login,x@acme.example,,",
        on_5001=line(0),
    )
    dialog = opened("User", path)
    wait_for(qtbot, dialog, Step.MAP)
    assert [box.currentData() for box in dialog.mapping.boxes] == [
        "userName",
        "name.givenName",
        "name.familyName",
        "emails.work",
        "department",
        "",
    ]
    go_on(qtbot, dialog, Step.CHECK)
    assert desk.workspace.count_people() == 0
    assert figures(dialog)[0] == "4,997 will be created"
    assert figures(dialog)[3] == "3 lines with errors"
    assert [problem.line for problem in dialog.report.model.rows] == [14, 2500, 5001]
    assert dialog.next_button.text() == "Import 4,997 people, skip 3 lines with errors"
    told: list[tuple[int, int]] = []
    progress = dialog.waiting._bar
    progress.valueChanged.connect(lambda value: told.append((value, progress.maximum())))
    go_on(qtbot, dialog, Step.DONE)
    assert desk.workspace.count_people() == 4_997
    assert dialog.banner.accessibleName() == "Imported 4,997 people (4,997 created). Left out: 3 lines with errors."
    assert len(told) >= 5
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    assert [problem.line for problem in dialog.report.model.rows] == [14, 2500, 5001]


def test_the_page_is_told_with_one_undo_for_all_of_it(qtbot: QtBot, desk: Desk, opened: Open, tmp_path: Path) -> None:
    dialog = opened()
    assert drop(dialog.drop_area, people_file(tmp_path))
    wait_for(qtbot, dialog, Step.MAP)
    go_on(qtbot, dialog, Step.CHECK)
    go_on(qtbot, dialog, Step.DONE)
    with qtbot.waitSignal(dialog.told) as told:
        click(qtbot, dialog.next_button)
    sentence, undo = told.args
    assert sentence == "Imported 3 people (3 created)."
    assert desk.workspace.count_people() == 3
    undo()
    (undoing,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, UndoDialog) and one.isVisible()]
    qtbot.waitUntil(undoing.close_button.isEnabled, timeout=PATIENCE)
    assert desk.workspace.count_people() == 0
    undoing.accept()


def test_undone_in_the_dialog_there_is_nothing_to_tell(qtbot: QtBot, desk: Desk, opened: Open, tmp_path: Path) -> None:
    dialog = opened("User", people_file(tmp_path))
    wait_for(qtbot, dialog, Step.MAP)
    go_on(qtbot, dialog, Step.CHECK)
    go_on(qtbot, dialog, Step.DONE)
    told: list[object] = []
    dialog.told.connect(lambda *words: told.append(words))
    click(qtbot, dialog.undo_button)
    undoing = dialog.findChild(UndoDialog)
    assert undoing is not None
    qtbot.waitUntil(undoing.close_button.isEnabled, timeout=PATIENCE)
    click(qtbot, undoing.close_button)
    assert desk.workspace.count_people() == 0
    assert dialog.undo_button.isHidden()
    click(qtbot, dialog.next_button)
    assert told == []


def test_stopped_it_says_what_it_did(qtbot: QtBot, desk: Desk, opened: Open, tmp_path: Path) -> None:
    dialog = opened("User", people_file(tmp_path, 5_000))
    wait_for(qtbot, dialog, Step.MAP)
    go_on(qtbot, dialog, Step.CHECK)
    click(qtbot, dialog.next_button)
    assert dialog.cancel_button.text() == "Stop importing"
    dialog.waiting._bar.valueChanged.connect(lambda: click(qtbot, dialog.cancel_button))
    wait_for(qtbot, dialog, Step.DONE)
    assert dialog.isVisible()
    assert "Stopped before the end of the file." in dialog.banner.accessibleName()
    count = desk.workspace.count_people()
    assert 0 < count < 5_000
    assert figures(dialog)[0] == f"{count:,} created"
    assert dialog.undo_button.isVisible()


def test_a_rehearsal_is_given_up_and_nothing_was_done(qtbot: QtBot, desk: Desk, opened: Open, tmp_path: Path) -> None:
    dialog = opened("User", people_file(tmp_path, 3_000))
    wait_for(qtbot, dialog, Step.MAP)
    qtbot.waitUntil(dialog.next_button.isEnabled)
    click(qtbot, dialog.next_button)
    assert dialog.waiting.isVisible()
    assert not dialog.back_button.isEnabled()
    click(qtbot, dialog.waiting.cancel_button)
    assert dialog.step is Step.MAP
    assert dialog.next_button.isEnabled()
    assert desk.workspace.count_people() == 0


def test_a_column_is_sent_elsewhere_and_somebody_known_left_alone(
    qtbot: QtBot, desk: Desk, opened: Open, tmp_path: Path
) -> None:
    name = {"givenName": "Pat", "familyName": "Doe"}
    emails = [{"value": "x@acme.example"}]
    desk.workspace.create("User", {"userName": "p0@acme.example", "name": name, "emails": emails})
    dialog = opened("User", people_file(tmp_path))
    wait_for(qtbot, dialog, Step.MAP)
    qtbot.keyClicks(dialog.mapping.boxes[5], "employeeN")
    qtbot.keyClick(dialog.mapping.only_new_box, Qt.Key.Key_Space)
    go_on(qtbot, dialog, Step.CHECK)
    assert figures(dialog)[0] == "2 will be created"
    assert figures(dialog)[2] == "1 stay as they are"
    go_on(qtbot, dialog, Step.DONE)
    (extension,) = [
        value
        for key, value in desk.workspace.show("User", "p2@acme.example").items()
        if key.endswith("enterprise:2.0:User")
    ]
    assert extension == {"employeeNumber": "2", "department": "Sales"}


def test_nothing_goes_on_without_a_user_name(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    dialog = opened("User", people_file(tmp_path))
    wait_for(qtbot, dialog, Step.MAP)
    qtbot.keyClick(dialog.mapping.boxes[0], Qt.Key.Key_Home)
    assert not dialog.next_button.isEnabled()
    assert dialog.mapping.complaint.isVisible()


def test_nothing_new_is_nothing_to_import(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    path = people_file(tmp_path)
    for last in (Step.DONE, Step.CHECK):
        dialog = opened("User", path)
        wait_for(qtbot, dialog, Step.MAP)
        go_on(qtbot, dialog, Step.CHECK)
        if last is Step.DONE:
            go_on(qtbot, dialog, Step.DONE)
            click(qtbot, dialog.next_button)
        else:
            assert dialog.next_button.text() == "Nothing to import"
            assert not dialog.next_button.isEnabled()


def test_back_and_another_file_by_keyboard_alone(qtbot: QtBot, desk: Desk, opened: Open, tmp_path: Path) -> None:
    dialog = opened("Group")
    dialog.drop_area.button.setFocus()
    qtbot.keyClick(dialog.drop_area.button, Qt.Key.Key_Space)
    chooser = dialog.findChild(QFileDialog)
    assert chooser is not None
    path = tmp_path / "groups.json"
    path.write_text('[{"displayName": "Engines"},\n{"displayName": "Boats"}]')
    chooser.selectFile(str(path))
    chooser.accept()
    wait_for(qtbot, dialog, Step.MAP)
    assert dialog.mapping.kind == "Group"
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    wait_for(qtbot, dialog, Step.CHECK)
    qtbot.keyClick(dialog.back_button, Qt.Key.Key_Space)
    assert dialog.step is Step.MAP
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    wait_for(qtbot, dialog, Step.CHECK)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    wait_for(qtbot, dialog, Step.DONE)
    assert [one.display_name for one in desk.workspace.groups()] == ["Boats", "Engines"]
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(dialog.isHidden)


def test_a_file_of_groups_is_told_from_one_of_people(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("Group name,Login\nEngines,ada\n")
    dialog = opened("User", path)
    wait_for(qtbot, dialog, Step.MAP)
    assert dialog.mapping.kind == "Group"
    qtbot.keyClick(dialog.mapping.kind_box, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: dialog.mapping.boxes[1].currentData() == "userName", timeout=PATIENCE)


@pytest.mark.parametrize(("content", "words"), [("", "is empty"), (None, "could not be read")])
def test_a_file_that_cannot_be_read_says_why(
    qtbot: QtBot, opened: Open, tmp_path: Path, content: str | None, words: str
) -> None:
    path = tmp_path / "people.csv"
    if content is not None:
        path.write_text(content)
    dialog = opened("User", path)
    qtbot.waitUntil(dialog.banner.isVisible, timeout=PATIENCE)
    assert words in dialog.banner.accessibleName()
    assert dialog.step is Step.CHOOSE
    assert dialog.drop_area.isEnabled()
    assert drop(dialog, people_file(tmp_path))
    wait_for(qtbot, dialog, Step.MAP)


def test_every_control_has_a_name(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    dialog = opened("User", people_file(tmp_path))
    wait_for(qtbot, dialog, Step.MAP)
    for button in dialog.findChildren(QPushButton):
        if button.isVisible():
            assert button.accessibleName()
