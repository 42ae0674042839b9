"""What a disk holds when the power goes opens clean, has all that was acknowledged, and no half of anything.

A disk that loses its power keeps what was written before the last fsync of a file, and of what was written after that
any part: no rule says that it keeps the beginning. So each state here is such a file with some of its last writes cut,
lost, torn in the middle of a sector's neighbours, or overwritten with what was there before.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import sys
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from server.config import ServerConfig
from server.workspace import ACTIVITY, DATABASE, Workspace
from tests.http.client import ask, person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.endpoint import RunningEndpoint, Serve

SECTOR, HEADER = 512, 32
"""Bytes that a disk writes at once, and of the header of a write-ahead log."""
WAL = f"{DATABASE}-wal"
TABLES = ("resource", "member", "email", "change", "tally_block", "tally_region")


class Disk(NamedTuple):
    """The bytes of a database and of its write-ahead log."""

    database: bytes
    log: bytes

    @classmethod
    def of(cls, folder: Path) -> Disk:
        return cls((folder / DATABASE).read_bytes(), (folder / WAL).read_bytes())


Content = tuple[list[tuple[Any, ...]], ...]


def content(connection: sqlite3.Connection) -> Content:
    """Read all that a write touches."""
    return tuple(connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES)


class Machine:
    """Machines that start again with what a disk was left with."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.starts = 0

    def started(self, disk: Disk) -> Content:
        """Open the files as the program does, check them, and read them."""
        self.starts += 1
        self._folder.mkdir(exist_ok=True)
        (self._folder / DATABASE).write_bytes(disk.database)
        (self._folder / WAL).write_bytes(disk.log)
        with suppress(FileNotFoundError):
            # The index of the log is in memory only, and made anew.
            (self._folder / f"{DATABASE}-shm").unlink()
        with closing(sqlite3.connect(self._folder / DATABASE)) as connection:
            connection.execute("BEGIN")
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            found = content(connection)
            check_sums(connection)
            connection.execute("ROLLBACK")
        return found


def check_sums(connection: sqlite3.Connection) -> None:
    """Compare what follows from each write with what it follows from."""
    for table, shift in (("tally_block", 8), ("tally_region", 16)):
        counted = connection.execute(
            f"SELECT (seq >> {shift}) * 2 + (type = 'Group') k, count(*) FROM resource GROUP BY k ORDER BY k"
        ).fetchall()
        assert connection.execute(f"SELECT * FROM {table} WHERE number ORDER BY key").fetchall() == counted
    assert not connection.execute(
        "SELECT g.id FROM resource g WHERE g.type = 'Group'"
        " AND g.member_count != (SELECT count(*) FROM member m WHERE m.group_seq = g.seq)"
    ).fetchall()
    assert not connection.execute("SELECT id FROM resource WHERE id NOT IN (SELECT resource_id FROM change)").fetchall()


def user(name: str) -> dict[str, Any]:
    return {"userName": name, "name": {"givenName": "A", "familyName": name}, "emails": [{"value": f"{name}@x.org"}]}


def writes(workspace: Workspace, number: int) -> Iterator[None]:
    """Make so many writes of every kind; each is durable when the iterator comes back."""
    people: list[str] = []
    for i in range(number):
        if i % 5 < 3:
            people.append(workspace.create("User", user(f"u{i}")).resource_id)
        elif i % 5 == 3:
            members = [{"value": one} for one in people]
            workspace.create("Group", {"displayName": f"g{i}", "members": members})
        else:
            workspace.delete("User", people.pop(0))
        yield


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.fixture
def chance() -> random.Random:
    return random.Random(5)


def torn(chance: random.Random, was: bytes, becomes: bytes, keep: float) -> bytes:
    """Let each sector of what was written since be on the disk or not."""
    size = max(len(was), len(becomes))
    before, after = was.ljust(size, b"\0"), becomes.ljust(size, b"\0")
    return b"".join(
        (after if chance.random() < keep else before)[start : start + SECTOR] for start in range(0, size, SECTOR)
    )


def damages(chance: random.Random, was: bytes, becomes: bytes, times: int) -> Iterator[bytes]:
    """Give what a log may be after a cut during the write that makes ``becomes`` of ``was``."""
    grown = range(len(was), len(becomes) + 1)
    for _ in range(times):
        yield becomes[: chance.choice(grown)]
        end = chance.choice(grown)
        yield becomes[:end] + chance.randbytes(len(becomes) - end)
        yield torn(chance, was, becomes, chance.choice([0.1, 0.5, 0.9]))


