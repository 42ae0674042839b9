"""A rehearsal tells what a restore would do, and leaves no trace of itself."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections import namedtuple
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.faults import Fault, FaultCode
from server.rehearsal import compared, rehearse
from server.store import upkeep
from server.store.migration import migrations
from server.store.serving import claimed
from server.workspace import DATABASE, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = ServerConfig(required=("userName",))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "data", CONFIG) as opened:
        opened.create("User", {"userName": "ada"})
        yield opened


@pytest.fixture
def backup(workspace: Workspace, tmp_path: Path) -> Path:
    return upkeep.backup(workspace.folder / DATABASE, tmp_path / "backup.db").path


def contents(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}


def test_the_numbers_then_and_now_are_told_and_nothing_is_changed_or_left(
    workspace: Workspace, backup: Path, temporary: Path
) -> None:
    workspace.create("User", {"userName": "alan"})
    before = contents(backup.parent)
    with claimed(workspace.folder):
        found = rehearse(workspace.folder / DATABASE, backup)
    assert found.now is not None
    assert (found.backup.people, found.now.people) == (1, 2)
    assert found.has_room
    assert found.needed >= upkeep.size(workspace.folder / DATABASE) + 2 * backup.stat().st_size
    assert contents(backup.parent) == before
    assert list(temporary.iterdir()) == []
    assert workspace.query("User").total == 2


def test_a_token_revoked_since_would_work_again_and_one_made_since_would_not(
    workspace: Workspace, temporary: Path, tmp_path: Path
) -> None:
    leaked, kept, ended = (workspace.tokens.create(name, actor="tests").token for name in ("leaked", "kept", "ended"))
    workspace.tokens.revoke(ended.id, actor="tests")
    backup = upkeep.backup(workspace.folder / DATABASE, tmp_path / "backup.db").path
    workspace.tokens.revoke(leaked.id, actor="tests")
    made = workspace.tokens.create("made since", actor="tests").token
    tokens = rehearse(workspace.folder / DATABASE, backup).tokens
    assert [one.id for one in tokens.returning] == [leaked.id]
    assert tokens.returning[0].revoked is not None
    assert [one.id for one in tokens.ending] == [made.id]
    assert tokens.unknown == ()
    assert kept.id not in {one.id for one in (*tokens.returning, *tokens.ending)}
    assert list(temporary.iterdir()) == []


def test_a_token_that_a_rotation_ended_would_work_again(workspace: Workspace, tmp_path: Path) -> None:
    old = workspace.tokens.create("Okta", actor="tests").token
    backup = upkeep.backup(workspace.folder / DATABASE, tmp_path / "backup.db").path
    new = workspace.tokens.rotate(old.id, actor="tests", overlap=timedelta()).token
    tokens = rehearse(workspace.folder / DATABASE, backup).tokens
    assert ([one.id for one in tokens.returning], [one.id for one in tokens.ending]) == ([old.id], [new.id])


def test_where_the_folder_cannot_be_read_every_token_of_the_backup_is_unknown(
    workspace: Workspace, tmp_path: Path
) -> None:
    token = workspace.tokens.create("Okta", actor="tests").token
    backup = upkeep.backup(workspace.folder / DATABASE, tmp_path / "backup.db").path
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / DATABASE).write_bytes(b"garbage" * 1000)
    (tmp_path / "empty").mkdir()
    for name in ("broken", "empty"):
        found = rehearse(tmp_path / name / DATABASE, backup)
        assert found.now is None
        assert [one.id for one in found.tokens.unknown] == [token.id]


def test_a_token_that_has_expired_meanwhile_comes_back_to_nobody(workspace: Workspace) -> None:
    token = workspace.tokens.create("Okta", actor="tests", expires="1d").token
    assert compared([], [token], "9999-01-01T00:00:00.000Z").unknown == ()
    assert compared([], [token], token.created).unknown == (token,)


def test_a_backup_of_an_older_schema_is_brought_up_to_date_in_the_copy_only(
    workspace: Workspace, tmp_path: Path, temporary: Path
) -> None:
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as connection:
        number, sql = migrations("perch")[0]
        connection.executescript(sql)
        connection.execute(f"PRAGMA user_version = {number}")
    before = old.read_bytes()
    found = rehearse(workspace.folder / DATABASE, old)
    assert (found.backup.schema, found.backup.people) == (1, 0)
    assert old.read_bytes() == before
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("damage", ["missing", "garbage", "newer", "torn"])
def test_what_could_not_be_restored_is_refused_by_its_own_name(
    workspace: Workspace, backup: Path, temporary: Path, damage: str
) -> None:
    if damage == "missing":
        backup.unlink()
    elif damage == "garbage":
        backup.write_bytes(b"garbage" * 1000)
    elif damage == "torn":
        backup.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    else:
        with closing(sqlite3.connect(backup)) as connection:
            connection.execute("PRAGMA user_version = 9999")
    with pytest.raises(Fault) as caught:
        rehearse(workspace.folder / DATABASE, backup)
    assert caught.value.code is (FaultCode.DATABASE_NEWER if damage == "newer" else FaultCode.BACKUP_UNUSABLE)
    assert caught.value.detail.startswith(str(backup))
    assert list(temporary.iterdir()) == []


def test_a_short_disk_is_told(workspace: Workspace, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 -- what shutil gives
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 1000))
    assert not rehearse(workspace.folder / DATABASE, backup).has_room


def test_an_interrupted_rehearsal_leaves_nothing_and_was_private(
    workspace: Workspace, backup: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []

    def interrupted(path: Path) -> tuple[str, ...]:
        modes.append(path.parent.stat().st_mode & 0o777)
        raise KeyboardInterrupt

    monkeypatch.setattr(upkeep, "check", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rehearse(workspace.folder / DATABASE, backup)
    assert modes == [0o700]
    assert list(temporary.iterdir()) == []


def test_a_log_beside_the_backup_belongs_to_it(workspace: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "copied"
    place.mkdir()
    for suffix in ("", "-wal"):
        name = f"{DATABASE}{suffix}"
        (place / name).write_bytes((workspace.folder / name).read_bytes())
    before = contents(place)
    assert (place / f"{DATABASE}-wal").stat().st_size
    assert rehearse(workspace.folder / DATABASE, Path(place / DATABASE)).backup.people == 1
    assert contents(place) == before
