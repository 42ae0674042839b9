from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.faults import FaultCode, StoreUnavailable
from server.store import compaction, upkeep
from server.workspace import DATABASE

if TYPE_CHECKING:
    from pathlib import Path

    from server.workspace import Workspace

BALLAST = 2_000_000


@pytest.fixture
def path(workspace: Workspace) -> Path:
    workspace.create("Group", {"displayName": "G"})
    return workspace.folder / DATABASE


def fill_and_delete(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE ballast (x)")
        connection.executemany("INSERT INTO ballast VALUES (zeroblob(?))", [(BALLAST // 100,)] * 100)
        connection.execute("DROP TABLE ballast")


def test_a_file_is_rewritten_once_and_then_compacted_in_steps(path: Path, workspace: Workspace) -> None:
    fill_and_delete(path)
    assert not compaction.is_gradual(path)
    first = compaction.rewrite(path)
    assert first.before - first.after > BALLAST * 0.9
    assert compaction.is_gradual(path)
    fill_and_delete(path)
    second = compaction.compact(path)
    assert second.before - second.after > BALLAST * 0.9
    assert path.stat().st_size == second.after
    assert upkeep.check(path) == ()
    workspace.create("Group", {"displayName": "H"})
    assert workspace.query("Group").total == 2


def test_where_nothing_is_free_nothing_is_done(path: Path) -> None:
    compaction.rewrite(path)
    done = compaction.compact(path)
    assert done.before == done.after


def test_a_copy_of_such_a_file_is_such_a_file(path: Path, tmp_path: Path) -> None:
    compaction.rewrite(path)
    assert compaction.is_gradual(upkeep.backup(path, tmp_path / "backup.db").path)


def test_an_interrupted_compaction_is_taken_up_by_the_next(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compaction.rewrite(path)
    fill_and_delete(path)

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as now:
        now.setattr("time.sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            compaction.compact(path)
    assert upkeep.check(path) == ()
    done = compaction.compact(path)
    assert BALLAST * 0.5 < done.before - done.after < BALLAST


def test_a_file_that_somebody_writes_is_not_rewritten_over_him(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "BUSY_TIMEOUT", 50)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable) as caught:
            compaction.rewrite(path)
    assert caught.value.code is FaultCode.DATABASE_LOCKED
    assert not compaction.is_gradual(path)
