"""Ctrl+K: whatever can be done or found, by typing a few letters of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialog, QFrame, QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop import background, theme
from desktop.widgets.basics import column, label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QPersistentModelIndex
    from PySide6.QtWidgets import QWidget

    from desktop.page import Action, Hit

DELAY: Final = 90
"""Milliseconds after a key before the databases are searched."""

WHAT: Final = Qt.ItemDataRole.UserRole


class _Entry(NamedTuple):
    text: str
    detail: str
    icon: str
    run: Callable[[], object]


def matches(text: str, typed: str) -> bool:
    """Tell whether each typed word begins a word of the text, or stands somewhere in it."""
    folded = text.casefold()
    return all(word in folded for word in typed.casefold().split())


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del option, index
        return QSize(100, 46)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        look = theme.current()
        rect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        entry: _Entry = index.data(WHAT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("accentSoft"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 8, 8)
        pixmap = look.pixmap(entry.icon, "accentText" if chosen else "muted", 18)
        painter.drawPixmap(QPoint(rect.left() + 12, rect.center().y() - 8), pixmap)
        words = rect.adjusted(42, 0, -12, 0)
        painter.setFont(theme.ui_font(13))
        painter.setPen(look.color("accentText" if chosen else "text"))
        if entry.detail:
            painter.drawText(words.adjusted(0, -16, 0, 0), Qt.AlignmentFlag.AlignVCenter, entry.text)
            painter.setFont(theme.ui_font(12))
            painter.setPen(look.color("muted"))
            painter.drawText(words.adjusted(0, 18, 0, 0), Qt.AlignmentFlag.AlignVCenter, entry.detail)
        else:
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, entry.text)
        painter.restore()


class CommandPalette(QDialog):
    """Opened anew each time; ``searches`` run in the background, one per page."""

    hit_chosen = Signal(object)

    def __init__(
        self, parent: QWidget, actions: Sequence[Action], searches: Sequence[Callable[[str], list[Hit]]]
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAccessibleName(self.tr("Search and commands"))
        self._actions = actions
        self._searches = searches
        self._tasks: list[background.Task] = []
        self._generation = 0
        self.input = QLineEdit()
        self.input.setPlaceholderText(self.tr("Type a command, or search tokens, people, groups, activity"))
        self.input.setAccessibleName(self.tr("Search and commands"))
        self.input.installEventFilter(self)
        self.model = QStandardItemModel(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setAccessibleName(self.tr("Found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.clicked.connect(self._run)
        frame = QFrame()
        frame.setProperty("kind", "palette")
        self._foot = label(self.tr("↑ ↓ to move, Enter to choose, Esc to close"), "small")
        frame.setLayout(column(self.input, self.list, self._foot, spacing=8, margins=(12, 12, 12, 10)))
        self.setLayout(column(frame))
        self.resize(600, 420)
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self._search)
        self.input.textChanged.connect(self._typed)
        self._typed("")

    def showEvent(self, event: object) -> None:
        """Stand above the middle of the window."""
        del event
        parent = self.parentWidget()
        if parent is not None:
            self.move(parent.mapToGlobal(QPoint((parent.width() - self.width()) // 2, parent.height() // 8)))
        self.input.setFocus()

    def _typed(self, text: str) -> None:
        self._generation += 1
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        self.model.clear()
        for action in self._actions:
            if matches(action.text, text):
                self._add(_Entry(action.text, "", action.icon, action.run))
        self._choose_first()
        if len(text.strip()) >= 2:
            self._timer.start()

    def _search(self) -> None:
        text, generation = self.input.text().strip(), self._generation
        for search in self._searches:

            def found(hits: list[Hit]) -> None:
                if generation == self._generation:
                    for hit in hits:
                        self._add(_Entry(hit.text, hit.detail, hit.icon, partial(self.hit_chosen.emit, hit)))
                    self._choose_first()

            self._tasks.append(background.run(self, partial(search, text), found))

    def _add(self, entry: _Entry) -> None:
        item = QStandardItem(entry.text)
        item.setData(entry, WHAT)
        item.setData(f"{entry.text} {entry.detail}".strip(), Qt.ItemDataRole.AccessibleTextRole)
        self.model.appendRow(item)

    def _choose_first(self) -> None:
        if not self.list.currentIndex().isValid() and self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0, 0))

    def _run(self) -> None:
        index = self.list.currentIndex()
        if index.isValid():
            entry: _Entry = index.data(WHAT)
            self.close()
            entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move in the list while the focus stays in the field."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 7, Qt.Key.Key_PageUp: -7}.get(
                Qt.Key(event.key())
            )
            if step is not None and self.model.rowCount():
                row = min(max(self.list.currentIndex().row() + step, 0), self.model.rowCount() - 1)
                self.list.setCurrentIndex(self.model.index(row, 0))
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._run()
                return True
        return super().eventFilter(watched, event)
