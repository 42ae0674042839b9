"""What was answered is there, whatever kills the endpoint; and a loss would be noticed."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.cli.serve import loop_factory
from tests.benchmarks import stage
from tests.soak.life import Soak, database_problems

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the size of a process is read from /proc")


def kill_under_load(folder: Path, kills: int, seconds: float) -> None:
    soak = Soak(folder, people=200, clients=8, rate=400, seed=7)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(soak.live(seconds, kills))
    assert soak.problems == []
    assert soak.acknowledged > 50 * kills


def test_five_times_killed_under_load_and_nothing_answered_is_lost(tmp_path: Path) -> None:
    kill_under_load(tmp_path, 5, 6)


@pytest.mark.soak
def test_two_hundred_times_killed_under_load_and_nothing_answered_is_lost(tmp_path: Path) -> None:
    kill_under_load(tmp_path, 200, 300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    stage.seed(tmp_path / "data", 20)
    return tmp_path / "data"


def test_a_sound_folder_has_no_problems(folder: Path, tmp_path: Path) -> None:
    assert database_problems(folder, tmp_path / "copy") == []


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("DELETE FROM change WHERE seq = 7", "without a row in the audit"),
        ("UPDATE tally_block SET number = number + 1", "were tallied"),
    ],
)
def test_half_a_transaction_is_noticed(folder: Path, tmp_path: Path, damage: str, words: str) -> None:
    with closing(sqlite3.connect(folder / "perch.db")) as connection:
        connection.execute(damage)
        connection.commit()
    (problem,) = database_problems(folder, tmp_path / "copy")
    assert words in problem


def test_a_damaged_file_is_noticed(folder: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(folder / "perch.db")) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'resource_by_name'").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (folder / "perch.db").open("rb+") as file:
        file.seek((page - 1) * 4096 + 2048)
        file.write(bytes(range(256)) * 8)
    assert database_problems(folder, tmp_path / "copy")
