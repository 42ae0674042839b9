"""Lets Ctrl-C and the system's "please end" quit the window as a person would, instead of cutting it off."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


class QuitOnSignals(QObject):
    """Quits the application on SIGINT and SIGTERM while it lives; made on the main thread."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        # Qt's loop runs no Python, and so no handler, until something wakes it: the signal's byte does.
        self._near, self._far = socket.socketpair()
        for end in (self._near, self._far):
            end.setblocking(False)  # noqa: FBT003 -- the library's own
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._drain)
        self._descriptor = signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        self._before = {
            number: signal.signal(number, lambda *_: application.quit()) for number in (signal.SIGINT, signal.SIGTERM)
        }

    def release(self) -> None:
        """Give the signals back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._descriptor)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._near.close()
        self._far.close()

    def _drain(self) -> None:
        # Reading returns to Python, which runs the handler.
        self._near.recv(64)
