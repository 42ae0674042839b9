"""The page over a real workspace, and what its tests do again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from desktop.connect.page import ConnectPage
from server.okta.dialogues import OktaClient
from server.okta.person import Person
from server.workspace import Outcome
from tests.desktop import keyrings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from server.workspace import IssuedToken

PATIENCE = 20_000
"""Milliseconds."""
PUBLIC = "https://scim.acme.com"

AnyWidget = TypeVar("AnyWidget", bound=QWidget)

held_keyring = keyrings.held_keyring


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """Leave nothing in the clipboard: what Python put there must not outlive Python."""
    del qapp
    yield
    QGuiApplication.clipboard().clear()


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> ConnectPage:
    """The page as the window shows it; its first reading is done."""
    return opened(desk, qtbot)


def opened(desk: Desk, qtbot: QtBot) -> ConnectPage:
    """Open the page and wait for its first reading."""
    made = ConnectPage(desk)
    qtbot.addWidget(made)
    made.resize(1012, 800)
    made.show()
    made.shown()
    qtbot.waitUntil(lambda: bool(made.snapshot.base_url), timeout=PATIENCE)
    return made


def base_url(page: ConnectPage) -> str:
    """Read the base URL that stands in the form which is shown."""
    field = page.form_step.forms[page.kind].base_url
    assert field is not None
    return field.value


def texts(widget: QWidget) -> list[str]:
    """List what can be read on a widget."""
    # What was just put into a layout is shown only after that.
    QApplication.processEvents()
    return [one.text() for one in widget.findChildren(QLabel) if one.isVisibleTo(widget) and one.text()]


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


def issue(desk: Desk, label: str = "Okta production", **wishes: object) -> IssuedToken:
    """Make a token."""
    return desk.workspace.custody.issue(label, **wishes)  # type: ignore[arg-type] # the tests' own shorthand


def hold(desk: Desk, keyring: keyrings.HeldKeyring) -> IssuedToken:
    """Make a token whose copy is in a keyring that answers from now on only when it is released."""
    keyrings.use(desk, lambda: keyring)
    issued = issue(desk)
    keyring.release.set()
    assert desk.workspace.custody.keep(issued) is Outcome.STORED
    keyring.release.clear()
    keyring.asked.clear()
    return issued


def person(name: str = "ada") -> Person:
    """Somebody in Okta."""
    return Person(f"{name}@acme.com", name.title(), "Lovelace", f"{name}@acme.com")


def okta(desk: Desk, token: IssuedToken) -> OktaClient:
    """Be Okta, with a token."""
    return OktaClient(desk.endpoint.status.local_url, token.secret)


def play(*scenarios: Iterable[object]) -> None:
    """Let Okta do all of it."""
    for scenario in scenarios:
        for _ in scenario:
            pass
