from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.clipboard import Clipboard
from desktop.widgets.resource_panel import ResourcePanel
from server.faults import Fault, FaultCode
from server.records import Exchange

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace


class Room(ResourcePanel):
    """Shows a group by its JSON; remembers what it read and what it told."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace, Clipboard(), "Nobody asked.")
        self._workspace = workspace
        self.read: list[str] = []
        self.trouble = ""
        self.add_tab(self.raw, "JSON")
        self.add_tab(self.history, "History")
        self.add_tab(self.requests, "Requests")

    def _read(self) -> None:
        wanted, workspace = self._id, self._workspace
        self.read.append(wanted)
        self._run(lambda: workspace.show("Group", wanted), self._arrived)

    def _arrived(self, document: dict[str, Any]) -> None:
        self.show_heading("door", document["displayName"], "")
        self._show_json(json.dumps(document))
        self._fill_tab()

    def _tell(self, trouble: str) -> None:
        self.trouble = trouble


@pytest.fixture
def room(qtbot: QtBot, workspace: Workspace) -> Room:
    made = Room(workspace)
    qtbot.addWidget(made)
    made.resize(420, 700)
    return made


def add(workspace: Workspace, name: str) -> str:
    return workspace.create("Group", {"displayName": name}).resource_id


def test_nothing_is_shown_until_something_is_chosen(room: Room) -> None:
    room.refresh()
    assert room.isHidden()
    assert (room.resource_id, room.read) == ("", [])


def test_of_rows_that_are_passed_over_only_the_last_is_read(qtbot: QtBot, workspace: Workspace, room: Room) -> None:
    kitchen, hall, attic = (add(workspace, name) for name in ("Kitchen", "Hall", "Attic"))
    for one in (kitchen, hall, attic):
        room.show_resource(one)
    assert room.isVisible()
    assert room.resource_id == attic
    qtbot.waitUntil(lambda: room.heading() == "Attic")
    assert room.read == [attic]


def test_the_same_one_is_read_anew_at_once(qtbot: QtBot, workspace: Workspace, room: Room) -> None:
    hall = add(workspace, "Hall")
    room.show_resource(hall)
    qtbot.waitUntil(lambda: room.heading() == "Hall")
    workspace.modify("Group", hall, [{"op": "replace", "path": "displayName", "value": "Ballroom"}])
    room.show_resource(hall)
    assert room.read == [hall, hall]
    qtbot.waitUntil(lambda: room.heading() == "Ballroom")


def test_one_that_is_gone_closes_it(qtbot: QtBot, workspace: Workspace, room: Room) -> None:
    hall = add(workspace, "Hall")
    room.show_resource(hall)
    qtbot.waitUntil(lambda: room.heading() == "Hall")
    workspace.delete("Group", hall)
    with qtbot.waitSignal(room.closed):
        room.refresh()
    assert room.resource_id == ""
    assert room.trouble == ""


def test_what_cannot_be_read_is_told(
    qtbot: QtBot, workspace: Workspace, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Fault(FaultCode.DATABASE_CORRUPT, "perch.db")

    monkeypatch.setattr(workspace, "show", fail)
    room.show_resource("g1")
    qtbot.waitUntil(lambda: "perch.db" in room.trouble)
    assert room.resource_id == "g1"


def test_the_json_is_copied(qtbot: QtBot, workspace: Workspace, room: Room) -> None:
    hall = add(workspace, "Hall")
    room.show_resource(hall)
    qtbot.waitUntil(lambda: bool(room.json.toPlainText()))
    qtbot.mouseClick(room.copy_button, Qt.MouseButton.LeftButton)
    assert json.loads(QGuiApplication.clipboard().text())["id"] == hall


def test_a_tab_is_filled_once_it_is_in_front(qtbot: QtBot, workspace: Workspace, room: Room) -> None:
    hall = add(workspace, "Hall")
    workspace.activity.record(Exchange(time.time(), 900, "GET", f"/scim/v2/Groups/{hall}", 200, resource_id=hall))
    workspace.activity.flush()
    room.show_resource(hall)
    qtbot.waitUntil(lambda: room.heading() == "Hall")
    assert room.history.resource_id is None
    room.tabs.setCurrentWidget(room.history)
    qtbot.waitUntil(lambda: len(room.history.entries) == 1)
    assert room.requests.model.rowCount() == 0
    room.tabs.setCurrentWidget(room.requests)
    qtbot.waitUntil(lambda: room.requests.model.rowCount() == 1)
    with qtbot.waitSignal(room.request_opened) as opened:
        spot = room.requests.table.visualRect(room.requests.model.index(0, 0)).center()
        qtbot.mouseClick(room.requests.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert opened.args == [room.requests.model.rows[0].seq]


def test_a_change_is_undone_in_the_history(qtbot: QtBot, workspace: Workspace, room: Room) -> None:
    hall = add(workspace, "Hall")
    workspace.modify("Group", hall, [{"op": "replace", "path": "displayName", "value": "Ballroom"}])
    room.show_resource(hall)
    room.tabs.setCurrentWidget(room.history)
    qtbot.waitUntil(lambda: len(room.history.entries) == 2)
    with qtbot.waitSignal(room.undone):
        qtbot.mouseClick(room.history.entries[0].undo_button, Qt.MouseButton.LeftButton)
    assert workspace.show("Group", hall)["displayName"] == "Hall"
