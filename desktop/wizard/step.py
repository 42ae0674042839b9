"""What a step of the wizard is, and the line above it that shows how far one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.widgets.basics import clear, column, label, picture, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.desk import Desk


class Step(QWidget):
    """Asks one thing; nothing of it has to be answered."""

    title: ClassVar[str]
    next_text: ClassVar[str]

    left = Signal()
    """What was chosen is done: the next step may come."""

    def __init__(self, desk: Desk, heading: str, sentence: str) -> None:
        super().__init__()
        self.desk = desk
        self.setProperty("kind", "plain")
        self.setAccessibleName(heading)
        self.body = column(
            column(label(heading, "h2"), label(sentence, "muted", wrap=True), spacing=3),
            spacing=12,
        )
        self.setLayout(self.body)

    def enter(self) -> None:
        """Hear that it came into view."""

    def leave(self) -> None:
        """Do what was chosen, then emit `left`; a step that cannot says why and stays."""
        self.left.emit()


class HowFar(QWidget):
    """The steps by name: those behind with a tick, the one in view filled."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._titles = list(titles)
        self._row = row(spacing=6)
        self.setLayout(self._row)
        self.show_step(0)

    def show_step(self, number: int) -> None:
        """Show which one is in view."""
        clear(self._row)
        for index, title in enumerate(self._titles):
            if index < number:
                icon, color, kind = "check-circle-fill", "ok", "small"
            elif index == number:
                icon, color, kind = "arrow-circle-right-fill", "accentText", "strong"
            else:
                icon, color, kind = "circle", "outline", "small"
            self._row.addWidget(picture(icon, color, 16))
            self._row.addWidget(label(title, kind))
            self._row.addSpacing(14)
        self._row.addStretch(1)
        self.setAccessibleName(
            self.tr("Step {number} of {all}: {title}").format(
                number=number + 1, all=len(self._titles), title=self._titles[number]
            )
        )
