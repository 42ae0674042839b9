"""The details of one group: members, history, requests, JSON; and what can be done with it.

Belongs here: reading and showing one group. Must not know: the table; whoever has the panel does what it asks.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Signal

from desktop import background
from desktop.groups.members import MembersTab
from desktop.widgets import when
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button
from desktop.widgets.resource_panel import ResourcePanel

if TYPE_CHECKING:
    from desktop.desk import Desk
    from server.records import GroupRow

WHOLE: Final = 2_000
"""Members up to which the JSON is shown whole: a larger text would make the window wait."""


class GroupPanel(ResourcePanel):
    """Shows a group by id, and keeps up with it."""

    rename_requested = Signal(object)
    """A GroupRow, as have the following."""
    adding_requested = Signal(object)
    delete_requested = Signal(object)
    removal_requested = Signal(object, object)
    """And what reads the ids of the members."""
    member_opened = Signal(object)

    def __init__(self, desk: Desk) -> None:
        words = "Requests of Okta that touch this group appear here, for as long as the activity is kept."
        super().__init__(desk.workspace, desk.clipboard, QCoreApplication.translate("GroupPanel", words))
        self.setAccessibleName(self.tr("Group"))
        self.tabs.setAccessibleName(self.tr("About this group"))
        self._workspace = desk.workspace
        self.group: GroupRow | None = None
        self.rename_button = button(self.tr("Rename"), self._rename, icon="pencil-simple", tip=self.tr("Rename (F2)"))
        self.add_button = button(self.tr("Add members"), self._add, icon="user-plus")
        self.delete_button = button(
            "", self._delete, icon="trash", kind="ghost", name=self.tr("Delete this group (Del)")
        )
        self._add_buttons(self.add_button, self.rename_button, self.delete_button)
        self.note = Banner()
        layout = self.layout()
        assert layout is not None
        layout.insertWidget(2, self.note)  # type: ignore[attr-defined] # the panel's own column
        self.members = MembersTab(desk.workspace)
        for widget, title in (
            (self.members, self.tr("Members")),
            (self.history, self.tr("History")),
            (self.requests, self.tr("Requests")),
            (self.raw, self.tr("JSON")),
        ):
            self.add_tab(widget, title)
        self.members.adding_requested.connect(self._add)
        self.members.removal_requested.connect(self._remove)
        self.members.opened.connect(self.member_opened)
        self.members.failed.connect(self._fail)

    def show_row(self, group: GroupRow) -> None:
        """Show a group of which a row is known: the heading at once, the rest in a moment."""
        if group.id != self._id:
            self._show_head(group)
        super().show_row(group)

    def show_resource(self, resource_id: str) -> None:
        """Show a group; of another one than before nothing is known until it is read."""
        if resource_id != self._id and self.group is not None and self.group.id != resource_id:
            self.group = None
        super().show_resource(resource_id)

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
        wanted, workspace = self._id, self._workspace
        self._run(lambda: workspace.browser.group(wanted), self._arrived)

    def _arrived(self, group: GroupRow | None) -> None:
        if group is None:
            self._leave()
            return
        self._show_head(group)
        self.members.show_group(group.id)
        self._fill_tab()

    def _tell(self, trouble: str) -> None:
        self.note.say(trouble, "err", self.tr("Try again"), self.refresh)

    def _leave(self) -> None:
        self.group = None
        super()._leave()

    def _fill_tab(self) -> None:
        super()._fill_tab()
        if self._id and self.tabs.currentWidget() is self.raw:
            self._read_json()

    def _read_json(self) -> None:
        workspace, wanted = self._workspace, self._id

        def done(found: tuple[str, str]) -> None:
            if found[0] == self._id:
                self._show_json(found[1])

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


def _shortened(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out members beyond what a window can show, and say how many."""
    members = document.get("members", [])
    if len(members) <= WHOLE:
        return document
    return {**document, "members": [*members[:WHOLE], f"and {len(members) - WHOLE:,} more, left out here"]}
