"""A checklist: what was seen is green and says when and by which token, what was not says how to get there."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop import theme
from desktop.widgets import when
from desktop.widgets.basics import column, label, row
from desktop.widgets.seen import CHECKS, By, Seen, translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent


class Progress(StrEnum):
    """How far a line of a checklist is."""

    OPEN = "open"
    TRIED = "tried"
    """It worked, but it was not Okta who did it."""
    DONE = "done"


class Mark(QLabel):
    """A green tick, a flask for what was only tried, or an empty circle (with its number, in a list of steps)."""

    def __init__(self, number: int = 0, size: int = 20) -> None:
        super().__init__()
        self._number = number
        self._size = size
        self.progress = Progress.OPEN
        self.setFixedSize(size, size)
        theme.current().changed.connect(self.update)

    def show_progress(self, progress: Progress) -> None:
        """Change the sign."""
        self.progress = progress
        self.update()

    def sizeHint(self) -> QSize:
        """Give the size it has."""
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign."""
        del event
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.progress is not Progress.OPEN:
            name, color = ("check-circle-fill", "ok") if self.progress is Progress.DONE else ("flask-fill", "info")
            painter.drawPixmap(0, 0, look.pixmap(name, color, self._size))
        else:
            inside = QRectF(2, 2, self._size - 4, self._size - 4)
            painter.setPen(QPen(look.color("outline"), 1.4))
            painter.drawEllipse(inside)
            if self._number:
                painter.setPen(look.color("muted"))
                painter.setFont(theme.ui_font(11 if self._size < 24 else 12, QFont.Weight.DemiBold))
                painter.drawText(inside, Qt.AlignmentFlag.AlignCenter, str(self._number))
        painter.end()


def progress_of(seen: Seen) -> Progress:
    """Tell how far a feature is: only Okta's own request makes it green."""
    if seen.by is None:
        return Progress.OPEN
    return Progress.DONE if seen.is_done else Progress.TRIED


def sentence_of(seen: Seen) -> str:
    """Say when a feature was seen and by whom, or how to get there."""
    if seen.by is None:
        return translated(seen.check.how)
    words = {
        By.OKTA: translated("{when} · {token}"),
        By.TEST: translated("Tried {when} with the test token {token}, not yet by Okta"),
        By.OTHER: translated("Tried {when} by {client} with {token}, not yet by Okta"),
    }[seen.by]
    client = seen.client or translated("another client")
    return words.format(when=when.ago(seen.last), token=seen.token, client=client)


class CheckRow(QWidget):
    """One line: the sign, the title, and below it (or not) when and by whom."""

    def __init__(self, title: str, *, compact: bool = False) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._compact = compact
        self.mark = Mark(size=18 if compact else 20)
        self._title = label(title, "" if compact else "strong")
        self._detail = label("", "small", wrap=not compact)
        self._detail.setVisible(not compact)
        self.title = title
        self.detail = ""
        words = column(self._title, self._detail, spacing=1)
        layout = row(self.mark, spacing=9)
        layout.setAlignment(self.mark, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self.mark.progress

    def show_progress(self, progress: Progress, detail: str, tip: str = "") -> None:
        """Show how far it is, in a sign and in words."""
        self.mark.show_progress(progress)
        self.detail = detail
        self._detail.setText(detail)
        self.setToolTip(tip or detail)
        state = {
            Progress.OPEN: translated("not yet"),
            Progress.TRIED: translated("tried"),
            Progress.DONE: translated("done"),
        }[progress]
        self.setAccessibleName(f"{self.title}: {state}. {detail}")


class FeatureChecklist(QWidget):
    """The eight features that Okta's form has a tick for."""

    def __init__(self, *, compact: bool = False, columns: int = 1) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setAccessibleName(QCoreApplication.translate("FeatureChecklist", "Features seen from Okta"))
        self.rows = {check.name: CheckRow(translated(check.title), compact=compact) for check in CHECKS}
        self._seen: list[Seen] = []
        rows = list(self.rows.values())
        per_column = -(-len(rows) // columns)
        parts = [
            column(*rows[start : start + per_column], None, spacing=9 if compact else 12)
            for start in range(0, len(rows), per_column)
        ]
        layout = row(spacing=24)
        for part in parts:
            layout.addLayout(part, 1)
        self.setLayout(layout)
        self.show_seen([Seen(check) for check in CHECKS])

    @property
    def done(self) -> int:
        """How many are green."""
        return sum(seen.is_done for seen in self._seen)

    def show_seen(self, seen: Sequence[Seen]) -> None:
        """Show what was seen until now."""
        self._seen = list(seen)
        for one in seen:
            tip = ""
            if one.by is not None:
                tip = translated("{exact}, {count} requests in all").format(
                    exact=when.exact(one.last), count=QLocale().toString(one.count)
                )
            self.rows[one.check.name].show_progress(progress_of(one), sentence_of(one), tip)
