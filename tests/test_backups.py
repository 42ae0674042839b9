"""Backups by hand and by the day: which there are, which stay, and how one is brought back."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import stat
import sys
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from server.backups import Backups, keep_daily
from server.config import ServerConfig
from server.faults import Fault, FaultCode
from server.scim.errors import PreconditionFailed
from server.store.serving import claimed
from server.workspace import DATABASE, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server.backups import BackupFile

CONFIG = ServerConfig(required=("userName",))
START = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = START.timestamp()

    def __call__(self) -> float:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span).total_seconds()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "data", CONFIG) as opened:
        opened.create("User", {"userName": "ada"})
        yield opened


@pytest.fixture
def backups(workspace: Workspace, clock: Clock) -> Backups:
    return Backups(workspace.folder, DATABASE, clock=clock)


def names(backups: Backups) -> list[str]:
    return [one.path.name for one in backups.listed()]


def test_a_backup_is_named_for_its_moment_and_private(backups: Backups) -> None:
    assert backups.listed() == []
    made = backups.now()
    assert made.path == backups.folder / "perch-20261124-120000.db"
    assert (made.made, made.automatic) == ("2026-11-24T12:00:00.000Z", False)
    assert made.size == made.path.stat().st_size
    assert backups.listed() == [made]
    if sys.platform != "win32":
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(backups.folder.stat().st_mode) == 0o700


def test_two_within_a_second_are_two(backups: Backups) -> None:
    assert backups.now().path != backups.now().path
    assert names(backups) == ["perch-20261124-120000.db", "perch-20261124-120000-2.db"]


def test_the_newest_comes_first_and_what_is_no_backup_is_not_listed(backups: Backups, clock: Clock) -> None:
    backups.now()
    clock.advance(days=40)
    backups.now(automatic=True)
    for name in ("perch.db", "perch-20261399-120000.db", "notes.txt", "perch-20261124-120000.db.part"):
        (backups.folder / name).write_text("other")
    assert names(backups) == ["perch-20270103-120000-auto.db", "perch-20261124-120000.db"]


def test_a_day_after_the_last_automatic_one_the_next_is_due(backups: Backups, clock: Clock) -> None:
    backups.now()
    assert backups.due(clock())
    assert backups.daily() is not None
    assert not backups.due(clock())
    clock.advance(hours=23, minutes=59)
    assert backups.daily() is None
    clock.advance(minutes=1)
    assert backups.due(clock())


def test_a_clock_that_was_put_back_does_not_end_the_backups(backups: Backups, clock: Clock) -> None:
    backups.daily()
    clock.advance(days=-300)
    assert backups.due(clock())


def test_a_clock_that_was_put_back_brings_one_a_day_and_costs_none_of_before(backups: Backups, clock: Clock) -> None:
    for _ in range(7):
        backups.daily()
        clock.advance(days=1)
    before = names(backups)
    clock.advance(days=-1, hours=-2)
    assert backups.daily() is None, "there is one of 22 hours ago, beside one of in two hours"
    clock.advance(days=-300)
    assert backups.daily() is not None
    for _ in range(3):
        clock.advance(minutes=15)
        assert backups.daily() is None
    # Those that are dated ahead are neither counted nor removed.
    assert len(names(backups)) == 8
    assert set(before) < set(names(backups))
    clock.advance(days=400)
    backups.daily()
    assert len(names(backups)) == 7


def test_a_clock_that_was_a_year_ahead_neither_repeats_the_backups_nor_pushes_out_the_good_ones(
    backups: Backups, clock: Clock
) -> None:
    for _ in range(7):
        backups.daily()
        clock.advance(days=1)
    clock.advance(days=365)
    backups.daily()
    clock.advance(days=-365)
    made = 0
    for _ in range(12):
        made += backups.daily() is not None
        clock.advance(minutes=15)
    assert made == 1
    ahead, *rest = [one.made[:10] for one in backups.listed()]
    assert ahead == f"{START + timedelta(days=372):%Y-%m-%d}"
    assert rest == [f"{START + timedelta(days=day):%Y-%m-%d}" for day in range(7, 0, -1)]


def test_the_backup_of_a_clock_that_was_put_back_is_not_the_one_that_goes(backups: Backups, clock: Clock) -> None:
    for _ in range(7):
        backups.daily()
        clock.advance(days=1)
    clock.advance(days=-300)
    made = backups.daily()
    assert made in backups.listed()
    assert not backups.due(clock())


def test_seven_automatic_ones_stay_and_every_other(backups: Backups, clock: Clock) -> None:
    by_hand = backups.now()
    for _ in range(10):
        assert backups.daily() is not None
        clock.advance(days=1)
    kept = backups.listed()
    assert by_hand in kept
    assert [one.made[:10] for one in kept if one.automatic] == [
        f"{START + timedelta(days=day):%Y-%m-%d}" for day in range(9, 2, -1)
    ]


def test_the_settings_decide_and_may_change_meanwhile(backups: Backups, workspace: Workspace, clock: Clock) -> None:
    workspace.save_settings({"backup_daily": False})
    assert not backups.due(clock())
    workspace.save_settings({"backup_daily": True, "backup_keep": 2})
    for _ in range(4):
        backups.daily()
        clock.advance(days=1)
    assert len(backups.listed()) == 2


def test_a_copy_that_was_never_finished_goes_after_a_while(backups: Backups, clock: Clock, tmp_path: Path) -> None:
    def leave(first: Path) -> list[Path]:
        parts = [first.with_name(f"{first.name}.part{more}") for more in ("", "-journal")]
        parts.append(first.with_name(first.name.replace("12", "13") + ".part"))
        for path, age in zip(parts, (7200, 7200, 60), strict=True):
            path.write_bytes(b"half")
            os.utime(path, (clock() - age, clock() - age))
        return parts

    left = leave(backups.now().path)
    backups.now()
    assert [one.exists() for one in left] == [False, False, True]
    left = leave(backups.into(tmp_path).path)
    backups.into(tmp_path)
    assert [one.exists() for one in left] == [False, False, True]


def test_a_short_disk_is_not_filled_with_copies(backups: Backups, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 -- what shutil gives
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 50_000_000))
    with pytest.raises(Fault) as caught:
        backups.daily()
    assert caught.value.code is FaultCode.DISK_FULL
    assert backups.listed() == []
    backups.now()


def test_backups_into_another_folder_are_rotated_and_nothing_else_there_is(
    backups: Backups, clock: Clock, tmp_path: Path
) -> None:
    place = tmp_path / "mounted"
    place.mkdir()
    first = backups.into(place).path
    mark = first.name.removeprefix("perch-20261124-120000")
    strangers = {
        "notes.txt",
        "perch-20261101-120000.db",
        "perch-20261101-120000-auto.db",
        "perch-20261101-120000-of-00000000.db",
        f"my-perch-20261101-120000{mark}",
        f"perch-20261101-120000{mark}.gz",
    }
    for name in strangers:
        (place / name).write_text("another's")
    (place / f"perch-20261102-120000{mark}").mkdir()
    (place / f"perch-20261103-120000{mark}").symlink_to(place / "notes.txt")
    strangers |= {f"perch-2026110{day}-120000{mark}" for day in (2, 3)}
    for _ in range(4):
        clock.advance(days=1)
        backups.into(place, 2)
    left = {one.name for one in place.iterdir()} - strangers
    assert left == {f"perch-202611{day}-120000{mark}" for day in (27, 28)}
    assert strangers < {one.name for one in place.iterdir()}
    assert sys.platform == "win32" or all(stat.S_IMODE((place / name).stat().st_mode) == 0o600 for name in left)
    assert backups.contents(place / max(left)).people == 1


def test_the_one_just_made_stays_although_the_clock_was_put_back(
    backups: Backups, clock: Clock, tmp_path: Path
) -> None:
    backups.into(tmp_path)
    clock.advance(days=-30)
    made = backups.into(tmp_path, 1).path
    assert [one for one in tmp_path.iterdir() if one.suffix == ".db"] == [made]


def test_a_rotation_lets_those_of_a_wrong_clock_go_first(backups: Backups, clock: Clock, tmp_path: Path) -> None:
    clock.advance(days=365)
    for _ in range(3):
        backups.into(tmp_path, 3)
    clock.advance(days=-365)
    for _ in range(4):
        clock.advance(days=1)
        backups.into(tmp_path, 3)
    left = sorted(one.name[:14] for one in tmp_path.iterdir() if one.suffix == ".db")
    assert left == ["perch-20261126", "perch-20261127", "perch-20261128"]


@pytest.mark.skipif(sys.platform == "win32", reason="a folder cannot be locked there: the second one fails")
def test_two_that_chose_one_name_at_once_are_two_whole_backups(backups: Backups, tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = [one.result().path for one in [pool.submit(backups.into, tmp_path) for _ in range(6)]]
    assert len(set(made)) == 6
    assert {one.name for one in tmp_path.iterdir() if one.is_file()} == {one.name for one in made}
    assert [backups.contents(one).people for one in made] == [1] * 6


def test_a_rotation_goes_on_within_a_second(backups: Backups, tmp_path: Path) -> None:
    made = [backups.into(tmp_path, 2).path for _ in range(4)]
    assert {one for one in tmp_path.iterdir() if one.suffix == ".db"} >= {made[-1]}
    assert sum(one.suffix == ".db" for one in tmp_path.iterdir()) == 2


def test_nothing_is_removed_when_the_new_backup_failed(backups: Backups, workspace: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "mounted"
    place.mkdir()
    for _ in range(2):
        backups.into(place)
    kept = sorted(place.iterdir())
    broken = Backups(workspace.folder, "broken.db")
    (workspace.folder / "broken.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(Fault):
        broken.into(place, 1)
    assert sorted(place.iterdir()) == kept


def test_a_disk_that_is_not_mounted_is_not_made_up(backups: Backups, tmp_path: Path) -> None:
    with pytest.raises(Fault) as caught:
        backups.into(tmp_path / "mounted", 3)
    assert caught.value.code is FaultCode.FOLDER_UNWRITABLE
    assert not (tmp_path / "mounted").exists()


def test_a_name_tells_when_a_backup_was_made_and_otherwise_the_file_does(backups: Backups, tmp_path: Path) -> None:
    assert backups.made(backups.now().path) == "2026-11-24T12:00:00.000Z"
    (tmp_path / "other.db").touch()
    os.utime(tmp_path / "other.db", (1_000_000_000, 1_000_000_000))
    assert backups.made(tmp_path / "other.db") == "2001-09-09T01:46:40.000Z"


def test_a_restore_tells_which_revoked_tokens_work_again(backups: Backups, workspace: Workspace) -> None:
    token = workspace.tokens.create("Okta", actor="tests").token
    made = backups.now()
    workspace.tokens.revoke(token.id, actor="tests")
    assert [one.id for one in backups.rehearse(made.path).tokens.returning] == [token.id]
    assert [one.id for one in backups.restore(made.path).tokens.returning] == [token.id]


def test_the_contents_are_told_before_anything_is_brought_back(
    backups: Backups, workspace: Workspace, tmp_path: Path
) -> None:
    made = backups.now()
    workspace.create("User", {"userName": "alan"})
    assert backups.contents(made.path).people == 1
    (tmp_path / "text").write_text("no backup")
    with pytest.raises(Fault) as caught:
        backups.contents(tmp_path / "text")
    assert caught.value.code is FaultCode.BACKUP_UNUSABLE


def test_what_is_brought_back_shows_in_a_workspace_that_is_open(backups: Backups, workspace: Workspace) -> None:
    made = backups.now()
    workspace.create("User", {"userName": "alan"})
    done = backups.restore(made.path)
    assert [one["userName"] for one in workspace.walk("User")] == ["ada"]
    workspace.create("User", {"userName": "grace"})
    assert done.kept is not None
    assert backups.contents(done.kept).people == 2


def test_a_version_that_was_lost_with_a_restore_is_not_taken_for_the_one_that_follows(
    backups: Backups, workspace: Workspace
) -> None:
    def retitled(title: str, if_match: str | None = None) -> str:
        operation = {"op": "replace", "path": "title", "value": title}
        workspace.modify("User", "ada", [operation], if_match)
        return str(workspace.show("User", "ada")["meta"]["version"])

    made = backups.now()
    lost = retitled("lost")
    backups.restore(made.path)
    assert retitled("new") != lost
    with pytest.raises(PreconditionFailed):
        retitled("over what was never seen", lost)


def test_nothing_is_brought_back_under_an_endpoint(backups: Backups, workspace: Workspace) -> None:
    made = backups.now()
    workspace.create("User", {"userName": "alan"})
    with claimed(workspace.folder), pytest.raises(Fault) as caught:
        backups.restore(made.path)
    assert caught.value.code is FaultCode.ALREADY_SERVING
    assert workspace.query("User").total == 2


async def until(found: asyncio.Event) -> None:
    await asyncio.wait_for(found.wait(), 20)


class Watched(Backups):
    """Tells when the endpoint has looked, and how often."""

    def __init__(self, folder: Path, problem: Fault | None = None) -> None:
        super().__init__(folder, DATABASE)
        self.looks = 0
        self.loop = asyncio.get_running_loop()
        self.enough = asyncio.Event()
        self.problem = problem

    def daily(self) -> BackupFile | None:
        self.looks += 1
        try:
            if self.problem is not None:
                raise self.problem
            return super().daily()
        finally:
            if self.looks == 3:
                self.loop.call_soon_threadsafe(self.enough.set)


async def test_an_endpoint_looks_again_and_again_and_makes_one_a_day(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    watched = Watched(workspace.folder)
    await looked(watched)
    (made,) = watched.listed()
    assert made.automatic
    assert caplog.text.count(f"The daily backup is {made.path}") == 1


async def test_what_goes_wrong_is_logged_once_and_tried_again(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(workspace.folder, Fault(FaultCode.DISK_FULL, "the disk"))
    await looked(watched)
    assert caplog.text.count("No daily backup was made: disk_full: the disk") == 1


async def looked(watched: Watched) -> None:
    task = asyncio.create_task(keep_daily(watched, first=0, every=0.001))
    await until(watched.enough)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
