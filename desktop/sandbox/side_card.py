"""The card of one side: who is there, in two tabs of people and groups.

Belongs here: the frame that both sides share. Must not know: which side it is, what is done with whom is chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QTabWidget

from desktop.sandbox.side_list import SideList
from desktop.sandbox.sides import Side, changed
from desktop.widgets.basics import Card, label, picture, plain, row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

PEOPLE, GROUPS = range(2)
WIDTH: Final = 268
HEAD: Final = 30
"""Pixels of each of the two lines above the lists: the lists of both sides begin at one height."""


class SideCard(Card):
    """A heading, two lists, and what the side itself puts above and below them."""

    chosen = Signal()
    """Somebody else, or another group, is current; or another tab."""

    def __init__(self, title: str, icon: str, corner: QWidget) -> None:
        super().__init__(margins=(1, 12, 1, 1), spacing=6)
        self.setAccessibleName(title)
        self.setMinimumWidth(WIDTH)
        self.side = Side()
        self.people = SideList(self.tr("People of {side}").format(side=title))
        self.groups = SideList(self.tr("Groups of {side}").format(side=title))
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(title)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setExpanding(False)
        self.tabs.tabBar().setProperty("kind", "narrow")
        for one in (self.people, self.groups):
            self.tabs.addTab(one, "")
            one.chosen.connect(lambda _: self.chosen.emit())
        self.tabs.currentChanged.connect(lambda _: self.chosen.emit())
        self.above = row(spacing=6, margins=(12, 0, 12, 0))
        head = row(picture(icon, "accentText", 20), label(title, "h2"), None, corner, spacing=8, margins=(12, 0, 12, 0))
        for part in (head, self.above):
            line = plain(part)
            line.setFixedHeight(HEAD)
            self.body.addWidget(line)
        self.body.addWidget(self.tabs, 1)
        self.show_side(self.side)

    @property
    def lists(self) -> tuple[SideList, SideList]:
        """People and groups."""
        return self.people, self.groups

    def show_side(self, side: Side, *, light: bool = False) -> list[str]:
        """Show other rows; with ``light`` those that changed light up, and their tab comes to the front."""
        differing = (changed(self.side.people, side.people), changed(self.side.groups, side.groups))
        before, self.side = self.side, side
        self.people.show_rows(side.people)
        self.groups.show_rows(side.groups)
        numbers = ((self.tr("People"), side.people_total), (self.tr("Groups"), side.groups_total))
        for number, (title, total) in enumerate(numbers):
            self.tabs.setTabText(number, f"{title}  {QLocale().toString(total)}")
        if not light:
            return []
        if before.people and not before.groups and side.groups:
            # The first groups ever have nothing to be compared with.
            differing = (differing[0], [one.key for one in side.groups])
        for number, keys in enumerate(differing):
            if keys:
                self.tabs.setCurrentIndex(number)
                self.lists[number].light(keys)
        return [key for keys in differing for key in keys]

    def show_tab(self, number: int) -> None:
        """Bring people or groups to the front."""
        self.tabs.setCurrentIndex(number)
