"""The steps of a token's life as a person asks for them: generated, copied again, rotated, revoked, replaced.

Belongs here: which dialog asks, which call is made in the background, what is said of how it went. Must not know:
the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop import background, messages
from desktop.tokens import words
from desktop.tokens.generate_dialog import GenerateDialog
from desktop.tokens.rotate_dialog import RotateDialog
from desktop.tokens.secret_dialog import SecretDialog
from desktop.tokens.snapshot import Snapshot
from desktop.widgets.dialog import Question
from server.workspace import Outcome

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.desk import Desk
    from desktop.widgets.banner import Banner
    from desktop.widgets.waiting import Waiting
    from server.records import Token
    from server.workspace import IssuedToken, Kept


class Steps(QObject):
    """Speaks through a banner and a line of waiting; ``snapshot`` is what the person sees just now."""

    made = Signal(str)
    """The id of a token just made."""
    changed = Signal()
    """A token was ended."""
    keyring_used = Signal()
    """Somebody may have unlocked it."""
    told = Signal(str, object)
    """Something to be said in passing, as a page does."""

    def __init__(self, desk: Desk, window: QWidget, notice: Banner, waiting: Waiting) -> None:
        super().__init__(window)
        self.snapshot = Snapshot()
        self._desk = desk
        self._window = window
        self._notice = notice
        self._waiting = waiting
        self._fetching: background.Task | None = None

    def generate(self, like: Token | None = None) -> None:
        """Ask for a token, like one that ended or any."""
        dialog = GenerateDialog(self._desk.workspace, self._window, like)
        dialog.issued.connect(self.show_secret)
        dialog.open()

    def rotate(self, token: Token) -> None:
        """Ask how a token is to be replaced."""
        dialog = RotateDialog(self._desk.workspace, token, self._window)
        dialog.issued.connect(self.show_secret)
        dialog.open()

    def show_secret(self, issued: IssuedToken) -> None:
        """Show a token just made, this once."""
        self._notice.hide()
        base_url = self._desk.endpoint.status.base_url or self.snapshot.base_url
        dialog = SecretDialog(self._desk, issued, base_url, self._window)
        dialog.finished.connect(self.keyring_used)
        dialog.open()
        self.made.emit(issued.token.id)

    def copy(self, token: Token) -> None:
        """Copy a token again, out of the keyring."""
        if self._fetching is not None:
            return
        custody = self._desk.workspace.custody
        self._notice.hide()
        self._fetching = background.run(
            self, lambda: custody.secret(token.id), lambda kept: self._copied(token, kept), self._fail
        )
        self._fetching.ended.connect(self._fetched)
        self._waiting.wait_for(self._fetching, self.tr("Waiting for your keyring…"))

    def _fetched(self) -> None:
        self._fetching = None

    def _copied(self, token: Token, kept: Kept) -> None:
        if kept.secret is not None:
            self._desk.clipboard.copy_secret(kept.secret)
            text = self.tr("Copied “{name}”. It leaves the clipboard in a minute.").format(name=token.label)
            self.told.emit(text, None)
            return
        can_try = kept.outcome in {Outcome.LOCKED, Outcome.DISMISSED, Outcome.TOO_SLOW}
        action = self.tr("Try again") if can_try else self.tr("Rotate…")
        wish = self.copy if can_try else self.rotate
        self._notice.say(str(messages.of_fetching(kept.outcome)), "warn", action, lambda: wish(token), closable=True)

    def revoke(self, token: Token) -> None:
        """Ask, with what it breaks, and end a token with those that it replaces."""
        taken = self.snapshot
        replaced = taken.revoked_with(token)
        text = (
            words.breaks_all(token, replaced, taken.now)
            if replaced
            else words.breaks(token, taken.now, taken.rotations.get(token.id))
        )
        Question(
            self._window,
            self.tr("Revoke “{name}”?").format(name=token.label),
            f"{text} {self.tr('A revoked token stays revoked.')}",
            self.tr("Revoke tokens") if replaced else self.tr("Revoke token"),
            lambda: self._revoke(token),
        ).open()

    def _revoke(self, token: Token) -> None:
        custody = self._desk.workspace.custody
        background.run(self, lambda: custody.revoke(token.id), self._revoked, self._fail)

    def _revoked(self, ended: list[Token]) -> None:
        token, *replaced = ended
        text = (
            self.tr("“{name}” and the token it replaced are revoked, and stay so. A replacement has the same settings.")
            if replaced
            else self.tr("“{name}” is revoked, and stays so. A replacement has the same settings.")
        )
        self._notice.say(
            text.format(name=token.label),
            "ok",
            self.tr("Generate a replacement…"),
            lambda: self.generate(token),
            closable=True,
        )
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self._notice.say(str(messages.worded(error)), "err", closable=True)
