"""Backups that can be trusted, and a restore that loses nothing."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.faults import Fault, FaultCode, StoreUnavailable
from server.store import copying, upkeep
from server.store.upkeep import backup, check, examine, keep_private, restore
from server.workspace import DATABASE, Workspace
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = ServerConfig(required=("userName",))


def people(folder: Path) -> list[str]:
    with Workspace.open(folder, CONFIG) as workspace:
        return [one["userName"] for one in workspace.walk("User")]


def add(folder: Path, *names: str) -> Path:
    with Workspace.open(folder, CONFIG) as workspace:
        for name in names:
            workspace.create("User", {"userName": name})
    return folder / DATABASE


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return add(tmp_path / "data", "ada", "alan")


def test_a_backup_is_one_private_file_with_everything_committed(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    with Workspace.open(database.parent, CONFIG) as workspace:
        workspace.create("User", {"userName": "grace"})
        done = backup(database, target)
    assert done.path == target
    assert done.size == target.stat().st_size > 0
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["backup.db"]
    assert sys.platform == "win32" or stat.S_IMODE(target.stat().st_mode) == 0o600
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("SELECT count(*) FROM resource").fetchone() == (3,)


def test_a_backup_never_replaces_a_file(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    with pytest.raises(Fault) as caught:
        backup(database, target)
    assert caught.value.code is FaultCode.TARGET_EXISTS
    assert target.read_text() == "precious"


def test_a_backup_that_fails_leaves_nothing_behind(database: Path, tmp_path: Path) -> None:
    database.write_bytes(b"garbage" * 1000)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    with pytest.raises(Fault) as caught:
        backup(database, tmp_path / "backup.db")
    assert caught.value.code is FaultCode.DATABASE_CORRUPT
    assert [one.name for one in tmp_path.iterdir()] == ["data"]


def test_a_backup_into_a_folder_that_is_not_there_says_so(database: Path, tmp_path: Path) -> None:
    with pytest.raises(Fault) as caught:
        backup(database, tmp_path / "missing" / "backup.db")
    assert caught.value.code is FaultCode.FOLDER_UNWRITABLE


def test_a_restore_brings_back_and_keeps_what_was_there(database: Path, tmp_path: Path) -> None:
    backup(database, tmp_path / "backup.db")
    add(database.parent, "grace")
    done = restore(database, tmp_path / "backup.db", "now")
    assert people(database.parent) == ["ada", "alan"]
    assert done.kept is not None
    with closing(sqlite3.connect(done.kept)) as connection:
        assert connection.execute("SELECT count(*) FROM resource").fetchone() == (3,)


def test_a_restore_is_seen_by_a_program_that_has_the_workspace_open(database: Path, tmp_path: Path) -> None:
    backup(database, tmp_path / "backup.db")
    with Workspace.open(database.parent, CONFIG) as workspace:
        workspace.create("User", {"userName": "grace"})
        version = workspace.database.data_version()
        restore(database, tmp_path / "backup.db", "now")
        assert workspace.database.data_version() != version
        assert [one["userName"] for one in workspace.walk("User")] == ["ada", "alan"]
        workspace.create("User", {"userName": "grace"})
    assert check(database) == ()


def test_a_restore_into_an_empty_folder_has_nothing_to_keep(database: Path, tmp_path: Path) -> None:
    backup(database, tmp_path / "backup.db")
    (tmp_path / "new").mkdir()
    assert restore(tmp_path / "new" / DATABASE, tmp_path / "backup.db", "now").kept is None
    assert people(tmp_path / "new") == ["ada", "alan"]


def test_a_damaged_database_is_kept_as_it_is_and_replaced(database: Path, tmp_path: Path) -> None:
    backup(database, tmp_path / "backup.db")
    database.write_bytes(b"garbage" * 1000)
    done = restore(database, tmp_path / "backup.db", "now")
    assert done.kept is not None
    assert done.kept.read_bytes() == b"garbage" * 1000
    assert people(database.parent) == ["ada", "alan"]


def test_a_damaged_database_stays_where_there_is_no_room_for_the_backup(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(database, tmp_path / "backup.db")
    database.write_bytes(b"garbage" * 1000)
    database.with_name(f"{DATABASE}-wal").write_bytes(b"log")
    before = {one.name: one.read_bytes() for one in database.parent.iterdir()}

    def copy(_: sqlite3.Connection, target: Path) -> None:
        target.write_bytes(b"half")
        raise StoreUnavailable(FaultCode.DISK_FULL, str(target.parent))

    monkeypatch.setattr(copying, "write_copy", copy)
    with pytest.raises(Fault) as caught:
        restore(database, tmp_path / "backup.db", "now")
    assert caught.value.code is FaultCode.DISK_FULL
    assert {one.name: one.read_bytes() for one in database.parent.iterdir()} == before


def test_the_log_of_a_damaged_database_goes_with_it(database: Path, tmp_path: Path) -> None:
    backup(database, tmp_path / "backup.db")
    database.write_bytes(b"garbage" * 1000)
    database.with_name(f"{DATABASE}-wal").write_bytes(b"log")
    kept = restore(database, tmp_path / "backup.db", "now").kept
    assert kept is not None
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"log"
    assert people(database.parent) == ["ada", "alan"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions elsewhere")
@pytest.mark.parametrize("damaged", [True, False])
def test_what_was_brought_back_is_private(database: Path, tmp_path: Path, *, damaged: bool) -> None:
    backup(database, tmp_path / "backup.db")
    (tmp_path / "new").mkdir(mode=0o755)
    target = tmp_path / "new" / DATABASE
    if damaged:
        target.write_bytes(b"garbage" * 1000)
    previous = os.umask(0)
    try:
        restore(target, tmp_path / "backup.db", "now")
    finally:
        os.umask(previous)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_restore_that_another_program_keeps_waiting_ends_and_leaves_nothing(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(database, tmp_path / "backup.db")
    monkeypatch.setattr(upkeep, "BUSY_TIMEOUT", 20)
    with closing(sqlite3.connect(database, isolation_level=None)) as hold:
        hold.execute("BEGIN IMMEDIATE")
        with pytest.raises(Fault) as caught:
            restore(database, tmp_path / "backup.db", "now")
    assert caught.value.code is FaultCode.DATABASE_LOCKED
    assert not list(database.parent.glob("*restor*"))


KILLED = """
import sys
from pathlib import Path
from server.store.upkeep import restore
from tests.store.killing import killed_at_each_step

