"""The newest requests that touched one person or group; one that is opened is shown under Activity.

Belongs here: reading and listing them. Must not know: who is shown beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QStackedWidget

from desktop import background
from desktop.messages import worded
from desktop.widgets import when
from desktop.widgets.data_table import DataTable
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.table_model import Cell, Column, ListModel
from server.records import ActivityRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.workspace import Workspace

REQUESTS: Final = 50
_ERROR: Final = 400


def _tr(text: str) -> str:
    return QCoreApplication.translate("RequestsList", text)


class RequestsList(QStackedWidget):
    """Empty until `show_requests`."""

    opened = Signal(object)
    """The seq of the request."""

    def __init__(self, workspace: Workspace, sentence: str) -> None:
        """Take the words for where no request is kept."""
        super().__init__()
        self._workspace = workspace
        self._sentence = sentence
        self._task: background.Task | None = None
        self.model: ListModel[ActivityRecord] = ListModel(
            (Column(_tr("Request"), 0), Column(_tr("Status"), 64)), _cells, self
        )
        self.table = DataTable(self.model, _tr("Requests"), tall=True)
        self.table.horizontalHeader().hide()
        self.table.opened.connect(self._open)
        self.table.clicked.connect(lambda index: self._open(self.model.row_at(index.row())))
        self.empty = EmptyState("activity", _tr("No requests kept"), sentence, width=270)
        self.addWidget(self.empty)
        self.addWidget(self.table)

    def show_requests(self, resource_id: str) -> None:
        """Read the requests about a resource in the background and show them."""
        if self._task is not None:
            self._task.cancel()
        workspace = self._workspace
        self._task = background.run(
            self, lambda: workspace.activity.recent(REQUESTS, resource_id=resource_id), self._arrived, self._fail
        )

    def _arrived(self, found: Sequence[ActivityRecord]) -> None:
        self._task = None
        self.empty.say(_tr("No requests kept"), self._sentence)
        if [one.seq for one in found] != [one.seq for one in self.model.rows]:
            self.model.set_rows(found)
        self.setCurrentWidget(self.table if found else self.empty)

    def _fail(self, error: Exception) -> None:
        self._task = None
        self.empty.say(_tr("The activity cannot be read"), str(worded(error)))
        self.setCurrentWidget(self.empty)

    def _open(self, record: object) -> None:
        if isinstance(record, ActivityRecord):
            self.opened.emit(record.seq)


def _cells(record: ActivityRecord) -> tuple[Cell, ...]:
    words = record.meaning or f"{record.method} {record.path}"
    return (
        Cell(words[:1].upper() + words[1:], "two", detail=f"{record.method} · {when.ago(record.at)}"),
        Cell(str(record.status), "status", "err" if record.status >= _ERROR else "ok"),
    )
