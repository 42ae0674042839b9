"""A sentence in passing at the foot of the window, with Undo where there is something to undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QFrame, QWidget

from desktop.widgets.basics import button, clear, label, picture, row

if TYPE_CHECKING:
    from collections.abc import Callable

SHORT: Final = 4_000
LONG: Final = 10_000
"""Milliseconds that it stays: longer where there is something to click, and as long as the mouse is on it."""


class Toast(QFrame):
    """One at a time, above everything in its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "toast")
        self._over = parent
        self._row = row(spacing=10, margins=(14, 10, 10, 10))
        self.setLayout(self._row)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def say(self, sentence: str, undo: Callable[[], object] | None = None, *, icon: str = "check-circle") -> None:
        """Show a sentence."""
        clear(self._row)
        self._row.addWidget(picture(icon, "ok", 18))
        self._row.addWidget(label(sentence))
        if undo is not None:
            self._row.addWidget(button(self.tr("Undo"), lambda: self._undo(undo), kind="link"))
        self._row.addWidget(button("", self.hide, icon="x", kind="ghost", name=self.tr("Dismiss")))
        self.setAccessibleName(sentence)
        self.show()
        self.raise_()
        self._place()
        self._timer.start(LONG if undo is not None else SHORT)

    def _undo(self, undo: Callable[[], object]) -> None:
        self.hide()
        undo()

    def _place(self) -> None:
        self.adjustSize()
        self.move((self._over.width() - self.width()) // 2, self._over.height() - self.height() - 22)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot when the window changes its size."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def enterEvent(self, event: object) -> None:
        """Stay while somebody reads."""
        del event
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Go a while after."""
        super().leaveEvent(event)
        self._timer.start(SHORT)
