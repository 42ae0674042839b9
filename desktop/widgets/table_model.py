"""Tables of a hundred thousand rows without a stutter: SQL filters and sorts, and only what is looked at is fetched.

`ListModel` holds its rows; `PagedModel` knows how many there are and fetches pages in the background as they come
into view. Must not know: what a row is; whoever makes a model says how its cells read.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop import background

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Row = TypeVar("Row")
AnyIndex = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()

CELL: Final = Qt.ItemDataRole.UserRole
"""The role under which a delegate finds a `Cell`."""

_ROLES: Final = frozenset(
    {CELL, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}
)

PAGE: Final = 200
KEPT_PAGES: Final = 40
FRESH: Final = 0.1
"""Seconds that a row's cells are good for: "just now" grows old."""
NEEDED_PAGES: Final = 6
"""Pages that a refresh reads at once, at most."""


class Cell(NamedTuple):
    """What a cell shows, by its ``kind``.

    text, strong, muted, mono, pill, status, two (a title over a detail), said (words over what goes on the wire), icon.
    """

    text: str
    kind: str = "text"
    tone: str = "neutral"
    detail: str = ""
    icon: str = ""
    tip: str = ""
    """What is told where the mouse rests on it."""

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        return f"{self.text}, {self.detail}" if self.detail else self.text


class Column(NamedTuple):
    """A column: its heading, the pixels it has (0: what is left), and by what it is sorted, if it is."""

    title: str
    width: int = 0
    sort: str = ""
    key: str = ""
    """How the column is called where it can be chosen."""


