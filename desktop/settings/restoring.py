"""Restoring a backup: what is in it beside what is here now, the question, and the steps around the endpoint.

Belongs here: stop our endpoint, restore, start it again. Must not know: how a file is restored safely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop import background
from desktop.messages import worded
from desktop.server_process import State
from desktop.widgets import when
from desktop.widgets.basics import Card, label, plain
from desktop.widgets.dialog import Dialog
from desktop.widgets.waiting import Waiting
from server.faults import Fault, FaultCode
from server.workspace import DATABASE

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from desktop.desk import Desk
    from desktop.server_process import Status

NUMBERS: Final = (
    ("people", "People"),
    ("active", "of these active"),
    ("groups", "Groups"),
    ("memberships", "Memberships"),
    ("tokens", "Tokens ever made"),
    ("changes", "Changes in the history"),
)
"""Of a census, with its words."""


class RestoreDialog(Dialog):
    """Looks into a backup before anything happens; `agreed` gives its path."""

    agreed = Signal(object)

    def __init__(self, parent: QWidget | None, desk: Desk, path: Path, made: str) -> None:
        title = self.tr("Restore this backup?")
        super().__init__(parent, title, icon="clock-counter-clockwise", tone="accentText", width=540)
        self._path = path
        words = self.tr("Made {ago}, on {exact}.").format(ago=when.ago(made), exact=when.exact(made)) if made else ""
        self.body.addWidget(label(words or str(path), "muted", wrap=True))
        self.waiting = Waiting()
        self.waiting.cancelled.connect(self.reject)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(28)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(0, 1)
        self._card = Card(plain(self._grid))
        self._card.hide()
        self.body.addWidget(self.waiting)
        self.body.addWidget(self._card)
        self.body.addWidget(
            label(
                self.tr(
                    "People, groups, memberships, history and tokens become as they were then. A token made since "
                    "stops working, and one revoked since works again: revoke it anew. What is here now is kept "
                    "in a file beside it. Okta gets no answer for a moment, and tries again by itself."
                ),
                wrap=True,
            )
        )
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.restore_button = self.add_button(self.tr("Restore"), self.accept, kind="danger")
        self.restore_button.setEnabled(False)
        self.cancel_button.setFocus()
        self.accepted.connect(lambda: self.agreed.emit(path))
        backups, live = desk.workspace.backups, desk.workspace.folder / DATABASE

        def look() -> tuple[Any, Any]:
            then = backups.contents(path)
            try:
                return then, backups.contents(live)
            except Fault:
                # What is here may be damaged: that is when a backup is wanted most.
                return then, None

        self.waiting.wait_for(background.run(self, look, self._show, self._refuse), self.tr("Looking into the backup…"))

    def _show(self, found: tuple[Any, Any]) -> None:
        then, now = found
        for column, head in enumerate((self.tr("Now"), self.tr("In the backup")), 1):
            self._grid.addWidget(label(head, "small"), 0, column, Qt.AlignmentFlag.AlignRight)
        for line, (name, words) in enumerate(NUMBERS, 1):
            self._grid.addWidget(label(self.tr(words), "muted"), line, 0)
            there = getattr(then, name)
            here = getattr(now, name, None)
            current = label("—" if here is None else QLocale().toString(here))
            brought = label(QLocale().toString(there), "strong" if there != here else "")
            brought.setObjectName(name)
            self._grid.addWidget(current, line, 1, Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(brought, line, 2, Qt.AlignmentFlag.AlignRight)
        self._card.show()
        self.restore_button.setEnabled(True)

    def _refuse(self, error: Exception) -> None:
        self.banner.say(str(worded(error)), "err")


class Restoring(QObject):
    """Stops the endpoint if it is ours, restores, and starts it again whatever came of that."""

    started = Signal(object)
    """The background.Task of the restore itself."""
    restored = Signal(object)
    """Where what was there is kept: a path, or None."""
    refused = Signal(str)
    """A sentence and a remedy."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._path: Path | None = None
        self._resumes = False
        desk.endpoint.changed.connect(self._begin_when_stopped)

    def restore(self, path: Path) -> None:
        """Bring a backup back; one at a time."""
        state = self._desk.endpoint.status.state
        if state is State.ATTACHED:
            self.refused.emit(self._another())
            return
        if self._path is not None:
            return
        self._path = path
        self._resumes = state is not State.PAUSED
        if self._resumes:
            self._desk.endpoint.pause()
        else:
            self._begin()

    def _begin_when_stopped(self, status: Status) -> None:
        if self._path is not None and status.state is State.PAUSED:
            self._begin()

    def _begin(self) -> None:
        path = self._path
        assert path is not None
        backups = self._desk.workspace.backups
        task = background.run(self, lambda: backups.restore(path), self._done, self._failed)
        self.started.emit(task)

    def _done(self, done: Any) -> None:
        self._end()
        self.restored.emit(done.kept)

    def _failed(self, error: Exception) -> None:
        self._end()
        is_busy = isinstance(error, Fault) and error.code is FaultCode.ALREADY_SERVING
        self.refused.emit(self._another() if is_busy else str(worded(error)))

    def _end(self) -> None:
        self._path = None
        if self._resumes:
            self._desk.endpoint.resume()

    def _another(self) -> str:
        return self.tr(
            "Another process serves this data folder, a service or a terminal: stop it first, then restore the backup. "
            "Nothing was changed."
        )
