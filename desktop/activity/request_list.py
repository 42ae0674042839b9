"""The table of requests in its card: it grows at the top without moving what is read, and at the end as one scrolls.

Belongs here: the table, the button for new rows, what stands where there are none. Must not know: one request in full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.activity import rows
from desktop.activity.feed import Feed
from desktop.activity.row_images import RequestDelegate
from desktop.widgets.basics import Card, button, column, plain
from desktop.widgets.data_table import DataTable
from desktop.widgets.empty_state import EmptyState

if TYPE_CHECKING:
    from desktop.activity.rows import Row
    from server.workspace import Workspace

ROW_HEIGHT: Final = 50
AHEAD: Final = 20
NEAR_THE_END: Final = AHEAD * ROW_HEIGHT
"""Pixels before the end of the list at which older requests are read."""
NARROW: Final = 700
NARROWER: Final = 580
"""Widths below which the table leaves columns out."""


class RequestList(Card):
    """Shows a `Feed`; `show_for` says what stands where it is empty."""

    opened = Signal(object)
    """A Row was chosen."""
    menu_requested = Signal(object, QPoint)
    connect_wanted = Signal()
    clear_wanted = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(margins=(1, 1, 1, 1))
        self.feed = Feed(workspace, self)
        self.is_paused = False
        self.chosen: int | None = None
        """The number of the request that is read; nothing moves while one is."""
        self._is_live = True
        self._is_choosing = False
        self.table = DataTable(self.feed.model, self.tr("Requests"))
        delegate = RequestDelegate(self.table, ROW_HEIGHT, self.feed)
        self.table.setItemDelegate(delegate)
        self.feed.prepare = delegate.prepare
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.new_button = button("", self.show_new, icon="arrow-up", kind="primary", name=self.tr("Show new requests"))
        self.new_button.hide()
        self.empty = EmptyState(
            "activity",
            self.tr("No requests yet"),
            self.tr("Paste the base URL and the token into Okta, then click Test connector configuration."),
            self.tr("Connect Okta"),
            self.connect_wanted.emit,
            action_icon="ri.plug-2-line",
        )
        self.nothing = EmptyState("funnel", "", "", self.tr("Clear filters"), self.clear_wanted.emit)
        self.stack = QStackedWidget()
        self._listed = plain(column(self.table, spacing=0))
        # Above the table, not in its column: appearing, it must not move what is read.
        self.new_button.setParent(self._listed)
        for one in (self._listed, self.empty, self.nothing):
            self.stack.addWidget(one)
        self.body.addWidget(self.stack)
        self.setMinimumWidth(430)
        self._connect()

    def _connect(self) -> None:
        self.feed.loaded.connect(self._loaded)
        self.feed.grew.connect(self._grew)
        self.feed.held_changed.connect(self._show_held)
        # Not the current row: a table that gets the focus makes one current that nobody has chosen.
        self.table.selectionModel().selectionChanged.connect(self._choose)
        self.table.opened.connect(self._open)
        self.table.menu_requested.connect(self.menu_requested)
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)

    def look(self) -> None:
        """Read what is new; it waits behind a button while somebody reads."""
        self._is_live = True
        self._hold_or_release()
        self.feed.look()

    def pause(self, *, paused: bool) -> None:
        """Keep the list as it is, or go on."""
        self.is_paused = paused
        if paused:
            self.feed.hold()
        else:
            self.show_new()

    def show_new(self) -> None:
        """Show what came while somebody was reading."""
        self.feed.release()
        self.table.scrollToTop()
        self._hold_or_release()

    def _hold_or_release(self) -> None:
        if self.is_paused or self.chosen is not None or self.table.verticalScrollBar().value() > 0:
            self.feed.hold()
        else:
            self.feed.release()

    def choose(self, seq: int | None) -> None:
        """Light the row of a request, or none."""
        self.chosen = seq
        if seq is None:
            self.table.clearSelection()
            self.table.setCurrentIndex(self.feed.model.index(-1, -1))
            if self._is_live:
                self._hold_or_release()
            return
        place = self.feed.place_of(seq)
        if place is not None and not self.table.selectionModel().isRowSelected(place):
            self._is_choosing = True
            self.table.selectRow(place)
            self._is_choosing = False
            self.table.scrollTo(self.feed.model.index(place, 0))

    def _choose(self) -> None:
        rows_chosen = self.table.selected_rows()
        if rows_chosen and not self._is_choosing:
            self._open(rows_chosen[0])

    def _open(self, found: Row) -> None:
        self.chosen = found.seq
        self.feed.hold()
        self.opened.emit(found)

    def _loaded(self) -> None:
        if self.chosen is not None:
            self.choose(self.chosen)
        self._scrolled()

    def _grew(self) -> None:
        if self.chosen is None and not self.is_paused and self.table.verticalScrollBar().value() == 0:
            self.table.scrollToTop()
        self._scrolled()

    def _scrolled(self) -> None:
        # Counted, not asked of the scroll bar: that learns of new rows only when they are laid out.
        below = len(self.feed.model.rows) * ROW_HEIGHT - self.table.verticalScrollBar().value() - self.table.height()
        if below < NEAR_THE_END:
            self.feed.reach()
        if self._is_live:
            self._hold_or_release()

    def _show_held(self, number: int) -> None:
        words = (
            self.tr("1 new request") if number == 1 else self.tr("{number} new requests").format(number=f"{number:,}")
        )
        self.new_button.setText(words)
        self.new_button.setAccessibleName(words)
        self.new_button.setVisible(number > 0)
        self._place_button()

    def _place_button(self) -> None:
        self.new_button.adjustSize()
        top = self.table.horizontalHeader().height() + 8
        self.new_button.move((self.width() - self.new_button.width()) // 2, top)
        self.new_button.raise_()

    def show_kept(self) -> None:
        """Show kept requests: they do not grow by themselves."""
        self._is_live = False

    def show_for(self, *, kept: bool, filtered: bool) -> None:
        """Show the table, or what stands in its place."""
        place: QWidget = self._listed
        if self.feed.is_loaded and not self.feed.model.rows:
            place = self.nothing if kept or filtered else self.empty
        if kept and not filtered:
            self.nothing.say(
                self.tr("Nothing kept yet"),
                self.tr("Open a request and click the pin: it stays here when the log has passed over it."),
            )
        else:
            self.nothing.say(
                self.tr("No request matches"), self.tr("Requests that match the filters appear here by themselves.")
            )
        self.stack.setCurrentWidget(place)

    def resizeEvent(self, event: Any) -> None:
        """Leave columns out where there is no room for them."""
        super().resizeEvent(event)
        self._place_button()
        self.feed.enough = self.height() // ROW_HEIGHT + 2 * AHEAD
        self.table.setColumnHidden(rows.TOKEN, self.width() < NARROW)
        self.table.setColumnHidden(rows.TOOK, self.width() < NARROWER)
