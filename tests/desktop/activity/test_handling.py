from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.activity.handling import Handling
from desktop.activity.wanted import Wanted
from server.faults import Fault
from tests.desktop.activity.exchanges import kept, log

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


@pytest.fixture
def handling(qtbot: QtBot, desk: Desk) -> Handling:
    window = QWidget()
    qtbot.addWidget(window)
    made = Handling(desk, window)
    made.setProperty("window", window)
    return made


def test_keeping_can_be_undone(qtbot: QtBot, handling: Handling) -> None:
    record = kept()
    with qtbot.waitSignal(handling.told) as told:
        handling.keep(record, wanted=True)
    assert handling.kept_one(record.request_id) == record
    with qtbot.waitSignal(handling.kept_changed):
        told.args[1]()
    assert handling.kept_one(record.request_id) is None


def test_what_cannot_be_kept_is_an_error(qtbot: QtBot, handling: Handling, desk: Desk) -> None:
    (desk.workspace.folder / "kept-requests.jsonl").write_text("{")
    with qtbot.waitSignal(handling.failed) as told:
        handling.keep(kept(), wanted=True)
    assert isinstance(told.args[0], Fault)


@pytest.mark.parametrize(
    ("body", "remark"),
    [
        ('{"a":1}', ""),
        ('{"a":1,"password":"[redacted]"}', "password was cut out"),
        ("[withheld: 9 bytes that are not UTF-8 text]", "Not all of it was kept"),
    ],
)
def test_a_copied_command_says_what_is_missing(qtbot: QtBot, handling: Handling, body: str, remark: str) -> None:
    with qtbot.waitSignal(handling.told) as told:
        handling.copy_curl(kept(method="POST", request_body=body))
    assert "$PERCH_TOKEN" in told.args[0]
    assert remark in told.args[0]
    assert QGuiApplication.clipboard().text().startswith("curl ")


def test_only_what_is_wanted_is_exported(qtbot: QtBot, handling: Handling, desk: Desk, tmp_path: Path) -> None:
    log(desk.workspace, 3)
    log(desk.workspace, 2, status=404)
    target = tmp_path / "out.jsonl"
    dialog = handling.export(Wanted(errors_only=True), {}, kept=False)
    dialog.path_edit.setText(str(target))
    with qtbot.waitSignal(handling.told) as told:
        dialog.export_button.click()
    assert told.args[0].startswith("2 requests written")
    assert len(target.read_text().splitlines()) == 2


def test_what_is_kept_is_exported_from_the_kept(qtbot: QtBot, handling: Handling, tmp_path: Path) -> None:
    with qtbot.waitSignal(handling.kept_changed):
        handling.keep(kept(), wanted=True)
    dialog = handling.export(Wanted(), {}, kept=True)
    dialog.path_edit.setText(str(tmp_path / "out.jsonl"))
    with qtbot.waitSignal(handling.told) as told:
        dialog.export_button.click()
    assert told.args[0].startswith("1 request written")