path, source = Path(sys.argv[1]), Path(sys.argv[2])
killed_at_each_step(path.parent, lambda there: restore(there / path.name, source, "now"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed as on POSIX")
@pytest.mark.parametrize("damaged", [True, False])
def test_a_restore_that_is_killed_anywhere_leaves_the_old_or_the_new_and_a_second_one_tidies_up(
    database: Path, tmp_path: Path, *, damaged: bool
) -> None:
    backup(database, tmp_path / "backup.db")
    add(database.parent, "grace")
    old = database.read_bytes()
    if damaged:
        database.write_bytes(old := b"garbage" * 1000)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(database), str(tmp_path / "backup.db")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ends = set()
    for left in range(1, int(done.stdout)):
        there = tmp_path / f"data-{left}" / DATABASE
        kept = there.with_name(f"{DATABASE}.before-restore-now")
        if damaged and there.read_bytes() == old:
            ends.add(3)
        else:
            ends.add(count(there))
        if kept.exists() and not damaged:
            assert count(kept) == 3
        elif kept.exists():
            assert kept.read_bytes() == old
        restore(there, tmp_path / "backup.db", "later")
        assert people(there.parent) == ["ada", "alan"]
        assert not [one for one in there.parent.iterdir() if ".part" in one.name or ".restoring" in one.name]
    assert ends == {2, 3}


def count(path: Path) -> int:
    assert check(path) == ()
    with closing(sqlite3.connect(path)) as connection:
        number: int = connection.execute("SELECT count(*) FROM resource").fetchone()[0]
        return number


def test_an_older_backup_is_brought_up_to_date_when_it_is_opened(database: Path, tmp_path: Path) -> None:
    source = tmp_path / "old.db"
    backup(database, source)
    with closing(sqlite3.connect(source)) as connection:
        for table in ("delivery", "webhook", "token_event", "token"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DELETE FROM setting WHERE key = 'token_generation'")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    restore(database, source, "now")
    with Workspace.open(database.parent, CONFIG) as workspace:
        assert workspace.tokens.create("after", actor="tests").secret


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("garbage", FaultCode.BACKUP_UNUSABLE),
        ("empty", FaultCode.BACKUP_UNUSABLE),
        ("another database", FaultCode.BACKUP_UNUSABLE),
        ("torn", FaultCode.BACKUP_UNUSABLE),
        ("missing", FaultCode.BACKUP_UNUSABLE),
        ("newer", FaultCode.DATABASE_NEWER),
    ],
)
def test_what_is_no_backup_changes_nothing(database: Path, tmp_path: Path, damage: str, code: FaultCode) -> None:
    source = tmp_path / "source.db"
    match damage:
        case "garbage":
            source.write_bytes(b"garbage" * 1000)
        case "empty":
            source.touch()
        case "another database":
            with closing(sqlite3.connect(source)) as connection:
                connection.execute("CREATE TABLE something (a)")
                connection.execute("PRAGMA user_version = 1")
                connection.commit()
        case "torn":
            backup(database, source)
            whole = source.read_bytes()
            source.write_bytes(whole[: len(whole) // 2])
        case "newer":
            backup(database, source)
            with closing(sqlite3.connect(source)) as connection:
                connection.execute("PRAGMA user_version = 9999")
    before = {one.name for one in database.parent.iterdir()}
    with pytest.raises(Fault) as caught:
        restore(database, source, "now")
    assert caught.value.code is code
    assert {one.name for one in database.parent.iterdir()} == before
    assert people(database.parent) == ["ada", "alan"]


def test_a_sound_database_has_no_problems(database: Path) -> None:
    found = examine(database)
    assert found.problems == ()
    assert found.schema == found.newest_schema >= 2
    assert found.size >= database.stat().st_size


def test_damage_inside_a_database_is_found(database: Path) -> None:
    whole = bytearray(database.read_bytes())
    page = len(whole) // 2 // 4096 * 4096
    whole[page : page + 4096] = b"\xff" * 4096
    database.write_bytes(whole)
    assert examine(database).problems != ()


def test_a_look_changes_nothing(database: Path) -> None:
    before = database.read_bytes()
    examine(database)
    assert database.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions elsewhere")
def test_files_are_private_before_anything_is_in_them(tmp_path: Path) -> None:
    keep_private(tmp_path, ("one.db", "two.db"))
    assert {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {
        "one.db": 0o600,
        "two.db": 0o600,
    }
    keep_private(tmp_path / "gone", ("one.db",))
    assert not (tmp_path / "gone").exists()
