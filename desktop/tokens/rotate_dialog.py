"""Asks how long a token that is replaced still works, and for how long the new one does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from desktop import background, messages
from desktop.tokens import words
from desktop.tokens.expiry_choice import ExpiryChoice
from desktop.widgets import when
from desktop.widgets.basics import label
from desktop.widgets.dialog import Dialog
from desktop.widgets.field import Field
from server.workspace import TokenRuleError, token_life

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent
    from PySide6.QtWidgets import QWidget

    from server.records import Token
    from server.workspace import IssuedToken, Workspace

OVERLAPS = (0, 1, 7, 14, 30, 90)
"""Days."""


class RotateDialog(Dialog):
    """Replaces a token by a new secret of the same name and access."""

    issued = Signal(object)
    """The IssuedToken, once; the dialog has closed by then."""

    def __init__(self, workspace: Workspace, token: Token, parent: QWidget | None) -> None:
        super().__init__(parent, self._title(token), icon="arrows-clockwise", width=520)
        self._workspace = workspace
        self._token = token
        self._now = workspace.custody.now()
        has_ended = words.has_ended(token, self._now)
        explanation = (
            self.tr("A new token takes its place: same name, same access. The old one has expired and stays so.")
            if has_ended
            else self.tr(
                "A new token takes its place: same name, same access. Both work until the old one ends, so that "
                "there is time to paste the new one into Okta. Perch shows when Okta has switched."
            )
        )
        self.body.addWidget(label(explanation, "muted", wrap=True))
        self.overlap = QComboBox()
        for days in OVERLAPS:
            self.overlap.addItem(self._overlap_words(days), days)
        self.overlap.setCurrentIndex(self.overlap.findData(token_life.OVERLAP.days))
        self.overlap_field = Field(self.tr("The old token works for"), self.overlap)
        self.overlap_field.setVisible(not has_ended)
        self.expiry = ExpiryChoice(
            self._now, as_before=token.expires is not None, title=self.tr("The new token expires")
        )
        if token.expires is None:
            self.expiry.set_like(token)
        self.body.addWidget(self.overlap_field)
        self.body.addWidget(self.expiry)
        self.add_button(self.tr("Cancel"), self.reject)
        self.rotate_button = self.add_button(self.tr("Rotate token"), self._rotate, kind="primary")
        self.overlap.currentIndexChanged.connect(self._say_end)
        self.expiry.changed.connect(self.fit)
        self._say_end()
        self.overlap.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Show no more room than the words need."""
        super().showEvent(event)
        self.fit()

    def _title(self, token: Token) -> str:
        return self.tr("Rotate “{name}”").format(name=token.label)

    def _overlap_words(self, days: int) -> str:
        if days == 0:
            return self.tr("No longer: it ends now")
        return self.tr("1 more day") if days == 1 else self.tr("{days} more days").format(days=days)

    @property
    def _chosen(self) -> timedelta:
        return timedelta(days=self.overlap.currentData())

    def _say_end(self) -> None:
        if not self._chosen:
            self.overlap_field.hint(self.tr("Okta is refused until the new token is pasted there."), "caution")
            return
        end = (datetime.fromisoformat(self._now) + self._chosen).isoformat()
        if self._token.expires is not None and self._token.expires < end:
            self.overlap_field.hint(
                self.tr("It expires by itself before that: {end}.").format(end=when.exact(self._token.expires))
            )
        else:
            self.overlap_field.hint(self.tr("Until {end}.").format(end=when.exact(end)))

    def _rotate(self) -> None:
        custody, token_id, overlap = self._workspace.custody, self._token.id, self._chosen
        expires = self.expiry.value
        self.banner.hide()
        self.rotate_button.setEnabled(False)
        background.run(
            self, lambda: custody.rotate(token_id, overlap=overlap, expires=expires), self._made, self._refused
        )

    def _made(self, issued: IssuedToken) -> None:
        self.accept()
        self.issued.emit(issued)

    def _refused(self, error: Exception) -> None:
        self.rotate_button.setEnabled(True)
        rule = error.rule if isinstance(error, TokenRuleError) else ""
        if rule == "expiry":
            self.expiry.field.complain(str(error))
        elif rule == "overlap":
            self.overlap_field.complain(str(error))
        else:
            self.banner.say(str(messages.worded(error)), "err")
