"""Two tabs of a person's details: the groups that they are in, and the requests that touched them.

Belongs here: what these tabs show. Must not know: the person's document, the panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStackedWidget, QWidget

from desktop import background
from desktop.widgets import when
from desktop.widgets.basics import button, clear, column, label, picture, plain, row
from desktop.widgets.data_table import DataTable
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.picker import Option, Picker
from desktop.widgets.table_model import Cell, Column, ListModel
from server.records import ActivityRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.records import GroupRow
    from server.workspace import Workspace

SHOWN: Final = 200
"""Groups that are listed; more are counted."""
REQUESTS: Final = 50
FOUND: Final = 50
"""Groups that a search in a picker gives."""
ERROR: Final = 400


def _tr(text: str) -> str:
    return QCoreApplication.translate("PersonTabs", text)


def group_options(workspace: Workspace, text: str) -> list[Option]:
    """Find groups by name for a picker; for a background thread."""
    return [
        Option(group.id, group.display_name, _tr("{number} members").format(number=f"{group.member_count:,}"))
        for group in workspace.groups(text, limit=FOUND)
    ]


class GroupsTab(QScrollArea):
    """The groups of a person, each a way to it, with a picker for another one."""

    opened = Signal(str)
    """A group's id."""
    added = Signal(str, str)
    """To be put into a group: its id and name."""
    removed = Signal(str, str)
    """To be taken out of a group: its id and name."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.setAccessibleName(_tr("Groups"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.picker = Picker(
            _tr("Add to a group"), _tr("Add to a group"), lambda text: group_options(workspace, text), icon="plus"
        )
        self.picker.picked.connect(self._add)
        self._column = column(spacing=2)
        layout = column(self.picker, self._column, None, spacing=10, margins=(0, 10, 6, 8))
        self.setWidget(plain(layout))
        self._shown: list[GroupRow] | None = None

    def show_groups(self, groups: Sequence[GroupRow]) -> None:
        """Show other groups; nothing moves where they are the same."""
        if self._shown == list(groups):
            return
        self._shown = list(groups)
        clear(self._column)
        for group in groups[:SHOWN]:
            self._column.addWidget(self._line(group))
        if len(groups) > SHOWN:
            more = _tr("and {number} more").format(number=f"{len(groups) - SHOWN:,}")
            self._column.addWidget(label(more, "small"))
        if not groups:
            self._column.addWidget(label(_tr("In no group yet."), "muted", wrap=True))

    def _line(self, group: GroupRow) -> QWidget:
        name = button(group.display_name, lambda: self.opened.emit(group.id), kind="link")
        name.setToolTip(_tr("Open the group {name}").format(name=group.display_name))
        name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        remove = button(
            "",
            lambda: self.removed.emit(group.id, group.display_name),
            icon="x",
            kind="ghost",
            name=_tr("Take out of {name}").format(name=group.display_name),
        )
        layout = row(picture("users-three", "faint", 18), spacing=10)
        layout.addWidget(name, 1)
        layout.addWidget(label(_tr("{number} members").format(number=f"{group.member_count:,}"), "small"))
        layout.addWidget(remove)
        return plain(layout)

    def _add(self, option: Option | None) -> None:
        if option is not None:
            self.picker.choose(None)
            self.added.emit(option.key, option.text)


class RequestsTab(QStackedWidget):
    """The newest requests that touched a person; one that is opened is shown under Activity."""

    opened = Signal(object)
    """The seq of the request."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._task: background.Task | None = None
        self.model: ListModel[ActivityRecord] = ListModel(
            (Column(_tr("Request"), 0), Column(_tr("Status"), 64)), _cells, self
        )
        self.table = DataTable(self.model, _tr("Requests"), tall=True)
        self.table.horizontalHeader().hide()
        self.table.opened.connect(self._open)
        self.table.clicked.connect(lambda index: self._open(self.model.row_at(index.row())))
        self.empty = EmptyState(
            "activity",
            _tr("No requests kept"),
            _tr("Requests of Okta that touch this person appear here, for as long as the activity is kept."),
            width=270,
        )
        self.addWidget(self.empty)
        self.addWidget(self.table)

    def show_requests(self, resource_id: str) -> None:
        """Read the requests about a person in the background and show them."""
        if self._task is not None:
            self._task.cancel()
        workspace = self._workspace
        self._task = background.run(
            self, lambda: workspace.activity.recent(REQUESTS, resource_id=resource_id), self._arrived
        )

    def _arrived(self, found: Sequence[ActivityRecord]) -> None:
        self._task = None
        if [one.seq for one in found] != [one.seq for one in self.model.rows]:
            self.model.set_rows(found)
        self.setCurrentWidget(self.table if found else self.empty)

    def _open(self, record: object) -> None:
        if isinstance(record, ActivityRecord):
            self.opened.emit(record.seq)


def _cells(record: ActivityRecord) -> tuple[Cell, ...]:
    words = record.meaning or f"{record.method} {record.path}"
    return (
        Cell(words[:1].upper() + words[1:], "two", detail=f"{record.method} · {when.ago(record.at)}"),
        Cell(str(record.status), "status", "err" if record.status >= ERROR else "ok"),
    )
