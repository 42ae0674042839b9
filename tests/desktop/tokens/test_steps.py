"""What comes later in a token's life: copied again out of the keyring, rotated; with keyrings that refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton

from desktop.tokens.rotate_dialog import RotateDialog
from tests.desktop.keyrings import use, use_secret_service
from tests.desktop.tokens.conftest import PATIENCE, showing

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.tokens.page import TokensPage
    from server.workspace import IssuedToken
    from tests.desktop.keyrings import HeldKeyring
    from tests.gnome_keyring import SecretService

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def clean_clipboard(qapp: object) -> None:
    QGuiApplication.clipboard().setText("before")


def chosen(desk: Desk, page: TokensPage, qtbot: QtBot) -> IssuedToken:
    """Make a token and look at it on the page."""
    issued = desk.workspace.custody.issue("Okta", expires="90d")
    page.reveal(issued.token.id)
    qtbot.waitUntil(page.details.isVisible, timeout=PATIENCE)
    return issued


def click_in_notice(page: TokensPage, qtbot: QtBot, text: str) -> None:
    button = next(one for one in page.notice.findChildren(QAbstractButton) if one.text() == text)
    qtbot.mouseClick(button, LEFT)


def test_a_kept_token_is_copied_again(
    desk: Desk, page: TokensPage, secret_service: SecretService, qtbot: QtBot
) -> None:
    use_secret_service(desk)
    issued = chosen(desk, page, qtbot)
    desk.workspace.custody.keep(issued)
    with qtbot.waitSignal(page.told, timeout=PATIENCE) as told:
        qtbot.mouseClick(page.details.copy_button, LEFT)
    assert told.args is not None
    assert "Okta" in told.args[0]
    assert QGuiApplication.clipboard().text() == issued.secret
    assert page.clipboard_note.text == "Clipboard clears in 60 s"
    qtbot.mouseClick(page.clipboard_note.clear_button, LEFT)
    assert QGuiApplication.clipboard().text() == ""
    desk.workspace.custody.revoke(issued.token.id)


def test_a_locked_keyring_is_said_and_asked_again(
    desk: Desk, page: TokensPage, secret_service: SecretService, qtbot: QtBot
) -> None:
    use_secret_service(desk)
    issued = chosen(desk, page, qtbot)
    desk.workspace.custody.keep(issued)
    secret_service.lock()
    try:
        qtbot.mouseClick(page.details.copy_button, LEFT)
        qtbot.waitUntil(page.notice.isVisible, timeout=PATIENCE)
        assert page.notice.accessibleName() == "The keyring is locked. Unlock it and try again."
        assert QGuiApplication.clipboard().text() == "before"
    finally:
        secret_service.unlock()
    with qtbot.waitSignal(page.told, timeout=PATIENCE):
        click_in_notice(page, qtbot, "Try again")
    assert QGuiApplication.clipboard().text() == issued.secret
    desk.workspace.custody.revoke(issued.token.id)


def test_where_no_copy_is_kept_rotation_is_offered(desk: Desk, page: TokensPage, qtbot: QtBot) -> None:
    chosen(desk, page, qtbot)
    qtbot.mouseClick(page.details.copy_button, LEFT)
    qtbot.waitUntil(page.notice.isVisible, timeout=PATIENCE)
    assert page.notice.accessibleName() == "The keyring holds no copy of this token. Rotate the token to get a new one."
    click_in_notice(page, qtbot, "Rotate…")
    assert "Okta" in showing(qtbot, RotateDialog).windowTitle()


def test_waiting_for_the_keyring_is_shown_and_can_be_given_up(
    desk: Desk, page: TokensPage, held_keyring: HeldKeyring, qtbot: QtBot
) -> None:
    issued = chosen(desk, page, qtbot)
    held_keyring.release.set()
    use(desk, lambda: held_keyring)
    desk.workspace.custody.keep(issued)
    held_keyring.release.clear()
    held_keyring.asked.clear()
    qtbot.mouseClick(page.details.copy_button, LEFT)
    qtbot.waitUntil(held_keyring.asked.is_set, timeout=PATIENCE)
    assert page.waiting.isVisible()
    qtbot.mouseClick(page.waiting.cancel_button, LEFT)
    assert not page.waiting.isVisible()
    held_keyring.release.set()
    # The keyring gives up its turn once it has answered: then the late answer was dropped.
    assert desk.workspace.custody.secret(issued.token.id).secret == issued.secret
    assert QGuiApplication.clipboard().text() == "before"
    with qtbot.waitSignal(page.told, timeout=PATIENCE):
        qtbot.mouseClick(page.details.copy_button, LEFT)
    assert QGuiApplication.clipboard().text() == issued.secret
