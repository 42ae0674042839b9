"""The clipboard: what is copied, and the promise that a secret does not stay in it.

A secret is marked as one for clipboard managers, and cleared after a minute and when Perch quits, but only while it
is still what the clipboard holds.
"""

from __future__ import annotations

import hashlib
from typing import Final

from PySide6.QtCore import QByteArray, QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

SECONDS: Final = 60
"""How long a secret stays."""

# What password managers set so that clipboard histories pass a secret over (KDE, Windows, macOS).
_MARKS: Final = (
    ("x-kde-passwordManagerHint", b"secret"),
    ('application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"', b"\x01"),
    ('application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"', b"\x00\x00\x00\x00"),
    ("application/x-nspasteboard-concealed-type", b"\x01"),
)


def _fingerprint(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


class Clipboard(QObject):
    """Copies text and secrets; one per application, cleared with it."""

    copied = Signal()
    secret_remains = Signal(int)
    """Seconds until the secret is cleared; 0 once it is, or once something else was copied."""

    def __init__(self, parent: QObject | None = None, seconds: int = SECONDS) -> None:
        super().__init__(parent)
        self._clipboard = QGuiApplication.clipboard()
        self._secret: bytes | None = None
        self._seconds = seconds
        self._left = 0
        self._timer = QTimer(self, interval=1_000)
        self._timer.timeout.connect(self._tick)

    def copy(self, text: str) -> None:
        """Copy something that anybody may see."""
        self._forget()
        self._clipboard.setText(text)
        self.copied.emit()

    def copy_secret(self, secret: str) -> None:
        """Copy a secret and start the clock."""
        data = QMimeData()
        data.setText(secret)
        for kind, value in _MARKS:
            data.setData(kind, QByteArray(value))
        self._clipboard.setMimeData(data)
        # Its hash tells later whether it is still there; the secret itself is not held.
        self._secret = _fingerprint(secret)
        self._left = self._seconds
        self._timer.start()
        self.copied.emit()
        self.secret_remains.emit(self._left)

    def clear_secret(self) -> None:
        """Clear the secret now, if it is still what the clipboard holds."""
        if self._secret is not None and _fingerprint(self._clipboard.text()) == self._secret:
            self._clipboard.clear()
        self._forget()

    def _forget(self) -> None:
        self._secret = None
        self._timer.stop()
        if self._left:
            self._left = 0
            self.secret_remains.emit(0)

    def _tick(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._left = 1
            self.clear_secret()
        elif self._secret is not None and _fingerprint(self._clipboard.text()) != self._secret:
            self._forget()
        else:
            self.secret_remains.emit(self._left)
