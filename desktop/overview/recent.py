"""The newest requests, live, one line each; a line that is opened, or the button, leads to the inspector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget

from desktop.overview import requests
from desktop.widgets.basics import Card, Pill, button, label, row
from desktop.widgets.data_table import CellDelegate, DataTable
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.table_model import ListModel
from server.records import ActivityRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QResizeEvent

    from desktop.server_process import Status

ROW: Final = 38
LEAST: Final = 4
"""Rows that there is always room for."""
_HEAD: Final = 52
_FOOT: Final = 6


class RecentCard(Card):
    """As many whole lines as there is room for."""

    opened = Signal(object)
    """The number of a request, or None for all of them."""

    def __init__(self) -> None:
        super().__init__(margins=(1, 1, 1, _FOOT), spacing=0)
        self.setAccessibleName(self.tr("Recent activity"))
        self.setMinimumHeight(_HEAD + LEAST * ROW + _FOOT)
        self._records: Sequence[ActivityRecord] = ()
        self._labels: Mapping[str, str] = {}
        self._now = ""
        self.pill = Pill()
        self.button = button(
            self.tr("Open inspector"), lambda: self.opened.emit(None), icon="arrow-up-right", tip=self.tr("Activity")
        )
        self.model: ListModel[ActivityRecord] = ListModel(
            requests.columns(), lambda record: requests.cells(record, self._labels, self._now), self
        )
        self.table = DataTable(self.model, self.tr("Recent requests"))
        self.table.setItemDelegate(CellDelegate(self.table, ROW))
        self.table.verticalHeader().setDefaultSectionSize(ROW)
        self.table.horizontalHeader().hide()
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setCursor(Qt.CursorShape.PointingHandCursor)
        self.table.opened.connect(self._open)
        self.table.clicked.connect(lambda index: self._open(self.model.row_at(index.row())))
        self.empty = EmptyState(
            "activity",
            self.tr("No request yet"),
            self.tr("Every request of Okta's appears here the moment it comes."),
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.table)
        head = row(label(self.tr("Recent activity"), "h2"), self.pill, None, self.button, spacing=10)
        head.setContentsMargins(16, 10, 12, 8)
        self.body.addLayout(head)
        self.body.addWidget(self.stack, 1)

    def show_status(self, status: Status) -> None:
        """Say whether more can come."""
        if status.is_serving:
            self.pill.show_state(self.tr("● Live"), "ok")
        else:
            self.pill.show_state(self.tr("Nothing comes in"), "neutral")

    def show_records(self, records: Sequence[ActivityRecord], labels: Mapping[str, str], now: str) -> None:
        """Show the newest requests; ``labels`` are the tokens' names by their ids."""
        self._records, self._labels, self._now = records, labels, now
        self.stack.setCurrentIndex(1 if records else 0)
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many as there is room for now."""
        super().resizeEvent(event)
        self._fill()

    def _fill(self) -> None:
        room = max((self.height() - _HEAD - _FOOT) // ROW, 1)
        wanted = list(self._records[:room])
        chosen = self.table.current_row()
        self.model.set_rows(wanted)
        # Lines move down as others come; what was chosen stays so, and nothing else becomes it.
        place = next((number for number, one in enumerate(wanted) if chosen and one.seq == chosen.seq), None)
        if place is None:
            self.table.clearSelection()
            self.table.setCurrentIndex(self.model.index(-1, -1))
        elif place != self.table.currentIndex().row():
            self.table.selectRow(place)

    def _open(self, record: object) -> None:
        if isinstance(record, ActivityRecord):
            self.opened.emit(record.seq)
