"""The table that every list uses: pills, two-line names, one row lit, sorted by a click, all by keyboard."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from desktop import theme
from desktop.widgets.table_model import CELL, Cell, TableModel

if TYPE_CHECKING:
    from PySide6.QtCore import QPersistentModelIndex

PADDING: Final = 12
TALL: Final = 56
"""Pixels of a row whose name has a second line."""
LOW: Final = 40


class CellDelegate(QStyledItemDelegate):
    """Paints a `Cell` by its kind."""

    def __init__(self, view: DataTable, height: int) -> None:
        super().__init__(view)
        self._view = view
        self._height = height

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Give the height; the width is the column's business."""
        del option, index
        return QSize(40, self._height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the ground, the hairline and the cell."""
        look = theme.current()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rect, look.color("accentSoft"))
        elif index.row() == self._view.hot_row:
            painter.fillRect(rect, look.color("hover"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), look.color("border"))
        if selected and index.column() == 0 and self._view.hasFocus():
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), look.color("accent"))
        cell = index.data(CELL)
        if isinstance(cell, Cell):
            self._paint_cell(painter, cell, rect.adjusted(PADDING, 0, -8, 0))
        painter.restore()

    def _paint_cell(self, painter: QPainter, cell: Cell, rect: QRect) -> None:
        look = theme.current()
        if cell.kind == "two":
            self._paint_two(painter, cell, rect)
        elif cell.kind == "said":
            self._paint_said(painter, cell, rect)
        elif cell.kind == "pill":
            self._paint_pill(painter, cell, rect)
        elif cell.kind == "icon":
            pixmap = look.pixmap(cell.icon or cell.text, cell.tone if cell.tone != "neutral" else "muted", 18)
            painter.drawPixmap(QPoint(rect.left(), rect.center().y() - 8), pixmap)
        elif cell.kind == "status":
            self._text(painter, cell.text, rect, cell.tone, QFont.Weight.DemiBold)
        elif cell.kind == "mono":
            painter.setFont(theme.mono_font(12))
            painter.setPen(look.color("text"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, _elided(painter, cell.text, rect.width()))
        else:
            weight = QFont.Weight.DemiBold if cell.kind == "strong" else QFont.Weight.Normal
            self._text(painter, cell.text, rect, "muted" if cell.kind == "muted" else "text", weight)

    @staticmethod
    def _text(painter: QPainter, text: str, rect: QRect, color: str, weight: QFont.Weight, pixels: int = 13) -> None:
        painter.setFont(theme.ui_font(pixels, weight))
        painter.setPen(theme.current().color(color))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, _elided(painter, text, rect.width()))

    def _paint_two(self, painter: QPainter, cell: Cell, rect: QRect) -> None:
        look = theme.current()
        if cell.icon:
            box = QRectF(rect.left(), rect.center().y() - 15, 30, 30)
            painter.setBrush(look.color("accentSoft" if cell.tone == "neutral" else f"{cell.tone}Bg"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box, 8, 8)
            color = "accentText" if cell.tone == "neutral" else cell.tone
            if len(cell.icon) <= 2:
                painter.setFont(theme.ui_font(12, QFont.Weight.DemiBold))
                painter.setPen(look.color(color))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cell.icon)
            else:
                painter.drawPixmap(box.toRect().adjusted(7, 7, -7, -7).topLeft(), look.pixmap(cell.icon, color, 16))
            rect = rect.adjusted(42, 0, 0, 0)
        self._text(painter, cell.text, rect.adjusted(0, -18, 0, 0), "text", QFont.Weight.DemiBold)
        self._text(painter, cell.detail, rect.adjusted(0, 18, 0, 0), "muted", QFont.Weight.Normal, 12)

    def _paint_said(self, painter: QPainter, cell: Cell, rect: QRect) -> None:
        self._text(painter, cell.text, rect.adjusted(0, -18, 0, 0), "text", QFont.Weight.Normal)
        painter.setFont(theme.mono_font(11))
        painter.setPen(theme.current().color("muted"))
        below = rect.adjusted(0, 19, 0, 0)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, _elided(painter, cell.detail, below.width()))

    @staticmethod
    def _paint_pill(painter: QPainter, cell: Cell, rect: QRect) -> None:
        if not cell.text:
            return
        look = theme.current()
        painter.setFont(theme.ui_font(12, QFont.Weight.DemiBold))
        text = _elided(painter, cell.text, rect.width() - 18)
        width = painter.fontMetrics().horizontalAdvance(text)
        ground = QRectF(rect.left(), rect.center().y() - 10.5, width + 18, 22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color(f"{cell.tone}Bg"))
        painter.drawRoundedRect(ground, 11, 11)
        painter.setPen(look.color(cell.tone))
        painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, text)


def _elided(painter: QPainter, text: str, width: int) -> str:
    font = painter.font()
    return _cut(text, width, font.family(), font.pixelSize(), font.weight())


@lru_cache(8_192)
def _cut(text: str, width: int, family: str, pixels: int, weight: int) -> str:
    """Measure a text once: a table that is live paints the same cells many times a second."""
    font = QFont(family)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight(weight))
    return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)


class DataTable(QTableView):
    """Shows a `TableModel`; selects whole rows."""

    opened = Signal(object)
    """Enter or a double click on a row."""
    chosen = Signal(object)
    """Another row is current; None when none is."""
    sorted_by = Signal(str, bool)
    """A heading was clicked: the column's sort key, and whether descending."""
    menu_requested = Signal(object, QPoint)
    """A row's menu is asked for, and where on the screen."""

    def __init__(self, model: TableModel[Any], name: str, *, tall: bool = False, many: bool = False) -> None:
        super().__init__()
        self.hot_row = -1
        self._columns = model.columns
        self.setAccessibleName(name)
        height = TALL if tall else LOW
        self.setItemDelegate(CellDelegate(self, height))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(height)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if many else mode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setModel(model)
        self._set_up_header()
        self.entered.connect(self._warm)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.table_model.row_at(index.row())))
        self.customContextMenuRequested.connect(self._ask_for_menu)
        self.selectionModel().currentRowChanged.connect(self._tell_chosen)
        model.modelReset.connect(lambda: self.chosen.emit(None))
        theme.current().changed.connect(self.viewport().update)

    @property
    def table_model(self) -> TableModel[Any]:
        """The model that is shown."""
        model = self.model()
        assert isinstance(model, TableModel)
        return model

    def current_row(self) -> Any | None:
        """Give the row that is current."""
        index = self.currentIndex()
        return self.table_model.row_at(index.row()) if index.isValid() else None

    def selected_rows(self) -> list[Any]:
        """Give the rows that are selected and here."""
        rows = (self.table_model.row_at(index.row()) for index in self.selectionModel().selectedRows())
        return [row for row in rows if row is not None]

    def sort(self, key: str, *, descending: bool = False) -> None:
        """Show by what the list is sorted; whoever made the model sorts."""
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        for number, column in enumerate(self._columns):
            if column.sort == key:
                self.horizontalHeader().setSortIndicator(number, order)

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setFixedHeight(40)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(36)
        for number, column in enumerate(self._columns):
            mode = QHeaderView.ResizeMode
            header.setSectionResizeMode(number, mode.Interactive if column.width else mode.Stretch)
            if column.width:
                self.setColumnWidth(number, column.width)
        if any(column.sort for column in self._columns):
            header.setSectionsClickable(True)
            header.setSortIndicatorShown(True)
            header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            header.sectionClicked.connect(self._sort_clicked)
        else:
            header.setSectionsClickable(False)

    def _sort_clicked(self, number: int) -> None:
        key = self._columns[number].sort
        if key:
            descending = self.horizontalHeader().sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
            self.sorted_by.emit(key, descending)

    def _warm(self, index: QModelIndex) -> None:
        self.hot_row = index.row()
        self.viewport().update()

    def _tell_chosen(self, index: QModelIndex) -> None:
        self.chosen.emit(self.table_model.row_at(index.row()) if index.isValid() else None)

    def _ask_for_menu(self, position: QPoint) -> None:
        index = self.indexAt(position)
        if index.isValid():
            self.menu_requested.emit(self.table_model.row_at(index.row()), self.viewport().mapToGlobal(position))

    def leaveEvent(self, event: QEvent) -> None:
        """Let the row under the mouse cool down."""
        self.hot_row = -1
        self.viewport().update()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open a row with Enter, its menu with the menu key or Shift+F10."""
        index = self.currentIndex()
        if index.isValid() and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.opened.emit(self.table_model.row_at(index.row()))
        elif index.isValid() and event.key() == Qt.Key.Key_Menu:
            spot = self.visualRect(index).bottomLeft()
            self.menu_requested.emit(self.table_model.row_at(index.row()), self.viewport().mapToGlobal(spot))
        else:
            super().keyPressEvent(event)
