"""The dialog that puts people and groups into a group: search, tick as many as wanted, add them all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from desktop.groups.candidates import Candidate, Candidates
from desktop.messages import worded
from desktop.widgets.basics import Card, button, label, row
from desktop.widgets.choice import Choice
from desktop.widgets.data_table import DataTable
from desktop.widgets.dialog import Dialog
from server.workspace import Superseded

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.desk import Desk

DEBOUNCE = 20
NAMED = 4
"""Whom the sentence at the foot names; more are counted."""


class MemberPicker(Dialog):
    """Open it with `open()`."""

    picked = Signal(list)
    """The ids of whom is to be added."""

    def __init__(self, desk: Desk, group_id: str, name: str, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate("MemberPicker", "Add members to {group}").format(group=name)
        super().__init__(parent, title, icon="user-plus", width=620)
        self.search = QLineEdit()
        self.search.setAccessibleName(self.tr("Search people and groups"))
        self.search.setPlaceholderText(self.tr("Search name, username or email"))
        self.search.setClearButtonEnabled(False)
        self.search.installEventFilter(self)
        self.kind = Choice(self.tr("Look for"), [("User", self.tr("People")), ("Group", self.tr("Groups"))])
        self.model = Candidates(desk.workspace, group_id, self)
        self.table = DataTable(self.model, self.tr("Whom to add"), tall=True, many=True)
        self.table.horizontalHeader().hide()
        self.table.setMinimumHeight(330)
        self.table.installEventFilter(self)
        self.words = label("", "muted", wrap=True)
        self.clear_button = button(self.tr("Choose nobody"), self.model.clear, kind="link")
        head = row(spacing=10)
        head.addWidget(self.search, 1)
        head.addWidget(self.kind)
        self.body.addLayout(head)
        self.body.addWidget(Card(self.table, margins=(1, 1, 1, 1)), 1)
        foot = row(spacing=10)
        foot.addWidget(self.words, 1)
        foot.addWidget(self.clear_button)
        self.body.addLayout(foot)
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.add_members_button = self.add_button("", self._add, kind="primary")
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE)
        self._timer.timeout.connect(self._find)
        self.search.textChanged.connect(self._wait)
        self.kind.chosen.connect(lambda _: self._find())
        self.table.clicked.connect(lambda index: self._toggle_clicked(index.row()))
        self.model.ticks_changed.connect(self._tell)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._fail)
        self._tell()
        self._find()
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go from the search into the list with the arrow down or Enter; tick with Space or Enter there."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            key = event.key()
            if watched is self.search and key in {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    self._add()
                else:
                    self._enter()
                return True
            if watched is self.table and key in {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    self._add()
                else:
                    self.model.toggle(self.table.selected_rows())
                return True
        return super().eventFilter(watched, event)

    def _enter(self) -> None:
        if self.model.rowCount():
            self.table.setFocus()
            # The focus alone makes a row current, but selects none.
            if not self.table.selectionModel().hasSelection():
                self.table.selectRow(0)

    def _wait(self) -> None:
        self._timer.start()

    def _find(self) -> None:
        self._timer.stop()
        self.model.find("Group" if self.kind.value == "Group" else "User", self.search.text().strip())

    def _loaded(self, total: int) -> None:
        self.banner.hide()
        if not total:
            self.banner.say(self.tr("Nobody is called like that."), "info")

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, Superseded):
            self.banner.say(str(worded(error)), "err", self.tr("Try again"), self._find)

    def _toggle_clicked(self, number: int) -> None:
        one = self.model.peek(number)
        # Whoever holds Shift or Ctrl selects several first, and ticks them with Space.
        if isinstance(one, Candidate) and len(self.table.selectionModel().selectedRows()) == 1:
            self.model.toggle([one])

    def _tell(self) -> None:
        chosen = list(self.model.ticked.values())
        names = ", ".join(one.name for one in chosen[:NAMED])
        more = len(chosen) - NAMED
        if more > 0:
            names = self.tr("{names} and {number} more").format(names=names, number=f"{more:,}")
        self.words.setText(names or self.tr("Click, or press Space, to choose; a search keeps who is chosen."))
        self.clear_button.setVisible(bool(chosen))
        count = len(chosen)
        text = self.tr("Add 1 member") if count == 1 else self.tr("Add {number} members").format(number=f"{count:,}")
        self.add_members_button.setText(text if chosen else self.tr("Add members"))
        self.add_members_button.setAccessibleName(self.add_members_button.text())
        self.add_members_button.setEnabled(bool(chosen))

    def _add(self) -> None:
        if self.model.ticked:
            self.picked.emit(list(self.model.ticked))
            self.accept()
