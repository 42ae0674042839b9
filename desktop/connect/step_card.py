"""One step of the way: its number or a green tick, what it is, how far it is, and below that what there is to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.connect.forms import translated
from desktop.widgets.basics import Card, column, label, picture, plain, row
from desktop.widgets.checklist import Mark, Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QLabel, QWidget

    from desktop.connect.forms import Part

INDENT = 36
"""Pixels: what there is to do begins below the title, not below its number."""


class StepCard(Card):
    """Put what there is to do into `inside`; `say` tells how far it is."""

    def __init__(self, number: int, title: str, waits_for: str) -> None:
        """Take the words that stand below the title until Okta came."""
        super().__init__(margins=(16, 14, 16, 16), spacing=12)
        self.title = title
        self.mark = Mark(number, size=24)
        self._detail = label(waits_for, "small", wrap=True)
        self._waits_for = waits_for
        words = column(label(title, "h2"), self._detail, spacing=1)
        head = row(spacing=INDENT - 24)
        head.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        self.body.addLayout(head)
        self.inside = column(spacing=12, margins=(INDENT, 0, 0, 0))
        self.body.addLayout(self.inside)
        self.say(Progress.OPEN)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self.mark.progress

    @property
    def detail(self) -> str:
        """What is said of it."""
        return self._detail.text()

    def say(self, progress: Progress, detail: str = "", tip: str = "") -> None:
        """Show how far it is; without words, those that it began with."""
        self.mark.show_progress(progress)
        self._detail.setText(detail or self._waits_for)
        self._detail.setToolTip(tip)
        self.setAccessibleName(f"{self.title}. {self._detail.text()}")


def way(place: str) -> QLabel:
    """Write where in Okta something is."""
    return label(place, "strong", wrap=True)


def part_of_okta(part: Part, *pieces: QWidget) -> QWidget:
    """Say what is to be done at one place in Okta."""
    layout = column(way(translated(part.place)), spacing=4)
    if part.note:
        layout.addWidget(label(translated(part.note), "small", wrap=True))
    if pieces:
        layout.addSpacing(6)
    for piece in pieces:
        layout.addWidget(piece)
    return plain(layout)


def ticks(texts: Sequence[str]) -> QWidget:
    """Draw the boxes that are to be ticked."""
    layout = column(spacing=6)
    for text in texts:
        words = label(translated(text), wrap=True)
        line = row(picture("check-square-fill", "accentText", 18), spacing=8)
        line.addWidget(words, 1)
        layout.addLayout(line)
    return plain(layout)
