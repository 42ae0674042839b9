"""The page of people: the table with its filters, the details beside it, and what is done from here.

Belongs here: what leads from a click to a call of the workspace and back. Must not know: how its parts look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from PySide6.QtWidgets import QStackedWidget

from desktop import background
from desktop.messages import worded
from desktop.page import Action, Hit, Page
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
from desktop.preferences import Preferences
from desktop.transfer.drop_area import dropped_file
from desktop.transfer.export_dialog import ExportDialog
from desktop.transfer.import_dialog import ImportDialog
from desktop.widgets.banner import Banner
from desktop.widgets.basics import Card, button, column, plain
from desktop.widgets.detail_panel import Beside
from desktop.widgets.dialog import Question
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.page_header import PageHeader
from desktop.widgets.picker import Option
from desktop.widgets.refresher import Refresher
from desktop.widgets.table_model import PagedModel
from desktop.widgets.waiting import Waiting
from server.workspace import Superseded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from desktop.desk import Desk
    from server.records import PersonRow
    from server.workspace import Done


class PeoplePage(Page):
    """Everybody in the directory, wherever they come from."""

    name = "people"
    title = "People"
    icon = "users"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        workspace = desk.workspace
        self.setAcceptDrops(True)
        self._sort: Sort = "name"
        self._descending = False
        self._searches = Searches(workspace)
        self._counts = (0, 0)
        self._is_warm = False
        self.is_ready = False
        """Whether a search is quick by now."""
        self._asked_for = Wanted()
        store = Preferences(workspace.folder).store

        self.new_button = button(
            self.tr("New person"), self.add_person, icon="plus", kind="primary", tip=self.tr("New person (Ctrl+N)")
        )
        self.import_button = button(self.tr("Import"), self.import_file, icon="upload-simple")
        self.export_button = button(self.tr("Export"), self.export, icon="download-simple")
        self.header = PageHeader(
            self.tr("People"), self.tr("Reading…"), self.import_button, self.export_button, self.new_button
        )
        self.banner = Banner()
        self.waiting = Waiting()
        self.filters = Filters(self._find_groups)
        self.model: PagedModel[PersonRow] = PagedModel(columns(), cells, self)
        self.table = PeopleTable(self.model, store)
        self.table.sort(self._sort)
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
        self.nobody = EmptyState(
            "magnifying-glass",
            self.tr("Nobody matches"),
            self.tr("No name, username or email contains what you typed, or the filters leave nobody."),
            self.tr("Show everybody"),
            self.filters.show_everybody,
        )
        self.lists = QStackedWidget()
        for widget in (self.table, self.empty, self.nobody):
            self.lists.addWidget(widget)
        card = Card(self.selection, self.lists, margins=(1, 1, 1, 1), spacing=0)
        self.panel = PersonPanel(desk)
        self.beside = Beside(plain(column(card)), self.panel, "people", store)
        for part in (self.header, self.banner, self.filters, self.waiting):
            self.body.addWidget(part)
        self.body.addWidget(self.beside, 1)

        self.doing = Doing(workspace, self.waiting, self.banner, self)
        self._refresher = Refresher(self, self._read_counts, self._show_counts, self._fail)
        self._connect()

    def _connect(self) -> None:
        self.doing.told.connect(self.told)
        self.doing.changed.connect(self.refresh)
        self.filters.changed.connect(self._filter)
        self.filters.column_toggled.connect(lambda key, on: self.table.want_column(key, wanted=on))
        self.filters.left_downwards.connect(self._enter_table)
        self.table.sorted_by.connect(self._sort_by)
        self.table.chosen.connect(self._follow)
        self.table.clicked.connect(lambda index: self._open(self.model.row_at(index.row()), by_mouse=True))
        self.table.opened.connect(self._open)
        self.table.deletion_requested.connect(self.delete)
        self.table.menu_requested.connect(self._open_menu)
        self.table.selectionModel().selectionChanged.connect(self._count_selected)
        self.model.modelReset.connect(self._count_selected)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._fail)
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
        self.panel.request_opened.connect(lambda seq: self.navigated.emit("activity", seq))
        self.panel.undone.connect(self._undone)
        self.panel.closed.connect(self.table.setFocus)
        self.desk.live.directory_changed.connect(self._refresher.ask)
        self.desk.live.activity_changed.connect(self._activity_changed)

    # -- what a page is asked ----------------------------------------------------------------------

    def shown(self) -> None:
        """Read the list at the first time, and what has changed since at every other."""
        if not self._is_warm:
            self._load()
        self._refresher.turn_on()

    def hidden(self) -> None:
        """Read no more."""
        self._refresher.turn_off()

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

    def refresh(self) -> None:
        """Read again what is shown."""
        self._refresher.ask()

    def _load(self) -> None:
        self._asked_for = self.filters.wanted
        self.model.load(self._searches.ask(self._asked_for, self._sort, descending=self._descending))

    def _filter(self) -> None:
        if self.filters.wanted != self._asked_for:
            self._load()

    def _sort_by(self, key: str, descending: bool) -> None:
        self._sort = cast("Sort", key)
        self._descending = descending
        self._load()

    def _loaded(self, total: int) -> None:
        if self._is_warm:
            self._say_counts()
        if total:
            self.lists.setCurrentWidget(self.table)
        else:
            self.lists.setCurrentWidget(self.empty if self._asked_for.is_everybody else self.nobody)
        if not self._is_warm:
            self._is_warm = True
            # After the first look, so that the first key is as quick as every other.
            background.run(self, self.desk.workspace.browser.warm, self._warmed, self._fail)

    def _warmed(self, _: object) -> None:
        self.is_ready = True
        self._refresher.ask()

    def _read_counts(self) -> tuple[int, int]:
        workspace = self.desk.workspace
        everybody = workspace.count_people()
        # Counting these needs what `warm` prepares; the list comes first.
        return everybody, workspace.count_people(active=False) if self._is_warm else -1

    def _show_counts(self, counts: tuple[int, int]) -> None:
        self._counts = counts
        self._say_counts()
        if self._is_warm:
            self.model.refresh(self.table.rows_in_need())
        self.panel.refresh()

    def _say_counts(self) -> None:
        everybody, deactivated = self._counts
        words = self.tr("1 person") if everybody == 1 else self.tr("{number} people").format(number=f"{everybody:,}")
        parts = [words] if everybody else [self.tr("Nobody yet")]
        if deactivated > 0:
            parts.append(self.tr("{number} deactivated").format(number=f"{deactivated:,}"))
        if not self._asked_for.is_everybody:
            parts.append(self.tr("{number} shown").format(number=f"{self.model.rowCount():,}"))
        self.header.set_title(self.tr("People"), " · ".join(parts))

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, Superseded):
            self.banner.say(str(worded(error)), "err", self.tr("Try again"), self._try_again)

    def _try_again(self) -> None:
        self.banner.hide()
        self._load()
        self._refresher.ask()

    def _find_groups(self, text: str) -> list[Option]:
        everything = [] if text else [Option("", self.tr("Any group"))]
        return everything + group_options(self.desk.workspace, text)

    def _activity_changed(self) -> None:
        if self.isVisible() and self.panel.tabs.currentWidget() is self.panel.requests:
            self.panel.refresh()

    # -- who is chosen -----------------------------------------------------------------------------

    def _focus_search(self) -> None:
        self.filters.search.setFocus()
        self.filters.search.selectAll()

    def _enter_table(self) -> None:
        self.table.setFocus()
        if not self.table.currentIndex().isValid() and self.model.rowCount():
            self.table.selectRow(0)

    def _follow(self, person: PersonRow | None) -> None:
        if person is not None and not self.panel.isHidden():
            self.panel.show_row(person)

    def _open(self, person: PersonRow | None, *, by_mouse: bool = False) -> None:
        # Whoever holds Ctrl or Shift is selecting.
        if person is not None and (not by_mouse or self.table.selected_count() == 1):
            self.panel.show_row(person)

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
        self.doing.tell(f"{done.meaning[:1].upper()}{done.meaning[1:]}.", seq)
        if is_new:
            self.panel.show_resource(done.resource_id)

    def _undone(self, done: Done) -> None:
        self.doing.tell(self.tr("Undone: {what}.").format(what=done.meaning), None)

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

    def import_file(self, path: Path | None = None) -> None:
        """Open the import, with a file where one was dropped."""
        dialog = ImportDialog(self.desk, "User", path, self.window())
        dialog.told.connect(self.doing.told)
        dialog.finished.connect(self.refresh)
        dialog.open()

    def export(self) -> None:
        """Open the export, narrowed to what is shown."""
        wanted = self._asked_for
        filters: dict[str, Any] = {"active": wanted.active, "source": wanted.source, "group_id": wanted.group_id}
        filters = {name: value for name, value in filters.items() if value is not None}
        ExportDialog(self.desk, "User", self.window(), search=wanted.text, filters=filters).open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a file that can be imported."""
        if dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the import with the file."""
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.import_file(path)