class TableModel(QAbstractTableModel, Generic[Row]):
    """Rows, each shown by one function that makes its cells."""

    def __init__(
        self, columns: Sequence[Column], cells: Callable[[Row], Sequence[Cell]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._cells = cells
        self._made: tuple[Row, Sequence[Cell], float] | None = None

    def row_at(self, number: int) -> Row | None:
        """Give a row; None while it is on its way, or where there is none."""
        del number
        return None

    def columnCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Give how many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give a cell, its text, or what a screen reader says of it."""
        if role not in _ROLES or not index.isValid():
            return None
        row = self.row_at(index.row())
        if row is None:
            return Cell("…", "muted") if role == CELL else "…"
        cell = self._cells_of(row)[index.column()]
        if role == CELL:
            return cell
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tip or None
        return f"{self.columns[index.column()].title}: {cell.spoken}"

    def _cells_of(self, row: Row) -> Sequence[Cell]:
        # A table is painted row by row: each row's cells are made once, not once a column.
        now = time.monotonic()
        if self._made is None or self._made[0] is not row or now - self._made[2] > FRESH:
            self._made = (row, self._cells(row), now)
        return self._made[1]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give a heading."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


class ListModel(TableModel[Row]):
    """Rows that are all there."""

    def __init__(
        self, columns: Sequence[Column], cells: Callable[[Row], Sequence[Cell]], parent: QObject | None = None
    ) -> None:
        super().__init__(columns, cells, parent)
        self.rows: list[Row] = []

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Give how many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def row_at(self, number: int) -> Row | None:
        """Give a row."""
        return self.rows[number] if number < len(self.rows) else None

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; where there are as many as before, the selection stays."""
        if rows and len(rows) == len(self.rows):
            self.rows = list(rows)
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def prepend(self, rows: Sequence[Row], most: int) -> None:
        """Add newer rows on top and let go of the oldest beyond ``most``."""
        if not rows:
            return
        self.beginInsertRows(_NOWHERE, 0, len(rows) - 1)
        self.rows[:0] = rows
        self.endInsertRows()
        if len(self.rows) > most:
            self.beginRemoveRows(_NOWHERE, most, len(self.rows) - 1)
            del self.rows[most:]
            self.endRemoveRows()

    def append(self, rows: Sequence[Row]) -> None:
        """Add rows at the end."""
        if rows:
            first = len(self.rows)
            self.beginInsertRows(_NOWHERE, first, first + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a `PagedModel` reads; both are called on a background thread."""

    count: Callable[[], int]
    page: Callable[[int, int], Sequence[Any]]
    """(offset, limit) -> rows."""


class PagedModel(TableModel[Row]):
    """Rows of which only those are here that were looked at."""

    loaded = Signal(int)
    """A new list stands: how many rows it has."""
    failed = Signal(object)
    """The list could not be read: the error."""

    def __init__(
        self, columns: Sequence[Column], cells: Callable[[Row], Sequence[Cell]], parent: QObject | None = None
    ) -> None:
        super().__init__(columns, cells, parent)
        self._source: Source | None = None
        self._total = 0
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._asked: set[int] = set()
        self._generation = 0
        self._loading: background.Task | None = None

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Give how many rows there are, fetched or not."""
        return 0 if parent.isValid() else self._total

    def row_at(self, number: int) -> Row | None:
        """Give a row; where it is not here it is fetched, and None for now."""
        page, place = divmod(number, PAGE)
        rows = self._pages.get(page)
        if rows is None:
            self._fetch(page)
            return None
        return rows[place] if place < len(rows) else None

    @property
    def source(self) -> Source | None:
        """Where it reads now; for whoever needs rows that are not here."""
        return self._source

    def load(self, source: Source) -> None:
        """Read another list; the one shown stays until the first page of the new one is here."""
        self._source = source
        self._generation += 1
        generation = self._generation
        if self._loading is not None:
            self._loading.cancel()
        shown = min(self._pages, default=0) if not self._total else 0

        def work() -> tuple[int, Sequence[Row]]:
            return source.count(), source.page(shown * PAGE, PAGE)

        def done(result: tuple[int, Sequence[Row]]) -> None:
            self._loading = None
            if generation == self._generation:
                self._replace(shown, *result)

        self._loading = background.run(self, work, done, self._fail)

    def peek(self, number: int) -> Row | None:
        """Give a row where it is here; never fetches."""
        page, place = divmod(number, PAGE)
        rows = self._pages.get(page, ())
        return rows[place] if place < len(rows) else None

    def here(self) -> Iterator[tuple[int, Row]]:
        """Give the rows that are here, with their numbers."""
        for page, rows in list(self._pages.items()):
            yield from enumerate(rows, page * PAGE)

    def refresh(self, needed: Iterable[int] = ()) -> None:
        """Read the same list again, and what is in view (``needed``: rows) with it; rows stay where they are."""
        source = self._source
        if source is None:
            return
        generation = self._generation
        # What was looked at last; everything else is read again when it is looked at.
        pages = sorted({number // PAGE for number in needed})[:NEEDED_PAGES] or list(self._pages)[-2:]

        def work() -> tuple[int, dict[int, Sequence[Row]]]:
            return source.count(), {page: source.page(page * PAGE, PAGE) for page in pages}

        def done(result: tuple[int, dict[int, Sequence[Row]]]) -> None:
            if generation != self._generation:
                return
            total, found = result
            if total != self._total:
                self._resize(total)
            self._pages.clear()
            self._pages.update(found)
            self._asked.clear()
            if total:
                self.dataChanged.emit(self.index(0, 0), self.index(total - 1, len(self.columns) - 1))
            self.loaded.emit(total)

        background.run(self, work, done, self._fail)

    def _replace(self, page: int, total: int, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self._total = total
        self._pages.clear()
        self._asked.clear()
        self._pages[page] = rows
        self.endResetModel()
        self.loaded.emit(total)

    def _resize(self, total: int) -> None:
        if total > self._total:
            self.beginInsertRows(_NOWHERE, self._total, total - 1)
            self._total = total
            self.endInsertRows()
        else:
            self.beginRemoveRows(_NOWHERE, total, self._total - 1)
            self._total = total
            self.endRemoveRows()

    def _fetch(self, page: int) -> None:
        source = self._source
        if source is None or page in self._asked:
            return
        self._asked.add(page)
        generation = self._generation

        def done(rows: Sequence[Row]) -> None:
            self._asked.discard(page)
            if generation != self._generation:
                return
            self._pages[page] = rows
            while len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
            last = min((page + 1) * PAGE, self._total) - 1
            self.dataChanged.emit(self.index(page * PAGE, 0), self.index(last, len(self.columns) - 1))

        background.run(self, lambda: source.page(page * PAGE, PAGE), done, self._fail)

    def _fail(self, error: Exception) -> None:
        self._asked.clear()
        self.failed.emit(error)
