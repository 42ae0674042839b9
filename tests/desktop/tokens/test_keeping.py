"""Every outcome that a keyring can have, shown as it is; the token works, and nothing of it is on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyring.backends.null
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.tokens.keeping import Keeping
from desktop.widgets.basics import label
from server.workspace import Outcome
from tests.desktop.keyrings import files_with, made, use, use_secret_service
from tests.desktop.tokens.conftest import PATIENCE, request

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from server.workspace import IssuedToken
    from tests.desktop.keyrings import HeldKeyring
    from tests.gnome_keyring import SecretService


def keeping(desk: Desk, qtbot: QtBot, patience: float | None = None) -> Keeping:
    widget = Keeping(desk.workspace, label("beside"), patience)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def kept(desk: Desk, qtbot: QtBot) -> tuple[Keeping, IssuedToken]:
    """Keep a token just made, and wait for what becomes of it."""
    widget = keeping(desk, qtbot)
    issued = desk.workspace.custody.issue("Okta")
    with qtbot.waitSignal(widget.settled, timeout=PATIENCE):
        widget.keep(issued)
        assert widget.waiting.isVisible()
    assert not widget.waiting.isVisible()
    return widget, issued


def is_told(widget: Keeping, outcome: Outcome, sentence: str) -> None:
    assert widget.outcome is outcome
    assert widget.pill.text() == sentence
    assert widget.again.isVisible() is not widget.is_kept
    assert widget.remedy.isVisible() is not widget.is_kept


def usable_and_nowhere_on_the_disk(desk: Desk, issued: IssuedToken, folder: Path) -> None:
    assert request(desk, issued.secret) == 200
    assert files_with(issued.token.label, folder), "the search finds what is there"
    assert files_with(issued.secret, folder) == []


def test_an_open_keyring_has_the_copy(
    serving_desk: Desk, secret_service: SecretService, qtbot: QtBot, tmp_path: Path
) -> None:
    use_secret_service(serving_desk)
    widget, issued = kept(serving_desk, qtbot)
    is_told(widget, Outcome.STORED, "✓ Saved to GNOME Keyring")
    assert f"Perch SCIM token {issued.token.id}" in secret_service.services()
    usable_and_nowhere_on_the_disk(serving_desk, issued, tmp_path)
    serving_desk.workspace.custody.revoke(issued.token.id)


def test_a_locked_keyring_is_said_and_tried_again(
    serving_desk: Desk, locked_secret_service: SecretService, qtbot: QtBot, tmp_path: Path
) -> None:
    use_secret_service(serving_desk)
    widget, issued = kept(serving_desk, qtbot)
    is_told(widget, Outcome.LOCKED, "Not saved: the keyring is locked")
    usable_and_nowhere_on_the_disk(serving_desk, issued, tmp_path)
    locked_secret_service.unlock()
    with qtbot.waitSignal(widget.settled, timeout=PATIENCE):
        qtbot.mouseClick(widget.again, Qt.MouseButton.LeftButton)
    is_told(widget, Outcome.STORED, "✓ Saved to GNOME Keyring")
    serving_desk.workspace.custody.revoke(issued.token.id)


def test_a_declined_prompt_is_said(
    serving_desk: Desk, locked_secret_service: SecretService, qtbot: QtBot, tmp_path: Path
) -> None:
    # No prompter runs on the private bus: gnome-keyring then declines in the person's place.
    use_secret_service(serving_desk, attended=True)
    widget, issued = kept(serving_desk, qtbot)
    is_told(widget, Outcome.DISMISSED, "Not saved: the keyring was not unlocked")
    assert "unlock it when asked" in widget.remedy.text()
    usable_and_nowhere_on_the_disk(serving_desk, issued, tmp_path)


def test_no_keyring_is_said(serving_desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    widget, issued = kept(serving_desk, qtbot)
    is_told(widget, Outcome.ABSENT, "Not saved: this system has no keyring")
    usable_and_nowhere_on_the_disk(serving_desk, issued, tmp_path)


def test_a_keyring_that_keeps_nothing_is_not_believed(serving_desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    use(serving_desk, lambda: made(keyring.backends.null.Keyring))
    widget, issued = kept(serving_desk, qtbot)
    is_told(widget, Outcome.REFUSED, "Not saved: the configured keyring does not protect secrets")
    usable_and_nowhere_on_the_disk(serving_desk, issued, tmp_path)


def test_who_stops_waiting_still_hears_what_the_keyring_did(
    desk: Desk, held_keyring: HeldKeyring, qtbot: QtBot
) -> None:
    use(desk, lambda: held_keyring)
    widget = keeping(desk, qtbot)
    issued = desk.workspace.custody.issue("Okta")
    widget.keep(issued)
    qtbot.waitUntil(held_keyring.asked.is_set, timeout=PATIENCE)
    qtbot.mouseClick(widget.waiting.cancel_button, Qt.MouseButton.LeftButton)
    assert widget.pill.text() == "Not saved yet: you stopped waiting"
    assert widget.again.isVisible()
    with qtbot.waitSignal(widget.settled, timeout=PATIENCE):
        held_keyring.release.set()
    assert widget.is_kept
    assert widget.pill.text() == "✓ Saved to macOS Keychain"


def test_a_keyring_that_answers_after_its_time_is_told_as_well(
    desk: Desk, held_keyring: HeldKeyring, qtbot: QtBot
) -> None:
    use(desk, lambda: held_keyring)
    widget = keeping(desk, qtbot, patience=0.05)
    with qtbot.waitSignal(widget.settled, timeout=PATIENCE):
        widget.keep(desk.workspace.custody.issue("Okta"))
    is_told(widget, Outcome.TOO_SLOW, "Not saved: the keyring did not answer in time")
    with qtbot.waitSignal(widget.settled, timeout=PATIENCE):
        held_keyring.release.set()
    assert widget.is_kept


def test_an_answer_that_comes_after_the_window_is_gone_is_noted(
    desk: Desk, held_keyring: HeldKeyring, qtbot: QtBot
) -> None:
    use(desk, lambda: held_keyring)
    window = QWidget()
    qtbot.addWidget(window)
    widget = Keeping(desk.workspace, label("beside"), 0.05)
    widget.setParent(window)
    gone: list[bool] = []
    widget.destroyed.connect(lambda: gone.append(True))
    issued = desk.workspace.custody.issue("Okta")
    with qtbot.waitSignal(widget.settled, timeout=PATIENCE):
        widget.keep(issued)
    widget.deleteLater()
    qtbot.waitUntil(lambda: bool(gone), timeout=PATIENCE)
    held_keyring.release.set()
    qtbot.waitUntil(lambda: desk.workspace.tokens.find(issued.token.id).keyring == "stored", timeout=PATIENCE)


@pytest.mark.parametrize("forgets", [False, True])
def test_without_its_secret_nothing_is_tried_again(desk: Desk, qtbot: QtBot, *, forgets: bool) -> None:
    widget, _ = kept(desk, qtbot)
    if forgets:
        widget.forget()
    assert widget.again.isVisible() is not forgets
