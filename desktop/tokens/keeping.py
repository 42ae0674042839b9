"""Keeps a new token's copy in the keyring, off the GUI thread, and shows at every moment what is true of it.

Belongs here: waiting, giving up, trying again. Must not know: the keyring itself (``workspace.custody``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop import background, messages
from desktop.widgets.basics import Pill, button, column, label, row
from desktop.widgets.waiting import Waiting
from server.workspace import Outcome

if TYPE_CHECKING:
    from server.workspace import IssuedToken, Workspace

NAMING = 2.0
"""Seconds that the keyring has to say what it is called."""


class _Late(QObject):
    """Brings home what the keyring answers after its time; it outlives the widget, which may be gone by then."""

    came = Signal(object, str)


class Keeping(QWidget):
    """One line, with something else at its left. Begins with `keep`.

    `settled` tells each outcome, also one that comes after nobody waited any more.
    """

    settled = Signal(object)

    def __init__(self, workspace: Workspace, beside: QWidget, patience: float | None = None) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._workspace = workspace
        self._patience = patience
        self._issued: IssuedToken | None = None
        self.outcome: Outcome | None = None
        """None until the keyring has answered."""
        self.waiting = Waiting(bar_width=72)
        self.pill = Pill()
        self.pill.hide()
        self.remedy = label("", "small", wrap=True)
        self.remedy.hide()
        self.again = button(self.tr("Try again"), self._try_again, icon="arrow-counter-clockwise")
        self.again.hide()
        line = row(beside, None, self.waiting, self.pill, self.again, spacing=8)
        self.setLayout(column(line, self.remedy, spacing=6))
        self.waiting.cancelled.connect(self._give_up)

    @property
    def is_kept(self) -> bool:
        """Whether the keyring is known to hold the copy."""
        return self.outcome is Outcome.STORED

    def keep(self, issued: IssuedToken) -> None:
        """Ask the keyring to keep the copy."""
        self._issued = issued
        self.outcome = None
        for widget in (self.pill, self.remedy, self.again):
            widget.hide()
        task = background.Task()
        custody, patience = self._workspace.custody, self._patience
        late = _Late(QCoreApplication.instance())
        late.came.connect(self._show)

        def work() -> tuple[Outcome, str]:
            name = custody.probe(patience=NAMING).name
            outcome = custody.keep(issued, patience=patience, settled=lambda answer: late.came.emit(answer, name))
            if task.is_cancelled:
                late.came.emit(outcome, name)
            return outcome, name

        background.run(self, work, lambda result: self._show(*result), self._fail, task=task)
        self.waiting.wait_for(task, self.tr("Waiting for your keyring…"))

    def forget(self) -> None:
        """Let go of the secret."""
        self._issued = None
        self.again.hide()

    def _try_again(self) -> None:
        if self._issued is not None:
            self.keep(self._issued)

    def _show(self, outcome: Outcome, name: str) -> None:
        if self.is_kept:
            return
        self.outcome = outcome
        message = messages.of_keeping(outcome, name)
        self._say(message.sentence, message.remedy, is_kept=outcome is Outcome.STORED)
        self.settled.emit(outcome)

    def _give_up(self) -> None:
        self._say(
            self.tr("Not saved yet: you stopped waiting"),
            self.tr("Should your keyring still answer, it is told here. Keep the token yourself now, or try again."),
            is_kept=False,
        )

    def _fail(self, error: Exception) -> None:
        self._say(self.tr("Not saved"), str(messages.worded(error)), is_kept=False)

    def _say(self, sentence: str, remedy: str, *, is_kept: bool) -> None:
        self.pill.show_state(f"✓ {sentence}" if is_kept else sentence, "ok" if is_kept else "warn")
        self.pill.show()
        self.remedy.setText(remedy)
        self.remedy.setVisible(not is_kept)
        self.again.setVisible(not is_kept and self._issued is not None)
