"""The stages of the tour as a line of dots: done, on, to come; a click tells that stage.

Belongs here: painting and choosing. Must not know: what a stage plays.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from desktop import theme
from desktop.widgets.basics import row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

SIZE: Final = 26
LINK: Final = 14
"""Pixels of line between two dots."""


class Mark(StrEnum):
    """How far a stage is."""

    OPEN = "open"
    ON = "on"
    DONE = "done"
    FAILED = "failed"


class _Dot(QToolButton):
    def __init__(self, number: int, title: str) -> None:
        super().__init__()
        self.number = number
        self.title = title
        self.mark = Mark.OPEN
        self.setFixedSize(SIZE, SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_mark(Mark.OPEN)

    def show_mark(self, mark: Mark) -> None:
        """Show how far it is, in a sign and in words."""
        self.mark = mark
        state = {
            Mark.OPEN: self.tr("to come"),
            Mark.ON: self.tr("on now"),
            Mark.DONE: self.tr("done"),
            Mark.FAILED: self.tr("failed"),
        }[mark]
        self.setToolTip(f"{self.number + 1}. {self.title}")
        self.setAccessibleName(
            self.tr("Stage {number}: {title}, {state}").format(number=self.number + 1, title=self.title, state=state)
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dot."""
        del event
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = self.rect().adjusted(2, 2, -2, -2)
        ground, edge, ink = {
            Mark.OPEN: ("surface", "border", "muted"),
            Mark.ON: ("accent", "accent", "onAccent"),
            Mark.DONE: ("okBg", "okBg", "ok"),
            Mark.FAILED: ("errBg", "errBg", "err"),
        }[self.mark]
        focused = self.hasFocus()
        painter.setPen(QPen(look.color("text" if focused else edge), 1.6 if focused else 1.2))
        painter.setBrush(look.color(ground))
        painter.drawEllipse(inside)
        if self.mark in {Mark.DONE, Mark.FAILED}:
            icon = look.pixmap("check-bold" if self.mark is Mark.DONE else "x-bold", ink, 12)
            painter.drawPixmap(inside.center().x() - 5, inside.center().y() - 5, icon)
        else:
            painter.setPen(look.color(ink))
            painter.setFont(theme.ui_font(11, QFont.Weight.DemiBold))
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter, str(self.number + 1))
        painter.end()


class _Link(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.is_done = False
        self.setFixedSize(LINK, SIZE)

    def sizeHint(self) -> QSize:
        """Give the size it has."""
        return QSize(LINK, SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        del event
        painter = QPainter(self)
        painter.setPen(QPen(theme.current().color("ok" if self.is_done else "border"), 2))
        painter.drawLine(1, SIZE // 2, LINK - 1, SIZE // 2)
        painter.end()


class StageStrip(QWidget):
    """Empty until `show_titles`."""

    picked = Signal(int)
    """A stage was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setAccessibleName(self.tr("Stages of the tour"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._row = row(spacing=0)
        self.setLayout(self._row)
        self.dots: list[_Dot] = []
        self._links: list[_Link] = []
        theme.current().changed.connect(self.update)

    def show_titles(self, titles: Sequence[str]) -> None:
        """Show stages, all of them to come; the same ones stay where they are."""
        if [one.title for one in self.dots] != list(titles):
            self._make(titles)
        self.show_marks([Mark.OPEN] * len(titles))

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Show how far each is."""
        for dot, mark in zip(self.dots, marks, strict=True):
            dot.show_mark(mark)
        for number, link in enumerate(self._links):
            link.is_done = marks[number] is Mark.DONE
            link.update()

    def _make(self, titles: Sequence[str]) -> None:
        for old in (*self.dots, *self._links):
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.dots, self._links = [], []
        for number, title in enumerate(titles):
            if number:
                link = _Link()
                self._links.append(link)
                self._row.addWidget(link)
            dot = _Dot(number, title)
            dot.clicked.connect(lambda _=False, which=number: self.picked.emit(which))
            self.dots.append(dot)
            self._row.addWidget(dot)
