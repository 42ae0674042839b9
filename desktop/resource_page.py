"""What the pages of the directory have alike: a list that is searched, sorted and paged, the details beside it, files.

Belongs here: how list, details and messages go together. Must not know: whether the rows are people or groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from PySide6.QtWidgets import QStackedWidget

from desktop.messages import worded
from desktop.page import Page
from desktop.preferences import Preferences
from desktop.transfer.drop_area import dropped_file
from desktop.transfer.import_dialog import ImportDialog
from desktop.widgets.banner import Banner
from desktop.widgets.basics import Card, button, column, plain
from desktop.widgets.detail_panel import Beside
from desktop.widgets.page_header import PageHeader
from server.workspace import Superseded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtCore import QPoint, SignalInstance
    from PySide6.QtGui import QDragEnterEvent, QDropEvent
    from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

    from desktop.desk import Desk
    from desktop.widgets.data_table import DataTable
    from desktop.widgets.empty_state import EmptyState
    from desktop.widgets.refresher import Refresher
    from desktop.widgets.resource_panel import ResourcePanel
    from desktop.widgets.table_model import PagedModel
    from server.workspace import Done, Kind

Row = TypeVar("Row")


class Doing(Protocol):
    """What carries out changes, as far as a page of the directory needs it."""

    @property
    def told(self) -> SignalInstance:
        """What was done, and a callable that undoes it or None."""

    @property
    def changed(self) -> SignalInstance:
        """The list is another now."""

    def tell(self, sentence: str, seq: int | None) -> None:
        """Tell what was done, with an undo where a change was left."""


class ResourcePage(Page, Generic[Row]):
    """Who inherits makes the parts below, puts them together with `_lay_out`, and answers the methods of the list."""

    kind: ClassVar[Kind]
    """The SCIM resource type of the rows."""

    search_field: QLineEdit
    model: PagedModel[Row]
    table: DataTable
    empty: EmptyState
    """Instead of the table where the directory has none."""
    nothing: EmptyState
    """Instead of the table where the search and the filters leave none."""
    panel: ResourcePanel
    doing: Doing
    _refresher: Refresher

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setAcceptDrops(True)
        self._sort = "name"
        self._descending = False
        self._is_loaded = False
        self.store = Preferences(desk.workspace.folder).store
        self.import_button = button(self.tr("Import"), self.import_file, icon="upload-simple")
        self.export_button = button(self.tr("Export"), self.export, icon="download-simple")
        self.banner = Banner()
        self.lists = QStackedWidget()

    def _lay_out(self, new_button: QPushButton, *bars: QWidget, over_list: Sequence[QWidget] = ()) -> None:
        """Put the parts together: ``bars`` above the list and the details, ``over_list`` in the card of the list."""
        self.table.sort(self._sort)
        self.header = PageHeader(
            self.tr(self.title), self.tr("Reading…"), self.import_button, self.export_button, new_button
        )
        for one in (self.table, self.empty, self.nothing):
            self.lists.addWidget(one)
        card = Card(*over_list, self.lists, margins=(1, 1, 1, 1), spacing=0)
        self.beside = Beside(plain(column(card)), self.panel, self.name, self.store)
        for part in (self.header, self.banner, *bars):
            self.body.addWidget(part)
        self.body.addWidget(self.beside, 1)

    def _connect(self) -> None:
        self.doing.told.connect(self.told)
        self.doing.changed.connect(self.refresh)
        self.table.sorted_by.connect(self._sort_by)
        self.table.chosen.connect(self._follow)
        self.table.clicked.connect(lambda index: self._click(self.model.row_at(index.row())))
        self.table.opened.connect(self._open)
        self.table.menu_requested.connect(self._open_menu)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._fail)
        self.panel.request_opened.connect(lambda seq: self.navigated.emit("activity", seq))
        self.panel.undone.connect(self._undone)
        self.panel.closed.connect(self.table.setFocus)
        self.desk.live.directory_changed.connect(self._refresher.ask)
        self.desk.live.activity_changed.connect(self._activity_changed)

    # -- what a page is asked ----------------------------------------------------------------------

    def shown(self) -> None:
        """Read the list at the first time, and what has changed since at every other."""
        if not self._is_loaded:
            self._load()
        self._refresher.turn_on()

    def hidden(self) -> None:
        """Read no more."""
        self._refresher.turn_off()

    # -- the list ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read again what is shown."""
        self._refresher.ask()

    def _load(self) -> None:
        """Give the model what is asked for now."""

    def _is_narrowed(self) -> bool:
        """Tell whether what was asked for leaves anything out."""
        return False

    def _say_counts(self) -> None:
        """Say in the header how many there are."""

    def _sort_by(self, key: str, descending: bool) -> None:
        self._sort = key
        self._descending = descending
        self._load()

    def _loaded(self, total: int) -> None:
        self._is_loaded = True
        self.lists.setCurrentWidget(self.table if total else self.nothing if self._is_narrowed() else self.empty)

    def _catch_up(self, rows_in_need: Sequence[int]) -> None:
        """Show what has changed: the counts, the rows that are needed at once, the details."""
        self._say_counts()
        if self._is_loaded:
            self.model.refresh(rows_in_need)
        self.panel.refresh()

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, Superseded):
            self.banner.say(str(worded(error)), "err", self.tr("Try again"), self._try_again)

    def _try_again(self) -> None:
        self.banner.hide()
        self._load()
        self._refresher.ask()

    def _activity_changed(self) -> None:
        if self.isVisible() and self.panel.tabs.currentWidget() is self.panel.requests:
            self.panel.refresh()

    # -- which is chosen ---------------------------------------------------------------------------

    def _focus_search(self) -> None:
        self.search_field.setFocus()
        self.search_field.selectAll()

    def _follow(self, row: Row | None) -> None:
        if row is not None and not self.panel.isHidden():
            self.panel.show_row(row)

    def _open(self, row: Row | None) -> None:
        if row is not None:
            self.panel.show_row(row)

    def _click(self, row: Row | None) -> None:
        self._open(row)

    def _open_menu(self, row: Row | None, spot: QPoint) -> None:
        """Offer what can be done with a row."""

    # -- what is done ------------------------------------------------------------------------------

    def _tell_done(self, done: Done, seq: int | None) -> None:
        self.doing.tell(f"{done.meaning[:1].upper()}{done.meaning[1:]}.", seq)

    def _undone(self, done: Done) -> None:
        self.doing.tell(self.tr("Undone: {what}.").format(what=done.meaning), None)

    # -- files -------------------------------------------------------------------------------------

    def import_file(self, path: Path | None = None) -> None:
        """Open the import, with a file where one was dropped."""
        dialog = ImportDialog(self.desk, self.kind, path, self.window())
        dialog.told.connect(self.told)
        dialog.finished.connect(self.refresh)
        dialog.open()

    def export(self) -> None:
        """Open the export, narrowed to what is shown."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a file that can be imported."""
        if dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the import with the file."""
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.import_file(path)
