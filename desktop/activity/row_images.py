"""Paints the rows of the table, and those that are about to appear one by one beforehand, so that none has to wait.

A whole table takes as long to paint as a frame or two; in a rush all its rows are new several times in a few seconds.
Belongs here: pictures of rows. Must not know: what a cell looks like, where rows come from.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QModelIndex, QRect, QTimer
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from desktop import theme
from desktop.activity.rows import Row, cells
from desktop.widgets.data_table import PADDING, CellDelegate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtCore import QPersistentModelIndex

    from desktop.activity.feed import Feed
    from desktop.widgets.data_table import DataTable

KEPT: Final = 48
"""Pictures kept: as many as a tall window has rows."""
CORNER: Final = 12
"""Pixels at the table's lower edge that the card's round corners cut into."""


class _Image(NamedTuple):
    row: Row
    labels: Mapping[str, str]
    day: date
    """A row of yesterday tells its time another way."""
    pixmap: QPixmap


class RequestDelegate(CellDelegate):
    """Paints a cell, from its row's picture where there is one."""

    def __init__(self, view: DataTable, height: int, feed: Feed) -> None:
        super().__init__(view, height)
        self._feed = feed
        self._images: OrderedDict[int, _Image] = OrderedDict()
        self._waiting: deque[Row | Callable[[], None]] = deque()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)
        view.horizontalHeader().sectionResized.connect(self._forget)
        theme.current().changed.connect(self._forget)

    def prepare(self, rows: Sequence[Row], show: Callable[[], None]) -> None:
        """Paint those that will be in view, one each time the window has nothing else to do; then call ``show``."""
        if self._view.isVisible() and self._view.devicePixelRatioF().is_integer():
            self._waiting += rows[: min(self._view.viewport().height() // self._height + 1, KEPT)]
        self._waiting.append(show)
        self._timer.start()

    def _step(self) -> None:
        following = self._waiting.popleft()
        if not self._waiting:
            self._timer.stop()
        if not isinstance(following, Row):
            following()
        elif self._image(following) is None:
            self._images[following.seq] = self._painted(following)
            while len(self._images) > KEPT:
                self._images.popitem(last=False)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the cell."""
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        image = None
        number = index.row()
        if (
            number != self._view.hot_row
            and not state & QStyle.StateFlag.State_Selected
            and rect.bottom() < self._view.viewport().height() - CORNER
        ):
            row = self._feed.model.row_at(number)
            image = None if row is None else self._image(row)
        if image is None:
            super().paint(painter, option, index)
            return
        ratio = int(image.devicePixelRatio())
        part = QRect(rect.left() * ratio, 0, rect.width() * ratio, rect.height() * ratio)
        painter.drawPixmap(rect.topLeft(), image, part)

    def _forget(self) -> None:
        self._images.clear()

    def _image(self, row: Row) -> QPixmap | None:
        found = self._images.get(row.seq)
        if found is None or found.row is not row or found.labels is not self._feed.labels or found.day != _today():
            return None
        return found.pixmap

    def _painted(self, row: Row) -> _Image:
        view, look, labels = self._view, theme.current(), self._feed.labels
        ratio = int(view.devicePixelRatioF())
        pixmap = QPixmap(view.viewport().width() * ratio, self._height * ratio)
        pixmap.setDevicePixelRatio(ratio)
        # Opaque, for letters have finer edges on a ground than on nothing.
        pixmap.fill(look.color("surface"))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRect(0, self._height - 1, view.viewport().width(), 1), look.color("border"))
        for number, cell in enumerate(cells(row, labels)):
            if not view.isColumnHidden(number):
                rect = QRect(view.columnViewportPosition(number), 0, view.columnWidth(number), self._height)
                self._paint_cell(painter, cell, rect.adjusted(PADDING, 0, -8, 0))
        painter.end()
        return _Image(row, labels, _today(), pixmap)


def _today() -> date:
    return datetime.now(UTC).astimezone().date()
