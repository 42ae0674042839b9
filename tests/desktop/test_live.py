from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.live import RUSH, RUSH_FACTOR, Live
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


def test_in_a_rush_the_looks_are_rarer_and_afterwards_as_often_as_before(
    qtbot: QtBot, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Live(workspace, interval=0.01)
    waits: list[float] = []
    changing = True
    version = 0

    def wait(seconds: float | None = None) -> bool:
        waits.append(seconds or 0.0)
        return False

    def data_version() -> int:
        nonlocal version
        version += changing
        return version

    monkeypatch.setattr(live._stop, "wait", wait)
    monkeypatch.setattr(workspace.database, "data_version", data_version)
    live.start()
    qtbot.waitUntil(lambda: len(waits) > RUSH + 5)
    changing = False
    so_far = len(waits)
    qtbot.waitUntil(lambda: len(waits) > so_far + 5)
    live.stop()
    assert waits[:RUSH] == [0.01] * RUSH
    assert waits[RUSH + 2] == pytest.approx(0.01 * RUSH_FACTOR)
    assert waits[-1] == 0.01
