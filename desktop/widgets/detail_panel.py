"""The panel beside a table: who or what is chosen, what can be done with it, and tabs of everything about it.

Belongs here: the frame of a panel and lists of facts. Must not know: what is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QSizePolicy, QSplitter, QTabWidget, QWidget

from desktop import theme
from desktop.widgets.basics import Pill, button, clear, column, label, plain, row
from desktop.widgets.difference_view import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtCore import QSettings
    from PySide6.QtGui import QKeyEvent

WIDTH: Final = 400
LEAST: Final = 372

Section = tuple[str, "Sequence[tuple[str, str]]"]
"""A heading, and names with values."""


class Facts(QScrollArea):
    """Names and values in sections, one above the other; values can be selected."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column = column(spacing=6, margins=(0, 8, 6, 8))
        self.setWidget(plain(self._column))
        self._shown: list[Section] = []

    def show_sections(self, sections: Iterable[Section]) -> None:
        """Show other facts; nothing moves where they are the same."""
        wanted = [(title, list(facts)) for title, facts in sections]
        if wanted == self._shown:
            return
        self._shown = list(wanted)
        position = self.verticalScrollBar().value()
        clear(self._column)
        for title, facts in wanted:
            if facts:
                self._column.addWidget(label(title, "strong"))
                self._column.addWidget(_grid(facts))
                self._column.addSpacing(8)
        self._column.addStretch(1)
        self.verticalScrollBar().setValue(position)

    def value_of(self, name: str) -> str:
        """Give the value that is shown beside a name; raises LookupError."""
        for _, facts in self._shown:
            for fact, value in facts:
                if fact == name:
                    return value
        raise LookupError(name)


def _grid(facts: Sequence[tuple[str, str]]) -> QWidget:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(7)
    grid.setColumnStretch(1, 1)
    for number, (name, value) in enumerate(facts):
        heading = label(name, "muted", wrap=True)
        heading.setFixedWidth(118)
        shown = Value(value)
        shown.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        shown.setAccessibleName(f"{name}: {value}")
        shown.setToolTip(value)
        grid.addWidget(heading, number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(shown, number, 1, Qt.AlignmentFlag.AlignTop)
    return plain(grid)


class DetailPanel(QFrame):
    """A card with a heading, a row of buttons and tabs; hidden until something is chosen."""

    closed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(name)
        self.setMinimumWidth(LEAST)
        self._badge = QLabel()
        self._badge.setProperty("kind", "badge")
        self._badge.setFixedSize(40, 40)
        self._badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._icon = ""
        self._title = label("", "h2", wrap=True)
        self._detail = label("", "muted")
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for words in (self._title, self._detail):
            words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.pill = Pill()
        self.close_button = button("", self.close_panel, icon="x", kind="ghost", name=self.tr("Close the details"))
        head = row(self._badge, spacing=12)
        head.addLayout(column(self._title, self._detail, spacing=1), 1)
        head.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.buttons = row(spacing=8)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(name)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setExpanding(False)
        # The style draws it in a colour of its own.
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setProperty("kind", "narrow")
        layout = column(head, self.buttons, spacing=12, margins=(16, 14, 12, 8))
        layout.addWidget(self.tabs, 1)
        self.setLayout(layout)
        theme.current().changed.connect(self._draw_badge)
        self.hide()

    def show_heading(self, icon: str, title: str, detail: str) -> None:
        """Show whom the panel is about; ``icon`` is an icon's name or two letters."""
        self._icon = icon
        self._title.setText(title)
        self._detail.setText(detail)
        self._detail.setToolTip(detail)
        self.setAccessibleDescription(title)
        self._draw_badge()

    def heading(self) -> str:
        """Give the title that is shown."""
        return self._title.text()

    def add_tab(self, widget: QWidget, title: str) -> None:
        """Add a tab."""
        self.tabs.addTab(widget, title.replace("&", "&&"))

    def close_panel(self) -> None:
        """Hide the panel and say so."""
        self.hide()
        self.closed.emit()

    def _draw_badge(self) -> None:
        if len(self._icon) <= 2:
            self._badge.setText(self._icon)
        else:
            self._badge.setPixmap(theme.current().pixmap(self._icon, "accentText", 22))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)


class Beside(QSplitter):
    """What is at the left, a detail panel at the right; remembers in ``store`` how wide the panel was."""

    def __init__(self, left: QWidget, panel: QWidget, key: str, store: QSettings) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._key = f"{key}/panel_width"
        self._store = store
        self.setChildrenCollapsible(False)
        self.setHandleWidth(14)
        self.addWidget(left)
        self.addWidget(panel)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        width = str(store.value(self._key, WIDTH))
        self.setSizes([10_000, int(width) if width.isdecimal() else WIDTH])
        self.splitterMoved.connect(self._remember)

    def _remember(self) -> None:
        width = self.sizes()[1]
        if width:
            self._store.setValue(self._key, width)
