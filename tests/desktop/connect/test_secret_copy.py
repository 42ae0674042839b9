from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication

from desktop.connect.secret_copy import SecretCopy, masked
from tests.desktop.connect.conftest import PATIENCE, button_named, click, hold, issue

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from tests.desktop import keyrings


@pytest.fixture
def copy(desk: Desk, qtbot: QtBot) -> SecretCopy:
    made = SecretCopy(desk.workspace, desk.clipboard, "Authorization: Bearer")
    qtbot.addWidget(made)
    made.resize(500, 60)
    made.show()
    return made


def test_without_a_token_there_is_nothing_to_copy(copy: SecretCopy) -> None:
    assert not copy.button.isEnabled()


def test_a_copy_comes_out_of_the_keyring_after_waiting(
    desk: Desk, copy: SecretCopy, held_keyring: keyrings.HeldKeyring, qtbot: QtBot
) -> None:
    issued = hold(desk, held_keyring)
    copy.show_token(issued.token)
    click(qtbot, copy.button)
    qtbot.waitUntil(lambda: held_keyring.asked.is_set() and copy.waiting.isVisible(), timeout=PATIENCE)
    with qtbot.waitSignal(copy.copied, timeout=PATIENCE) as told:
        held_keyring.release.set()
    assert told.args == ["Okta production"]
    assert QGuiApplication.clipboard().text() == issued.secret
    desk.clipboard.clear_secret()
    assert QGuiApplication.clipboard().text() == ""


def test_who_gives_up_waiting_copies_nothing(
    desk: Desk, copy: SecretCopy, held_keyring: keyrings.HeldKeyring, qtbot: QtBot
) -> None:
    issued = hold(desk, held_keyring)
    copy.show_token(issued.token)
    click(qtbot, copy.button)
    qtbot.waitUntil(held_keyring.asked.is_set, timeout=PATIENCE)
    click(qtbot, copy.waiting.cancel_button)
    assert not copy.waiting.isVisible()
    assert QGuiApplication.clipboard().text() == ""


def test_no_copy_is_said_with_where_to_get_a_new_one(desk: Desk, copy: SecretCopy, qtbot: QtBot) -> None:
    issued = issue(desk)
    copy.show_token(issued.token)
    click(qtbot, copy.button)
    qtbot.waitUntil(copy.banner.isVisible, timeout=PATIENCE)
    assert copy.banner.accessibleName() == "The keyring holds no copy of this token. Rotate the token to get a new one."
    with qtbot.waitSignal(copy.tokens_wanted) as asked:
        click(qtbot, button_named(copy.banner, "Open Tokens"))
    assert asked.args == [issued.token.id]


def test_what_may_be_seen_of_a_token_is_not_the_token(desk: Desk) -> None:
    issued = issue(desk)
    assert masked(issued.token) == f"{issued.token.prefix}…{issued.secret[-4:]}"
