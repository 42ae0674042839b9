"""The amber band across the page: that this is demo data, and one click each to keep, restore or reset it.

Belongs here: saying where one is, and asking. Must not know: how a snapshot is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QMenu, QSizePolicy

from desktop.widgets import when
from desktop.widgets.basics import button, label, picture, row
from desktop.widgets.elided import Elided

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.sandbox import Snapshot


HEIGHT: Final = 42


class Band(QFrame):
    """Always in view while the page is; its buttons only once a sandbox is open."""

    snapshot_wanted = Signal()
    restore_wanted = Signal(object)
    """A Snapshot."""
    reset_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "demo")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Sandbox: demo data"))
        self._snapshots: Sequence[Snapshot] = ()
        title = label(self.tr("Sandbox · demo data"), "demotitle")
        note = Elided(self.tr("Invented people, own endpoint, own token. Your directory is not touched."))
        note.setProperty("kind", "demonote")
        self.snapshot_button = button(self.tr("Snapshot"), self.snapshot_wanted.emit, icon="camera", kind="demo")
        self.restore_button = button(self.tr("Restore"), self._open_menu, icon="clock-counter-clockwise", kind="demo")
        self.reset_button = button(self.tr("Reset"), self.reset_wanted.emit, icon="arrow-u-up-left", kind="demo")
        line = row(picture("flask-fill", "onDemo", 20), title, spacing=10, margins=(28, 7, 28, 7))
        line.addWidget(note, 1)
        for one in (self.snapshot_button, self.restore_button, self.reset_button):
            line.addWidget(one)
        self.setLayout(line)
        self.setFixedHeight(HEIGHT)
        self.show_open(is_open=False)

    def show_open(self, *, is_open: bool) -> None:
        """Offer what can be done with a sandbox that is open."""
        for one in (self.snapshot_button, self.restore_button, self.reset_button):
            one.setVisible(is_open)

    def show_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Offer these, the newest first."""
        self._snapshots = snapshots
        self.restore_button.setEnabled(bool(snapshots))
        self.restore_button.setToolTip("" if snapshots else self.tr("There is no snapshot yet"))

    def menu_of_snapshots(self) -> QMenu:
        """Make the menu of what can be restored."""
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("Snapshots"))
        for one in self._snapshots:
            words = self.tr("{label} · {people} people, {groups} groups · {when}")
            text = words.format(label=one.label, people=one.people, groups=one.groups, when=when.ago(one.made))
            menu.addAction(text).triggered.connect(lambda _=False, which=one: self.restore_wanted.emit(which))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _open_menu(self) -> None:
        self.menu_of_snapshots().popup(self.restore_button.mapToGlobal(self.restore_button.rect().bottomLeft()))
