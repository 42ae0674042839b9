"""The sidebar: the name, the search, one entry per page, how the endpoint is, and what belongs at the foot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QSizePolicy, QToolButton

from desktop import theme
from desktop.status_card import StatusCard
from desktop.widgets.basics import column, label, picture, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.desk import Desk
    from desktop.pages import Entry

WIDTH: Final = 228
FOOT: Final = frozenset({"settings"})
"""Pages whose entry stands at the foot."""
DEMO: Final = frozenset({"sandbox"})
"""Pages that show no real directory: amber, as the band across them."""


class Sidebar(QFrame):
    """Emits what was asked for; the window does it."""

    page_chosen = Signal(str)
    search_wanted = Signal()
    shortcuts_wanted = Signal()

    def __init__(self, desk: Desk, pages: Sequence[Entry]) -> None:
        super().__init__()
        self.setProperty("kind", "side")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(self.tr("Navigation"))
        self._entries: dict[str, QToolButton] = {}
        self._icons: dict[str, str] = {}
        self._group = QButtonGroup(self)
        self.status = StatusCard(desk)
        layout = column(spacing=3, margins=(14, 18, 14, 14))
        layout.addLayout(
            row(picture("shield-check", "accentText", 24), label("Perch", "brand"), None, margins=(6, 0, 0, 12))
        )
        layout.addWidget(self._search_button())
        layout.addSpacing(10)
        for number, page in enumerate(pages, 1):
            entry = self._entry(page, number)
            if page.name not in FOOT:
                layout.addWidget(entry)
        layout.addStretch(1)
        layout.addWidget(self.status)
        layout.addSpacing(8)
        for name in self._entries:
            if name in FOOT:
                layout.addWidget(self._entries[name])
        layout.addWidget(self._help_button())
        self.setLayout(layout)
        theme.current().changed.connect(self._colour)

    def show_page(self, name: str) -> None:
        """Mark which page is shown."""
        self._entries[name].setChecked(True)
        self._colour()

    def _colour(self) -> None:
        for name, entry in self._entries.items():
            chosen = "onDemo" if name in DEMO else "accentText"
            theme.current().bind_icon(entry, self._icons[name], chosen if entry.isChecked() else "muted")

    def _entry(self, page: Entry, number: int) -> QToolButton:
        made = self._tool(page.words, page.icon)
        made.setCheckable(True)
        made.setToolTip(f"{page.words} (Ctrl+{number})")
        if page.name in DEMO:
            made.setProperty("tone", "warn")
        made.clicked.connect(lambda: self.page_chosen.emit(page.name))
        self._group.addButton(made)
        self._entries[page.name] = made
        self._icons[page.name] = page.icon
        return made

    def _help_button(self) -> QToolButton:
        made = self._tool(self.tr("Shortcuts"), "question")
        made.setToolTip("?")
        made.clicked.connect(self.shortcuts_wanted)
        return made

    @staticmethod
    def _tool(text: str, icon: str) -> QToolButton:
        made = QToolButton()
        made.setText(f"  {text}")
        made.setAccessibleName(text)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setIconSize(QSize(18, 18))
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().bind_icon(made, icon, "muted")
        return made

    def _search_button(self) -> QPushButton:
        made = QPushButton()
        made.setProperty("kind", "search")
        made.setAccessibleName(self.tr("Search everywhere"))
        made.setToolTip("Ctrl+K")
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.setFixedHeight(34)
        key = label("Ctrl K", "key")
        # Lower than the button, whose frame it would paint over.
        key.setFixedHeight(20)
        made.setLayout(
            row(
                picture("magnifying-glass", "faint", 16),
                label(self.tr("Search"), "muted"),
                None,
                key,
                margins=(10, 0, 8, 0),
            )
        )
        made.clicked.connect(self.search_wanted)
        return made
