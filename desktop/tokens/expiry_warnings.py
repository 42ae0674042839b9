"""Tells once each that a token ends in 20, 7 and 1 days, to whoever shows it: the window, the tray.

Belongs here: when to look, and what was told already (kept in the workspace, for every start). Must not know: how
it is shown.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import orjson
from PySide6.QtCore import QObject, QTimer, Signal

from desktop import background
from desktop.tokens.words import tr
from desktop.widgets import when
from server.workspace import token_life

if TYPE_CHECKING:
    from desktop.desk import Desk
    from server.records import Token
    from server.workspace import Workspace

_log = logging.getLogger("perch.desktop")

KEY: Final = "expiry_warnings_told"
EVERY: Final = 3_600_000
"""Milliseconds between two looks: a day's warning is not late by more than an hour."""
SOON: Final = 400
"""Milliseconds after a change of the workspace."""


class ExpiryWarnings(QObject):
    """Looks by itself once `start` was called."""

    due = Signal(list)
    """ExpiryWarnings of `token_life` that were never told before, the most urgent first; never empty."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = desk.workspace
        self._task: background.Task | None = None
        self._regular = QTimer(self, interval=EVERY)
        self._regular.timeout.connect(self.look)
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self.look)
        desk.live.directory_changed.connect(self._note_change)

    def start(self) -> None:
        """Look now and from now on."""
        self._regular.start()
        self.look()

    def look(self) -> None:
        """Find what is due, remember it, tell it."""
        if self._task is None:
            self._task = background.run(self, lambda: _take_due(self._workspace), self._tell, self._fail)
            self._task.ended.connect(self._end)

    def _note_change(self) -> None:
        if self._regular.isActive() and not self._soon.isActive():
            self._soon.start()

    def _end(self) -> None:
        self._task = None

    def _tell(self, warnings: list[token_life.ExpiryWarning]) -> None:
        if warnings:
            self.due.emit(warnings)

    @staticmethod
    def _fail(error: Exception) -> None:
        # The next look is in an hour; that the databases cannot be read is said elsewhere.
        _log.warning("whether a token ends soon could not be read: %s", type(error).__name__)


def sentence(token: Token, now: str) -> str:
    """Word a warning of a token that ends soon."""
    return tr("“{name}” expires {until}. Rotate it before Okta is refused.").format(
        name=token.label, until=when.until(token.expires, when.instant(now))
    )


def _take_due(workspace: Workspace) -> list[token_life.ExpiryWarning]:
    """Give what is to be told now, and keep that it was; on a background thread."""
    tokens, now = workspace.tokens.tokens(), workspace.custody.now()
    told = _told(workspace.settings.get(KEY))
    due = token_life.due_warnings(tokens, now, told)
    if due:
        known = {token.id for token in tokens}
        kept = sorted({key for key in told if key[0] in known} | {warning.key for warning in due})
        workspace.settings.set(KEY, orjson.dumps(kept).decode())
    return due


def _told(text: str | None) -> set[tuple[str, int]]:
    try:
        return {(str(token_id), int(days)) for token_id, days in orjson.loads(text or "[]")}
    except (ValueError, TypeError):
        return set()
