from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.activity.export_dialog import ExportDialog
from tests.desktop.activity.exchanges import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from server.records import ActivityRecord

LEFT = Qt.MouseButton.LeftButton


def two(report: Callable[[int, int], None]) -> Iterator[ActivityRecord]:
    yield kept(seq=2)
    report(1, 2)
    yield kept(seq=1)


def shown(qtbot: QtBot, records: Callable[[Callable[[int, int], None]], Iterator[ActivityRecord]]) -> ExportDialog:
    dialog = ExportDialog(None, records, {}, filtered=True)
    dialog.show()
    del qtbot
    return dialog


def write(qtbot: QtBot, dialog: ExportDialog, target: object) -> None:
    dialog.path_edit.clear()
    qtbot.keyClicks(dialog.path_edit, str(target))
    qtbot.mouseClick(dialog.export_button, LEFT)


def test_the_file_is_written_and_told(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = shown(qtbot, two)
    target = tmp_path / "out.jsonl"
    with qtbot.waitSignal(dialog.exported) as told:
        write(qtbot, dialog, target)
    assert told.args == [target, 2]
    assert len(target.read_text().splitlines()) == 2


def test_the_format_names_the_file(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = shown(qtbot, two)
    dialog.path_edit.setText(str(tmp_path / "out.jsonl"))
    qtbot.mouseClick(dialog.format_choice.buttons["csv"], LEFT)
    assert dialog.path_edit.text() == str(tmp_path / "out.csv")
    with qtbot.waitSignal(dialog.exported):
        qtbot.mouseClick(dialog.export_button, LEFT)
    assert (tmp_path / "out.csv").read_text().startswith("at,request_id,")


def test_an_existing_file_is_replaced_only_when_asked_twice(qtbot: QtBot, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("mine")
    dialog = shown(qtbot, two)
    write(qtbot, dialog, target)
    assert "exists" in dialog.path_field.complaint
    assert target.read_text() == "mine"
    with qtbot.waitSignal(dialog.exported):
        qtbot.mouseClick(dialog.export_button, LEFT)
    assert target.read_text() != "mine"


def test_a_path_without_a_folder_is_refused(qtbot: QtBot) -> None:
    dialog = shown(qtbot, two)
    write(qtbot, dialog, "out.jsonl")
    assert "with its folder" in dialog.path_field.complaint
    dialog.reject()


def test_a_folder_that_is_not_there_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = shown(qtbot, two)
    write(qtbot, dialog, tmp_path / "gone" / "out.jsonl")
    qtbot.waitUntil(lambda: "cannot be written" in dialog.banner.accessibleName())
    assert dialog.isVisible()
    dialog.reject()


def test_a_long_export_can_be_cancelled_and_leaves_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    begun, go_on, over = threading.Event(), threading.Event(), threading.Event()

    def slow(report: Callable[[int, int], None]) -> Iterator[ActivityRecord]:
        try:
            begun.set()
            yield kept()
            go_on.wait(10)
            report(1, 2)
            yield kept()
        finally:
            over.set()

    dialog = shown(qtbot, slow)
    write(qtbot, dialog, tmp_path / "out.jsonl")
    qtbot.waitUntil(begun.is_set)
    qtbot.mouseClick(dialog.waiting.cancel_button, LEFT)
    go_on.set()
    qtbot.waitUntil(lambda: over.is_set() and not list(tmp_path.iterdir()))
    assert dialog.export_button.isEnabled()
    dialog.reject()


def test_the_file_dialog_s_answer_is_taken(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = str(tmp_path / "chosen.jsonl")
    monkeypatch.setattr(
        "desktop.activity.export_dialog.QFileDialog.getSaveFileName", staticmethod(lambda *_: (chosen, ""))
    )
    dialog = shown(qtbot, two)
    qtbot.mouseClick(dialog.browse_button, LEFT)
    assert dialog.path_edit.text() == chosen
    dialog.reject()
