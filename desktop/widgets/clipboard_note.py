"""Says how long a secret stays in the clipboard, second by second, with a way to clear it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.widgets.basics import button, label, row

if TYPE_CHECKING:
    from desktop.clipboard import Clipboard


class ClipboardNote(QWidget):
    """One line; ``idle`` is what it says while no secret was copied."""

    def __init__(self, clipboard: Clipboard, idle: str = "") -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._idle = idle
        self._words = label(idle, "muted")
        self.clear_button = button(self.tr("Clear now"), clipboard.clear_secret, kind="link")
        self.setLayout(row(self._words, self.clear_button, None, spacing=6))
        self.clear_button.hide()
        clipboard.secret_remains.connect(self.show_seconds)

    @property
    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def show_seconds(self, seconds: int) -> None:
        """Count down; 0 says that the secret is not there any more."""
        if seconds:
            self._words.setText(self.tr("Clipboard clears in {seconds} s").format(seconds=seconds))
        else:
            self._words.setText(self.tr("No longer in the clipboard") if self._idle else "")
        if not seconds and self.clear_button.hasFocus():
            self.focusNextChild()
        self.clear_button.setVisible(bool(seconds))
