"""A choice of one out of very many: a field that opens a list, in which the background finds what is typed.

Belongs here: the field, its popup and its keys. Must not know: what is picked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QPushButton, QSizePolicy, QWidget

from desktop import background, theme
from desktop.messages import worded
from desktop.widgets.basics import column, label, set_property

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DEBOUNCE: Final = 60
"""Milliseconds without a key before the list is asked for."""
LEAST: Final = 300
HEIGHT: Final = 300
_PASSED_ON: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Option(NamedTuple):
    """Something that can be picked."""

    key: str
    text: str
    detail: str = ""
    icon: str = ""


class PickerPopup(QFrame):
    """The list that opens: type, go down, Enter; Esc closes it."""

    picked = Signal(object)
    """An Option."""

    def __init__(self, parent: QWidget, name: str, find: Callable[[str], Sequence[Option]]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("kind", "popup")
        self.setAccessibleName(name)
        self._find = find
        self._task: background.Task | None = None
        self._is_awaited = False
        """Enter was pressed before the answer was here."""
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search: {what}").format(what=name))
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(name)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setIconSize(QSize(16, 16))
        self.note = label("", "muted", wrap=True)
        self.note.hide()
        self.setLayout(column(self.search, self.note, self.list, spacing=6, margins=(8, 8, 8, 8)))
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE)
        self._timer.timeout.connect(self._ask)
        self.search.textEdited.connect(self._wait)
        self.list.itemClicked.connect(self._take)

    def open_below(self, field: QWidget) -> None:
        """Open under a field with everything there is."""
        self.search.clear()
        self._is_awaited = False
        self.resize(max(field.width(), LEAST), HEIGHT)
        spot = field.mapToGlobal(QPoint(0, field.height() + 4))
        screen = field.screen().availableGeometry()
        if spot.y() + HEIGHT > screen.bottom():
            spot.setY(field.mapToGlobal(QPoint(0, 0)).y() - HEIGHT - 4)
        self.move(max(min(spot.x(), screen.right() - self.width()), screen.left()), spot.y())
        self.show()
        self.search.setFocus()
        self._ask()

    def _wait(self) -> None:
        self._timer.start()

    def _ask(self) -> None:
        if self._task is not None:
            self._task.cancel()
        text = self.search.text()
        self._task = background.run(self, lambda: self._find(text), self._show_options, self._fail)

    def _show_options(self, options: Sequence[Option]) -> None:
        self._task = None
        self.list.clear()
        for option in options:
            item = QListWidgetItem(f"{option.text}  ·  {option.detail}" if option.detail else option.text)
            item.setData(Qt.ItemDataRole.UserRole, option)
            item.setToolTip(item.text())
            item.setSizeHint(QSize(40, 32))
            if option.icon:
                item.setIcon(theme.current().icon(option.icon))
            self.list.addItem(item)
        self.note.setText(self.tr("Nothing is called like that."))
        self.note.setVisible(not options)
        self.list.setCurrentRow(0)
        self._take_awaited()

    def _fail(self, error: Exception) -> None:
        self._task = None
        self.list.clear()
        self.note.setText(str(worded(error)))
        self.note.show()

    def _take_awaited(self) -> None:
        if self._is_awaited and not self._timer.isActive():
            self._is_awaited = False
            self._take_current()

    def _take_current(self) -> None:
        if self.list.count() and not self._is_awaited:
            self._take(self.list.currentItem())

    def _take(self, item: QListWidgetItem) -> None:
        option = item.data(Qt.ItemDataRole.UserRole)
        self.hide()
        # Qt makes a list of a tuple on its way through an item.
        self.picked.emit(Option(*option))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows move in the list while the text is being typed."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in _PASSED_ON:
                self.list.event(event)
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                # What is typed counts, not what was found for the half of it.
                self._is_awaited = self._timer.isActive() or self._task is not None
                self._take_current()
                return True
        return super().eventFilter(watched, event)


class Picker(QPushButton):
    """Shows what is picked; opens the list with a click, Space, Enter or the arrow down."""

    picked = Signal(object)
    """Another Option was picked; None when it was cleared."""

    def __init__(
        self, name: str, empty: str, find: Callable[[str], Sequence[Option]], *, clearable: bool = True, icon: str = ""
    ) -> None:
        """Take what it picks, what it reads while nothing is picked, and what finds options (on another thread)."""
        super().__init__()
        self.setProperty("kind", "picker")
        self._name = name
        self._empty = empty
        self._clearable = clearable
        self._option: Option | None = None
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(150)
        theme.current().bind_icon(self, icon or "caret-down")
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.popup = PickerPopup(self, name, find)
        self.popup.picked.connect(self._pick)
        self.clicked.connect(self.open_list)
        self._draw()

    @property
    def option(self) -> Option | None:
        """What is picked."""
        return self._option

    def choose(self, option: Option | None) -> None:
        """Show that something is picked, without telling anybody."""
        self._option = option
        self._draw()

    def open_list(self) -> None:
        """Open the list."""
        self.popup.open_below(self)

    def clear(self) -> None:
        """Pick nothing."""
        if self._option is not None and self._clearable:
            self.choose(None)
            self.picked.emit(None)

    def _pick(self, option: Option) -> None:
        # The entry that means nothing: "Any group".
        self.choose(option if option.key else None)
        self.setFocus()
        self.picked.emit(self._option)

    def _draw(self) -> None:
        text = self._option.text if self._option is not None else self._empty
        width = max(self.width() - 44, 110)
        self.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width).replace("&", "&&"))
        self.setToolTip(text if self._option is not None else "")
        self.setAccessibleName(f"{self._name}: {text}")
        set_property(self, "picked", "true" if self._option is not None else None)

    def resizeEvent(self, event: object) -> None:
        """Elide anew."""
        super().resizeEvent(event)  # type: ignore[arg-type] # Qt's own event
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with the arrow down or Enter, clear with Del or Backspace."""
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.open_list()
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.clear()
        else:
            super().keyPressEvent(event)
