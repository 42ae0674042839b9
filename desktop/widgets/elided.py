"""A label of one line that never asks for more room than it is given: what does not fit ends in dots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent


class Elided(QLabel):
    """The whole text is its accessible name, and its tool tip while it does not fit."""

    def __init__(self, text: str = "", kind: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        if kind:
            self.setProperty("kind", kind)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._whole = ""
        self._tip = ""
        self.say(text)

    @property
    def whole(self) -> str:
        """What it says where there is room."""
        return self._whole

    def say(self, text: str, tip: str = "") -> None:
        """Show another text; ``tip`` tells more than it does."""
        self._whole, self._tip = text, tip
        self.setAccessibleName(text)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Need no width."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the text into its new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.ensurePolished()
        fitting = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(self.width(), 0))
        # Before it has been laid out its width says nothing.
        shown = fitting if self.testAttribute(Qt.WidgetAttribute.WA_Resized) else self._whole
        if shown != self.text():
            self.setText(shown)
        whole_tip = f"{self._whole}\n{self._tip}".strip() if shown != self._whole else self._tip
        self.setToolTip(whole_tip)
