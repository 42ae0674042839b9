"""The sections of what is only this window's: its look, what closing it means, and whether it starts at login.

What is chosen here holds at once and needs no saving.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QSystemTrayIcon

from desktop import autostart, background
from desktop.messages import worded
from desktop.preferences import Preferences
from desktop.settings.section import Section, explained
from desktop.theme import Mode
from desktop.widgets.banner import Banner
from desktop.widgets.basics import line
from desktop.widgets.choice import Choice
from server.config import data_path

if TYPE_CHECKING:
    from desktop.desk import Desk
    from desktop.settings.form import SettingsForm


class AppearanceSection(Section):
    """Theme, tray, start at login."""

    name, title, icon = "appearance", "Appearance", "paint-brush"

    def __init__(self, desk: Desk, form: SettingsForm) -> None:
        super().__init__(desk, form, self.tr("How this window looks and behaves. It holds at once."))
        self._preferences = Preferences(desk.workspace.folder)
        self.banner = Banner()
        self.theme_choice = Choice(
            self.tr("Theme"),
            [
                (Mode.SYSTEM, self.tr("As the system")),
                (Mode.LIGHT, self.tr("Light")),
                (Mode.DARK, self.tr("Dark")),
            ],
        )
        self.theme_choice.choose(desk.theme.mode)
        self.theme_choice.chosen.connect(self._wear)
        self._theme = desk.theme
        desk.theme.changed.connect(self._show_theme)
        self.tray_box = self._box(self.tr("Stay in the tray when the window is closed"))
        self.login_box = self._box(self.tr("Start Perch at login"))
        self.login_box.setEnabled(False)
        has_tray = QSystemTrayIcon.isSystemTrayAvailable()
        self.tray_box.setEnabled(has_tray)
        self.tray_box.setChecked(has_tray and self._preferences.closes_to_tray)
        self.tray_box.toggled.connect(lambda stays: self._preferences.set_closes_to_tray(stays=stays))
        self.login_box.clicked.connect(self._start_at_login)
        tray_words = (
            self.tr("Perch goes on answering Okta. Quit it by its icon in the tray, or with Ctrl+Q.")
            if has_tray
            else self.tr("This desktop shows no tray icons, so closing the window quits Perch.")
        )
        self.cards.addWidget(self.banner)
        self.add(
            explained(
                self.tr("Theme"), self.tr("Light, dark, or whatever the system says at the moment."), self.theme_choice
            )
        )
        self.add(
            explained(self.tray_box.text(), tray_words, self._bare(self.tray_box)),
            line(),
            explained(
                self.login_box.text(),
                self.tr("In the background, so that Okta finds its endpoint after a restart of this machine."),
                self._bare(self.login_box),
            ),
        )
        self.end()

    @staticmethod
    def _box(name: str) -> QCheckBox:
        box = QCheckBox(name)
        box.setAccessibleName(name)
        return box

    @staticmethod
    def _bare(box: QCheckBox) -> QCheckBox:
        """Take the words away that stand beside it now."""
        box.setText("")
        return box

    def shown(self) -> None:
        """Look whether it starts at login: another program may have changed that."""
        background.run(self, autostart.is_enabled, self._show_login)

    def _show_login(self, is_enabled: bool) -> None:
        self.login_box.setChecked(is_enabled)
        self.login_box.setEnabled(True)

    def _show_theme(self) -> None:
        self.theme_choice.choose(self._theme.mode)

    def _wear(self, mode: str) -> None:
        if mode != self.desk.theme.mode:
            self.desk.theme.set_mode(Mode(mode))
        self._preferences.set_mode(Mode(mode))

    def _start_at_login(self, wanted: bool) -> None:
        command = login_command(self.desk.workspace.folder)
        self.login_box.setEnabled(False)
        self.banner.hide()
        background.run(
            self,
            lambda: autostart.enable(command) if wanted else autostart.disable(),
            lambda _: self.shown(),
            self._could_not,
        )

    def _could_not(self, error: Exception) -> None:
        self.banner.say(str(worded(error)), "err", closable=True)
        self.shown()


def login_command(folder: Path) -> list[str]:
    """Give the command that starts this Perch in the tray, on this folder."""
    program = Path(sys.executable)
    windowed = program.with_name("pythonw.exe")
    if program.name == "python.exe" and windowed.exists():
        # The other one opens a console at each login.
        program = windowed
    start = [str(program)] if getattr(sys, "frozen", False) else [str(program), "-P", "-m", "desktop"]
    # Without the environment, which may be another at login.
    is_usual = folder == data_path(environ={})
    return [*start, *(() if is_usual else ("--data-dir", str(folder))), "--hidden"]
