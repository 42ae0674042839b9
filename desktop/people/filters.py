"""Whom the table shows: the search field, active or not, where from, which group; and the menu of columns.

Belongs here: the controls and what they say. Must not know: the table, the workspace's answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QSizePolicy, QWidget

from desktop import theme
from desktop.people.searches import Wanted
from desktop.people.table import columns
from desktop.widgets.basics import button, row
from desktop.widgets.choice import Choice
from desktop.widgets.picker import Option, Picker

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from server.records import Source

DEBOUNCE: Final = 10
"""Milliseconds that keys pressed together have to become one search; a search that is overtaken is given up."""

_STATES: Final = {"all": None, "active": True, "deactivated": False}
_SOURCES: Final[dict[str, Source | None]] = {"any": None, "okta": "okta", "here": "here"}


class Filters(QWidget):
    """One row of controls over the table."""

    changed = Signal()
    column_toggled = Signal(str, bool)
    left_downwards = Signal()
    """The arrow down was pressed in the search field: into the table."""

    def __init__(self, find_groups: Callable[[str], Sequence[Option]]) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.search = _Search()
        self.search.setAccessibleName(self.tr("Search people"))
        self.search.setPlaceholderText(self.tr("Search name, username or email"))
        self.search.setMinimumWidth(150)
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        glass = QAction(self.search)
        theme.current().bind_icon(glass, "magnifying-glass", "faint")
        self.search.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        cross = QAction(self.tr("Clear the search"), self.search)
        theme.current().bind_icon(cross, "x", "faint")
        cross.triggered.connect(self.search.clear)
        self.search.addAction(cross, QLineEdit.ActionPosition.TrailingPosition)
        # Only now: the button made for an action is visible, whatever the action was before.
        cross.setVisible(False)
        self.search.textChanged.connect(lambda text: cross.setVisible(bool(text)))
        self.search.left_downwards.connect(self.left_downwards)
        self.state = Choice(
            self.tr("Status"),
            [("all", self.tr("All")), ("active", self.tr("Active")), ("deactivated", self.tr("Deactivated"))],
        )
        self.source = Choice(
            self.tr("Source"), [("any", self.tr("Any source")), ("okta", self.tr("Okta")), ("here", self.tr("Here"))]
        )
        self.group = Picker(self.tr("Group"), self.tr("Any group"), find_groups)
        self.columns_button = button("", self._open_columns, icon="columns", kind="ghost", name=self.tr("Columns"))
        self.columns_menu = QMenu(self)
        self.columns_menu.setAccessibleName(self.tr("Columns"))
        layout = row(spacing=14)
        layout.addWidget(self.search, 1)
        for control in (self.state, self.source, self.group):
            layout.addWidget(control)
        layout.addWidget(self.columns_button)
        self.setLayout(layout)
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE)
        self._timer.timeout.connect(self.changed)
        self.search.textChanged.connect(self._wait)
        self.state.chosen.connect(self._tell)
        self.source.chosen.connect(self._tell)
        self.group.picked.connect(self._tell)

    @property
    def wanted(self) -> Wanted:
        """What is asked for now."""
        group = self.group.option
        return Wanted(
            self.search.text().strip(),
            _STATES[self.state.value],
            _SOURCES[self.source.value],
            group.key if group is not None else None,
        )

    def show_everybody(self) -> None:
        """Leave nobody out."""
        for control in (self.search, self.state, self.source):
            control.blockSignals(True)  # noqa: FBT003 -- Qt's own
        self.search.clear()
        self.state.choose("all")
        self.source.choose("any")
        self.group.choose(None)
        for control in (self.search, self.state, self.source):
            control.blockSignals(False)  # noqa: FBT003 -- Qt's own
        self._tell()

    def show_columns(self, wanted: Collection[str]) -> None:
        """Fill the menu of columns."""
        self.columns_menu.clear()
        for column in columns():
            if column.key != "name":
                action = self.columns_menu.addAction(column.title)
                action.setCheckable(True)
                action.setChecked(column.key in wanted)
                action.toggled.connect(lambda on, key=column.key: self.column_toggled.emit(key, on))

    def _open_columns(self) -> None:
        self.columns_menu.popup(self.columns_button.mapToGlobal(self.columns_button.rect().bottomLeft()))

    def _wait(self) -> None:
        self._timer.start()

    def _tell(self) -> None:
        self._timer.stop()
        self.changed.emit()


class _Search(QLineEdit):
    left_downwards = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.left_downwards.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
