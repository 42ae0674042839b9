"""A token as it may be seen, and Copy, which asks the keyring for all of it; in waiting, with Cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop import background, messages
from desktop.widgets.banner import Banner
from desktop.widgets.basics import Card, button, column, label, row
from desktop.widgets.waiting import Waiting
from server.workspace import Outcome

if TYPE_CHECKING:
    from desktop.clipboard import Clipboard
    from server.records import Token
    from server.workspace import Kept, Workspace

_WORTH_ANOTHER_TRY = frozenset({Outcome.LOCKED, Outcome.DISMISSED, Outcome.TOO_SLOW})


def masked(token: Token) -> str:
    """Give what may be seen of a token."""
    return f"{token.prefix}…{token.last_four}"


class SecretCopy(QWidget):
    """One field; `show_token` says which token."""

    copied = Signal(str)
    """The label of a token that is in the clipboard now."""
    tokens_wanted = Signal(str)
    """The keyring has no copy: the id of the token that has to be rotated."""

    def __init__(self, workspace: Workspace, clipboard: Clipboard, name: str) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._workspace = workspace
        self._clipboard = clipboard
        self._token: Token | None = None
        self._task: background.Task | None = None
        self._value = label("—", "mono")
        self.button = button(self.tr("Copy token"), self.copy, icon="copy", kind="link")
        self.button.setToolTip(self.tr("Copies the token out of your keyring; it leaves the clipboard in a minute."))
        self._value.setAccessibleName(name)
        frame = Card(row(self._value, None, self.button), kind="inset", margins=(12, 4, 6, 4), spacing=0)
        self.waiting = Waiting(bar_width=72)
        self.banner = Banner()
        self.setLayout(column(frame, self.waiting, self.banner, spacing=6))
        self.show_token(None)

    def show_token(self, token: Token | None) -> None:
        """Show another token, or that there is none."""
        if token is None or self._token is None or token.id != self._token.id:
            self.banner.hide()
        self._token = token
        self._value.setText(self.tr("Choose or generate a token first") if token is None else masked(token))
        self.button.setEnabled(token is not None)

    def copy(self) -> None:
        """Copy the token out of the keyring."""
        token = self._token
        if token is None or self._task is not None:
            return
        self.banner.hide()
        custody = self._workspace.custody
        self._task = background.run(
            self, lambda: custody.secret(token.id), lambda kept: self._came(token, kept), self._fail
        )
        self._task.ended.connect(self._end)
        self.waiting.wait_for(self._task, self.tr("Waiting for your keyring…"))

    def _end(self) -> None:
        self._task = None

    def _came(self, token: Token, kept: Kept) -> None:
        if kept.secret is not None:
            self._clipboard.copy_secret(kept.secret)
            self.copied.emit(token.label)
        elif kept.outcome in _WORTH_ANOTHER_TRY:
            self.banner.say(str(messages.of_fetching(kept.outcome)), "warn", self.tr("Try again"), self.copy)
        else:
            self.banner.say(
                str(messages.of_fetching(kept.outcome)),
                "warn",
                self.tr("Open Tokens"),
                lambda: self.tokens_wanted.emit(token.id),
            )

    def _fail(self, error: Exception) -> None:
        self.banner.say(str(messages.worded(error)), "err")
