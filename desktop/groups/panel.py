"""The details of one group: members, history, requests, JSON; and what can be done with it.

Belongs here: reading and showing one group. Must not know: the table; whoever has the panel does what it asks.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer, Signal

from desktop import background
from desktop.groups.members import MembersTab
from desktop.messages import worded
from desktop.widgets import when
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, column, plain, row
from desktop.widgets.detail_panel import DetailPanel
from desktop.widgets.history import History
from desktop.widgets.json_view import JsonView
from desktop.widgets.requests_list import RequestsList
from server.workspace import ScimError

if TYPE_CHECKING:
    from desktop.desk import Desk
    from server.records import GroupRow

PAUSE: Final = 40
"""Milliseconds: the arrow keys pass over groups faster than anybody reads."""
WHOLE: Final = 2_000
"""Members up to which the JSON is shown whole: a larger text would make the window wait."""
_GONE: Final = 404


class GroupPanel(DetailPanel):
    """Shows a group by id, and keeps up with it."""

    rename_requested = Signal(object)
    """A GroupRow, as have the following."""
    adding_requested = Signal(object)
    delete_requested = Signal(object)
    removal_requested = Signal(object, object)
    """And what reads the ids of the members."""
    member_opened = Signal(object)
    request_opened = Signal(object)
    undone = Signal(object)
    """A change was undone in the history."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("")
        self.setAccessibleName(self.tr("Group"))
        self.tabs.setAccessibleName(self.tr("About this group"))
        self._desk = desk
        self._id = ""
        self.group: GroupRow | None = None
        self._task: background.Task | None = None
        self.rename_button = button(self.tr("Rename"), self._rename, icon="pencil-simple", tip=self.tr("Rename (F2)"))
        self.add_button = button(self.tr("Add members"), self._add, icon="user-plus")
        self.delete_button = button(
            "", self._delete, icon="trash", kind="ghost", name=self.tr("Delete this group (Del)")
        )
        for one in (self.add_button, self.rename_button, self.delete_button):
            self.buttons.addWidget(one)
        self.buttons.addStretch(1)
        self.note = Banner()
        layout = self.layout()
        assert layout is not None
        layout.insertWidget(2, self.note)  # type: ignore[attr-defined] # the panel's own column
        self.members = MembersTab(desk.workspace)
        self.history = History(desk.workspace)
        self.requests = RequestsList(
            desk.workspace,
            self.tr("Requests of Okta that touch this group appear here, for as long as the activity is kept."),
        )
        self.json = JsonView(self.tr("JSON as a client sees it"))
        self.copy_button = button(self.tr("Copy"), self._copy, icon="copy", kind="ghost")
        self._raw = plain(column(row(None, self.copy_button), self.json, spacing=4, margins=(0, 6, 4, 4)))
        for widget, title in (
            (self.members, self.tr("Members")),
            (self.history, self.tr("History")),
            (self.requests, self.tr("Requests")),
            (self._raw, self.tr("JSON")),
        ):
            self.add_tab(widget, title)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._read)
        self.tabs.currentChanged.connect(self._fill_tab)
        self.members.adding_requested.connect(self._add)
        self.members.removal_requested.connect(self._remove)
        self.members.opened.connect(self.member_opened)
        self.members.failed.connect(self._fail)
        self.requests.opened.connect(self.request_opened)
        self.history.undone.connect(self.undone)

    @property
    def group_id(self) -> str:
        """What it shows; empty when nothing."""
        return "" if self.isHidden() else self._id

    def show_row(self, group: GroupRow) -> None:
        """Show a group of which a row is known: the heading at once, the rest in a moment."""
        if group.id != self._id:
            self._show_head(group)
        self.show_group(group.id)

    def show_group(self, group_id: str) -> None:
        """Show a group."""
        if group_id != self._id:
            self._id = group_id
            self.group = None if self.group is None or self.group.id != group_id else self.group
            self._pause.start()
        else:
            self._read()
        self.show()

    def refresh(self) -> None:
        """Read the group again."""
        if self.group_id:
            self._read()

    def _show_head(self, group: GroupRow) -> None:
        self.group = group
        is_pushed = group.source == "okta"
        words = self.tr("1 member") if group.member_count == 1 else self.tr("{number} members")
        detail = f"{words.format(number=f'{group.member_count:,}')} · {when.ago(group.modified)}"
        self.show_heading("users-three", group.display_name, detail)
        self.pill.show_state(*((self.tr("Okta"), "info") if is_pushed else (self.tr("Here"), "neutral")))
        if is_pushed:
            self.note.say(
                self.tr(
                    "Okta pushes this group: its next Group Push overwrites what you change about its members here."
                ),
                "info",
            )
        self.note.setVisible(is_pushed)

    def _read(self) -> None:
        if self._task is not None:
            self._task.cancel()
        wanted, workspace = self._id, self._desk.workspace
        self._task = background.run(self, lambda: workspace.browser.group(wanted), self._arrived, self._fail)

    def _arrived(self, group: GroupRow | None) -> None:
        self._task = None
        if group is None:
            self._leave()
            return
        self._show_head(group)
        self.members.show_group(group.id)
        self._fill_tab()

    def _fail(self, error: Exception) -> None:
        self._task = None
        if isinstance(error, ScimError) and error.status == _GONE:
            self._leave()
        else:
            self.note.say(str(worded(error)), "err", self.tr("Try again"), self.refresh)

    def _leave(self) -> None:
        self._id = ""
        self.group = None
        self.close_panel()

    def _fill_tab(self) -> None:
        """Read what the tab in front needs, and only that."""
        if not self._id:
            return
        if self.tabs.currentWidget() is self.history:
            if self.history.resource_id == self._id:
                self.history.refresh()
            else:
                self.history.show_resource(self._id)
        elif self.tabs.currentWidget() is self.requests:
            self.requests.show_requests(self._id)
        elif self.tabs.currentWidget() is self._raw:
            self._read_json()

    def _read_json(self) -> None:
        workspace, wanted = self._desk.workspace, self._id

        def done(found: tuple[str, str]) -> None:
            if found[0] == self._id and found[1] != self.json.property("source"):
                self.json.setProperty("source", found[1])
                self.json.show_text(found[1])

        def work() -> tuple[str, str]:
            document = workspace.show("Group", wanted)
            return wanted, json.dumps(_shortened(document))

        background.run(self, work, done, self._fail)

    def _rename(self) -> None:
        if self.group is not None:
            self.rename_requested.emit(self.group)

    def _add(self) -> None:
        if self.group is not None:
            self.adding_requested.emit(self.group)

    def _delete(self) -> None:
        if self.group is not None:
            self.delete_requested.emit(self.group)

    def _remove(self, ids: object) -> None:
        if self.group is not None:
            self.removal_requested.emit(self.group, ids)

    def _copy(self) -> None:
        self._desk.clipboard.copy(self.json.toPlainText())


def _shortened(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out members beyond what a window can show, and say how many."""
    members = document.get("members", [])
    if len(members) <= WHOLE:
        return document
    return {**document, "members": [*members[:WHOLE], f"and {len(members) - WHOLE:,} more, left out here"]}
