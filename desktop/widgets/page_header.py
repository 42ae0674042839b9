"""The head of a page: what it is, one line of what it is for, and what can be done at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.widgets.basics import column, label, row

if TYPE_CHECKING:
    from desktop.widgets.basics import Piece


class PageHeader(QWidget):
    """Title and subtitle at the left, whatever is given at the right."""

    def __init__(self, title: str, subtitle: str, *right: Piece) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._title = label(title, "h1")
        self._subtitle = label(subtitle, "muted", wrap=True)
        words = column(self._title, self._subtitle, spacing=2)
        layout = row(spacing=10)
        layout.addLayout(words, 1)
        layout.addLayout(row(*right, spacing=10))
        self.setLayout(layout)

    def set_title(self, title: str, subtitle: str | None = None) -> None:
        """Change the words."""
        self._title.setText(title)
        if subtitle is not None:
            self._subtitle.setText(subtitle)
