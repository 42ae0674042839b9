"""Ready or not, and why: judged by a real write into a real database, seldom enough to cost nothing."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import TYPE_CHECKING

import pytest

from server.checkup import NO_SPACE
from server.config import ServerConfig
from server.faults import FaultCode, StoreUnavailable
from server.http import readiness
from server.http.readiness import FRESH_SECONDS, MARK, Readiness
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "data", ServerConfig(), actor="tests") as opened:
        yield opened


def ready(workspace: Workspace, clock: Clock | None = None, free: int = 10 * NO_SPACE) -> Readiness:
    return Readiness(workspace.settings, workspace.folder, clock or Clock(), lambda _: free)


def make_read_only(workspace: Workspace, *, value: bool = True) -> None:
    """Let SQLite refuse every write, as it does for a file that may only be read."""
    workspace.database._writer.execute(f"PRAGMA query_only = {value}").fetchall()


async def test_a_database_that_takes_a_write_is_ready(workspace: Workspace) -> None:
    assert await ready(workspace).obstacle() is None
    assert workspace.settings.get(MARK) is not None, "it was a real write"


async def test_a_read_only_database_is_not_and_its_sentence_says_so(workspace: Workspace) -> None:
    clock = Clock()
    asked = ready(workspace, clock)
    make_read_only(workspace)
    sentence = await asked.obstacle()
    assert sentence is not None
    assert sentence.startswith("The database is read-only")
    assert str(workspace.folder) not in sentence, "paths are nobody's business"
    make_read_only(workspace, value=False)
    assert await asked.obstacle() == sentence, "an answer holds for a moment"
    clock.now += FRESH_SECONDS
    assert await asked.obstacle() is None


async def test_a_disk_without_room_is_told_before_writes_are_refused(workspace: Workspace) -> None:
    assert await ready(workspace, free=NO_SPACE).obstacle() is None
    sentence = await ready(workspace, free=NO_SPACE - 1).obstacle()
    assert sentence is not None
    assert "49 MB are free" in sentence


async def test_a_disk_that_cannot_be_asked_is_an_obstacle(workspace: Workspace) -> None:
    def gone(folder: Path) -> int:
        raise FileNotFoundError(folder)

    sentence = await Readiness(workspace.settings, workspace.folder, Clock(), gone).obstacle()
    assert sentence is not None
    assert "perch doctor" in sentence


@pytest.mark.parametrize("code", list(FaultCode))
async def test_every_fault_has_a_sentence(
    workspace: Workspace, code: FaultCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(key: str) -> asyncio.Future[None]:
        raise StoreUnavailable(code, "/secret/place")

    monkeypatch.setattr(workspace.settings, "mark_soon", fail)
    sentence = await ready(workspace).obstacle()
    assert sentence is not None
    assert sentence.endswith(".")
    assert "/secret/place" not in sentence


async def test_a_database_that_another_program_holds_is_not_waited_for_for_ever(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "PATIENCE", 0.05)
    holder = sqlite3.connect(workspace.database.path, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        sentence = await ready(workspace).obstacle()
        assert sentence is not None
        assert sentence.startswith("A write has waited")
        holder.execute("ROLLBACK")
    finally:
        holder.close()


async def test_whoever_asks_at_once_shares_one_write(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    mark_soon = workspace.settings.mark_soon

    def counted(key: str) -> asyncio.Future[None]:
        written.append(key)
        return mark_soon(key)

    monkeypatch.setattr(workspace.settings, "mark_soon", counted)
    asked = ready(workspace)
    assert await asyncio.gather(*(asked.obstacle() for _ in range(50))) == [None] * 50
    assert await asked.obstacle() is None
    assert written == [MARK]


async def test_the_log_tells_when_it_turns_and_not_each_time(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    asked = ready(workspace, clock)
    for read_only in (False, True, True, False, False):
        make_read_only(workspace, value=read_only)
        await asked.obstacle()
        clock.now += FRESH_SECONDS
    assert [(record.levelname, record.message[:15]) for record in caplog.records] == [
        ("ERROR", "The database is"),
        ("INFO", "Ready again."),
    ]
