"""Picks the person or the group whose requests are to be shown, by typing a part of the name.

Belongs here: the dialog. Must not know: the filters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import background
from desktop.messages import worded
from desktop.widgets.basics import Card, label
from desktop.widgets.data_table import DataTable
from desktop.widgets.dialog import Dialog
from desktop.widgets.table_model import Cell, Column, ListModel

if TYPE_CHECKING:
    from server.workspace import Workspace

MOST: Final = 30
TYPING: Final = 150


class Subject(NamedTuple):
    """A person or a group."""

    id: str
    name: str
    detail: str
    icon: str


def find(workspace: Workspace, text: str) -> list[Subject]:
    """Find people and groups by a part of their names."""
    people = workspace.people(text, limit=MOST)
    groups = workspace.groups(text, limit=MOST)
    return [
        *(Subject(one.id, one.display_name, one.user_name, "user") for one in people),
        *(Subject(one.id, one.display_name, f"{one.member_count:,}", "users-three") for one in groups),
    ]


class SubjectDialog(Dialog):
    """`picked` gives the Subject; Enter takes the first."""

    picked = Signal(object)

    def __init__(self, parent: QWidget | None, workspace: Workspace) -> None:
        super().__init__(parent, self.tr("Requests about a person or a group"), icon="user", width=520)
        self._workspace = workspace
        self._task: background.Task | None = None
        self._is_impatient = False
        self.search_field = QLineEdit()
        self.search_field.setPlaceholderText(self.tr("Name, username or email"))
        self.search_field.setAccessibleName(self.tr("Search people and groups"))
        self._typing = QTimer(self, singleShot=True, interval=TYPING)
        self._typing.timeout.connect(self._look)
        self.search_field.textEdited.connect(lambda _: self._typing.start())
        self.model: ListModel[Subject] = ListModel((Column(self.tr("Name")),), self._cells, self)
        self.table = DataTable(self.model, self.tr("People and groups"), tall=True)
        self.table.horizontalHeader().hide()
        self.table.setMinimumHeight(290)
        self.table.opened.connect(self._pick)
        self.table.clicked.connect(lambda index: self._pick(self.model.row_at(index.row())))
        self.nothing = label(self.tr("Nobody and no group is called like that."), "muted")
        self.nothing.hide()
        self.body.addWidget(self.search_field)
        self.body.addWidget(self.nothing)
        self.body.addWidget(Card(self.table, margins=(1, 1, 1, 1)), 1)
        self.add_button(self.tr("Cancel"), self.reject)
        self.search_field.returnPressed.connect(self._take_first)
        self.search_field.setFocus()
        self._look()

    def _cells(self, one: Subject) -> tuple[Cell, ...]:
        detail = self.tr("{number} members").format(number=one.detail) if one.icon == "users-three" else one.detail
        return (Cell(one.name, "two", detail=detail, icon=one.icon),)

    def _look(self) -> None:
        if self._task is not None:
            self._task.cancel()
        text = self.search_field.text().strip()
        self._task = background.run(self, lambda: find(self._workspace, text), self._show, self._fail)

    def _show(self, found: list[Subject]) -> None:
        self._task = None
        self.model.beginResetModel()
        self.model.rows = found
        self.model.endResetModel()
        self.nothing.setVisible(not found)
        if self._is_impatient:
            self._is_impatient = False
            self._take_first()

    def _fail(self, error: Exception) -> None:
        self._task = None
        self.banner.say(str(worded(error)), "err")

    def _take_first(self) -> None:
        if self._typing.isActive():
            self._typing.stop()
            self._look()
        if self._task is not None:
            # What is shown is not yet what was typed.
            self._is_impatient = True
        elif self.model.rows:
            self._pick(self.model.rows[0])

    def _pick(self, one: Subject | None) -> None:
        if one is not None:
            self.picked.emit(one)
            self.accept()
