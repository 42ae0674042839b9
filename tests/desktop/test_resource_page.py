from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from desktop.resource_page import ResourcePage
from desktop.transfer.import_dialog import ImportDialog
from desktop.widgets.basics import button
from desktop.widgets.data_table import DataTable
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.refresher import Refresher
from desktop.widgets.resource_panel import ResourcePanel
from desktop.widgets.table_model import Cell, Column, PagedModel, Source
from server.faults import Fault, FaultCode
from server.workspace import Superseded
from tests.desktop.shown import show_page
from tests.desktop.transfer.files import drop

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from server.records import GroupRow
    from server.workspace import Done


class Deeds(QObject):
    """Does nothing and tells it."""

    told = Signal(str, object)
    changed = Signal()

    def tell(self, sentence: str, seq: int | None) -> None:
        self.told.emit(sentence, seq)
        self.changed.emit()


class RoomPanel(ResourcePanel):
    """Counts how often it is read."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.workspace, desk.clipboard, "Nobody asked.")
        self.readings = 0
        self.add_tab(self.raw, "JSON")
        self.add_tab(self.requests, "Requests")

    def _read(self) -> None:
        self.readings += 1


class Rooms(ResourcePage["GroupRow"]):
    """Lists groups by name, and what was asked of the model."""

    name, title, icon = "rooms", "Rooms", "door"
    kind = "Group"
    panel: RoomPanel
    doing: Deeds

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.loads: list[tuple[str, str, bool]] = []
        self.counts_read = 0
        self.said = -1
        self._text = ""
        self.search_field = QLineEdit()
        self.model: PagedModel[GroupRow] = PagedModel(
            (Column("Name", 0, "name", "name"),), lambda group: (Cell(group.display_name),), self
        )
        self.table = DataTable(self.model, "Rooms")
        self.empty = EmptyState("door", "No room yet", "Build one.")
        self.nothing = EmptyState("door", "No room matches", "Search for another one.")
        self.panel = RoomPanel(desk)
        self.doing = Deeds(self)
        self._refresher = Refresher(self, self._count, lambda _: self._catch_up([0]), self._fail)
        self._lay_out(button("New room"), self.search_field)
        self._connect()

    def _count(self) -> int:
        self.counts_read += 1
        return self.desk.workspace.count_groups()

    def _load(self) -> None:
        self._text = text = self.search_field.text()
        self.loads.append((text, self._sort, self._descending))
        workspace, descending = self.desk.workspace, self._descending
        self.model.load(
            Source(
                lambda: workspace.count_groups(text),
                lambda offset, limit: workspace.groups(text, descending=descending, offset=offset, limit=limit),
            )
        )

    def _is_narrowed(self) -> bool:
        return bool(self._text)

    def _say_counts(self) -> None:
        self.said = self.model.rowCount()


@pytest.fixture
def rooms(qtbot: QtBot, desk: Desk) -> Rooms:
    page = Rooms(desk)
    show_page(qtbot, page)
    with qtbot.waitSignal(page.model.loaded):
        page.shown()
    qtbot.waitUntil(lambda: page.said == 0)
    return page


def add(desk: Desk, name: str) -> str:
    return desk.workspace.create("Group", {"displayName": name}).resource_id


def names(page: Rooms) -> list[str]:
    return [row.display_name for _, row in page.model.here()]


def test_only_the_first_look_loads_the_list(rooms: Rooms) -> None:
    rooms.hidden()
    rooms.shown()
    assert rooms.loads == [("", "name", False)]


def test_what_came_while_it_was_hidden_is_read_when_it_is_shown(qtbot: QtBot, desk: Desk, rooms: Rooms) -> None:
    rooms.hidden()
    with qtbot.waitSignal(desk.live.directory_changed):
        add(desk, "Hall")
    assert rooms.counts_read == 1
    rooms.shown()
    qtbot.waitUntil(lambda: names(rooms) == ["Hall"])
    qtbot.waitUntil(lambda: rooms.lists.currentWidget() is rooms.table)


def test_an_empty_directory_is_told_from_a_search_without_a_hit(qtbot: QtBot, desk: Desk, rooms: Rooms) -> None:
    assert rooms.lists.currentWidget() is rooms.empty
    add(desk, "Hall")
    qtbot.waitUntil(lambda: rooms.lists.currentWidget() is rooms.table)
    rooms.search_field.setText("attic")
    rooms._load()
    qtbot.waitUntil(lambda: rooms.lists.currentWidget() is rooms.nothing)


def test_a_heading_sorts(qtbot: QtBot, desk: Desk, rooms: Rooms) -> None:
    for name in ("Attic", "Hall"):
        add(desk, name)
    qtbot.waitUntil(lambda: names(rooms) == ["Attic", "Hall"])
    header = rooms.table.horizontalHeader()
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, header.height() // 2))
    qtbot.waitUntil(lambda: names(rooms) == ["Hall", "Attic"])
    assert rooms.loads[-1] == ("", "name", True)


def test_a_row_that_is_clicked_is_shown_beside(qtbot: QtBot, desk: Desk, rooms: Rooms) -> None:
    hall, attic = add(desk, "Hall"), add(desk, "Attic")
    qtbot.waitUntil(lambda: names(rooms) == ["Attic", "Hall"])
    rooms.table.selectRow(1)
    assert rooms.panel.resource_id == "", "who only walks through the list opens nothing"
    spot = rooms.table.visualRect(rooms.model.index(1, 0)).center()
    qtbot.mouseClick(rooms.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert rooms.panel.resource_id == hall
    rooms.table.selectRow(0)
    assert rooms.panel.resource_id == attic


def test_what_cannot_be_read_is_said_and_tried_again(qtbot: QtBot, rooms: Rooms) -> None:
    rooms._fail(Fault(FaultCode.DATABASE_CORRUPT, "perch.db"))
    assert "perch.db" in rooms.banner.accessibleName()
    (again,) = [one for one in rooms.banner.findChildren(QPushButton) if one.text() == "Try again"]
    with qtbot.waitSignal(rooms.model.loaded):
        qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    assert rooms.banner.isHidden()


def test_a_search_that_another_overtook_is_no_failure(rooms: Rooms) -> None:
    rooms._fail(Superseded())
    assert rooms.banner.isHidden()


def test_requests_are_read_again_only_where_they_are_looked_at(qtbot: QtBot, desk: Desk, rooms: Rooms) -> None:
    rooms.panel.show_resource(add(desk, "Hall"))
    qtbot.waitUntil(lambda: rooms.model.rowCount() == 1 and rooms.panel.readings > 0)
    rooms.hidden()
    before = rooms.panel.readings
    desk.live.activity_changed.emit()
    assert rooms.panel.readings == before
    rooms.panel.tabs.setCurrentWidget(rooms.panel.requests)
    desk.live.activity_changed.emit()
    assert rooms.panel.readings == before + 1


def test_a_request_leads_to_the_activity(qtbot: QtBot, rooms: Rooms) -> None:
    with qtbot.waitSignal(rooms.navigated) as navigated:
        rooms.panel.request_opened.emit(7)
    assert navigated.args == ["activity", 7]


def test_what_was_done_and_undone_is_told_as_a_sentence(desk: Desk, rooms: Rooms) -> None:
    told: list[tuple[str, Any]] = []
    rooms.told.connect(lambda sentence, undo: told.append((sentence, undo)))
    done: Done = desk.workspace.create("Group", {"displayName": "Hall"})
    rooms._tell_done(done, 3)
    rooms.panel.undone.emit(done)
    assert told == [("Created group Hall.", 3), ("Undone: created group Hall.", None)]


def test_a_file_that_is_dropped_is_imported_as_what_the_page_lists(rooms: Rooms, tmp_path: Path) -> None:
    path = tmp_path / "rooms.csv"
    path.write_text("Group name\nHall\n")
    assert drop(rooms, path)
    (dialog,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, ImportDialog) and one.isVisible()]
    assert dialog.windowTitle() == "Import groups"
    dialog.close()


def test_the_width_of_the_details_is_remembered_by_page(qtbot: QtBot, rooms: Rooms) -> None:
    rooms.panel.show()
    qtbot.waitUntil(lambda: rooms.beside.sizes()[1] > 0)
    rooms.beside.splitterMoved.emit(0, 1)
    assert rooms.store.value("rooms/panel_width") == rooms.beside.sizes()[1]
