"""The application around the window: its identity, what becomes of bugs, and of what Qt has to say."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.garbage import GarbageCollection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from desktop.theme import Mode

_log = logging.getLogger("perch.desktop")

SWITCH_INTERVAL: Final = 0.0005
"""Seconds that a thread in the background may keep the interpreter while the window waits for it.

With Python's own 5 ms the window stutters as soon as two threads read: its 10 ms timer was late by 16 ms at p99 under
full load, and by a quarter of that with this.
"""

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def make_application(arguments: Sequence[str], mode: Mode) -> QApplication:
    """Make the one application, dressed."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    QApplication.setApplicationName("Perch")
    QApplication.setOrganizationName("Perch")
    QApplication.setDesktopFileName("perch")
    application = QApplication(list(arguments))
    application.setQuitOnLastWindowClosed(False)
    GarbageCollection(application)
    look = theme.install(application, mode)

    def draw() -> None:
        application.setWindowIcon(QIcon(look.pixmap("shield-check", "accent", 64)))

    draw()
    look.changed.connect(draw)
    return application


def log_everything() -> None:
    """Send bugs and Qt's messages to the log: none may end the program or vanish."""
    qInstallMessageHandler(_take_message)
    sys.excepthook = _take_bug


def _take_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    del context
    _log.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", text)


def _take_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        QApplication.quit()
        return
    _log.critical("a bug in the window", exc_info=(kind, error, trace))
