"""Undoing a whole import: change by change in the background, with progress, and what could not be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from desktop import background
from desktop.background import Task
from desktop.transfer.wording import went_wrong
from desktop.widgets.basics import label
from desktop.widgets.dialog import Dialog
from desktop.widgets.waiting import Waiting
from server.file_import import undo

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.desk import Desk
    from server.file_import import Taken, Undone

SHOWN = 5
"""Reasons that are told one by one."""


class UndoDialog(Dialog):
    """Begins as soon as it is made; open it with `open()`."""

    undone = Signal()
    """It is over, and what could be undone is."""

    def __init__(self, desk: Desk, taken: Taken, parent: QWidget | None = None) -> None:
        super().__init__(parent, self.tr("Undo the import"), icon="arrow-counter-clockwise", width=520)
        self.waiting = Waiting()
        self._words = label("", "muted", wrap=True)
        self.body.addWidget(self.waiting)
        self.body.addWidget(self._words)
        self.close_button = self.add_button(self.tr("Close"), self.accept, kind="primary")
        self.close_button.setEnabled(False)
        task = Task()
        background.run(self, lambda: undo(desk.workspace, taken, task.report), self._tell, self._complain, task=task)
        self.waiting.wait_for(task, self.tr("Putting everything back…"))
        self.waiting.cancelled.connect(self._stopped)

    def reject(self) -> None:
        """Let Esc close it only once it is over."""
        if self.close_button.isEnabled():
            super().reject()

    def _tell(self, undone: Undone) -> None:
        self.banner.say(
            self.tr("The import is undone: {number:,} changes were put back.").format(number=undone.changes), "ok"
        )
        if undone.kept:
            more = len(undone.kept) - SHOWN
            lines = undone.kept[:SHOWN] + ([self.tr("… and {number:,} more").format(number=more)] if more > 0 else [])
            self.banner.say(
                self.tr("{number:,} changes were put back; {kept:,} stay, since they were changed again.").format(
                    number=undone.changes, kept=len(undone.kept)
                ),
                "warn",
            )
            self._words.setText("\n".join(lines))
        self._end()

    def _complain(self, error: Exception) -> None:
        self.banner.say(went_wrong(error), "err")
        self._end()

    def _stopped(self) -> None:
        self.banner.say(self.tr("Stopped: what was put back until then stays so, the rest stays imported."), "warn")
        self._end()

    def _end(self) -> None:
        self.close_button.setEnabled(True)
        self.close_button.setFocus()
        self.undone.emit()
