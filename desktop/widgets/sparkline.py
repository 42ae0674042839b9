"""A small picture of numbers over time, such as requests per minute; the words beside it say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent


class Sparkline(QWidget):
    """Bars from the oldest at the left to the newest at the right; what failed is drawn in red from below."""

    def __init__(self, name: str, height: int = 64) -> None:
        super().__init__()
        self._name = name
        self._values: list[int] = []
        self._errors: list[int] = []
        self._height = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Give the size it likes."""
        return QSize(240, self._height)

    def show_values(self, values: Sequence[int], errors: Sequence[int] = ()) -> None:
        """Draw other numbers."""
        self._values = list(values)
        self._errors = list(errors) or [0] * len(self._values)
        self.setAccessibleName(f"{self._name}: {self._values[-1] if self._values else 0}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bars."""
        del event
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        number = max(len(self._values), 1)
        most = max([*self._values, 1])
        step = self.width() / number
        wide = max(step - 2, 1.0)
        for place, (value, error) in enumerate(zip(self._values, self._errors, strict=True)):
            left = place * step + (step - wide) / 2
            full = self.height() - 2
            tall = max(full * value / most, 2.0)
            painter.setBrush(look.color("accent" if value else "border"))
            painter.drawRoundedRect(QRectF(left, full - tall + 1, wide, tall), min(wide / 2, 2), min(wide / 2, 2))
            if error:
                red = max(full * error / most, 2.0)
                painter.setBrush(look.color("err"))
                painter.drawRoundedRect(QRectF(left, full - red + 1, wide, red), min(wide / 2, 2), min(wide / 2, 2))
        painter.end()
