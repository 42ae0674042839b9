from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.live import Live
from server.config import ServerConfig
from server.records import Exchange
from server.store.activity import ActivityLog
from server.workspace import ACTIVITY, Workspace

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from server.faults import Fault


def begin(qtbot: QtBot, live: Live) -> None:
    """Start, and let the first look pass, which tells of everything."""
    with qtbot.waitSignals([live.directory_changed, live.activity_changed]):
        live.start()


def test_a_change_by_this_program_is_noticed(qtbot: QtBot, workspace: Workspace) -> None:
    live = Live(workspace, interval=0.01)
    begin(qtbot, live)
    try:
        with qtbot.waitSignal(live.directory_changed):
            workspace.create("Group", {"displayName": "Engineers"})
    finally:
        live.stop()


def test_a_change_by_another_is_noticed(qtbot: QtBot, workspace: Workspace) -> None:
    live = Live(workspace, interval=0.01)
    begin(qtbot, live)
    try:
        with Workspace.open(workspace.folder, ServerConfig()) as other, qtbot.waitSignal(live.directory_changed):
            other.create("Group", {"displayName": "Engineers"})
    finally:
        live.stop()


def test_a_request_is_noticed_and_is_no_change_of_the_directory(qtbot: QtBot, workspace: Workspace) -> None:
    live = Live(workspace, interval=0.01)
    begin(qtbot, live)
    log = ActivityLog.open(workspace.folder / ACTIVITY)
    try:
        with qtbot.assertNotEmitted(live.directory_changed), qtbot.waitSignal(live.activity_changed):
            log.record(Exchange(0.0, 1, "GET", "/scim/v2/Users", 200))
            log.flush()
    finally:
        live.stop()
        log.close()


def test_what_is_wrong_is_told_once_and_so_is_that_it_passed(qtbot: QtBot, workspace: Workspace) -> None:
    live = Live(workspace, interval=0.01)
    faults: list[Fault] = []
    live.fault_appeared.connect(faults.append)
    (workspace.folder / ACTIVITY).write_bytes(b"this is no database" * 500)
    live.start()
    try:
        qtbot.waitUntil(lambda: bool(faults))
        assert faults[0].detail.endswith(ACTIVITY)
        (workspace.folder / ACTIVITY).unlink()
        with qtbot.waitSignal(live.fault_passed):
            pass
        assert len(faults) == 1
    finally:
        live.stop()
