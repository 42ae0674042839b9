"""The one time that a token is seen: copied, kept in the keyring, downloaded, pasted into Okta, not lost by a slip.

Belongs here: what is done with a secret while it is on the screen. Must not know: how it was made.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog

from desktop import background
from desktop.tokens import secret_file
from desktop.tokens.keeping import Keeping
from desktop.tokens.trial import ConnectionTrial
from desktop.widgets.basics import Card, label
from desktop.widgets.clipboard_note import ClipboardNote
from desktop.widgets.copy_field import CopyField
from desktop.widgets.dialog import Dialog, Question
from desktop.widgets.secret_line import SecretLine

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.desk import Desk
    from server.workspace import IssuedToken


class SecretDialog(Dialog):
    """Shows a token just made; it closes by itself only once the token is somewhere, or on being told twice."""

    def __init__(
        self, desk: Desk, issued: IssuedToken, base_url: str, parent: QWidget | None, *, patience: float | None = None
    ) -> None:
        super().__init__(parent, self._title(), icon="shield-check", tone="ok", width=680)
        self._desk = desk
        self._issued: IssuedToken | None = issued
        self._base_url = base_url
        self._has_copy = False
        self.body.addWidget(
            label(
                self.tr(
                    "“{name}” works from now on. Okta needs it once. Perch keeps only a hash, "
                    "so this is the one time that you see it."
                ).format(name=issued.token.label),
                "muted",
                wrap=True,
            )
        )
        self._line = SecretLine(self.tr("New token"), issued.secret, desk.clipboard)
        self._line.copied.connect(self._note_copy)
        self.secret, self.copy_button = self._line.secret, self._line.copy_button
        self.body.addWidget(self._line)
        self.note = ClipboardNote(desk.clipboard, self.tr("Shown only now: copy it first"))
        self.keeping = Keeping(desk.workspace, self.note, patience)
        self.body.addWidget(self.keeping)
        self._add_fields()
        self.trial = ConnectionTrial(desk.workspace)
        self.body.addWidget(self.trial)
        self.test_button = self.add_button(self.tr("Test connection"), self._test, icon="ri.plug-2-line", left=True)
        self.download_button = self.add_button(self.tr("Download…"), self._download, icon="download-simple", left=True)
        self.download_button.setToolTip(
            self.tr(
                "A CSV file that Bitwarden, 1Password, KeePassXC and others import. It holds the token in the clear."
            )
        )
        self.done_button = self.add_button(self.tr("I have stored it"), self.accept)
        self.finished.connect(self._wipe)
        self._order()
        self.copy_button.setFocus()
        self.keeping.keep(issued)

    @staticmethod
    def _title() -> str:
        return QCoreApplication.translate("SecretDialog", "Copy your new token now")

    @property
    def is_safe(self) -> bool:
        """Whether the token is somewhere else than here."""
        return self._has_copy or self.keeping.is_kept

    def _add_fields(self) -> None:
        clipboard = self._desk.clipboard
        self.fields = (
            CopyField(self.tr("SCIM connector base URL"), self._base_url, clipboard),
            CopyField(self.tr("Unique identifier field for users"), "userName", clipboard),
            CopyField(self.tr("Authentication Mode"), "HTTP Header", clipboard),
        )
        self.body.addWidget(Card(*self.fields, title=self.tr("Paste into Okta"), spacing=6))

    def _order(self) -> None:
        steps = (
            self.copy_button,
            self.secret,
            self.note.clear_button,
            self.keeping.waiting.cancel_button,
            self.keeping.again,
            *(field.button for field in self.fields),
            self.test_button,
            self.download_button,
            self.done_button,
        )
        for before, after in pairwise(steps):
            self.setTabOrder(before, after)

    def _note_copy(self) -> None:
        self._has_copy = True

    def _test(self) -> None:
        if self._issued is not None:
            self.trial.test(self._base_url, self._issued.secret)

    def _download(self) -> None:
        if self._issued is None:
            return
        chooser = QFileDialog(self, self.tr("Save for a password manager"))
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter(self.tr("Password manager import (*.csv)"))
        chooser.setDefaultSuffix("csv")
        chooser.setDirectory(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation))
        chooser.selectFile(secret_file.proposed_name(self._issued))
        chooser.fileSelected.connect(self._write)
        chooser.open()

    def _write(self, name: str) -> None:
        issued = self._issued
        if issued is not None:
            path, base_url = Path(name), self._base_url
            background.run(self, lambda: secret_file.write(path, issued, base_url), self._written, self._not_written)

    def _written(self, path: Path) -> None:
        self._has_copy = True
        self.banner.say(
            self.tr(
                "Saved as {path}. Whoever can read this file can use the token: "
                "import it into your password manager, then delete it."
            ).format(path=path),
            "warn",
        )

    def _not_written(self, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        self.banner.say(
            self.tr("The file could not be written: {reason}. Choose another folder.").format(reason=reason), "err"
        )

    def reject(self) -> None:
        """Close by Esc or the window's cross, but not while this is the only sight of the token."""
        if self.is_safe:
            super().reject()
            return
        question = Question(
            self,
            self.tr("Close without keeping the token?"),
            self.tr(
                "It was not copied, not downloaded and is not in your keyring, and it is never shown again. "
                "You would have to generate another one."
            ),
            self.tr("Close anyway"),
            # super().reject, called later, would be this very method: PySide looks it up anew.
            lambda: self.done(Dialog.DialogCode.Rejected.value),
        )
        question.cancel_button.setText(self.tr("Keep it open"))
        question.cancel_button.setAccessibleName(self.tr("Keep it open"))
        question.open()

    def _wipe(self) -> None:
        """Leave nothing of the secret in a widget."""
        self._issued = None
        self._line.wipe()
        self.keeping.forget()
