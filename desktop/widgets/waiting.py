"""What is shown while something takes its time: what is waited for, how far it is, and Cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from desktop.widgets.basics import button, label, row

if TYPE_CHECKING:
    from desktop.background import Task


class Waiting(QWidget):
    """Hidden until `wait_for`; goes away when the task is over."""

    cancelled = Signal()

    def __init__(self, bar_width: int = 160) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._words = label("", "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(bar_width)
        self._task: Task | None = None
        self.cancel_button = button(self.tr("Cancel"), self._cancel)
        layout = row(spacing=10)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._bar)
        layout.addWidget(self.cancel_button)
        self.setLayout(layout)
        self.hide()

    def wait_for(self, task: Task, sentence: str) -> None:
        """Show that a task is on its way."""
        self._task = task
        self._words.setText(sentence)
        self._bar.setAccessibleName(sentence)
        self._bar.setRange(0, 0)
        task.progressed.connect(self._progress)
        task.ended.connect(self._end)
        self.show()

    def _progress(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self.cancelled.emit()

    def _end(self) -> None:
        self._task = None
        self.hide()
