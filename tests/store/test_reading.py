"""Whose a read-only connection is, and that none is closed under who reads through it, which would crash the process."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from server.faults import StoreUnavailable
from server.store.database import Database
from server.store.reading import Reader, Readers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "perch.db", "perch")
    yield opened
    opened.close()


def on_threads(number: int, work: Callable[[], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    return threads


def test_each_thread_has_a_reader_of_its_own_and_keeps_it(database: Database) -> None:
    found: list[Reader] = []
    for thread in on_threads(2, lambda: found.append(database.reading())):
        thread.join()
    assert database.reading() is database.reading()
    assert len({id(reader) for reader in (*found, database.reading())}) == 3


def test_a_thread_that_has_not_read_has_no_reader_yet() -> None:
    readers = Readers(lambda: sqlite3.connect(":memory:"))
    assert readers.opened_here() is None
    assert readers.here() is readers.opened_here()
    readers.close()


def test_a_read_that_would_take_for_ever_ends_with_the_database(database: Database) -> None:
    begun = threading.Event()
    ends: list[StoreUnavailable] = []

    def read() -> None:
        with database.reading() as connection:
            connection.create_function("begun", 0, begun.set)
            connection.execute("SELECT begun()")
        try:
            database.read(ENDLESS)
        except StoreUnavailable as fault:
            ends.append(fault)

    (thread,) = on_threads(1, read)
    assert begun.wait(10)
    database.close()
    thread.join(10)
    assert len(ends) == 1


def test_a_database_closes_under_many_who_read_and_they_are_told(tmp_path: Path) -> None:
    for number in range(20):
        database = Database.open(tmp_path / f"{number}.db", "perch")
        begun = threading.Barrier(5)
        ends: list[StoreUnavailable] = []

        def read(
            database: Database = database,
            begun: threading.Barrier = begun,
            ends: list[StoreUnavailable] = ends,
        ) -> None:
            database.data_version()
            begun.wait(10)
            while not ends:
                try:
                    database.data_version()
                    database.read("SELECT * FROM setting, change LIMIT 100")
                except StoreUnavailable as fault:
                    ends.append(fault)

        threads = on_threads(4, read)
        begun.wait(10)
        database.close()
        for thread in threads:
            thread.join(10)
        assert ends


def test_whoever_comes_after_the_end_is_told_so_and_opens_nothing(database: Database) -> None:
    database.close()
    assert database.is_closed
    with pytest.raises(StoreUnavailable, match="is closed"):
        database.another_reader()
    with pytest.raises(StoreUnavailable, match="is closed"):
        database.read("SELECT 1")
