"""The parts put together: the window on a data folder with all it needs, taken down again at the end.

Belongs here: what is made, in which order, and who hears whom. Must not know: how any part does its work.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer

from desktop.application import log_everything, make_application
from desktop.clipboard import Clipboard
from desktop.desk import Desk
from desktop.live import Live
from desktop.main_window import MainWindow
from desktop.opening import open_workspace
from desktop.pages import PAGES
from desktop.preferences import Preferences
from desktop.server_process import ServerProcess
from desktop.signals import QuitOnSignals
from desktop.single_instance import SingleInstance
from desktop.theme import current
from desktop.tokens.expiry_warnings import ExpiryWarnings
from desktop.tray_wiring import tell_expiry, wire_tray
from desktop.wizard import greet

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

OK: Final = 0
CANNOT_OPEN: Final = 1
SHOWN: Final = "Perch is shown"
READ_AHEAD_AFTER: Final = 500
"""Milliseconds after the window is shown until the other pages are made."""


def run(folder: Path, *, hidden: bool, say_shown: bool = False) -> int:
    """Show the window on a data folder; ``say_shown`` prints a line once it is painted and takes input."""
    application = make_application(sys.argv[:1], Preferences(folder).mode)
    log_everything()
    signals = QuitOnSignals(application)
    instance = SingleInstance(folder, application)
    if not instance.claim():
        return OK
    with ExitStack() as stack:
        stack.callback(signals.release)
        stack.callback(instance.release)
        workspace = open_workspace(folder)
        if workspace is None:
            return CANNOT_OPEN
        stack.callback(workspace.close)
        preferences = Preferences(workspace.folder)
        clipboard = Clipboard(application)
        stack.callback(clipboard.clear_secret)
        live = Live(workspace, application)
        stack.callback(live.stop)
        endpoint = ServerProcess(workspace.folder, application)
        stack.callback(endpoint.stop)
        window = MainWindow(Desk(workspace, endpoint, live, clipboard, current()), preferences, PAGES)
        stack.callback(window.deleteLater)
        instance.asked.connect(window.raise_up)
        window.quit_wanted.connect(application.quit)
        tray = wire_tray(window, application)
        stack.callback(tray.hide)
        warnings = ExpiryWarnings(window.desk, application)
        warnings.due.connect(lambda due: tell_expiry(window, tray, due))
        endpoint.start()
        if not (hidden and tray.available):
            window.show()
        QTimer.singleShot(0, live.start)
        QTimer.singleShot(READ_AHEAD_AFTER, warnings.start)
        QTimer.singleShot(READ_AHEAD_AFTER, window.read_ahead)
        if say_shown:
            QTimer.singleShot(0, lambda: print(SHOWN, flush=True))  # noqa: T201 -- for whoever measures it
        QTimer.singleShot(0, lambda: greet(window))
        return _execute(application, window)


def _execute(application: QApplication, window: MainWindow) -> int:
    code = application.exec()
    window.preferences.remember(window)
    return code
