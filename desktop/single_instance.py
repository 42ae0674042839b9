"""One window for each user and data folder: a second start shows the first window and ends.

Belongs here: the lock that says who is first, and the message to it. Must not know: what a window is.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import logging
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_log = logging.getLogger("perch.desktop")

LOCK_FILE: Final = "desktop.lock"
PATIENCE: Final = 5.0
"""Seconds that a second start tries to be heard; then it opens a window of its own: better two than none."""
LONGEST_MESSAGE: Final = 65_536
HEARD: Final = b"heard\n"
ACTIVATION: Final = "XDG_ACTIVATION_TOKEN"
"""With it Wayland lets the first window come to the front on behalf of the second start."""


class SingleInstance(QObject):
    """Asks once, by `claim`, whether this start is the first; the first then hears of later ones by `asked`."""

    asked = Signal(list)
    """Somebody started the desktop again: its arguments. Show the window."""

    def __init__(self, folder: Path, parent: QObject | None = None, *, patience: float = PATIENCE) -> None:
        super().__init__(parent)
        self.name = _name(folder)
        self._folder = folder
        self._patience = patience
        self._lock = QLockFile(str(folder / LOCK_FILE))
        # Stale is a lock whose process is gone, however old: a desktop runs for months.
        self._lock.setStaleLockTime(0)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        self._knocking: list[QLocalSocket] = []

    def claim(self, arguments: Sequence[str] = ()) -> bool:
        """Tell whether to go on; False where the first window was asked to show itself instead."""
        # The very first start has no folder yet, and the lock lies in it. What is wrong with it, opening it tells.
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._is_taken() or not self._ask(arguments):
            self._listen()
            return True
        return False

    def release(self) -> None:
        """Let the next start be the first."""
        self._server.close()
        self._lock.unlock()

    def _is_taken(self) -> bool:
        """Whether another process of this machine holds the lock; one that cannot be had keeps nobody out."""
        return not self._lock.tryLock(0) and self._lock.error() is QLockFile.LockError.LockFailedError

    def _ask(self, arguments: Sequence[str]) -> bool:
        """Ask the first to show itself; it may be so new that it does not listen yet."""
        message = {"arguments": list(arguments), "activation": os.environ.get(ACTIVATION, "")}
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            socket = QLocalSocket()
            socket.connectToServer(self.name)
            if socket.waitForConnected(200):
                socket.write(json.dumps(message).encode() + b"\n")
                left = max(0, round((deadline - time.monotonic()) * 1000))
                if socket.waitForReadyRead(left) and socket.readAll().data() == HEARD:
                    return True
            socket.abort()
            time.sleep(0.02)
        _log.warning("The window that is open already does not answer; opening another one.")
        return False

    def _listen(self) -> None:
        # What a killed desktop left in the file system would be in the way.
        QLocalServer.removeServer(self.name)
        if not self._server.listen(self.name):
            _log.warning("A second start will open a second window: %s", self._server.errorString())

    def _greet(self) -> None:
        while self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            self._knocking.append(socket)
            socket.readyRead.connect(self._listen_to_all)
            socket.disconnected.connect(self._listen_to_all)
        # What was said may have come with the connection.
        self._listen_to_all()

    def _listen_to_all(self) -> None:
        for socket in list(self._knocking):
            if socket.canReadLine():
                self._knocking.remove(socket)
                self._hear(socket)
            elif (
                socket.state() is not QLocalSocket.LocalSocketState.ConnectedState
                or socket.bytesAvailable() > LONGEST_MESSAGE
            ):
                self._knocking.remove(socket)
                socket.deleteLater()

    def _hear(self, socket: QLocalSocket) -> None:
        arguments, activation = _read(bytes(socket.readLine().data()))
        socket.write(HEARD)
        socket.flush()
        socket.deleteLater()
        if activation:
            os.environ[ACTIVATION] = activation
        self.asked.emit(arguments)


def _read(message: bytes) -> tuple[list[str], str]:
    """Take a message apart; from one that cannot be read it follows only that somebody knocked."""
    try:
        told = json.loads(message)
        return [str(argument) for argument in told["arguments"]], str(told.get("activation", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        return [], ""


def _name(folder: Path) -> str:
    """Name the socket: short, as the system allows about a hundred characters for its whole path."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container may run as a user without a name.
        user = str(getattr(os, "getuid", int)())
    return "perch-" + hashlib.sha256(f"{user}\0{folder.resolve()}".encode()).hexdigest()[:20]
