"""Who is in a group: a paged list of its members with a search inside, and what takes them out.

Belongs here: the tab of members. Must not know: what becomes of what it asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QItemSelection, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from desktop.groups.candidates import initials
from desktop.widgets.basics import button, column, label, row
from desktop.widgets.data_table import DataTable
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.table_model import Cell, Column, PagedModel, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.records import MemberRow
    from server.workspace import Workspace

DEBOUNCE = 20
PART = 500
"""Members whose ids are read at once."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Members", text)


class _Table(DataTable):
    removal_asked = Signal()

    def event(self, event: QEvent) -> bool:
        """Keep Del for the members: as a shortcut of the page it would delete the group."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and _is_delete(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_delete(event):
            self.removal_asked.emit()
        else:
            super().keyPressEvent(event)


def _is_delete(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Delete and not event.modifiers()


class MembersTab(QWidget):
    """Shows the members of one group."""

    adding_requested = Signal()
    removal_requested = Signal(object)
    """What reads the ids of those to be taken out, on another thread."""
    opened = Signal(object)
    """A MemberRow."""
    failed = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._workspace = workspace
        self._group_id = ""
        self._asked_for = ""
        self.search = QLineEdit()
        self.search.setAccessibleName(_tr("Search members"))
        self.search.setPlaceholderText(_tr("Search members"))
        self.model: PagedModel[MemberRow] = PagedModel((Column(_tr("Name")), Column(_tr("Status"), 112)), _cells, self)
        self.table = _Table(self.model, _tr("Members"), tall=True, many=True)
        self.table.horizontalHeader().hide()
        self.empty = EmptyState(
            "user-plus",
            _tr("Nobody is in it yet"),
            _tr("Add people or other groups; Okta puts its own in when it pushes the group."),
            _tr("Add members"),
            self.adding_requested.emit,
            action_icon="plus",
            width=270,
        )
        self.nobody = EmptyState(
            "magnifying-glass", _tr("No member matches"), _tr("Nobody in this group is called like that."), width=270
        )
        self.lists = QStackedWidget()
        for widget in (self.table, self.empty, self.nobody):
            self.lists.addWidget(widget)
        self.words = label("", "small")
        self.remove_button = button(_tr("Remove"), self._ask_to_remove, icon="user-minus")
        self._foot = row(self.words, None, self.remove_button, spacing=8)
        layout = column(self.search, spacing=8, margins=(0, 10, 4, 6))
        layout.addWidget(self.lists, 1)
        layout.addLayout(self._foot)
        self.setLayout(layout)
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE)
        self._timer.timeout.connect(self._load)
        self.search.textChanged.connect(self._wait)
        self.table.selectionModel().selectionChanged.connect(self._count_selected)
        self.table.opened.connect(self.opened)
        self.table.removal_asked.connect(self._ask_to_remove)
        self.model.loaded.connect(self._loaded)
        self.model.modelReset.connect(self._count_selected)
        self.model.failed.connect(self.failed)
        self._count_selected()

    def show_group(self, group_id: str) -> None:
        """Show the members of another group."""
        if group_id == self._group_id:
            self.refresh()
            return
        self._group_id = group_id
        self.search.clear()
        self._timer.stop()
        self._load()

    def refresh(self) -> None:
        """Read the same members again; where they are still the same ones, what is selected stays so."""
        if self._group_id:
            top, bottom = self.table.rowAt(0), self.table.rowAt(self.table.viewport().height() - 1)
            self.model.refresh([number for number in (top, bottom) if number >= 0])

    def select_nobody(self) -> None:
        """After some went: who moved up into their places was not chosen."""
        self.table.clearSelection()

    def _wait(self) -> None:
        self._timer.start()

    def _load(self) -> None:
        workspace, group, text = self._workspace, self._group_id, self.search.text().strip()
        self._asked_for = text
        self.model.load(
            Source(
                lambda: workspace.count_members(group, text),
                lambda offset, limit: workspace.members(group, text, offset, limit),
            )
        )

    def _loaded(self, total: int) -> None:
        if total:
            self.lists.setCurrentWidget(self.table)
        else:
            self.lists.setCurrentWidget(self.nobody if self._asked_for else self.empty)
        self.search.setEnabled(bool(total or self._asked_for))
        self._count_selected()

    def _ranges(self) -> list[tuple[int, int]]:
        selection: QItemSelection = self.table.selectionModel().selection()
        parts = (selection.at(number) for number in range(selection.count()))
        return sorted((part.top(), part.bottom()) for part in parts if part.isValid())

    def _count_selected(self, *_: object) -> None:
        number = sum(bottom - top + 1 for top, bottom in self._ranges())
        total = self.model.rowCount()
        if number:
            words = _tr("{number} of {total} selected").format(number=f"{number:,}", total=f"{total:,}")
        else:
            words = _tr("1 member") if total == 1 else _tr("{total} members").format(total=f"{total:,}")
        self.words.setText(words if total else "")
        self.remove_button.setVisible(bool(number))
        self.remove_button.setText(_tr("Remove") if number < 2 else _tr("Remove {number}").format(number=f"{number:,}"))
        self.remove_button.setAccessibleName(_tr("Remove who is selected (Del)"))

    def _ask_to_remove(self) -> None:
        ranges, source = self._ranges(), self.model.source
        if ranges and source is not None:
            self.removal_requested.emit(_reader(source, ranges))


def _reader(source: Source, ranges: Sequence[tuple[int, int]]) -> Callable[[], list[str]]:
    """Give what reads the ids of rows by their numbers: most of them may never have been looked at."""

    def read() -> list[str]:
        found: list[str] = []
        for top, bottom in ranges:
            for start in range(top, bottom + 1, PART):
                found += [one.id for one in source.page(start, min(PART, bottom + 1 - start))]
        return found

    return read


def _cells(row: MemberRow) -> Sequence[Cell]:
    if row.kind == "Group":
        return (Cell(row.display_name, "two", detail=_tr("a group"), icon="users-three"), Cell(_tr("Group"), "pill"))
    state = Cell("") if row.active else Cell(_tr("Deactivated"), "pill")
    return (Cell(row.display_name, "two", detail=row.user_name, icon=initials(row.display_name)), state)
