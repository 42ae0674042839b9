"""What this person likes about the window: its place, the look, the last page; kept beside the data, never a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QSettings

from desktop.theme import Mode

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QMainWindow

FILE: Final = "desktop.ini"


class Preferences:
    """Reads and writes ``desktop.ini`` in the data folder; what is missing or damaged is a default."""

    def __init__(self, folder: Path) -> None:
        self.store = QSettings(str(folder / FILE), QSettings.Format.IniFormat)

    @property
    def mode(self) -> Mode:
        """Light, dark, or as the system."""
        try:
            return Mode(str(self.store.value("look/mode", Mode.SYSTEM)))
        except ValueError:
            return Mode.SYSTEM

    def set_mode(self, mode: Mode) -> None:
        """Keep the look."""
        self.store.setValue("look/mode", str(mode))

    @property
    def page(self) -> str:
        """The page that was open last; empty at first."""
        return str(self.store.value("window/page", ""))

    def set_page(self, name: str) -> None:
        """Keep which page is open."""
        self.store.setValue("window/page", name)

    @property
    def is_first_start(self) -> bool:
        """Whether nobody has been through the first steps here, or skipped them."""
        return not self.store.value("first/done", defaultValue=False, type=bool)

    def finish_first_start(self) -> None:
        """Not to be greeted again."""
        self.store.setValue("first/done", True)  # noqa: FBT003 -- Qt's own

    @property
    def closes_to_tray(self) -> bool:
        """Whether closing the window leaves Perch in the tray."""
        return bool(self.store.value("window/to_tray", defaultValue=True, type=bool))

    def set_closes_to_tray(self, *, stays: bool) -> None:
        """Keep what closing the window means."""
        self.store.setValue("window/to_tray", stays)

    def restore(self, window: QMainWindow) -> None:
        """Put the window where it was; a place that is on no screen any more is Qt's to correct."""
        geometry = self.store.value("window/geometry")
        if isinstance(geometry, QByteArray):
            window.restoreGeometry(geometry)

    def remember(self, window: QMainWindow) -> None:
        """Keep where the window is."""
        self.store.setValue("window/geometry", window.saveGeometry())
        self.store.sync()
