"""A section of the settings and the list of them at the left: one is in view, the others are a click away."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QScrollArea, QSizePolicy, QWidget

from desktop import theme
from desktop.widgets.basics import Card, column, label, plain, row

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from desktop.desk import Desk
    from desktop.settings.form import SettingsForm
    from desktop.widgets.basics import Piece

WIDTH: Final = 760
"""Pixels beyond which lines of text get too long to read."""
LIST_WIDTH: Final = 196


class Section(QScrollArea):
    """A heading, a sentence, and cards; `names` are the settings whose fields it takes, in that order."""

    name: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]
    names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk, form: SettingsForm, sentence: str) -> None:
        super().__init__()
        self.desk = desk
        self.form = form
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.title)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cards = column(column(label(self.title, "h2"), label(sentence, "muted", wrap=True), spacing=3), spacing=14)
        self.inside = plain(self.cards)
        self.inside.setMaximumWidth(WIDTH)
        self.inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setWidget(self.inside)
        self._is_placed = False
        form.taken.connect(self._place)

    def add(self, *pieces: Piece, title: str = "") -> Card:
        """Add a card."""
        card = Card(*pieces, title=title, margins=(18, 16, 18, 16), spacing=14)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.cards.addWidget(card)
        return card

    def end(self) -> None:
        """Push the cards to the top; the last call of a section's making."""
        self.cards.addStretch(1)

    def place(self) -> None:
        """Put the fields of `names` where they belong; called once, when they exist."""

    def setting_names(self) -> Collection[str]:
        """Give the settings that have their fields here."""
        return self.names

    def _place(self) -> None:
        if not self._is_placed:
            self._is_placed = True
            self.place()

    def shown(self) -> None:
        """Hear that it came into view."""

    def left(self) -> None:
        """Hear that it went out of view."""

    def reveal(self, target: str) -> None:
        """Show something within it; what it is differs from section to section."""


class SectionList(QListWidget):
    """The sections by name; one that has unsaved changes has a dot."""

    chosen = Signal(str)

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__()
        self.setProperty("kind", "sections")
        self.setAccessibleName(self.tr("Sections of the settings"))
        self.setFixedWidth(LIST_WIDTH)
        self.setIconSize(QSize(18, 18))
        self.setSpacing(1)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._sections = list(sections)
        for section in sections:
            item = QListWidgetItem(section.title)
            item.setData(Qt.ItemDataRole.UserRole, section.name)
            self.addItem(item)
        self._draw()
        theme.current().changed.connect(self._draw)
        self.currentItemChanged.connect(self._tell)

    def choose(self, name: str) -> None:
        """Show one as chosen."""
        for number, section in enumerate(self._sections):
            if section.name == name:
                self.setCurrentRow(number)

    def mark(self, names: Collection[str]) -> None:
        """Put a dot behind those with unsaved changes."""
        for number, section in enumerate(self._sections):
            item = self.item(number)
            has_dot = section.name in names
            item.setText(f"{section.title}  •" if has_dot else section.title)
            words = self.tr("{section}, not saved").format(section=section.title) if has_dot else section.title
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)

    def _draw(self) -> None:
        for number, section in enumerate(self._sections):
            self.item(number).setIcon(theme.current().icon(section.icon))

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))


def explained(title: str, sentence: str, *right: QWidget) -> QWidget:
    """Make a line of a card: what it is and what that means at the left, what can be done at the right."""
    layout = column(label(title, "strong"), label(sentence, "small", wrap=True), spacing=2)
    line = row(spacing=16)
    line.addLayout(layout, 1)
    for one in right:
        line.addWidget(one, 0, Qt.AlignmentFlag.AlignVCenter)
    return plain(line)
