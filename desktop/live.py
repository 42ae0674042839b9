"""Notices what changes in the workspace, whoever changes it, and tells the pages as signals.

Belongs here: looking at the databases' versions on a thread of its own. Must not know: what a page shows.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from server.faults import Fault

if TYPE_CHECKING:
    from server.workspace import Workspace

_log = logging.getLogger("perch.desktop")

INTERVAL: Final = 0.25
"""Seconds between two looks; a page is told at most so often."""
RUSH: Final = 8
"""Looks in a row that found something, after which it is a rush."""
RUSH_FACTOR: Final = 6
"""How much rarer the looks are in a rush: nobody reads four new lists a second, and each costs the window a moment."""


class Live(QObject):
    """Emits in the GUI thread after the databases changed; start it once, stop it with the window."""

    directory_changed = Signal()
    """People, groups, tokens or settings: anything in perch.db."""
    activity_changed = Signal()
    """A request was logged."""
    fault_appeared = Signal(object)
    """A Fault: the databases cannot be read now."""
    fault_passed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None, interval: float = INTERVAL) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._interval = interval
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="live", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop looking; waits for the look that is under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        # The first look tells of both: a page may have read before it.
        seen = (-1, -1)
        faulty = False
        in_a_row = 0
        while not self._stop.is_set():
            try:
                now = (self._workspace.database.data_version(), self._workspace.activity.data_version())
            except Fault as fault:
                if not faulty:
                    faulty = True
                    self.fault_appeared.emit(fault)
            else:
                if faulty:
                    faulty = False
                    self.fault_passed.emit()
                if now[0] != seen[0]:
                    self.directory_changed.emit()
                if now[1] != seen[1]:
                    self.activity_changed.emit()
                in_a_row = in_a_row + 1 if now != seen else 0
                seen = now
            self._stop.wait(self._interval * (RUSH_FACTOR if in_a_row > RUSH else 1))
