"""A tenant that nobody connected yet, and the page over a sandbox that is really open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from desktop.sandbox.page import SandboxPage
from desktop.sandbox.session import Stage
from server.okta.app import AppSettings
from server.okta.company import make_company
from server.okta.dialogues import OktaClient
from server.okta.tenant import OktaTenant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.sandbox.stand import Stand

PATIENCE = 30_000
"""Milliseconds."""
FAST = 25.0
"""How many times faster than on a projector the tests play."""


@pytest.fixture
def tenant() -> Iterator[OktaTenant]:
    """A tenant of twelve people; nothing listens where it would send its requests."""
    company = make_company(12)
    with OktaClient("http://127.0.0.1:9/scim/v2", "unused") as client:
        yield OktaTenant(client, AppSettings(), company.people, company.groups)


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> Iterator[SandboxPage]:
    """The page as the window shows it at first."""
    made = SandboxPage(desk)
    qtbot.addWidget(made)
    made.resize(1012, 800)
    made.show()
    made.shown()
    yield made
    made.end()


@pytest.fixture
def stand(page: SandboxPage, qtbot: QtBot) -> Stand:
    """The stage of a sandbox that is open, with its own endpoint; it plays fast."""
    return opened(page, qtbot)


def opened(page: SandboxPage, qtbot: QtBot) -> Stand:
    """Open the sandbox as a person would, and wait until both sides are there."""
    click(qtbot, page.invitation.button)
    qtbot.waitUntil(lambda: page.session.stage in {Stage.READY, Stage.FAILED}, timeout=PATIENCE)
    assert page.session.fault is None
    stand = page.stand
    assert stand is not None
    page.player.tempo.speed = FAST
    qtbot.waitUntil(lambda: bool(stand.perch.side.people), timeout=PATIENCE)
    return stand


def click(qtbot: QtBot, widget: QPushButton) -> None:
    """Click a button that somebody could click."""
    QApplication.processEvents()
    assert widget.isVisible()
    assert widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def button_named(parent: QWidget, name: str) -> QPushButton:
    """Find the button of that name which can be seen."""
    QApplication.processEvents()
    found = [one for one in parent.findChildren(QPushButton) if one.accessibleName() == name and one.isVisible()]
    assert found, name
    return found[0]
