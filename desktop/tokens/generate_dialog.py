"""Asks what a new token is to be: its name, what it may do, until when; the rules' refusals stand beside the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QLineEdit, QRadioButton, QWidget

from desktop import background, messages
from desktop.tokens.expiry_choice import ExpiryChoice
from desktop.widgets.basics import column, label
from desktop.widgets.dialog import Dialog
from desktop.widgets.field import Field
from server.records import Access
from server.workspace import TokenRuleError

if TYPE_CHECKING:
    from server.records import Token
    from server.workspace import IssuedToken, Workspace


class GenerateDialog(Dialog):
    """Makes a token; ``like`` is one that it replaces, whose settings are proposed."""

    issued = Signal(object)
    """The IssuedToken, once; the dialog has closed by then."""

    def __init__(self, workspace: Workspace, parent: QWidget | None, like: Token | None = None) -> None:
        super().__init__(parent, self._title(like), icon="key", width=520)
        self._workspace = workspace
        self.name = QLineEdit(placeholderText=self.tr("Okta production"), maxLength=200)
        self.name_field = Field(
            self.tr("Name"), self.name, self.tr("What will use it, so that you know it later."), required=True
        )
        self.read_write = QRadioButton(self.tr("Read and write: Okta provisions people and groups"))
        self.read_only = QRadioButton(self.tr("Read only: look, but change nothing"))
        self.expiry = ExpiryChoice(workspace.custody.now())
        self.test = QCheckBox(self.tr("Test token: it begins with perch_test_, and works like any other"))
        self._access = QButtonGroup(self)
        for choice in (self.read_write, self.read_only):
            self._access.addButton(choice)
            choice.setAccessibleName(choice.text())
        self.test.setAccessibleName(self.test.text())
        self.read_write.setChecked(True)
        if like is not None:
            self._take_over(like)
        access = column(label(self.tr("Access"), "small"), self.read_write, self.read_only, spacing=6)
        for piece in (self.name_field, access, self.expiry, self.test):
            if isinstance(piece, QWidget):
                self.body.addWidget(piece)
            else:
                self.body.addLayout(piece)
        self.add_button(self.tr("Cancel"), self.reject)
        self.generate_button = self.add_button(self.tr("Generate token"), self._generate, kind="primary")
        self.name.textChanged.connect(self.name_field.praise)
        self.expiry.changed.connect(self.fit)
        self.name.setFocus()
        self.name.selectAll()

    def _title(self, like: Token | None) -> str:
        return self.tr("Generate a token") if like is None else self.tr("Generate a replacement")

    def _take_over(self, like: Token) -> None:
        self.name.setText(like.label)
        self.read_only.setChecked(like.access is Access.READ_ONLY)
        self.test.setChecked(like.test)
        self.expiry.set_like(like)

    def _generate(self) -> None:
        name, expires, test = self.name.text(), self.expiry.value or "never", self.test.isChecked()
        access = Access.READ_ONLY if self.read_only.isChecked() else Access.READ_WRITE
        custody = self._workspace.custody
        self.banner.hide()
        self.name_field.praise()
        self.generate_button.setEnabled(False)
        background.run(
            self,
            lambda: custody.issue(name, access=access, expires=expires, test=test),
            self._made,
            self._refused,
        )

    def _made(self, issued: IssuedToken) -> None:
        self.accept()
        self.issued.emit(issued)

    def _refused(self, error: Exception) -> None:
        self.generate_button.setEnabled(True)
        rule = error.rule if isinstance(error, TokenRuleError) else ""
        if rule in {"label", "label_taken"}:
            is_empty = not self.name.text().strip()
            sentence = self.tr("Name it: what will use the token?") if is_empty else str(error)
            self.name_field.complain(sentence)
            self.name.setFocus()
        elif rule == "expiry":
            self.expiry.field.complain(str(error))
            self.expiry.setFocus()
        else:
            self.banner.say(str(messages.worded(error)), "err")
