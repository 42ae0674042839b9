"""The page of settings over a real workspace whose endpoint takes its port from perch.toml."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from desktop.clipboard import Clipboard
from desktop.desk import Desk
from desktop.live import Live
from desktop.server_process import ServerProcess, next_free_port
from desktop.settings.page import SettingsPage
from server.config import load_config
from server.workspace import Workspace
from tests.desktop.desks import light
from tests.desktop.settings.driving import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def settings_folder(tmp_path: Path) -> Path:
    """A data folder with a settings file that a person wrote a remark into."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    # Another worker looks for one at the same time.
    port = next_free_port(20_000 + os.getpid() % 10_000)
    (folder / "perch.toml").write_text(f"# ours\nport = {port}\n")
    return folder


@pytest.fixture
def settings_desk(qtbot: QtBot, settings_folder: Path) -> Iterator[Desk]:
    """A desk whose endpoint goes by the settings, and is not started."""
    del qtbot
    with Workspace.open(settings_folder, load_config(settings_folder, {}), actor="desktop") as workspace:
        live = Live(workspace, interval=0.02)
        endpoint = ServerProcess(workspace.folder)
        look = light()
        yield Desk(workspace, endpoint, live, Clipboard(), look)
        endpoint.stop()


@pytest.fixture
def settings_page(settings_desk: Desk, qtbot: QtBot) -> SettingsPage:
    """The page as the window shows it, its fields filled in."""
    page = SettingsPage(settings_desk)
    qtbot.addWidget(page)
    page.resize(1012, 800)
    page.show()
    page.shown()
    qtbot.waitUntil(lambda: bool(page.form.inputs), timeout=PATIENCE)
    return page
