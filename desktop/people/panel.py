"""The details of one person: profile, groups, history, requests, JSON; and what can be done with them.

Belongs here: reading and showing one person. Must not know: the table; whoever has the panel does what it asks.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, Signal

from desktop import theme
from desktop.people.profile import initials, manager_of, name_of, sections_of
from desktop.people.tabs import GroupsTab
from desktop.widgets.basics import button
from desktop.widgets.detail_panel import Facts
from desktop.widgets.resource_panel import ResourcePanel

if TYPE_CHECKING:
    from desktop.desk import Desk
    from server.records import GroupRow, PersonRow

    Read = tuple[dict[str, Any], str, list[GroupRow]]


class PersonPanel(ResourcePanel):
    """Shows a person by id, and keeps up with them."""

    edit_requested = Signal(str)
    active_requested = Signal(str, bool)
    delete_requested = Signal(str)
    joining_requested = Signal(str, str, str)
    """To be put into a group: the person's id, the group's id and name."""
    leaving_requested = Signal(str, str, str)
    """To be taken out of a group: likewise."""
    group_opened = Signal(str)

    def __init__(self, desk: Desk) -> None:
        words = "Requests of Okta that touch this person appear here, for as long as the activity is kept."
        super().__init__(desk.workspace, desk.clipboard, QCoreApplication.translate("PersonPanel", words))
        self.setAccessibleName(self.tr("Person"))
        self.tabs.setAccessibleName(self.tr("About this person"))
        self._workspace = desk.workspace
        self._is_active = True
        self.document: dict[str, Any] = {}
        self.edit_button = button(self.tr("Edit"), self._edit, icon="pencil-simple")
        self.active_button = button(self.tr("Deactivate"), self._switch, icon="pause-circle")
        self.delete_button = button("", self._delete, icon="trash", kind="ghost", name=self.tr("Delete this person"))
        self._add_buttons(self.edit_button, self.active_button, self.delete_button)
        self.profile = Facts(self.tr("Profile"))
        self.groups = GroupsTab(desk.workspace)
        for widget, title in (
            (self.profile, self.tr("Profile")),
            (self.groups, self.tr("Groups")),
            (self.history, self.tr("History")),
            (self.requests, self.tr("Requests")),
            (self.raw, self.tr("JSON")),
        ):
            self.add_tab(widget, title)
        self.groups.opened.connect(self.group_opened)
        self.groups.added.connect(lambda group, name: self.joining_requested.emit(self._id, group, name))
        self.groups.removed.connect(lambda group, name: self.leaving_requested.emit(self._id, group, name))

    def show_row(self, person: PersonRow) -> None:
        """Show a person of whom a row is known: the heading at once, the rest in a moment."""
        self._show_head(person.display_name, person.user_name, active=person.active)
        super().show_row(person)

    def _show_head(self, name: str, user_name: str, *, active: bool) -> None:
        self.show_heading(initials(name), name, user_name)
        self._is_active = active
        self.pill.show_state(*((self.tr("Active"), "ok") if active else (self.tr("Deactivated"), "neutral")))
        self.active_button.setText(self.tr("Deactivate") if active else self.tr("Reactivate"))
        self.active_button.setAccessibleName(self.active_button.text())
        theme.current().bind_icon(self.active_button, "pause-circle" if active else "play-circle")

    def _read(self) -> None:
        person, workspace = self._id, self._workspace

        def work() -> Read:
            document = workspace.show("User", person)
            return document, manager_of(workspace, document), workspace.groups_of(person)

        self._run(work, self._arrived)

    def _arrived(self, found: Read) -> None:
        document, manager, groups = found
        self.document = document
        self._show_head(name_of(document), str(document["userName"]), active=document.get("active") is not False)
        self.profile.show_sections(sections_of(document, manager))
        self.groups.show_groups(groups)
        self.tabs.setTabText(
            1, self.tr("Groups ({number})").format(number=len(groups)) if groups else self.tr("Groups")
        )
        self._show_json(json.dumps(document))
        self._fill_tab()

    def _tell(self, trouble: str) -> None:
        self.pill.show_state(self.tr("Unknown"), "warn")
        self.setAccessibleDescription(trouble)

    def _edit(self) -> None:
        self.edit_requested.emit(self._id)

    def _switch(self) -> None:
        self.active_requested.emit(self._id, not self._is_active)

    def _delete(self) -> None:
        self.delete_requested.emit(self._id)
