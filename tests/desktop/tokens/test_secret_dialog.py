from __future__ import annotations

import csv
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLineEdit

from desktop.clipboard import Clipboard
from desktop.desk import Desk
from desktop.tokens.secret_dialog import SecretDialog
from desktop.widgets.dialog import Question
from tests.desktop.keyrings import files_with, use_secret_service
from tests.desktop.tokens.conftest import PATIENCE, showing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from server.workspace import IssuedToken
    from tests.gnome_keyring import SecretService

BASE_URL = "https://scim.acme.example/scim/v2"
LEFT = Qt.MouseButton.LeftButton


class Shown:
    """A dialog with its token, as a test holds them."""

    def __init__(self, desk: Desk, qtbot: QtBot, base_url: str) -> None:
        self.issued: IssuedToken = desk.workspace.custody.issue("Okta / production")
        self.dialog = SecretDialog(desk, self.issued, base_url, None)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        # The test may end while it is open, and it does not close without being asked twice.
        qtbot.addWidget(self.dialog, before_close_func=lambda dialog: dialog.accept())
        self.dialog.open()
        qtbot.waitUntil(self.dialog.isActiveWindow, timeout=PATIENCE)
        qtbot.waitUntil(lambda: self.dialog.keeping.outcome is not None, timeout=PATIENCE)


@pytest.fixture
def show(desk: Desk, qtbot: QtBot) -> Callable[[], Shown]:
    return lambda: Shown(desk, qtbot, BASE_URL)


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_copy_comes_first_and_the_token_is_selected(show: Callable[[], Shown], qtbot: QtBot) -> None:
    shown = show()
    assert shown.dialog.copy_button.hasFocus()
    assert shown.dialog.copy_button.isDefault()
    qtbot.waitUntil(lambda: shown.dialog.secret.selectedText() == shown.issued.secret, timeout=PATIENCE)
    qtbot.keyClick(shown.dialog, Qt.Key.Key_Return)
    assert clipboard() == shown.issued.secret
    assert shown.dialog.copy_button.text() == "Copied"
    assert shown.dialog.note.text == "Clipboard clears in 60 s"


def test_what_copies_out_of_the_field_runs_the_clock_too(show: Callable[[], Shown], qtbot: QtBot) -> None:
    shown = show()
    qtbot.mouseClick(shown.dialog.secret, LEFT)
    qtbot.keyClick(shown.dialog.secret, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == shown.issued.secret
    assert shown.dialog.note.text == "Clipboard clears in 60 s"
    assert shown.dialog.secret.contextMenuPolicy() is Qt.ContextMenuPolicy.NoContextMenu


@pytest.mark.parametrize("way", ["esc", "cross"])
def test_esc_and_the_cross_do_not_lose_it(show: Callable[[], Shown], qtbot: QtBot, way: str) -> None:
    shown = show()

    def leave() -> None:
        if way == "esc":
            qtbot.keyClick(shown.dialog, Qt.Key.Key_Escape)
        else:
            shown.dialog.close()

    leave()
    question = showing(qtbot, Question)
    assert shown.dialog.isVisible()
    assert question.cancel_button.text() == "Keep it open"
    qtbot.keyClick(question.cancel_button, Qt.Key.Key_Space)
    assert shown.dialog.isVisible()
    assert shown.dialog.secret.text() == shown.issued.secret
    # The offscreen platform leaves this to the program.
    shown.dialog.activateWindow()
    qtbot.waitUntil(shown.dialog.isActiveWindow, timeout=PATIENCE)
    leave()
    qtbot.mouseClick(showing(qtbot, Question).action_button, LEFT)
    assert not shown.dialog.isVisible()


def test_once_copied_esc_closes(show: Callable[[], Shown], qtbot: QtBot) -> None:
    shown = show()
    qtbot.mouseClick(shown.dialog.copy_button, LEFT)
    qtbot.keyClick(shown.dialog, Qt.Key.Key_Escape)
    assert not shown.dialog.isVisible()


def test_once_in_the_keyring_esc_closes(desk: Desk, secret_service: SecretService, qtbot: QtBot) -> None:
    use_secret_service(desk)
    shown = Shown(desk, qtbot, BASE_URL)
    assert shown.dialog.keeping.is_kept
    qtbot.keyClick(shown.dialog, Qt.Key.Key_Escape)
    assert not shown.dialog.isVisible()
    desk.workspace.custody.revoke(shown.issued.token.id)


def test_whoever_has_stored_it_closes_and_nothing_stays_in_the_widgets(show: Callable[[], Shown], qtbot: QtBot) -> None:
    shown = show()
    qtbot.mouseClick(shown.dialog.done_button, LEFT)
    assert not shown.dialog.isVisible()
    assert all(shown.issued.secret not in field.text() for field in shown.dialog.findChildren(QLineEdit))
    assert shown.issued.secret not in repr(vars(shown.dialog))
    assert not shown.dialog.keeping.again.isVisible()


def test_what_okta_asks_for_is_copied_one_by_one(show: Callable[[], Shown], qtbot: QtBot) -> None:
    shown = show()
    copied = []
    for field in shown.dialog.fields:
        qtbot.mouseClick(field.button, LEFT)
        copied.append((field.name, clipboard()))
    assert copied == [
        ("SCIM connector base URL", BASE_URL),
        ("Unique identifier field for users", "userName"),
        ("Authentication Mode", "HTTP Header"),
    ]


def test_it_is_downloaded_for_a_password_manager(
    show: Callable[[], Shown], qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shown = show()
    qtbot.mouseClick(shown.dialog.download_button, LEFT)
    chooser = showing(qtbot, QFileDialog)
    assert chooser.selectedFiles()[0].endswith("Okta - production - Perch.csv")
    target = tmp_path / "mine.csv"
    name = chooser.findChild(QLineEdit)
    assert name is not None
    name.selectAll()
    qtbot.keyClicks(name, str(target))
    buttons = chooser.findChild(QDialogButtonBox)
    assert buttons is not None
    qtbot.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Save), LEFT)
    qtbot.waitUntil(shown.dialog.banner.isVisible, timeout=PATIENCE)
    assert "then delete it" in shown.dialog.banner.accessibleName()
    with target.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["url"], row["username"], row["password"]) == (BASE_URL, "Okta / production", shown.issued.secret)
    if sys.platform != "win32":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert files_with(shown.issued.secret, tmp_path) == [target], "there and nowhere else"
    assert shown.issued.secret not in caplog.text
    qtbot.keyClick(shown.dialog, Qt.Key.Key_Escape)
    assert not shown.dialog.isVisible()


