"""Labels, buttons, cards and rows: the smallest pieces, each in the look of the style sheet.

Every widget made here has an accessible name; what is only decoration has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Piece = QWidget | QLayout | int | None
"""What a row or a column takes: a widget, a layout, a gap of so many pixels, or None for a stretch."""


def label(text: str, kind: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """Make a label of a kind that the style sheet knows: h1, h2, muted, small, mono, strong, error, figure."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if kind:
        made.setProperty("kind", kind)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


class Picture(QLabel):
    """An icon that is decoration."""

    def __init__(self, icon: str, color: str = "muted", size: int = 18) -> None:
        super().__init__()
        self._icon = (icon, color, size)
        self.setFixedSize(size, size)
        self._draw()
        # A label has no setIcon for the theme to call.
        theme.current().changed.connect(self._draw)

    def _draw(self) -> None:
        self.setPixmap(theme.current().pixmap(*self._icon))


def picture(icon: str, color: str = "muted", size: int = 18) -> Picture:
    """Make an icon that is decoration."""
    return Picture(icon, color, size)


def button(
    text: str,
    clicked: Callable[[], object] | None = None,
    *,
    icon: str = "",
    kind: str = "",
    tip: str = "",
    name: str = "",
) -> QPushButton:
    """Make a button; ``kind`` is primary, danger, ghost, link or nothing. Without text it needs a ``name``."""
    made = QPushButton(text.replace("&", "&&"))
    made.setAccessibleName(name or text)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAutoDefault(False)
    if kind:
        made.setProperty("kind", kind)
    if icon:
        color = {"primary": "onAccent", "danger": "onErr", "link": "accentText"}.get(kind, "muted")
        theme.current().bind_icon(made, icon, color)
        made.setIconSize(QSize(16, 16))
    if tip or (name and not text):
        made.setToolTip(tip or name)
    if clicked is not None:
        # Without the argument that Qt gives: whether the button is checked.
        made.clicked.connect(lambda: clicked())  # noqa: PLW0108 -- see above
    return made


def _fill(layout: QHBoxLayout | QVBoxLayout, pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        if piece is None:
            layout.addStretch(1)
        elif isinstance(piece, int):
            layout.addSpacing(piece)
        elif isinstance(piece, QLayout):
            layout.addLayout(piece)
        else:
            layout.addWidget(piece)


def row(*pieces: Piece, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """Put pieces beside each other."""
    layout = QHBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    _fill(layout, pieces)
    return layout


def column(*pieces: Piece, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    """Put pieces below each other."""
    layout = QVBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    _fill(layout, pieces)
    return layout


def plain(layout: QLayout) -> QWidget:
    """Make a widget without a look of its own around a layout."""
    made = QWidget()
    made.setProperty("kind", "plain")
    made.setLayout(layout)
    return made


def line() -> QFrame:
    """Make a hairline."""
    made = QFrame()
    made.setProperty("kind", "line")
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made


class Card(QFrame):
    """A rounded surface; put pieces into `body`."""

    def __init__(
        self,
        *pieces: Piece,
        title: str = "",
        margins: tuple[int, int, int, int] = (16, 14, 16, 14),
        spacing: int = 10,
        kind: str = "card",
    ) -> None:
        super().__init__()
        self.setProperty("kind", kind)
        self.body = column(spacing=spacing, margins=margins)
        self.setLayout(self.body)
        if title:
            self.body.addWidget(label(title, "h2"))
            self.setAccessibleName(title)
        _fill(self.body, pieces)


class Pill(QLabel):
    """A word on a coloured ground; ``tone`` is ok, warn, err, info or neutral, and never the only sign."""

    def __init__(self, text: str = "", tone: str = "neutral") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", "pill")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_state(text, tone)

    def show_state(self, text: str, tone: str) -> None:
        """Change word and tone."""
        self.setText(text)
        self.setAccessibleName(text)
        set_property(self, "tone", tone)


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Change a property that the style sheet looks at."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
