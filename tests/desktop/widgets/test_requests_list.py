from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.widgets.requests_list import RequestsList
from server.faults import Fault, FaultCode
from server.records import Exchange

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace


def made(qtbot: QtBot, workspace: Workspace) -> RequestsList:
    requests = RequestsList(workspace, "Nothing came.")
    qtbot.addWidget(requests)
    requests.show()
    return requests


def test_a_request_is_read_and_opened(qtbot: QtBot, workspace: Workspace) -> None:
    for status, resource in ((200, "g1"), (409, "g1"), (200, "g2")):
        workspace.activity.record(
            Exchange(time.time(), 900, "PATCH", "/scim/v2/Groups/g1", status, meaning="added 2", resource_id=resource)
        )
    workspace.activity.flush()
    requests = made(qtbot, workspace)
    requests.show_requests("g1")
    qtbot.waitUntil(lambda: requests.model.rowCount() == 2)
    assert requests.currentWidget() is requests.table
    assert [record.status for record in requests.model.rows] == [409, 200]
    assert requests.model.data(requests.model.index(0, 0)) == "Added 2"
    with qtbot.waitSignal(requests.opened) as opened:
        spot = requests.table.visualRect(requests.model.index(1, 0)).center()
        qtbot.mouseClick(requests.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert opened.args == [requests.model.rows[1].seq]


def test_without_any_it_says_so(qtbot: QtBot, workspace: Workspace) -> None:
    requests = made(qtbot, workspace)
    requests.show_requests("nobody")
    qtbot.waitUntil(lambda: requests._task is None)
    assert requests.currentWidget() is requests.empty


def test_an_activity_that_cannot_be_read_is_said(
    qtbot: QtBot, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Fault(FaultCode.DATABASE_CORRUPT, "activity.db")

    monkeypatch.setattr(workspace.activity, "recent", fail)
    requests = made(qtbot, workspace)
    requests.show_requests("g1")
    qtbot.waitUntil(lambda: requests.empty.accessibleName() == "The activity cannot be read")