def cut_the_power(folder: Path, machine: Machine, chance: random.Random, number: int, times: int) -> None:
    with Workspace.open(folder, ServerConfig()) as workspace:
        reader = workspace.database.reading().connection
        disk, known = Disk.of(folder), content(reader)
        for _ in writes(workspace, number):
            after, wanted = Disk.of(folder), content(reader)
            assert after.database == disk.database, "nothing but the log is written before a checkpoint"
            assert after.log.startswith(disk.log), "what was acknowledged is not written over"
            assert machine.started(after) == wanted
            for log in damages(chance, disk.log, after.log, times):
                assert machine.started(Disk(after.database, log)) in (known, wanted), "all of a write or nothing"
            disk, known = after, wanted


def test_a_write_that_was_cut_is_there_in_full_or_not_at_all_and_all_before_it_are(
    tmp_path: Path, machine: Machine, chance: random.Random
) -> None:
    cut_the_power(tmp_path / "data", machine, chance, 10, 3)


def cut_checkpoints(
    folder: Path, machine: Machine, chance: random.Random, monkeypatch: pytest.MonkeyPatch, number: int, times: int
) -> int:
    """Cut the power in checkpoints, and in the writes after one, which overwrite the log from its beginning."""
    monkeypatch.setattr("server.store.database.WAL_PAGES", 60)
    checkpoints = 0
    with Workspace.open(folder, ServerConfig()) as workspace:
        reader = workspace.database.reading().connection
        disk, known = Disk.of(folder), content(reader)
        for _ in writes(workspace, number):
            after, wanted = Disk.of(folder), content(reader)
            if after.database != disk.database:
                checkpoints += 1
                for _ in range(times):
                    # The log was synced before, and is not begun anew before the database is synced.
                    database = torn(chance, disk.database, after.database, chance.random())
                    assert machine.started(Disk(database, after.log)) == wanted
            elif not after.log.startswith(disk.log):
                # Begun anew: the header is synced before a page follows it, and the pages of the time before, which
                # stand behind, must not come back.
                begun = after.log[:HEADER] + disk.log[HEADER:]
                halfway = chance.randbytes(HEADER) + disk.log[HEADER:]
                assert machine.started(Disk(after.database, halfway)) == known or begun == disk.log
                for _ in range(times):
                    log = torn(chance, begun, after.log, chance.random())
                    assert machine.started(Disk(after.database, log)) in (known, wanted)
            disk, known = after, wanted
    return checkpoints


def test_a_checkpoint_that_was_cut_loses_nothing(
    tmp_path: Path, machine: Machine, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cut_checkpoints(tmp_path / "data", machine, chance, monkeypatch, 25, 4) >= 1


def provision(
    running: RunningEndpoint, number: int, acknowledged: Callable[[str], None], gone: list[Exception]
) -> None:
    """Create people one after the other until so many are there or nobody answers."""
    try:
        for i in range(number):
            if ask(running, "POST", "/Users", person(f"w{i}")).status == 201:
                acknowledged(f"w{i}")
    except (OSError, EOFError) as error:
        gone.append(error)


def copied(folder: Path, target: Path) -> None:
    """Copy the files as a person does who knows nothing of the log: the database first, and in no one moment."""
    target.mkdir()
    for name in (DATABASE, WAL, ACTIVITY, f"{ACTIVITY}-wal"):
        with suppress(FileNotFoundError):
            shutil.copyfile(folder / name, target / name)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows stops no process")
def test_files_copied_mid_write_are_served_with_all_that_was_acknowledged(serve: Serve, tmp_path: Path) -> None:
    running = serve()
    acknowledged: list[str] = []
    gone: list[Exception] = []
    writer = threading.Thread(target=provision, args=(running, 60, acknowledged.append, gone))
    writer.start()
    copies = []
    for i in range(3):
        while writer.is_alive() and len(acknowledged) < 15 * (i + 1):
            pass
        known = set(acknowledged)
        is_frozen = i != 1
        if is_frozen:
            os.kill(running.process.pid, signal.SIGSTOP)
        try:
            copied(running.data_dir, tmp_path / f"copy{i}")
        finally:
            os.kill(running.process.pid, signal.SIGCONT)
        copies.append((tmp_path / f"copy{i}", known))
    writer.join()
    assert not gone
    for folder, known in copies:
        with Workspace.open(folder, ServerConfig()) as workspace:
            connection = workspace.database.reading().connection
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            check_sums(connection)
            assert known <= {name for (name,) in connection.execute("SELECT unique_name FROM resource")}
            # Its last moments may be missing, and with them all of it.
            assert len(workspace.activity.recent(1_000)) <= 60
            assert workspace.activity.problems() == []
    last, known = copies[-1]
    again = serve(data_dir=last, token=running.token)
    assert known <= {one["userName"] for one in ask(again, "GET", "/Users?count=1000").json["Resources"]}


@pytest.mark.soak
def test_thousands_of_cuts_lose_nothing(
    tmp_path: Path, machine: Machine, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_the_power(tmp_path / "data", machine, chance, 50, 15)
    assert cut_checkpoints(tmp_path / "again", machine, chance, monkeypatch, 150, 15) >= 10
    assert machine.starts > 3_000, "as many as it says"
