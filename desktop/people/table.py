"""The table of people: its columns, how a person reads in it, and which columns fit.

Belongs here: what is seen of a person in one line. Must not know: where the rows come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QItemSelectionModel, QModelIndex, Qt, Signal

from desktop.people.profile import initials
from desktop.widgets import when
from desktop.widgets.data_table import DataTable
from desktop.widgets.table_model import Cell, Column, PagedModel
from server.records import PersonRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from PySide6.QtCore import QSettings
    from PySide6.QtGui import QKeyEvent, QResizeEvent

NAME_LEAST: Final = 192
"""Pixels that the name keeps; columns that leave it less are not shown for now."""
_CHOSEN: Final = "people/columns"
TRACKED: Final = 400
"""Selected rows that are followed when the list moves under them."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("PeopleTable", text)


def columns() -> tuple[Column, ...]:
    """Give the columns in their order; the name is always there."""
    return (
        Column(_tr("Name"), 0, "name", "name"),
        Column(_tr("Email"), 200, "email", "email"),
        Column(_tr("Title"), 140, "title", "title"),
        Column(_tr("Department"), 116, "department", "department"),
        Column(_tr("Status"), 116, "active", "active"),
        Column(_tr("Source"), 74, "source", "source"),
        Column(_tr("Modified"), 100, "modified", "modified"),
        Column(_tr("Created"), 108, "created", "created"),
        Column(_tr("Okta ID"), 180, "", "externalId"),
    )


SHOWN_AT_FIRST: Final = ("name", "email", "title", "department", "active", "source", "modified")
_IMPORTANCE: Final = ("active", "email", "title", "department", "modified", "source", "created", "externalId")
"""Which column stays longest where there is little room."""


def cells(row: PersonRow) -> Sequence[Cell]:
    """Give what a person reads like."""
    state = Cell(_tr("Active"), "pill", "ok") if row.active else Cell(_tr("Deactivated"), "pill", "neutral")
    return (
        Cell(row.display_name, "two", detail=row.user_name, icon=initials(row.display_name)),
        Cell(row.email or "—"),
        Cell(row.title or "—"),
        Cell(row.department or "—"),
        state,
        Cell(_tr("Okta") if row.source == "okta" else _tr("Here"), "muted"),
        Cell(when.ago(row.modified), "muted"),
        Cell(when.day(row.created), "muted"),
        Cell(row.external_id or "—", "mono"),
    )


class PeopleTable(DataTable):
    """Shows people; knows which of them are selected when the list moves."""

    deletion_requested = Signal()
    """Del was pressed; a shortcut of the whole window would take it away from every field."""

    def __init__(self, model: PagedModel[PersonRow], store: QSettings) -> None:
        # Before the selection hears of it: what goes with the last rows is no choice of anybody's.
        model.rowsAboutToBeRemoved.connect(lambda *_: self._pause())
        super().__init__(model, _tr("People"), tall=True, many=True)
        self.setProperty("kind", "people")
        self._store = store
        kept = store.value(_CHOSEN)
        names = str(kept).split(",") if kept else list(SHOWN_AT_FIRST)
        self._wanted = {"name", *(name for name in names if name in _IMPORTANCE)}
        self._followed: dict[str, int] = {}
        self._current_id = ""
        self._is_following = True
        self.people = model
        self.selectionModel().selectionChanged.connect(self._remember)
        self.selectionModel().currentRowChanged.connect(self._remember)
        model.loaded.connect(self.follow)
        self._fit()

    # -- columns -----------------------------------------------------------------------------------

    @property
    def wanted_columns(self) -> Collection[str]:
        """The columns that were chosen, by key."""
        return frozenset(self._wanted)

    def want_column(self, key: str, *, wanted: bool) -> None:
        """Choose a column, or do without it."""
        (self._wanted.add if wanted else self._wanted.discard)(key)
        self._store.setValue(_CHOSEN, ",".join(sorted(self._wanted)))
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask to delete with Del."""
        if event.key() == Qt.Key.Key_Delete:
            self.deletion_requested.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what fits."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        numbers = {column.key: number for number, column in enumerate(self.people.columns)}
        room = self.viewport().width() - NAME_LEAST
        for key in _IMPORTANCE:
            number = numbers[key]
            fits = key in self._wanted and room >= self.people.columns[number].width
            if fits:
                room -= self.people.columns[number].width
            self.setColumnHidden(number, not fits)

    # -- selection ---------------------------------------------------------------------------------

    def selected_count(self) -> int:
        """Count the selected rows, here or not."""
        return sum(bottom - top + 1 for top, bottom in self.selected_ranges())

    def selected_ranges(self) -> list[tuple[int, int]]:
        """Give first and last number of each run of selected rows, from the top."""
        selection = self.selectionModel().selection()
        parts = (selection.at(number) for number in range(selection.count()))
        return sorted((part.top(), part.bottom()) for part in parts if part.isValid())

    def rows_in_need(self) -> list[int]:
        """Give the rows that a refresh must have at once: what is seen and what is selected."""
        top = self.rowAt(0)
        bottom = self.rowAt(self.viewport().height() - 1)
        seen = [top, bottom if bottom >= 0 else top] if top >= 0 else []
        return [*seen, *self._followed.values()]

    def follow(self) -> None:
        """After a refresh: select those again who were selected, wherever they are now."""
        self._is_following = True
        if not self._followed or self._is_in_place():
            return
        places = {row.id: number for number, row in self.people.here()}
        self._is_following = False
        model = self.selectionModel()
        model.clearSelection()
        for person in self._followed:
            if person in places:
                model.select(self.people.index(places[person], 0), _ROW)
        number = places.get(self._current_id)
        index = self.people.index(number, 0) if number is not None else QModelIndex()
        model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._is_following = True
        self._remember()

    def select_person(self, person_id: str) -> bool:
        """Make a person current, if they are here; tells whether."""
        for number, row in self.people.here():
            if row.id == person_id:
                self.selectRow(number)
                self.scrollTo(self.people.index(number, 0))
                return True
        return False

    def _is_in_place(self) -> bool:
        rows = ((person, self.people.peek(number)) for person, number in self._followed.items())
        stay = all(row is not None and row.id == person for person, row in rows)
        return stay and self.selected_count() == len(self._followed)

    def _pause(self) -> None:
        # Rows go from the end of the model; who stood there may only have moved up.
        self._is_following = False

    def _remember(self, *_: Any) -> None:
        if not self._is_following:
            return
        self._followed = {}
        if self.selected_count() <= TRACKED:
            numbers = (number for top, bottom in self.selected_ranges() for number in range(top, bottom + 1))
            rows = ((number, self.people.peek(number)) for number in numbers)
            self._followed = {row.id: number for number, row in rows if row is not None}
        row = self.current_row()
        self._current_id = row.id if isinstance(row, PersonRow) else ""


_ROW: Final = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
