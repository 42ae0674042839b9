"""A secret while it is on the screen: looked at, copied with the clipboard's clock, wiped.

Belongs here: that no way of copying it goes round the clock. Must not know: what the secret is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import theme
from desktop.widgets.basics import button, row
from desktop.widgets.copy_field import THANKS

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent

    from desktop.clipboard import Clipboard


class SecretField(QLineEdit):
    """A secret to be looked at; whatever would copy it asks for that instead, so that the clipboard's clock runs."""

    copy_asked = Signal()

    def __init__(self, name: str, secret: str) -> None:
        super().__init__(secret, readOnly=True)
        self.setProperty("kind", "secret")
        self.setAccessibleName(name)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._reselect = QTimer(self, singleShot=True, interval=0)
        self._reselect.timeout.connect(self.selectAll)
        self.selectionChanged.connect(self._stay_selected)
        self.selectAll()

    def _stay_selected(self) -> None:
        """Select it all again: coming to the front, or losing the focus, undoes it."""
        if not self.hasSelectedText():
            self._reselect.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Ctrl+C copy as the button does."""
        if event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.Cut):
            self.copy_asked.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select all of it; dragging would put it into X11's other clipboard, which nothing clears."""
        event.accept()
        self.selectAll()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Do nothing, as above."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do nothing, as above."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Do nothing, as above."""
        event.accept()


class SecretLine(QWidget):
    """The secret, and Copy beside it, which is the default of its dialog."""

    copied = Signal()

    def __init__(self, name: str, secret: str, clipboard: Clipboard) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._clipboard = clipboard
        self._secret = secret
        self.secret = SecretField(name, secret)
        self.secret.copy_asked.connect(self.copy)
        self.copy_button = button(self.tr("Copy"), self.copy, kind="primary", icon="copy")
        self.copy_button.setDefault(True)
        self.copy_button.setMinimumWidth(104)
        self.copy_button.setMinimumHeight(40)
        line = row(spacing=8)
        line.addWidget(self.secret, 1)
        line.addWidget(self.copy_button)
        self.setLayout(line)
        self._thanks = QTimer(self, singleShot=True, interval=THANKS)
        self._thanks.timeout.connect(self._offer_copy)

    def copy(self) -> None:
        """Copy the secret, unless it was wiped."""
        if not self._secret:
            return
        self._clipboard.copy_secret(self._secret)
        self.copy_button.setText(self.tr("Copied"))
        theme.current().bind_icon(self.copy_button, "check", "onAccent")
        self._thanks.start()
        self.copied.emit()

    def wipe(self) -> None:
        """Leave nothing of the secret in a widget."""
        self._secret = ""
        self.secret.clear()

    def _offer_copy(self) -> None:
        self.copy_button.setText(self.tr("Copy"))
        theme.current().bind_icon(self.copy_button, "copy", "onAccent")
