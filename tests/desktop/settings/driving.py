"""What the tests of the settings do as a person does it: find a field, type, click, see the file."""

from __future__ import annotations

import http.client
import tomllib
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.settings.page import SettingsPage

PATIENCE = 20_000
"""Milliseconds."""

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


def write(qtbot: QtBot, page: SettingsPage, name: str, text: str) -> None:
    """Type into the field of a setting, in the place of what stands there."""
    page.reveal(name)
    line = page.findChild(QLineEdit, name)
    assert line is not None
    line.selectAll()
    if text:
        qtbot.keyClicks(line, text)
    else:
        qtbot.keyClick(line, Qt.Key.Key_Delete)
    assert line.text() == text


def click(qtbot: QtBot, parent: QWidget, name: str) -> None:
    """Click the button of that name which can be seen."""
    # What was just made or shown has its place only after that.
    QApplication.processEvents()
    found = [one for one in parent.findChildren(QPushButton) if one.accessibleName() == name and one.isVisible()]
    assert found, name
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


def showing(qtbot: QtBot, kind: type[AnyWidget]) -> AnyWidget:
    """Wait for a dialog of that kind and return it."""

    def shown() -> list[AnyWidget]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]

    qtbot.waitUntil(lambda: bool(shown()), timeout=PATIENCE)
    return shown()[-1]


def kept(desk: Desk) -> dict[str, Any]:
    """Read what stands in perch.toml now."""
    return tomllib.loads((desk.workspace.folder / "perch.toml").read_text())


def serve(qtbot: QtBot, desk: Desk) -> None:
    """Start the endpoint and wait for it."""
    desk.endpoint.start()
    qtbot.waitUntil(lambda: desk.endpoint.status.is_serving, timeout=PATIENCE)


def answers(port: int) -> bool:
    """Ask an endpoint on that port for its configuration."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", "/scim/v2/ServiceProviderConfig")
            return connection.getresponse().status in {200, 401}
    except OSError:
        return False
