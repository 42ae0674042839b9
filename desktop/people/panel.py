"""The details of one person: profile, groups, history, requests, JSON; and what can be done with them.

Belongs here: reading and showing one person. Must not know: the table; whoever has the panel does what it asks.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer, Signal

from desktop import background, theme
from desktop.messages import worded
from desktop.people.profile import initials, manager_of, name_of, sections_of
from desktop.people.tabs import GroupsTab, RequestsTab
from desktop.widgets.basics import button, column, plain, row
from desktop.widgets.detail_panel import DetailPanel, Facts
from desktop.widgets.history import History
from desktop.widgets.json_view import JsonView
from server.workspace import ScimError

if TYPE_CHECKING:
    from desktop.desk import Desk
    from server.records import GroupRow, PersonRow

    Read = tuple[dict[str, Any], str, list[GroupRow]]

PAUSE: Final = 40
"""Milliseconds: the arrow keys pass over people faster than anybody reads."""
_GONE: Final = 404


class PersonPanel(DetailPanel):
    """Shows a person by id, and keeps up with them."""

    edit_requested = Signal(str)
    active_requested = Signal(str, bool)
    delete_requested = Signal(str)
    joining_requested = Signal(str, str, str)
    """To be put into a group: the person's id, the group's id and name."""
    leaving_requested = Signal(str, str, str)
    """To be taken out of a group: likewise."""
    group_opened = Signal(str)
    request_opened = Signal(object)
    undone = Signal(object)
    """A change was undone in the history."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("")
        self.setAccessibleName(self.tr("Person"))
        self.tabs.setAccessibleName(self.tr("About this person"))
        self._desk = desk
        self._person = ""
        self._is_active = True
        self._task: background.Task | None = None
        self.document: dict[str, Any] = {}
        self.edit_button = button(self.tr("Edit"), self._edit, icon="pencil-simple")
        self.active_button = button(self.tr("Deactivate"), self._switch, icon="pause-circle")
        self.delete_button = button("", self._delete, icon="trash", kind="ghost", name=self.tr("Delete this person"))
        for one in (self.edit_button, self.active_button, self.delete_button):
            self.buttons.addWidget(one)
        self.buttons.addStretch(1)
        self.profile = Facts(self.tr("Profile"))
        self.groups = GroupsTab(desk.workspace)
        self.history = History(desk.workspace)
        self.requests = RequestsTab(desk.workspace)
        self.json = JsonView(self.tr("JSON as a client sees it"))
        self.copy_button = button(self.tr("Copy"), self._copy, icon="copy", kind="ghost")
        raw = column(row(None, self.copy_button), self.json, spacing=4, margins=(0, 6, 4, 4))
        for widget, title in (
            (self.profile, self.tr("Profile")),
            (self.groups, self.tr("Groups")),
            (self.history, self.tr("History")),
            (self.requests, self.tr("Requests")),
            (plain(raw), self.tr("JSON")),
        ):
            self.add_tab(widget, title)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._read)
        self.tabs.currentChanged.connect(self._fill_tab)
        self.groups.opened.connect(self.group_opened)
        self.groups.added.connect(lambda group, name: self.joining_requested.emit(self._person, group, name))
        self.groups.removed.connect(lambda group, name: self.leaving_requested.emit(self._person, group, name))
        self.requests.opened.connect(self.request_opened)
        self.history.undone.connect(self.undone)

    @property
    def person_id(self) -> str:
        """Whom it shows; empty when nobody."""
        return "" if self.isHidden() else self._person

    def show_row(self, person: PersonRow) -> None:
        """Show a person of whom a row is known: the heading at once, the rest in a moment."""
        self._show_head(person.display_name, person.user_name, active=person.active)
        self.show_person(person.id)

    def show_person(self, person_id: str) -> None:
        """Show a person."""
        if person_id != self._person:
            self._person = person_id
            self._pause.start()
        else:
            self._read()
        self.show()

    def refresh(self) -> None:
        """Read the person again."""
        if self.person_id:
            self._read()

    def _show_head(self, name: str, user_name: str, *, active: bool) -> None:
        self.show_heading(initials(name), name, user_name)
        self._is_active = active
        self.pill.show_state(*((self.tr("Active"), "ok") if active else (self.tr("Deactivated"), "neutral")))
        self.active_button.setText(self.tr("Deactivate") if active else self.tr("Reactivate"))
        self.active_button.setAccessibleName(self.active_button.text())
        theme.current().bind_icon(self.active_button, "pause-circle" if active else "play-circle")

    def _read(self) -> None:
        if self._task is not None:
            self._task.cancel()
        person, workspace = self._person, self._desk.workspace

        def work() -> Read:
            document = workspace.show("User", person)
            return document, manager_of(workspace, document), workspace.groups_of(person)

        self._task = background.run(self, work, self._arrived, self._fail)

    def _arrived(self, found: Read) -> None:
        self._task = None
        document, manager, groups = found
        self.document = document
        self._show_head(name_of(document), str(document["userName"]), active=document.get("active") is not False)
        self.profile.show_sections(sections_of(document, manager))
        self.groups.show_groups(groups)
        self.tabs.setTabText(
            1, self.tr("Groups ({number})").format(number=len(groups)) if groups else self.tr("Groups")
        )
        text = json.dumps(document)
        if text != self.json.property("source"):
            self.json.setProperty("source", text)
            self.json.show_text(text)
        self._fill_tab()

    def _fail(self, error: Exception) -> None:
        self._task = None
        if isinstance(error, ScimError) and error.status == _GONE:
            self._person = ""
            self.close_panel()
        else:
            self.pill.show_state(self.tr("Unknown"), "warn")
            self.setAccessibleDescription(str(worded(error)))

    def _fill_tab(self) -> None:
        """Read what the tab in front needs, and only that."""
        if not self._person:
            return
        if self.tabs.currentWidget() is self.history:
            if self.history.resource_id == self._person:
                self.history.refresh()
            else:
                self.history.show_resource(self._person)
        elif self.tabs.currentWidget() is self.requests:
            self.requests.show_requests(self._person)

    def _edit(self) -> None:
        self.edit_requested.emit(self._person)

    def _switch(self) -> None:
        self.active_requested.emit(self._person, not self._is_active)

    def _delete(self) -> None:
        self.delete_requested.emit(self._person)

    def _copy(self) -> None:
        self._desk.clipboard.copy(self.json.toPlainText())
