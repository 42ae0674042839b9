from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from desktop.transfer import export_dialog
from desktop.transfer.export_dialog import ExportDialog
from server.file_export import export
from tests.desktop.transfer.files import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

    Open = Callable[..., ExportDialog]


@pytest.fixture
def opened(qtbot: QtBot, desk: Desk, tmp_path: Path) -> Open:
    for name in ("ada", "alan"):
        desk.workspace.create(
            "User",
            {
                "userName": f"{name}@acme.example",
                "name": {"givenName": "=1+1", "familyName": name},
                "emails": [{"value": f"{name}@acme.example"}],
            },
        )

    def make(kind: Any = "User", **shown: Any) -> ExportDialog:
        dialog = ExportDialog(desk, kind, **shown)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return make


def write_to(qtbot: QtBot, dialog: ExportDialog, path: Path) -> None:
    dialog.path_edit.selectAll()
    qtbot.keyClicks(dialog.path_edit, str(path))
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)


def test_everybody_is_written_privately_and_formula_safe(
    qtbot: QtBot, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = opened()
    assert not dialog.shown_button.isVisible()
    path = tmp_path / "out.csv"
    write_to(qtbot, dialog, path)
    qtbot.waitUntil(dialog.show_button.isVisible, timeout=PATIENCE)
    assert dialog.banner.accessibleName() == f"Exported 2 people to {path}."
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text("utf-8-sig").count(",'=1+1,") == 2
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    qtbot.mouseClick(dialog.show_button, Qt.MouseButton.LeftButton)
    assert shown == [str(tmp_path)]


def test_only_what_the_list_shows_as_json_lines_by_keyboard(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    dialog = opened("User", search="ala", filters={"active": True, "group_id": None})
    assert dialog.shown_button.isChecked()
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.csv_button.setFocus()
    dialog.path_edit.setText(str(tmp_path / "people.csv"))
    qtbot.keyClick(dialog.csv_button, Qt.Key.Key_Down)
    assert dialog.jsonl_button.isChecked()
    assert dialog.path_edit.text() == str(tmp_path / "people.jsonl")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.show_button.isVisible, timeout=PATIENCE)
    (document,) = [orjson.loads(line) for line in (tmp_path / "people.jsonl").read_bytes().splitlines()]
    assert document["userName"] == "alan@acme.example"
    assert dialog.export_button.isHidden()
    qtbot.mouseClick(dialog.all_button, Qt.MouseButton.LeftButton)
    assert dialog.export_button.isVisible()
    assert dialog.export_button.text() == "Replace the file"


def test_groups_that_are_shown(qtbot: QtBot, desk: Desk, opened: Open, tmp_path: Path) -> None:
    for name in ("Boats", "Engines"):
        desk.workspace.create("Group", {"displayName": name})
    dialog = opened("Group", search="eng")
    write_to(qtbot, dialog, tmp_path / "groups.csv")
    qtbot.waitUntil(dialog.show_button.isVisible, timeout=PATIENCE)
    text = (tmp_path / "groups.csv").read_text()
    assert "Engines" in text
    assert "Boats" not in text


@pytest.mark.parametrize("text", ["people.csv", "{folder}"])
def test_a_path_that_names_no_file_is_said_beside_the_field(
    qtbot: QtBot, opened: Open, tmp_path: Path, text: str
) -> None:
    dialog = opened()
    dialog.path_edit.setText(text.format(folder=tmp_path))
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert "whole path" in dialog.path_field.complaint
    qtbot.keyClicks(dialog.path_edit, "x")
    assert dialog.path_field.complaint == ""


def test_a_place_that_cannot_be_written_to_is_said(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    dialog = opened()
    write_to(qtbot, dialog, tmp_path / "nowhere" / "people.csv")
    qtbot.waitUntil(dialog.banner.isVisible, timeout=PATIENCE)
    assert "could not be written" in dialog.banner.accessibleName()
    assert dialog.export_button.isEnabled()


def test_cancelled_there_is_no_file(
    qtbot: QtBot, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def held(*args: Any, **more: Any) -> int:
        gate.wait()
        return export(*args, **more)

    monkeypatch.setattr(export_dialog, "export", held)
    dialog = opened()
    folder = tmp_path / "out"
    folder.mkdir()
    dialog.path_edit.setText(str(folder / "people.csv"))
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert dialog.waiting.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    gate.set()
    qtbot.waitUntil(dialog.banner.isVisible, timeout=PATIENCE)
    assert dialog.banner.accessibleName() == "Cancelled: nothing was written."
    assert list(folder.iterdir()) == []
    assert dialog.export_button.isEnabled()
    qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    assert dialog.isHidden()


def test_another_place_is_browsed_for(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    dialog = opened()
    qtbot.mouseClick(dialog.browse_button, Qt.MouseButton.LeftButton)
    chooser = dialog.findChild(QFileDialog)
    assert chooser is not None
    chooser.selectFile(str(tmp_path / "elsewhere.csv"))
    chooser.accept()
    qtbot.waitUntil(lambda: dialog.path_edit.text() == str(tmp_path / "elsewhere.csv"))
