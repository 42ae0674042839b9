"""The secret of a new webhook, for the consumer: copied, with what it has to check, and a test of it all.

Belongs here: what is done with the secret while it is on the screen. Must not know: how it was made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QTimer

from desktop.settings.webhook_trial import WebhookTrial
from desktop.widgets.basics import Card, Pill, button, label, row
from desktop.widgets.clipboard_note import ClipboardNote
from desktop.widgets.copy_field import CopyField
from desktop.widgets.dialog import Dialog
from desktop.widgets.secret_line import SecretLine
from server.workspace import SecretPlace

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent
    from PySide6.QtWidgets import QWidget

    from desktop.desk import Desk
    from server.workspace import Added

PYTHON: Final = '''import hashlib
import hmac
import time


def is_from_perch(secret: str, header: str, body: bytes) -> bool:
    """Tell whether a POST with this Perch-Signature and these bytes is from Perch, and of now."""
    at, seen = (part.split("=", 1)[1] for part in header.split(","))
    expected = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(seen, expected) and abs(time.time() - int(at)) < 300
'''
"""What a consumer checks; the README has it too."""


class WebhookSecretDialog(Dialog):
    """Shows the secret this once; it stays where it is kept, so closing loses nothing."""

    def __init__(self, desk: Desk, added: Added, parent: QWidget | None) -> None:
        super().__init__(parent, self._title(), icon="shield-check", tone="ok", width=680)
        self._webhook = added.webhook
        self.body.addWidget(
            label(
                self.tr(
                    "{url} is told of each change while Perch serves. With this secret it knows that Perch said it."
                ).format(url=added.webhook.url.partition("?")[0]),
                "muted",
                wrap=True,
            )
        )
        self.line = SecretLine(self.tr("Secret of the webhook"), added.secret or "", desk.clipboard)
        self.copy_button = self.line.copy_button
        self.body.addWidget(self.line)
        self.note = ClipboardNote(desk.clipboard, self.tr("Copy it into the consumer's settings"))
        is_in_keyring = added.webhook.secret_place is SecretPlace.KEYRING
        self.kept = Pill(self.tr("✓ Kept in your keyring") if is_in_keyring else self.tr("✓ Kept in a file"), "ok")
        self.kept.setToolTip(added.webhook.secret_name)
        self.body.addLayout(row(self.note, None, self.kept))
        clipboard = desk.clipboard
        self.fields = (
            CopyField(self.tr("Header with the signature"), "Perch-Signature", clipboard),
            CopyField(self.tr("Its value"), "t=<seconds>,v1=<signature>", clipboard),
            CopyField(self.tr("The signature, in hex"), 'HMAC-SHA-256(secret, seconds + "." + body)', clipboard),
        )
        self.python_button = button(self.tr("Copy Python code that checks it"), self._copy_python, kind="link")
        card = Card(*self.fields, title=self.tr("What the consumer checks"), spacing=6)
        card.body.addLayout(row(self.python_button, None))
        self.body.addWidget(card)
        self.trial = WebhookTrial(desk.workspace)
        self.body.addWidget(self.trial)
        self._clipboard = clipboard
        # Once what was just said or shown has been laid out.
        self._fitting = QTimer(self, singleShot=True, interval=0)
        self._fitting.timeout.connect(self.fit)
        self.test_button = self.add_button(self.tr("Send a test"), self._test, icon="paper-plane-tilt", left=True)
        self.done_button = self.add_button(self.tr("Done"), self.accept)
        self.finished.connect(self.line.wipe)
        self.copy_button.setFocus()

    @staticmethod
    def _title() -> str:
        return QCoreApplication.translate("WebhookSecretDialog", "Give the consumer this secret")

    def showEvent(self, event: QShowEvent) -> None:
        """Show no more room than is needed."""
        super().showEvent(event)
        self._fitting.start()

    def _copy_python(self) -> None:
        self._clipboard.copy(PYTHON)
        self.python_button.setText(self.tr("Copied"))

    def _test(self) -> None:
        self.test_button.setEnabled(False)
        self.trial.send(self._webhook.id).ended.connect(self._tested)
        self._fitting.start()

    def _tested(self) -> None:
        self.test_button.setEnabled(True)
        self._fitting.start()
