"""The table of groups: its columns, how a group reads in it, and that the chosen one stays chosen.

Belongs here: what is seen of a group in one line. Must not know: where the rows come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication, QItemSelectionModel, QModelIndex

from desktop.widgets import when
from desktop.widgets.data_table import DataTable
from desktop.widgets.table_model import Cell, Column, PagedModel
from server.records import GroupRow

if TYPE_CHECKING:
    from collections.abc import Sequence

Sort = Literal["name", "members", "source", "created", "modified"]
"""By what the workspace sorts groups."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("GroupsTable", text)


def columns() -> tuple[Column, ...]:
    """Give the columns in their order."""
    return (
        Column(_tr("Name"), 0, "name", "name"),
        Column(_tr("Members"), 96, "members", "members"),
        Column(_tr("Source"), 96, "source", "source"),
        Column(_tr("Modified"), 116, "modified", "modified"),
    )


def cells(row: GroupRow) -> Sequence[Cell]:
    """Give what a group reads like."""
    is_pushed = row.source == "okta"
    return (
        Cell(
            row.display_name,
            "two",
            detail=_tr("pushed by Okta") if is_pushed else _tr("made here"),
            icon="users-three",
        ),
        Cell(f"{row.member_count:,}"),
        Cell(_tr("Okta"), "pill", "info") if is_pushed else Cell(_tr("Here"), "pill", "neutral"),
        Cell(when.ago(row.modified), "muted"),
    )


class GroupsTable(DataTable):
    """Shows groups, one of them chosen; it stays so when the list moves under it."""

    def __init__(self, model: PagedModel[GroupRow]) -> None:
        # Before the selection hears of it: what goes with the last rows is no choice of anybody's.
        model.rowsAboutToBeRemoved.connect(lambda *_: self._pause())
        super().__init__(model, _tr("Groups"), tall=True)
        self.groups = model
        self._chosen = ""
        self._is_following = True
        self.selectionModel().currentRowChanged.connect(self._remember)
        model.loaded.connect(self._follow)

    def choose(self, group_id: str) -> bool:
        """Make a group current, if it is here; tells whether. Otherwise it is chosen once it is."""
        self._chosen = group_id
        self._follow()
        row = self.current_row()
        return isinstance(row, GroupRow) and row.id == group_id

    def rows_in_need(self) -> list[int]:
        """Give the rows that a refresh must have at once: what is seen and what is chosen."""
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        seen = [top, bottom if bottom >= 0 else top] if top >= 0 else []
        current = self.currentIndex()
        return [*seen, *([current.row()] if current.isValid() else [])]

    def _pause(self) -> None:
        self._is_following = False

    def _remember(self, index: QModelIndex) -> None:
        if self._is_following:
            row = self.groups.peek(index.row()) if index.isValid() else None
            self._chosen = row.id if row is not None else ""

    def _follow(self) -> None:
        row = self.groups.peek(self.currentIndex().row()) if self.currentIndex().isValid() else None
        if self._chosen and (row is None or row.id != self._chosen):
            self._is_following = False
            place = next((number for number, one in self.groups.here() if one.id == self._chosen), None)
            flag = QItemSelectionModel.SelectionFlag
            index = QModelIndex() if place is None else self.groups.index(place, 0)
            self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
        self._is_following = True
