"""``desk``: what a page is given, over a real workspace; and ``serving_desk``, with its endpoint really running."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop import theme
from desktop.clipboard import Clipboard
from desktop.desk import Desk
from desktop.live import Live
from desktop.server_process import ServerProcess
from desktop.theme import Mode, Theme
from server.config import ServerConfig
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

SERVING = 20_000
"""Milliseconds within which a child endpoint must serve."""


def light() -> Theme:
    """Give the application its light look, once: each new sheet is tried on every widget that is still there."""
    look = theme.current()
    if look.mode is not Mode.LIGHT:
        look.set_mode(Mode.LIGHT)
    return look


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose endpoint is not started; `Live` looks often, so that tests need not wait."""
    del qtbot
    with Workspace.open(tmp_path / "data", ServerConfig(), actor="desktop") as workspace:
        live = Live(workspace, interval=0.02)
        live.start()
        endpoint = ServerProcess(workspace.folder, arguments=("--port", "0"))
        look = light()
        yield Desk(workspace, endpoint, live, Clipboard(), look)
        endpoint.stop()
        live.stop()


@pytest.fixture
def serving_desk(desk: Desk, qtbot: QtBot) -> Desk:
    """A desk whose endpoint answers at ``desk.endpoint.status.local_url``."""
    desk.endpoint.start()
    qtbot.waitUntil(lambda: desk.endpoint.status.is_serving, timeout=SERVING)
    return desk
