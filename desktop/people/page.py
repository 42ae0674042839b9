"""The page of people: the table with its filters, the details beside it, and what is done from here.

Belongs here: what leads from a click to a call of the workspace and back. Must not know: how its parts look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from desktop import background
from desktop.page import Action, Hit
from desktop.people import deeds
from desktop.people.doing import Doing
from desktop.people.editor import PersonEditor
from desktop.people.filters import Filters
from desktop.people.panel import PersonPanel
from desktop.people.row_menu import RowMenu
from desktop.people.searches import Searches, Sort, Wanted
from desktop.people.selection_bar import SelectionBar
from desktop.people.table import PeopleTable, cells, columns
from desktop.people.tabs import group_options
from desktop.resource_page import ResourcePage
from desktop.transfer.export_dialog import ExportDialog
from desktop.widgets.basics import button
from desktop.widgets.dialog import Question
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.picker import Option
from desktop.widgets.refresher import Refresher
from desktop.widgets.table_model import PagedModel
from desktop.widgets.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QPoint

    from desktop.desk import Desk
    from server.records import PersonRow
    from server.workspace import Done


class PeoplePage(ResourcePage["PersonRow"]):
    """Everybody in the directory, wherever they come from."""

    name = "people"
    title = "People"
    icon = "users"
    kind = "User"
    table: PeopleTable
    panel: PersonPanel
    doing: Doing

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._searches = Searches(desk.workspace)
        self._counts = (0, 0)
        self.is_ready = False
        """Whether a search is quick by now."""
        self._asked_for = Wanted()
        self.new_button = button(
            self.tr("New person"), self.add_person, icon="plus", kind="primary", tip=self.tr("New person (Ctrl+N)")
        )
        self.waiting = Waiting()
        self.filters = Filters(self._find_groups)
        self.search_field = self.filters.search
        self.model: PagedModel[PersonRow] = PagedModel(columns(), cells, self)
        self.table = PeopleTable(self.model, self.store)
        self.filters.show_columns(self.table.wanted_columns)
        self.selection = SelectionBar()
        self.empty = EmptyState(
            "users",
            self.tr("Nobody is here yet"),
            self.tr(
                "People arrive when Okta pushes them, when you import a file, or one by one. Whoever you make here "
                "is found by Okta's import."
            ),
            self.tr("New person"),
            self.add_person,
            action_icon="plus",
        )
        self.nothing = EmptyState(
            "magnifying-glass",
            self.tr("Nobody matches"),
            self.tr("No name, username or email contains what you typed, or the filters leave nobody."),
            self.tr("Show everybody"),
            self.filters.show_everybody,
        )
        self.panel = PersonPanel(desk)
        self.doing = Doing(desk.workspace, self.waiting, self.banner, self)
        self._refresher = Refresher(self, self._read_counts, self._show_counts, self._fail)
        self._lay_out(self.new_button, self.filters, self.waiting, over_list=(self.selection,))
        self._connect()

    def _connect(self) -> None:
        super()._connect()
        self.filters.changed.connect(self._filter)
        self.filters.column_toggled.connect(lambda key, on: self.table.want_column(key, wanted=on))
        self.filters.left_downwards.connect(self._enter_table)
        self.table.deletion_requested.connect(self.delete)
        self.table.selectionModel().selectionChanged.connect(self._count_selected)
        self.model.modelReset.connect(self._count_selected)
        self.selection.deactivated.connect(lambda: self.set_active(active=False))
        self.selection.reactivated.connect(lambda: self.set_active(active=True))
        self.selection.deleted.connect(self.delete)
        self.selection.cleared.connect(self.table.clearSelection)
        self.panel.edit_requested.connect(self.edit)
        self.panel.active_requested.connect(lambda person, on: self.doing.set_active(lambda: [person], active=on))
        self.panel.delete_requested.connect(lambda person: self.doing.delete(lambda: [person]))
        self.panel.joining_requested.connect(
            lambda person, group, name: self.doing.change_membership(person, group, name, member=True)
        )
        self.panel.leaving_requested.connect(
            lambda person, group, name: self.doing.change_membership(person, group, name, member=False)
        )
        self.panel.group_opened.connect(lambda group: self.navigated.emit("groups", group))

    # -- what a page is asked ----------------------------------------------------------------------

    def reveal(self, target: object) -> None:
        """Show a person by id."""
        if isinstance(target, str):
            self.panel.show_resource(target)
            self.table.select_person(target)

    def actions_offered(self) -> Sequence[Action]:
        """List what can be done with people."""
        return (
            Action(self.tr("New person"), self.add_person, "user-plus", "Ctrl+N"),
            Action(self.tr("Import people"), self.import_file, "upload-simple", "Ctrl+I"),
            Action(self.tr("Export people"), self.export, "download-simple", "Ctrl+E"),
            Action(self.tr("Search people"), self._focus_search, "magnifying-glass", "Ctrl+F"),
            Action(self.tr("Edit the chosen person"), self._edit_current, "pencil-simple", "F2"),
            Action(self.tr("Deactivate whom you selected"), self._deactivate, "pause-circle", "Ctrl+D"),
            Action(self.tr("Reactivate whom you selected"), self._reactivate, "play-circle", "Ctrl+Shift+D"),
            Action(self.tr("Delete whom you selected"), self.delete, "trash", "Ctrl+Del"),
        )

    def search(self, text: str) -> list[Hit]:
        """Find people for the palette."""
        found = self.desk.workspace.people(text, limit=6)
        return [Hit(one.display_name, one.user_name, "user", self.name, one.id) for one in found]

    # -- the list ----------------------------------------------------------------------------------

    def _load(self) -> None:
        self._asked_for = self.filters.wanted
        self.model.load(self._searches.ask(self._asked_for, cast("Sort", self._sort), descending=self._descending))

    def _filter(self) -> None:
        if self.filters.wanted != self._asked_for:
            self._load()

    def _is_narrowed(self) -> bool:
        return not self._asked_for.is_everybody

    def _loaded(self, total: int) -> None:
        is_first = not self._is_loaded
        super()._loaded(total)
        if is_first:
            # After the first look, so that the first key is as quick as every other.
            background.run(self, self.desk.workspace.browser.warm, self._warmed, self._fail)
        else:
            self._say_counts()

    def _warmed(self, _: object) -> None:
        self.is_ready = True
        self._refresher.ask()

    def _read_counts(self) -> tuple[int, int]:
        workspace = self.desk.workspace
        everybody = workspace.count_people()
        # Counting these needs what `warm` prepares; the list comes first.
        return everybody, workspace.count_people(active=False) if self._is_loaded else -1

    def _show_counts(self, counts: tuple[int, int]) -> None:
        self._counts = counts
        self._catch_up(self.table.rows_in_need())

    def _say_counts(self) -> None:
        everybody, deactivated = self._counts
        words = self.tr("1 person") if everybody == 1 else self.tr("{number} people").format(number=f"{everybody:,}")
        parts = [words] if everybody else [self.tr("Nobody yet")]
        if deactivated > 0:
            parts.append(self.tr("{number} deactivated").format(number=f"{deactivated:,}"))
        if self._is_narrowed():
            parts.append(self.tr("{number} shown").format(number=f"{self.model.rowCount():,}"))
        self.header.set_title(self.tr("People"), " · ".join(parts))

    def _find_groups(self, text: str) -> list[Option]:
        everything = [] if text else [Option("", self.tr("Any group"))]
        return everything + group_options(self.desk.workspace, text)

    # -- who is chosen -----------------------------------------------------------------------------

    def _enter_table(self) -> None:
        self.table.setFocus()
        # The focus alone makes a row current, but selects none.
        if not self.table.selectionModel().hasSelection() and self.model.rowCount():
            self.table.selectRow(0)

    def _click(self, person: PersonRow | None) -> None:
        # Whoever holds Ctrl or Shift is selecting.
        if self.table.selected_count() == 1:
            self._open(person)

    def _count_selected(self) -> None:
        self.selection.show_count(self.table.selected_count())

    def _selected_ids(self) -> Callable[[], Sequence[str]]:
        """Give what reads the ids of the selected on another thread: most of them may never have been looked at."""
        ranges = self.table.selected_ranges()
        reading = self.model.source
        if not ranges or reading is None:
            person = self.panel.resource_id
            return lambda: [person] if person else []
        return lambda: deeds.read_ids(lambda offset, limit: [one.id for one in reading.page(offset, limit)], ranges)

    def _open_menu(self, person: PersonRow | None, spot: QPoint) -> None:
        if person is None:
            return
        menu = RowMenu(person, many=self.table.selected_count() > 1, parent=self)
        menu.shown.connect(lambda: self._open(person))
        menu.edited.connect(lambda: self.edit(person.id))
        menu.name_copied.connect(lambda: self.desk.clipboard.copy(person.user_name))
        menu.id_copied.connect(lambda: self.desk.clipboard.copy(person.id))
        menu.deactivated.connect(self._deactivate)
        menu.reactivated.connect(self._reactivate)
        menu.deleted.connect(self.delete)
        menu.popup(spot)

    # -- what is done ------------------------------------------------------------------------------

    def add_person(self) -> None:
        """Open the form of a new person."""
        self._open_editor(None)

    def edit(self, person_id: str) -> None:
        """Open the form of a person."""
        self._open_editor(person_id)

    def _edit_current(self) -> None:
        row = self.table.current_row()
        person_id = self.panel.resource_id or (row.id if row is not None else "")
        if person_id:
            self.edit(person_id)

    def _open_editor(self, person_id: str | None) -> None:
        editor = PersonEditor(self.desk, person_id, self.window())
        editor.saved.connect(lambda done, seq: self._saved(done, seq, is_new=person_id is None))
        editor.open()

    def _saved(self, done: Done, seq: int | None, *, is_new: bool) -> None:
        self._tell_done(done, seq)
        if is_new:
            self.panel.show_resource(done.resource_id)

    def _deactivate(self) -> None:
        self.set_active(active=False)

    def _reactivate(self) -> None:
        self.set_active(active=True)

    def set_active(self, *, active: bool) -> None:
        """Deactivate or reactivate whoever is selected."""
        self.doing.set_active(self._selected_ids(), active=active)

    def delete(self) -> None:
        """Delete whoever is selected; asks where it is more than one."""
        ids, count = self._selected_ids(), self.table.selected_count()
        if count <= 1:
            self.doing.delete(ids)
            return
        Question(
            self.window(),
            self.tr("Delete {number} people?").format(number=f"{count:,}"),
            self.tr(
                "They leave all their groups, and Okta makes them anew at its next push. To take their access away "
                "it is enough to deactivate them."
            ),
            self.tr("Delete {number} people").format(number=f"{count:,}"),
            lambda: self.doing.delete(ids),
        ).open()

    # -- files -------------------------------------------------------------------------------------

    def export(self) -> None:
        """Open the export, narrowed to what is shown."""
        wanted = self._asked_for
        filters: dict[str, Any] = {"active": wanted.active, "source": wanted.source, "group_id": wanted.group_id}
        filters = {name: value for name, value in filters.items() if value is not None}
        ExportDialog(self.desk, self.kind, self.window(), search=wanted.text, filters=filters).open()
