"""A copy has its name only when it is whole, is nobody else's to read, and takes no other file's place."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.faults import Fault, FaultCode
from server.store.copying import finish_copy, write_copy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions elsewhere")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE a (b); CREATE INDEX a_by_b ON a (b); INSERT INTO a VALUES (1), (2);")
    return path


@pytest.fixture
def connection(source: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(source, isolation_level=None)) as opened:
        yield opened


def rows(path: Path) -> list[tuple[int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT b FROM a ORDER BY b").fetchall()


@posix
def test_a_copy_is_private_from_its_first_byte(connection: sqlite3.Connection, source: Path) -> None:
    target = source.with_name("copy.db")
    modes: list[int] = []

    def look(*_: object) -> int:
        modes.append(stat.S_IMODE(source.with_name("copy.db.part").stat().st_mode))
        return sqlite3.SQLITE_OK

    # SQLite asks for leave before it fills the file, and for each statement with which it does.
    connection.set_authorizer(look)
    previous = os.umask(0)
    try:
        finish_copy(connection, source, target)
    finally:
        os.umask(previous)
    assert set(modes) == {0o600}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert rows(target) == [(1,), (2,)]


def test_a_copy_is_on_the_disk_before_it_has_its_name(
    connection: sqlite3.Connection, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = source.with_name("copy.db")
    named: list[bool] = []
    sync = os.fsync

    def watched(handle: int) -> None:
        named.append(target.exists())
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    finish_copy(connection, source, target)
    assert named == [False, True] if sys.platform != "win32" else [False]


def test_nothing_takes_the_place_of_a_finished_copy(connection: sqlite3.Connection, source: Path) -> None:
    target = source.with_name("copy.db")
    target.write_text("precious")
    with pytest.raises(Fault) as caught:
        finish_copy(connection, source, target)
    assert caught.value.code is FaultCode.TARGET_EXISTS
    assert target.read_text() == "precious"


def test_what_a_killed_process_left_unfinished_is_written_anew(connection: sqlite3.Connection, source: Path) -> None:
    for name in ("copy.db.part", "copy.db.part-journal"):
        source.with_name(name).write_bytes(b"half a copy")
    finish_copy(connection, source, source.with_name("copy.db"))
    assert rows(source.with_name("copy.db")) == [(1,), (2,)]
    assert sorted(one.name for one in source.parent.iterdir()) == ["copy.db", "source.db"]


def test_a_copy_that_is_damaged_never_has_its_name(connection: sqlite3.Connection, source: Path) -> None:
    connection.execute("CREATE TABLE c (d)")
    connection.execute("INSERT INTO c VALUES (1), (NULL)")
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_schema SET sql = 'CREATE TABLE c (d NOT NULL)' WHERE name = 'c'")
    connection.close()
    with closing(sqlite3.connect(source, isolation_level=None)) as again, pytest.raises(Fault) as caught:
        finish_copy(again, source, source.with_name("copy.db"))
    assert caught.value.code is FaultCode.DATABASE_CORRUPT
    assert caught.value.detail.startswith(f"{source} (")
    assert [one.name for one in source.parent.iterdir()] == ["source.db"]


def test_a_copy_of_the_same_is_the_same_to_the_byte(connection: sqlite3.Connection, source: Path) -> None:
    write_copy(connection, source.with_name("one"))
    connection.execute("BEGIN")
    connection.execute("INSERT INTO a VALUES (3)")
    connection.execute("ROLLBACK")
    write_copy(connection, source.with_name("two"))
    assert source.with_name("one").read_bytes() == source.with_name("two").read_bytes()


def test_a_folder_that_is_not_there_is_named(connection: sqlite3.Connection, source: Path) -> None:
    with pytest.raises(Fault) as caught:
        write_copy(connection, source.with_name("missing") / "copy.db")
    assert (caught.value.code, caught.value.detail) == (FaultCode.FOLDER_UNWRITABLE, str(source.with_name("missing")))
