from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.server_process import ServerProcess, State
from desktop.settings.restoring import RestoreDialog, Restoring
from tests.desktop.settings.driving import PATIENCE, serve

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

GROUP = {"displayName": "Engineering"}


@pytest.fixture
def window(settings_desk: Desk, qtbot: QtBot) -> QWidget:
    """What the dialogs are above."""
    del settings_desk
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def backup(settings_desk: Desk) -> Path:
    """A backup with one group, of a workspace that has two now."""
    settings_desk.workspace.create("Group", GROUP)
    path = settings_desk.workspace.backups.now().path
    settings_desk.workspace.create("Group", {"displayName": "Sales"})
    return path


def restored(qtbot: QtBot, desk: Desk, path: Path) -> Path:
    restoring = Restoring(desk, desk.endpoint)
    with qtbot.waitSignal(restoring.restored, timeout=PATIENCE) as heard:
        restoring.restore(path)
    assert heard.args is not None
    kept: Path = heard.args[0]
    return kept


def test_the_dialog_counts_what_is_here_and_what_would_be(
    settings_desk: Desk, window: QWidget, qtbot: QtBot, backup: Path
) -> None:
    dialog = RestoreDialog(window, settings_desk, backup, "2026-03-03T10:00:00.000Z")
    dialog.open()
    assert not dialog.restore_button.isEnabled()
    qtbot.waitUntil(dialog.restore_button.isEnabled, timeout=PATIENCE)
    groups = dialog.findChild(QLabel, "groups")
    assert groups is not None
    assert groups.text() == "1"
    # It differs from what is here.
    assert groups.property("kind") == "strong"
    texts = [one.text() for one in dialog.findChildren(QLabel)]
    assert texts[texts.index("Groups") + 1] == "2"
    assert any("one revoked since works again" in text for text in texts)


@pytest.mark.parametrize("agrees", [True, False])
def test_only_who_agrees_restores(
    settings_desk: Desk, window: QWidget, qtbot: QtBot, backup: Path, agrees: bool
) -> None:
    dialog = RestoreDialog(window, settings_desk, backup, "")
    agreed: list[Path] = []
    dialog.agreed.connect(agreed.append)
    dialog.open()
    qtbot.waitUntil(dialog.restore_button.isEnabled, timeout=PATIENCE)
    if agrees:
        qtbot.mouseClick(dialog.restore_button, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert agreed == ([backup] if agrees else [])


def test_what_is_here_may_be_damaged_when_a_backup_is_wanted(
    settings_desk: Desk, window: QWidget, qtbot: QtBot, backup: Path
) -> None:
    lone = settings_desk.workspace.folder / "elsewhere"
    lone.mkdir()
    moved = backup.rename(lone / backup.name)
    (settings_desk.workspace.folder / "perch.db").rename(lone / "perch.db")
    dialog = RestoreDialog(window, settings_desk, moved, "")
    dialog.open()
    qtbot.waitUntil(dialog.restore_button.isEnabled, timeout=PATIENCE)
    assert any(one.text() == "—" for one in dialog.findChildren(QLabel))
    (lone / "perch.db").rename(settings_desk.workspace.folder / "perch.db")


def test_a_paused_endpoint_stays_paused(settings_desk: Desk, qtbot: QtBot, backup: Path) -> None:
    kept = restored(qtbot, settings_desk, backup)
    assert kept.exists()
    assert settings_desk.workspace.count_groups() == 1
    assert settings_desk.endpoint.status.state is State.PAUSED


def test_one_that_serves_is_stopped_and_started(settings_desk: Desk, qtbot: QtBot, backup: Path) -> None:
    serve(qtbot, settings_desk)
    process = settings_desk.endpoint.process_id
    restored(qtbot, settings_desk, backup)
    qtbot.waitUntil(lambda: settings_desk.endpoint.status.is_serving, timeout=PATIENCE)
    assert settings_desk.endpoint.process_id != process
    assert settings_desk.workspace.count_groups() == 1


def test_one_of_another_process_is_left_alone_and_nothing_is_changed(
    settings_desk: Desk, qtbot: QtBot, backup: Path
) -> None:
    service = ServerProcess(settings_desk.workspace.folder)
    service.start()
    qtbot.waitUntil(lambda: service.status.state is State.SERVING, timeout=PATIENCE)
    settings_desk.endpoint.start()
    qtbot.waitUntil(lambda: settings_desk.endpoint.status.state is State.ATTACHED, timeout=PATIENCE)
    restoring = Restoring(settings_desk, settings_desk.endpoint)
    try:
        with qtbot.waitSignal(restoring.refused) as heard:
            restoring.restore(backup)
        assert heard.args is not None
        assert "Another process serves this data folder" in heard.args[0]
        assert settings_desk.workspace.count_groups() == 2
    finally:
        service.stop()


def test_after_a_restore_that_failed_the_endpoint_serves_again(
    settings_desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    stray = tmp_path / "stray.db"
    stray.write_text("no database")
    serve(qtbot, settings_desk)
    restoring = Restoring(settings_desk, settings_desk.endpoint)
    with qtbot.waitSignal(restoring.refused, timeout=PATIENCE) as heard:
        restoring.restore(stray)
    assert heard.args is not None
    assert "cannot be used as a backup" in heard.args[0]
    qtbot.waitUntil(lambda: settings_desk.endpoint.status.is_serving, timeout=PATIENCE)
