from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt

from desktop.tokens.rotate_dialog import RotateDialog
from desktop.widgets import when
from server.tokens import later
from tests.desktop.tokens.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from server.records import Token
    from server.workspace import IssuedToken


@pytest.fixture
def rotating(desk: Desk, qtbot: QtBot) -> Callable[[Token], RotateDialog]:
    def make(token: Token) -> RotateDialog:
        dialog = RotateDialog(desk.workspace, token, None)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return make


def rotated(dialog: RotateDialog, qtbot: QtBot) -> IssuedToken:
    with qtbot.waitSignal(dialog.issued, timeout=PATIENCE) as made:
        qtbot.mouseClick(dialog.rotate_button, Qt.MouseButton.LeftButton)
    assert made.args is not None
    issued: IssuedToken = made.args[0]
    return issued


def choose(dialog: RotateDialog, qtbot: QtBot, days: int) -> None:
    place = dialog.overlap.findData(days)
    while dialog.overlap.currentIndex() != place:
        down = dialog.overlap.currentIndex() < place
        qtbot.keyClick(dialog.overlap, Qt.Key.Key_Down if down else Qt.Key.Key_Up)


@pytest.mark.parametrize(("days", "status"), [(7, "active"), (1, "active"), (0, "ended")])
def test_both_work_for_as_long_as_was_chosen(
    desk: Desk, rotating: Callable[[Token], RotateDialog], qtbot: QtBot, days: int, status: str
) -> None:
    old = desk.workspace.custody.issue("Okta", expires="90d").token
    dialog = rotating(old)
    choose(dialog, qtbot, days)
    new = rotated(dialog, qtbot).token
    ends = desk.workspace.tokens.find(old.id).expires
    assert ends is not None
    assert ends == later(new.created, timedelta(days=days))
    assert (ends > desk.workspace.custody.now()) is (status == "active")
    assert new.expires == later(new.created, timedelta(days=90)), "as long as the old one was given"
    assert not dialog.isVisible()


def test_without_an_overlap_it_says_what_that_means(
    desk: Desk, rotating: Callable[[Token], RotateDialog], qtbot: QtBot
) -> None:
    dialog = rotating(desk.workspace.custody.issue("Okta").token)
    choose(dialog, qtbot, 0)
    assert "Okta is refused" in dialog.overlap.accessibleDescription()


def test_an_overlap_longer_than_the_token_lives_says_when_it_ends(
    desk: Desk, rotating: Callable[[Token], RotateDialog], qtbot: QtBot
) -> None:
    old = desk.workspace.custody.issue("Okta", expires="3d").token
    dialog = rotating(old)
    assert when.exact(old.expires) in dialog.overlap.accessibleDescription()
    assert "by itself" in dialog.overlap.accessibleDescription()


def test_a_token_that_never_expires_is_replaced_by_one_that_never_does(
    desk: Desk, rotating: Callable[[Token], RotateDialog], qtbot: QtBot
) -> None:
    dialog = rotating(desk.workspace.custody.issue("Okta").token)
    assert rotated(dialog, qtbot).token.expires is None


def test_the_new_one_may_be_given_another_end(
    desk: Desk, rotating: Callable[[Token], RotateDialog], qtbot: QtBot
) -> None:
    dialog = rotating(desk.workspace.custody.issue("Okta", expires="90d").token)
    dialog.expiry.choice.setCurrentIndex(dialog.expiry.choice.findData("30d"))
    new = rotated(dialog, qtbot).token
    assert new.expires == later(new.created, timedelta(days=30))


def test_what_was_revoked_meanwhile_is_refused_in_words(
    desk: Desk, rotating: Callable[[Token], RotateDialog], qtbot: QtBot
) -> None:
    old = desk.workspace.custody.issue("Okta").token
    dialog = rotating(old)
    desk.workspace.custody.revoke(old.id)
    qtbot.mouseClick(dialog.rotate_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.banner.isVisible, timeout=PATIENCE)
    assert "is revoked: create a new one instead" in dialog.banner.accessibleName()
    assert dialog.rotate_button.isEnabled()


def test_an_expired_one_has_no_overlap_to_choose(
    desk: Desk, rotating: Callable[[Token], RotateDialog], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    old = desk.workspace.custody.issue("Okta", expires="1d").token
    custody: Any = desk.workspace.custody
    monkeypatch.setattr(type(custody), "now", staticmethod(lambda: later(old.created, timedelta(days=2))))
    assert not rotating(old).overlap_field.isVisible()