def test_a_file_that_cannot_be_written_is_said(show: Callable[[], Shown], qtbot: QtBot, tmp_path: Path) -> None:
    shown = show()
    shown.dialog._write(str(tmp_path / "nowhere" / "mine.csv"))
    qtbot.waitUntil(shown.dialog.banner.isVisible, timeout=PATIENCE)
    assert "Choose another folder" in shown.dialog.banner.accessibleName()
    qtbot.keyClick(shown.dialog, Qt.Key.Key_Escape)
    assert showing(qtbot, Question).isVisible(), "it is still only here"


def test_the_connection_is_tested_with_it(serving_desk: Desk, qtbot: QtBot) -> None:
    shown = Shown(serving_desk, qtbot, serving_desk.endpoint.status.local_url)
    qtbot.mouseClick(shown.dialog.test_button, LEFT)
    qtbot.waitUntil(shown.dialog.trial.result.isVisible, timeout=PATIENCE)
    assert shown.dialog.trial.result.property("tone") == "ok"


@pytest.mark.parametrize("changed", [False, True])
def test_the_clipboard_is_cleared_in_time_and_only_if_unchanged(desk: Desk, qtbot: QtBot, *, changed: bool) -> None:
    short = Desk(desk.workspace, desk.endpoint, desk.live, Clipboard(seconds=1), desk.theme)
    shown = Shown(short, qtbot, BASE_URL)
    qtbot.mouseClick(shown.dialog.copy_button, LEFT)
    assert shown.dialog.note.text == "Clipboard clears in 1 s"
    if changed:
        QGuiApplication.clipboard().setText("something else")
    qtbot.waitUntil(lambda: shown.dialog.note.text == "No longer in the clipboard", timeout=PATIENCE)
    assert clipboard() == ("something else" if changed else "")


def test_tab_reaches_everything_in_order(show: Callable[[], Shown], qtbot: QtBot) -> None:
    shown = show()
    seen = [shown.dialog.focusWidget()]
    while len(seen) < 12:
        qtbot.keyClick(shown.dialog.focusWidget(), Qt.Key.Key_Tab)
        if shown.dialog.focusWidget() is seen[0]:
            break
        seen.append(shown.dialog.focusWidget())
    names = [one.accessibleName() for one in seen]
    assert names == [
        "Copy",
        "New token",
        "Try again",
        "Copy SCIM connector base URL",
        "Copy Unique identifier field for users",
        "Copy Authentication Mode",
        "Test connection",
        "Download…",
        "I have stored it",
    ]
