from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel

from desktop.opening import CannotOpen, open_workspace
from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot


def test_a_new_folder_is_made_private_and_opened(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "new")
    assert workspace is not None
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    workspace.close()


def test_where_it_cannot_be_another_folder_may_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "perch.db").write_bytes(b"no database" * 1000)
    seen: list[Fault] = []

    def ask(folder: Path, fault: Fault) -> Path | None:
        assert folder == tmp_path
        seen.append(fault)
        return tmp_path / "other"

    workspace = open_workspace(tmp_path, ask)
    assert workspace is not None
    assert workspace.folder == tmp_path / "other"
    assert [fault.code for fault in seen] == [FaultCode.DATABASE_CORRUPT]
    workspace.close()


def test_who_gives_up_opens_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.touch()
    assert open_workspace(file, lambda *_: None) is None


def test_a_mistake_in_the_settings_does_not_keep_the_window_shut(tmp_path: Path) -> None:
    (tmp_path / "perch.toml").write_text("port = 'many'\n")
    workspace = open_workspace(tmp_path, lambda *_: None)
    assert workspace is not None
    workspace.close()


def test_the_window_says_what_is_wrong_and_tries_again(tmp_path: Path, qtbot: QtBot) -> None:
    database = tmp_path / "perch.db"
    database.write_bytes(b"no database" * 1000)
    words: list[str] = []

    def mend() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, CannotOpen)
        words.extend(label.text() for label in dialog.findChildren(QLabel))
        database.unlink()
        qtbot.mouseClick(dialog.again_button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, mend)
    workspace = open_workspace(tmp_path)
    assert workspace is not None
    assert any("is damaged" in text for text in words)
    assert any("Restore a backup" in text for text in words)
    assert not any("Traceback" in text for text in words)
    workspace.close()
