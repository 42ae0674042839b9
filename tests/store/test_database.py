"""One SQLite file: group commit, isolation between operations that share it, faults, and what is left after closing."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server.faults import FaultCode, StoreUnavailable
from server.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "perch.db", "perch")
    yield opened
    opened.close()


def put(key: str, value: str = "1") -> Callable[[sqlite3.Connection], str]:
    def operation(connection: sqlite3.Connection) -> str:
        connection.execute("INSERT INTO setting VALUES (?, ?)", (key, value))
        return key

    return operation


def keys(database: Database) -> set[str]:
    return {row[0] for row in database.read("SELECT key FROM setting WHERE key LIKE 'k%'")}


def test_what_is_committed_is_read_at_once_on_every_thread(database: Database) -> None:
    assert database.commit(put("k1")) == "k1"
    seen: list[set[str]] = []
    thread = threading.Thread(target=lambda: seen.append(keys(database)))
    thread.start()
    thread.join()
    assert keys(database) == {"k1"}
    assert seen == [{"k1"}]


def hold(database: Database) -> tuple[threading.Event, Future[None]]:
    """Keep the writer busy, so that what is queued now will share one transaction."""
    release = threading.Event()
    started = threading.Event()

    def operation(_connection: sqlite3.Connection) -> None:
        started.set()
        release.wait(10)

    future = database.submit(operation)
    started.wait(10)
    return release, future


def test_operations_that_wait_together_share_a_commit_and_each_gets_its_own_answer(
    database: Database,
) -> None:
    commits: list[int] = []
    release, _ = hold(database)
    database._writer.set_trace_callback(lambda sql: commits.append(1) if sql == "COMMIT" else None)
    futures = [database.submit(put(f"k{i}")) for i in range(50)]
    release.set()
    assert [future.result() for future in futures] == [f"k{i}" for i in range(50)]
    # One for the operation that held the writer, one for all fifty.
    assert len(commits) == 2


def test_one_that_fails_after_writing_leaves_nothing_and_its_neighbours_stay(database: Database) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO setting VALUES ('k-half', '1')")
        raise LookupError("changed my mind")

    release, _ = hold(database)
    before = database.submit(put("k-before"))
    failing = database.submit(half)
    after = database.submit(put("k-after"))
    release.set()
    assert before.result() == "k-before"
    assert after.result() == "k-after"
    with pytest.raises(LookupError):
        failing.result()
    assert keys(database) == {"k-before", "k-after"}


def test_an_sql_error_of_one_operation_does_not_touch_its_neighbours(database: Database) -> None:
    release, _ = hold(database)
    fine = database.submit(put("k-fine"))
    broken = database.submit(lambda connection: connection.execute("SELECT nonsense"))
    release.set()
    assert fine.result() == "k-fine"
    with pytest.raises(StoreUnavailable) as caught:
        broken.result()
    assert caught.value.code is FaultCode.STORE_FAILED
    assert keys(database) == {"k-fine"}


async def test_an_event_loop_awaits_its_operations(database: Database) -> None:
    results = await asyncio.gather(*(database.commit_soon(put(f"k{i}")) for i in range(20)))
    assert results == [f"k{i}" for i in range(20)]


async def test_an_operation_that_nobody_waits_for_any_more_is_still_written(database: Database) -> None:
    release, _ = hold(database)
    future = database.commit_soon(put("k-left"))
    future.cancel()
    release.set()
    await database.commit_soon(put("k-next"))
    assert keys(database) == {"k-left", "k-next"}


def test_what_waits_for_its_commit_is_counted_until_it_is_answered(database: Database) -> None:
    assert database.waiting == 0
    release, held = hold(database)
    futures = [database.submit(put(f"k{number}")) for number in range(3)]
    assert database.waiting == 4, "the one that the writer is at is one of them"
    release.set()
    held.result()
    for future in futures:
        future.result()
    database.close()
    assert database.waiting == 0


def test_the_writer_is_there_until_the_database_is_closed(database: Database) -> None:
    assert database.writing
    database.close()
    assert not database.writing


def test_data_version_moves_with_another_connections_commit(database: Database) -> None:
    before = database.data_version()
    assert database.data_version() == before
    database.commit(put("k1"))
    assert database.data_version() != before


def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(StoreUnavailable):
        database.read("INSERT INTO setting VALUES ('k', '1')")


def test_one_more_reader_is_another_connection_that_is_closed_with_the_rest(database: Database) -> None:
    one, other = database.another_reader().connection, database.reading().connection
    assert one is not other
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        one.execute("DELETE FROM setting")
    database.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        one.execute("SELECT 1")


def test_fifty_open_and_close_cycles_leak_no_thread_and_no_file(tmp_path: Path) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0

    def cycle() -> None:
        database = Database.open(tmp_path / "perch.db", "perch")
        thread = threading.Thread(target=lambda: database.read("SELECT 1"))
        thread.start()
        thread.join()
        database.commit(lambda connection: connection.execute("SELECT 1").fetchone())
        database.close()

    cycle()
    threads, files = threading.active_count(), open_files()
    for _ in range(50):
        cycle()
    assert threading.active_count() == threads
    assert open_files() == files


def test_closing_finishes_what_is_queued(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "perch.db", "perch")
    release, held = hold(database)
    futures = [database.submit(put(f"k{i}")) for i in range(10)]
    closing = threading.Thread(target=database.close)
    closing.start()
    release.set()
    closing.join()
    assert held.done()
    assert all(future.done() for future in futures)
    again = Database.open(tmp_path / "perch.db", "perch")
    assert len(keys(again)) == 10
    again.close()
    with pytest.raises(StoreUnavailable):
        database.commit(put("k-late"))


def test_a_database_newer_than_the_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "perch.db"
    Database.open(path, "perch").close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    with pytest.raises(StoreUnavailable) as caught:
        Database.open(path, "perch")
    assert caught.value.code is FaultCode.DATABASE_NEWER


def test_a_file_that_is_no_database_is_called_corrupt_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "perch.db"
    path.write_bytes(b"this is not a database at all, but it is long enough to be read as one" * 100)
    content = path.read_bytes()
    with pytest.raises(StoreUnavailable) as caught:
        Database.open(path, "perch")
    assert caught.value.code is FaultCode.DATABASE_CORRUPT
    assert path.read_bytes() == content


def test_a_folder_that_is_none_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreUnavailable) as caught:
        Database.open(tmp_path / "file" / "perch.db", "perch")
    assert caught.value.code is FaultCode.FOLDER_UNWRITABLE


def test_a_full_disk_fails_the_write_and_keeps_what_was_answered(database: Database) -> None:
    database.commit(put("k1"))
    pages = database.read("PRAGMA page_count")[0][0]
    database.commit(lambda connection: connection.execute("SELECT 1").fetchone())
    database._writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable) as caught:
        database.commit(put("k2", "x" * 1_000_000))
    assert caught.value.code is FaultCode.DISK_FULL
    database._writer.execute("PRAGMA max_page_count = 1000000")
    database.commit(put("k3"))
    assert keys(database) == {"k1", "k3"}


def test_another_process_that_holds_the_lock_is_waited_for_and_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.store.database.BUSY_TIMEOUT", 50)
    path = tmp_path / "perch.db"
    database = Database.open(path, "perch")
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('BEGIN IMMEDIATE'); print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(StoreUnavailable) as caught:
            database.commit(put("k1"))
        assert caught.value.code is FaultCode.DATABASE_LOCKED
        process.stdin.close()
        process.wait()
    assert database.commit(put("k1")) == "k1"
    database.close()


async def test_reading_a_damaged_file_fails_that_turn_and_not_the_loop(tmp_path: Path) -> None:
    path = tmp_path / "perch.db"
    said: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: said.append(context))
    database = Database.open(path, "perch")
    try:
        for number in range(200):
            database.submit(put(f"k{number:03}", "v" * 4000))
        database.commit(put("last"))
        with sqlite3.connect(path) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.close()
        whole = path.read_bytes()
        path.write_bytes(whole[:200_000] + b"\xff" * (len(whole) - 200_000))
        connection = database.reading_in_turn().connection
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute("SELECT sum(length(value)) FROM setting").fetchall()
        await asyncio.sleep(0)
        assert (connection.in_transaction, said) == (False, [])
    finally:
        database.close()
