"""A list of people or groups of one side: two lines each, a pill, and a light on the row that changes.

Belongs here: painting and lighting rows. Must not know: which side it is.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop import theme
from desktop.sandbox.side_rows import SideRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROW: Final = Qt.ItemDataRole.UserRole
HEIGHT: Final = 46
BADGE: Final = 28
GLOW: Final = 2.2
"""Seconds that a row which changed is lit."""
FRAME: Final = 33
"""Milliseconds between two pictures of a light that goes out."""
_NOWHERE: Final = QModelIndex()
_LETTERS: Final = 2


class SideModel(QAbstractListModel):
    """Holds the rows of a `SideList`."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[SideRow] = ()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """Give how many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give a row, its name, what a screen reader says of it, or what Okta shows about it."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        found: dict[int, Any] = {
            ROW: row,
            Qt.ItemDataRole.DisplayRole: row.title,
            Qt.ItemDataRole.AccessibleTextRole: row.spoken,
            Qt.ItemDataRole.ToolTipRole: row.error or None,
        }
        return found.get(role)

    def show_rows(self, rows: Sequence[SideRow]) -> bool:
        """Take other rows; tells whether their order, and so the selection, is another."""
        if [row.key for row in rows] == [row.key for row in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return False
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()
        return True


class SideList(QListView):
    """Rows with one chosen; `light` makes one stand out for a moment."""

    chosen = Signal(str)
    """The key of the row that is current; empty when none is."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.model_ = SideModel()
        self.lit: dict[str, float] = {}
        """When each row was lit, by key."""
        self.setModel(self.model_)
        self.setItemDelegate(_Painter(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._fading = QTimer(self, interval=FRAME)
        self._fading.timeout.connect(self._fade)
        self.selectionModel().currentChanged.connect(lambda *_: self.chosen.emit(self.key))
        theme.current().changed.connect(self.viewport().update)

    @property
    def key(self) -> str:
        """The key of the current row; empty when none is."""
        index = self.currentIndex()
        return self.model_.rows[index.row()].key if index.isValid() else ""

    @property
    def rows(self) -> Sequence[SideRow]:
        """What is shown."""
        return self.model_.rows

    def show_rows(self, rows: Sequence[SideRow]) -> None:
        """Show other rows; the chosen one stays chosen, and nothing scrolls where the order is the same."""
        key, place = self.key, self.verticalScrollBar().value()
        if self.model_.show_rows(tuple(rows)):
            self.verticalScrollBar().setValue(place)
            if key:
                self.choose(key)

    def choose(self, key: str) -> None:
        """Make a row the current one, where it is here."""
        number = self._number(key)
        if number is not None and key != self.key:
            self.setCurrentIndex(self.model_.index(number))

    def light(self, keys: Iterable[str]) -> None:
        """Light rows up and bring the first of them into view."""
        numbers = [number for key in keys if (number := self._number(key)) is not None]
        for number in numbers:
            self.lit[self.model_.rows[number].key] = time.monotonic()
        if numbers:
            self.scrollTo(self.model_.index(min(numbers)), QAbstractItemView.ScrollHint.EnsureVisible)
            self._fading.start()
            self.viewport().update()

    def is_lit(self, key: str) -> bool:
        """Whether a row stands out now."""
        return self.glow(key) > 0

    def glow(self, key: str) -> float:
        """Give how bright a row is, from 1 to 0."""
        since = self.lit.get(key)
        if since is None:
            return 0.0
        gone = (time.monotonic() - since) / GLOW
        # Bright for half of the time, then going out.
        return max(0.0, min(1.0, 2 * (1 - gone)))

    def _number(self, key: str) -> int | None:
        return next((number for number, row in enumerate(self.model_.rows) if row.key == key), None)

    def _fade(self) -> None:
        self.lit = {key: since for key, since in self.lit.items() if self.glow(key) > 0}
        if not self.lit:
            self._fading.stop()
        self.viewport().update()


class _Painter(QStyledItemDelegate):
    def __init__(self, shown: SideList) -> None:
        super().__init__(shown)
        self._list = shown

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Give the height of a row."""
        del option, index
        return QSize(120, HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint a row."""
        row = index.data(ROW)
        if not isinstance(row, SideRow):
            return
        state: Any = option.state
        area = QRectF(option.rect).adjusted(6, 1, -6, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, area, row, state)
        right = self._pill(painter, area, row)
        left = self._badge(painter, area, row)
        words = QRectF(left, area.top(), right - left, area.height())
        look = theme.current()
        _line(painter, words, row.title, theme.ui_font(13, QFont.Weight.Medium), look.color(_title(row)), top=True)
        second = look.color("err" if row.error else "muted")
        _line(painter, words, row.error or row.detail, theme.ui_font(12), second, top=False)
        painter.restore()

    def _ground(self, painter: QPainter, area: QRectF, row: SideRow, state: Any) -> None:
        look = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(look.color("accentSoft"))
            painter.drawRoundedRect(area, 8, 8)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(look.color("hover"))
            painter.drawRoundedRect(area, 8, 8)
        glow = self._list.glow(row.key)
        if glow:
            tone = "err" if row.error else "ok"
            ground, edge = QColor(look.color(f"{tone}Bg")), QColor(look.color(tone))
            ground.setAlphaF(glow)
            edge.setAlphaF(glow)
            painter.setBrush(ground)
            painter.drawRoundedRect(area, 8, 8)
            painter.setBrush(edge)
            painter.drawRoundedRect(QRectF(area.left(), area.top() + 9, 3, area.height() - 18), 1.5, 1.5)

    @staticmethod
    def _badge(painter: QPainter, area: QRectF, row: SideRow) -> float:
        look = theme.current()
        circle = QRectF(area.left() + 9, area.center().y() - BADGE / 2, BADGE, BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("neutralBg" if row.is_dim else "accentSoft"))
        painter.drawEllipse(circle)
        tone = "neutral" if row.is_dim else "accentText"
        if len(row.badge) <= _LETTERS:
            painter.setFont(theme.ui_font(11, QFont.Weight.DemiBold))
            painter.setPen(look.color(tone))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, row.badge)
        else:
            picture = look.pixmap(row.badge, tone, 16)
            painter.drawPixmap(circle.adjusted(6, 6, -6, -6).toRect(), picture)
        return circle.right() + 10

    @staticmethod
    def _pill(painter: QPainter, area: QRectF, row: SideRow) -> float:
        if not row.pill:
            return area.right() - 8
        font = theme.ui_font(11, QFont.Weight.DemiBold)
        width = QFontMetricsF(font).horizontalAdvance(row.pill) + 16
        pill = QRectF(area.right() - 8 - width, area.center().y() - 10, width, 20)
        look = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color(f"{row.tone}Bg"))
        painter.drawRoundedRect(pill, 10, 10)
        painter.setPen(look.color(row.tone))
        painter.setFont(font)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, row.pill)
        return pill.left() - 8


def _title(row: SideRow) -> str:
    return "muted" if row.is_dim else "text"


def _line(painter: QPainter, area: QRectF, text: str, font: QFont, color: QColor, *, top: bool) -> None:
    half = area.adjusted(0, 5, 0, -area.height() / 2) if top else area.adjusted(0, area.height() / 2, 0, -5)
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, half.width())
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(half, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
