"""Perch in the system tray: its status, and the few things that are wanted without opening the window.

Belongs here: icon, tooltip, menu. Must not know: the theme, the endpoint, or how a status is worded; it is told.
Where there is no tray nothing is shown; at login a panel may start after us, so for a while it is looked for again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import SignalInstance

LOOK_EVERY: Final = 2000
"""Milliseconds between two looks for a tray that was not there."""
LOOKS: Final = 60


@dataclass(frozen=True, slots=True)
class TrayStatus:
    """What the tray shows."""

    line: str
    """"Serving at http://127.0.0.1:7643/scim/v2": the first line of the menu, and the tooltip."""
    icon: str
    """The name to ask ``icon`` for."""
    has_base_url: bool = True
    is_paused: bool = False
    can_pause: bool = True
    """Pausing or resuming is possible: not with an endpoint that belongs to somebody else."""


class Tray(QObject):
    """The icon and its menu; shown from the first `show_status` on, where there is a tray."""

    show_requested = Signal()
    copy_requested = Signal()
    """The base URL is wanted on the clipboard."""
    pause_requested = Signal()
    resume_requested = Signal()
    quit_requested = Signal()

    def __init__(self, icon: Callable[[str], QIcon], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon_of = icon
        self._status: TrayStatus | None = None
        self._looks_left = LOOKS
        self._look_again = QTimer(self, singleShot=True, interval=LOOK_EVERY)
        self._look_again.timeout.connect(self._appear)
        self._menu = QMenu()
        self._line = self._action("")
        self._line.setEnabled(False)
        self._menu.addSeparator()
        self._show = self._action(self.tr("Show Perch"), self.show_requested)
        self._copy = self._action(self.tr("Copy base URL"), self.copy_requested)
        self._pause = self._action(self.tr("Pause"), self.pause_requested)
        self._resume = self._action(self.tr("Resume"), self.resume_requested)
        self._menu.addSeparator()
        self._quit = self._action(self.tr("Quit"), self.quit_requested)
        self._menu.setDefaultAction(self._show)
        self._tray = QSystemTrayIcon(self)
        self._tray.setContextMenu(self._menu)
        self._tray.activated.connect(self._activated)
        self._tray.messageClicked.connect(self.show_requested)

    @staticmethod
    def is_available() -> bool:
        """Whether this session has a tray now."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def available(self) -> bool:
        """Whether the window may hide: without a tray nobody would find it again."""
        return self.is_available()

    @property
    def menu(self) -> QMenu:
        """The menu; macOS's dock can show it as well."""
        return self._menu

    def show_status(self, status: TrayStatus) -> None:
        """Show how Perch is."""
        self._status = status
        self._line.setText(status.line)
        self._copy.setEnabled(status.has_base_url)
        self._pause.setVisible(not status.is_paused)
        self._pause.setEnabled(status.can_pause)
        self._resume.setVisible(status.is_paused)
        self._resume.setEnabled(status.can_pause)
        self._tray.setToolTip(f"Perch\n{status.line}")
        self.refresh_icon()
        self._appear()

    def refresh_icon(self) -> None:
        """Ask for the icon again, as after a change of colours."""
        if self._status is not None:
            self._tray.setIcon(self._icon_of(self._status.icon))

    def show_message(self, title: str, text: str) -> None:
        """Tell something while the window is hidden; a click on it opens the window."""
        if self.available and QSystemTrayIcon.supportsMessages() and self._tray.isVisible():
            self._tray.showMessage(title, text, self._tray.icon())

    def hide(self) -> None:
        """Take the icon away, as before the application's end."""
        self._look_again.stop()
        self._tray.hide()

    def _appear(self) -> None:
        if self.available:
            self._tray.show()
        elif self._looks_left and not self._look_again.isActive():
            self._looks_left -= 1
            self._look_again.start()

    def _action(self, text: str, triggered: SignalInstance | None = None) -> QAction:
        action = QAction(text, self._menu)
        if triggered is not None:
            action.triggered.connect(triggered)
        self._menu.addAction(action)
        return action

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        # A double click begins with a click, and the right button opens the menu.
        if reason in {QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.MiddleClick}:
            self.show_requested.emit()
