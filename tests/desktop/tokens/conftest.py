"""The page of tokens over a real workspace, and what its tests do again and again."""

from __future__ import annotations

import http.client
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.tokens.page import TokensPage
from tests.desktop import keyrings

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

PATIENCE = 20_000
"""Milliseconds."""

held_keyring = keyrings.held_keyring

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> TokensPage:
    """The page as the window shows it; its first reading is done."""
    made = TokensPage(desk)
    qtbot.addWidget(made)
    made.resize(1012, 800)
    made.show()
    made.shown()
    qtbot.waitUntil(lambda: made.stack.currentIndex() > 0, timeout=PATIENCE)
    return made


def showing(qtbot: QtBot, kind: type[AnyWidget]) -> AnyWidget:
    """Wait for a dialog of that kind and return it."""

    def shown() -> list[AnyWidget]:
        tops = QApplication.topLevelWidgets()
        return [one for one in tops if isinstance(one, kind) and one.isVisible() and one.isActiveWindow()]

    qtbot.waitUntil(lambda: bool(shown()), timeout=PATIENCE)
    return shown()[-1]


def request(desk: Desk, secret: str, agent: str = "Okta SCIM Client 1.0.0") -> int:
    """Send one request to the running endpoint as Okta would, and return its status."""
    url = urlsplit(desk.endpoint.status.local_url)
    headers = {"Authorization": f"Bearer {secret}", "User-Agent": agent}
    with closing(http.client.HTTPConnection(url.hostname or "", url.port, timeout=20)) as connection:
        connection.request("GET", f"{url.path}/Users?count=1", headers=headers)
        return connection.getresponse().status
