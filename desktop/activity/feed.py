"""The rows of the table and how they come: the newest by themselves, older ones as one scrolls, none while one reads.

Belongs here: the model of the table and when it is read. Must not know: what a row looks like in the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from desktop import background
from desktop.activity import reading
from desktop.activity.rows import Row, cells, columns, row_of
from desktop.activity.wanted import Wanted
from desktop.widgets.table_model import ListModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from desktop.activity.reading import Newer, Page
    from server.records import ActivityRecord
    from server.workspace import Workspace

HELD: Final = 2_000
"""Rows that wait at most; beyond them the list begins anew when they are asked for."""


class Feed(QObject):
    """Follows the log; `hold` keeps new rows back, `release` shows them."""

    loaded = Signal()
    """Another list stands."""
    grew = Signal()
    """Rows were added at the top or at the end."""
    held_changed = Signal(int)
    """So many new rows wait."""
    failed = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.enough = reading.PAGE
        """Rows read at most while the list is live, more than the window shows; where more came it begins anew."""
        self.prepare: Callable[[Sequence[Row], Callable[[], None]], None] = _at_once
        """Called with rows that are about to be shown on top, and what shows them."""
        self.labels: Mapping[str, str] = {}
        """How the tokens are called, by id."""
        self.model: ListModel[Row] = ListModel(columns(), lambda row: cells(row, self.labels), self)
        self.wanted = Wanted()
        self.is_loaded = False
        self._head = 0
        self._has_older = False
        self._holding = False
        self._held: list[Row] = []
        self._missed = 0
        self._generation = 0
        self._looking = False
        self._look_again = False
        self._reaching = False

    @property
    def held(self) -> int:
        """How many new rows wait."""
        return len(self._held) + self._missed

    def show(self, wanted: Wanted, *, through: int | None = None) -> None:
        """Show other requests; ``through`` is a number that has to be among them."""
        self.wanted = wanted
        self.load(through=through)

    def load(self, *, through: int | None = None, limit: int = reading.PAGE) -> None:
        """Read the list anew from its top, so many rows of it."""
        self._generation += 1
        generation, wanted = self._generation, self.wanted
        self._reaching = False

        def show(page: Page) -> None:
            if generation == self._generation:
                self._settle(page)

        def done(page: Page) -> None:
            if generation == self._generation:
                self.prepare(page.rows, lambda: show(page))

        background.run(
            self,
            lambda: reading.newest(self._workspace, wanted, through=through, limit=limit),
            done,
            self.failed.emit,
        )

    def show_kept(self, records: Sequence[ActivityRecord]) -> None:
        """Show records that are no longer asked of the log."""
        self._generation += 1
        self._settle(reading.Page([row_of(one) for one in records if self.wanted.holds(one)], 0, has_older=False))

    def _settle(self, page: Page) -> None:
        self.is_loaded = True
        self._head = page.head
        self._has_older = page.has_older
        self._forget_held()
        self.model.beginResetModel()
        self.model.rows = list(page.rows)
        self.model.endResetModel()
        self.loaded.emit()

    def look(self) -> None:
        """Read what came since; a look that is under way is followed by another."""
        if not self.is_loaded:
            return
        if self._looking:
            self._look_again = True
            return
        self._looking = True
        generation, wanted, since, most = self._generation, self.wanted, self._head, self._most()

        def take(found: Newer) -> None:
            self._looking = False
            if generation == self._generation:
                self._take(found)
            if self._look_again:
                self._look_again = False
                self.look()

        def done(found: Newer) -> None:
            if self._holding or not found.rows:
                take(found)
            else:
                self.prepare(found.rows, lambda: take(found))

        def failed(error: Exception) -> None:
            self._looking = self._look_again = False
            self.failed.emit(error)

        background.run(self, lambda: reading.newer(self._workspace, wanted, since, most), done, failed)

    def _most(self) -> int:
        """Tell how many new rows are worth reading one by one."""
        if not self._holding:
            return self.enough
        if self.wanted.is_everything:
            # Those that cannot be held are only counted, by their numbers.
            return 0 if self._missed else HELD - len(self._held)
        return reading.FAR_BEHIND

    def _take(self, found: Newer) -> None:
        if found.is_gap and not self._holding:
            self.load(limit=self.enough)
            return
        if self._holding:
            self._hold_back(found)
            return
        self._head = found.head
        if found.rows:
            self._prepend(found.rows)

    def _hold_back(self, found: Newer) -> None:
        before = self.held
        if found.is_gap or len(self._held) + len(found.rows) > HELD:
            # Which of those not read are wanted is not known: where all are, it is their number.
            unread = max(found.head - self._head, 1) if self.wanted.is_everything else 1
            self._missed += len(self._held) + (unread if found.is_gap else len(found.rows))
            self._held = []
        elif self._missed:
            self._missed += len(found.rows)
        else:
            self._held[:0] = found.rows
        self._head = found.head
        if self.held != before:
            self.held_changed.emit(self.held)

    def hold(self) -> None:
        """Keep new rows back from now on: somebody reads."""
        self._holding = True

    def release(self) -> None:
        """Show what waits, and from now on what comes."""
        self._holding = False
        if self._missed:
            self.load()
            return
        rows = self._held
        self._forget_held()
        if rows:
            self._prepend(rows)

    def _forget_held(self) -> None:
        if self._held or self._missed:
            self._held, self._missed = [], 0
            self.held_changed.emit(0)

    def _prepend(self, rows: Sequence[Row]) -> None:
        self.model.prepend(rows, self._workspace.config.activity_keep)
        self.grew.emit()

    def reach(self) -> None:
        """Read older ones, if there are any: the end of the list comes into view."""
        if not self._has_older or self._reaching or not self.model.rows:
            return
        self._reaching = True
        generation, wanted, before = self._generation, self.wanted, self.model.rows[-1].seq

        def done(page: Page) -> None:
            if generation != self._generation:
                return
            self._reaching = False
            self._has_older = page.has_older
            # Newer ones may have pushed the oldest out meanwhile.
            self.model.append([row for row in page.rows if row.seq < self.model.rows[-1].seq])
            self.grew.emit()

        def failed(error: Exception) -> None:
            self._reaching = False
            self.failed.emit(error)

        background.run(self, lambda: reading.older(self._workspace, wanted, before), done, failed)

    def place_of(self, seq: int) -> int | None:
        """Tell which row a request is in; None where it is not in the list."""
        return next((place for place, row in enumerate(self.model.rows) if row.seq == seq), None)


def _at_once(rows: Sequence[Row], show: Callable[[], None]) -> None:
    del rows
    show()
