from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSystemTrayIcon

from desktop.preferences import Preferences
from desktop.settings.appearance import login_command
from desktop.settings.page import SettingsPage
from desktop.theme import Mode
from server.config import data_path
from tests.desktop.settings.driving import PATIENCE, click

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the system is told to start Perch at login."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "autostart" / "perch-scim.desktop"


def test_the_theme_holds_at_once_and_for_the_next_time(settings_page: SettingsPage, qtbot: QtBot) -> None:
    settings_page.reveal("appearance")
    click(qtbot, settings_page, "Dark")
    assert settings_page.desk.theme.is_dark
    assert Preferences(settings_page.desk.workspace.folder).mode is Mode.DARK
    assert settings_page.form.changes == {}


def test_a_theme_chosen_elsewhere_is_shown(settings_page: SettingsPage) -> None:
    settings_page.desk.theme.set_mode(Mode.DARK)
    assert settings_page.appearance.theme_choice.value == Mode.DARK


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="XDG autostart is Linux's")
def test_starting_at_login_writes_the_systems_own_file(settings_page: SettingsPage, qtbot: QtBot, entry: Path) -> None:
    settings_page.reveal("appearance")
    box = settings_page.appearance.login_box
    qtbot.waitUntil(box.isEnabled, timeout=PATIENCE)
    assert not box.isChecked()
    qtbot.mouseClick(box, LEFT)
    qtbot.waitUntil(lambda: entry.exists() and box.isEnabled(), timeout=PATIENCE)
    assert box.isChecked()
    assert "--hidden" in entry.read_text()
    assert str(settings_page.desk.workspace.folder) in entry.read_text()
    qtbot.mouseClick(box, LEFT)
    qtbot.waitUntil(lambda: not entry.exists() and box.isEnabled(), timeout=PATIENCE)
    assert not box.isChecked()


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="XDG autostart is Linux's")
def test_what_cannot_be_written_is_said_and_the_box_tells_the_truth(
    settings_page: SettingsPage, qtbot: QtBot, entry: Path
) -> None:
    entry.parent.parent.mkdir()
    entry.parent.write_text("no folder")
    settings_page.reveal("appearance")
    box = settings_page.appearance.login_box
    qtbot.waitUntil(box.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(box, LEFT)
    qtbot.waitUntil(settings_page.appearance.banner.isVisible, timeout=PATIENCE)
    qtbot.waitUntil(lambda: box.isEnabled() and not box.isChecked(), timeout=PATIENCE)


@pytest.mark.parametrize("has_tray", [True, False])
def test_closing_to_the_tray_is_offered_where_there_is_one(
    settings_desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, has_tray: bool
) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: has_tray)
    page = SettingsPage(settings_desk)
    qtbot.addWidget(page)
    page.show()
    page.reveal("appearance")
    box = page.appearance.tray_box
    assert box.isEnabled() is has_tray
    if has_tray:
        assert box.isChecked()
        qtbot.mouseClick(box, LEFT)
        assert not Preferences(settings_desk.workspace.folder).closes_to_tray


def test_the_command_of_login_needs_neither_an_environment_nor_a_current_folder(tmp_path: Path) -> None:
    program = [sys.executable, "-P", "-m", "desktop"]
    assert login_command(tmp_path) == [*program, "--data-dir", str(tmp_path), "--hidden"]
    assert login_command(data_path(environ={})) == [*program, "--hidden"]


def test_the_command_of_a_packaged_program_is_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert login_command(tmp_path)[:2] == [sys.executable, "--data-dir"]


def test_on_windows_it_opens_no_console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pythonw.exe").touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    assert login_command(tmp_path)[0] == str(tmp_path / "pythonw.exe")
