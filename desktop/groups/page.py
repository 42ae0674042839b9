"""The page of groups: the table with its filters, the details beside it, and what is done from here.

Belongs here: what leads from a click to a call of the workspace and back. Must not know: how its parts look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QMenu

from desktop.groups.doing import Doing
from desktop.groups.member_picker import MemberPicker
from desktop.groups.name_dialog import NameDialog
from desktop.groups.panel import GroupPanel
from desktop.groups.table import GroupsTable, Sort, cells, columns
from desktop.page import Action, Hit
from desktop.resource_page import ResourcePage
from desktop.transfer.export_dialog import ExportDialog
from desktop.widgets.basics import button, plain, row
from desktop.widgets.choice import Choice
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.refresher import Refresher
from desktop.widgets.table_model import PagedModel
from desktop.widgets.table_model import Source as Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QPoint

    from desktop.desk import Desk
    from server.records import GroupRow, MemberRow, Source
    from server.workspace import Done

DEBOUNCE: Final = 20
"""Milliseconds that keys pressed together have to become one search."""
_SOURCES: Final[dict[str, Source | None]] = {"any": None, "okta": "okta", "here": "here"}


class GroupsPage(ResourcePage["GroupRow"]):
    """Every group in the directory, wherever it comes from."""

    name = "groups"
    title = "Groups"
    icon = "users-three"
    kind = "Group"
    table: GroupsTable
    panel: GroupPanel
    doing: Doing

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._asked_for: tuple[str, Source | None] = ("", None)
        self._total = 0
        self.new_button = button(
            self.tr("New group"), self.add_group, icon="plus", kind="primary", tip=self.tr("New group (Ctrl+N)")
        )
        self.search_field = self._make_search()
        self.source = Choice(
            self.tr("Source"), [("any", self.tr("Any source")), ("okta", self.tr("Okta")), ("here", self.tr("Here"))]
        )
        self.model: PagedModel[GroupRow] = PagedModel(columns(), cells, self)
        self.table = GroupsTable(self.model)
        self.empty = EmptyState(
            "users-three",
            self.tr("No group is here yet"),
            self.tr(
                "Groups arrive when Okta pushes them: in your app under Push Groups. A group that you make here is "
                "found by Okta's import, and a push can be linked to it."
            ),
            self.tr("New group"),
            self.add_group,
            action_icon="plus",
        )
        self.nothing = EmptyState(
            "magnifying-glass",
            self.tr("No group matches"),
            self.tr("No group is called like that, or none comes from there."),
            self.tr("Show every group"),
            self._show_all,
        )
        self.panel = GroupPanel(desk)
        filters = row(spacing=14)
        filters.addWidget(self.search_field, 1)
        filters.addWidget(self.source)
        self.doing = Doing(desk.workspace, self.banner, self)
        self._refresher = Refresher(self, desk.workspace.count_groups, self._refreshed, self._fail)
        self._lay_out(self.new_button, plain(filters))
        self._connect()

    def _make_search(self) -> QLineEdit:
        made = QLineEdit()
        made.setAccessibleName(self.tr("Search groups"))
        made.setPlaceholderText(self.tr("Search groups by name"))
        glass = QAction(made)
        self.desk.theme.bind_icon(glass, "magnifying-glass", "faint")
        made.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE)
        self._timer.timeout.connect(self._filter)
        made.textChanged.connect(self._wait)
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            shortcut = QShortcut(QKeySequence(key), made, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(self._enter_table)
        return made

    def _connect(self) -> None:
        super()._connect()
        self.source.chosen.connect(lambda _: self._filter())
        self.panel.rename_requested.connect(self.rename)
        self.panel.adding_requested.connect(self.add_members)
        self.panel.delete_requested.connect(self._delete)
        self.panel.removal_requested.connect(self._remove)
        self.panel.member_opened.connect(self._open_member)

    # -- what a page is asked ----------------------------------------------------------------------

    def reveal(self, target: object) -> None:
        """Show a group by id."""
        if isinstance(target, str):
            self.panel.show_resource(target)
            self.table.choose(target)

    def actions_offered(self) -> Sequence[Action]:
        """List what can be done with groups."""
        return (
            Action(self.tr("New group"), self.add_group, "plus", "Ctrl+N"),
            Action(self.tr("Add members to the chosen group"), self._add_to_current, "user-plus", "Ctrl+M"),
            Action(self.tr("Rename the chosen group"), self._rename_current, "pencil-simple", "F2"),
            Action(self.tr("Delete the chosen group"), self._delete_current, "trash", "Del"),
            Action(self.tr("Import groups"), self.import_file, "upload-simple", "Ctrl+I"),
            Action(self.tr("Export groups"), self.export, "download-simple", "Ctrl+E"),
            Action(self.tr("Search groups"), self._focus_search, "magnifying-glass", "Ctrl+F"),
        )

    def search(self, text: str) -> list[Hit]:
        """Find groups for the palette."""
        words = self.tr("{number} members")
        return [
            Hit(one.display_name, words.format(number=f"{one.member_count:,}"), self.icon, self.name, one.id)
            for one in self.desk.workspace.groups(text, limit=6)
        ]

    # -- the list ----------------------------------------------------------------------------------

    def _load(self) -> None:
        text, source = self.search_field.text().strip(), _SOURCES[self.source.value]
        self._asked_for = (text, source)
        workspace, sort, descending = self.desk.workspace, cast("Sort", self._sort), self._descending
        self.model.load(
            Reading(
                lambda: workspace.count_groups(text, source=source),
                lambda offset, limit: workspace.groups(
                    text, source=source, sort=sort, descending=descending, offset=offset, limit=limit
                ),
            )
        )

    def _wait(self) -> None:
        self._timer.start()

    def _filter(self) -> None:
        self._timer.stop()
        if (self.search_field.text().strip(), _SOURCES[self.source.value]) != self._asked_for:
            self._load()

    def _show_all(self) -> None:
        self.search_field.clear()
        self.source.choose("any")
        self._filter()

    def _is_narrowed(self) -> bool:
        return self._asked_for != ("", None)

    def _loaded(self, total: int) -> None:
        super()._loaded(total)
        if not self._is_narrowed():
            self._total = total
        self._say_counts()

    def _refreshed(self, total: int) -> None:
        self._total = total
        self._catch_up(self.table.rows_in_need())

    def _say_counts(self) -> None:
        words = self.tr("1 group") if self._total == 1 else self.tr("{number} groups").format(number=f"{self._total:,}")
        if not self._total:
            words = self.tr("Who belongs together: teams, offices, roles")
        elif self._is_narrowed():
            words += self.tr(" · {number} shown").format(number=f"{self.model.rowCount():,}")
        self.header.set_title(self.tr("Groups"), words)

    # -- which is chosen ---------------------------------------------------------------------------

    def _enter_table(self) -> None:
        self.table.setFocus()
        # The focus alone makes a row current, but selects none.
        if not self.table.selectionModel().hasSelection() and self.model.rowCount():
            self.table.selectRow(0)

    def _open_member(self, member: MemberRow | None) -> None:
        if member is not None and member.kind == "Group":
            self.reveal(member.id)
        elif member is not None:
            self.navigated.emit("people", member.id)

    def _current(self) -> GroupRow | None:
        """Give the group that is meant: the one in the panel, else the one in the table."""
        return self.panel.group if self.panel.resource_id else self.table.current_row()

    def _open_menu(self, group: GroupRow | None, spot: QPoint) -> None:
        if group is None:
            return
        menu = QMenu(self)
        copy = self.desk.clipboard.copy
        entries: tuple[tuple[str, str, Callable[[], object]], ...] = (
            ("eye", self.tr("Show details"), lambda: self._open(group)),
            ("user-plus", self.tr("Add members"), lambda: self.add_members(group)),
            ("pencil-simple", self.tr("Rename"), lambda: self.rename(group)),
            ("copy", self.tr("Copy name"), lambda: copy(group.display_name)),
            ("identification-card", self.tr("Copy ID"), lambda: copy(group.id)),
            ("trash", self.tr("Delete"), lambda: self._delete(group)),
        )
        for icon, text, act in entries:
            menu.addAction(self.desk.theme.icon(icon), text).triggered.connect(lambda _=False, act=act: act())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(spot)

    # -- what is done ------------------------------------------------------------------------------

    def add_group(self) -> None:
        """Ask for the name of a new group."""
        dialog = NameDialog(self.desk, None, self.window())
        dialog.saved.connect(self._created)
        dialog.open()

    def _created(self, done: Done, seq: int | None) -> None:
        self._tell_done(done, seq)
        self.panel.tabs.setCurrentIndex(0)
        self.reveal(done.resource_id)

    def rename(self, group: GroupRow) -> None:
        """Ask for another name."""
        dialog = NameDialog(self.desk, group, self.window())
        dialog.saved.connect(self._tell_done)
        dialog.open()

    def add_members(self, group: GroupRow) -> None:
        """Open the picker of members."""
        picker = MemberPicker(self.desk, group.id, group.display_name, self.window())
        picker.picked.connect(lambda ids: self.doing.add_members(group.id, group.display_name, ids))
        picker.open()

    def _remove(self, group: GroupRow, ids: Callable[[], Sequence[str]]) -> None:
        self.panel.members.select_nobody()
        self.doing.remove_members(group.id, group.display_name, ids)

    def _delete(self, group: GroupRow) -> None:
        self.doing.delete(group.id, group.display_name)

    def _on_current(self, act: Callable[[GroupRow], None]) -> None:
        group = self._current()
        if group is not None:
            act(group)

    def _add_to_current(self) -> None:
        self._on_current(self.add_members)

    def _rename_current(self) -> None:
        self._on_current(self.rename)

    def _delete_current(self) -> None:
        self._on_current(self._delete)

    # -- files -------------------------------------------------------------------------------------

    def export(self) -> None:
        """Open the export, narrowed to what is shown."""
        text, source = self._asked_for
        filters: dict[str, Any] = {} if source is None else {"source": source}
        ExportDialog(self.desk, self.kind, self.window(), search=text, filters=filters).open()
