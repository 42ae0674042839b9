"""A file of everybody, every day: when it is due, what it holds, which ones stay."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import stat
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson
import pytest

from server.config import ServerConfig
from server.daily_export import DailyExport, keep_exporting
from server.file_import import FileUnusable
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span).total_seconds()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "data", ServerConfig(required=("userName",))) as opened:
        ada = opened.create("User", {"userName": "ada"}).resource_id
        opened.create("User", {"userName": "gone", "active": False})
        opened.create("Group", {"displayName": "Engines", "members": [{"value": ada}]})
        yield opened


def settings(workspace: Workspace, **chosen: object) -> None:
    lines = [f"{name} = {orjson.dumps(value).decode()}" for name, value in chosen.items()]
    (workspace.folder / "perch.toml").write_text("\n".join(lines), "utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_without_the_setting_there_is_none(workspace: Workspace, clock: Clock) -> None:
    assert DailyExport(workspace, clock=clock).run_if_due() == []


def test_one_a_day_and_the_newest_stay(workspace: Workspace, clock: Clock) -> None:
    settings(workspace, export_daily="exports", export_keep=2)
    exports, folder = DailyExport(workspace, clock=clock), workspace.folder / "exports"
    assert exports.run_if_due() == [folder / "perch-20261124-120000.jsonl"]
    assert exports.run_if_due() == []
    clock.advance(hours=23, minutes=59)
    assert exports.run_if_due() == []
    for _ in range(2):
        clock.advance(days=1)
        assert len(exports.run_if_due()) == 1
    (folder / "perch-mine.jsonl").touch()
    clock.advance(days=1)
    exports.run_if_due()
    assert names(folder) == ["perch-20261127-115900.jsonl", "perch-20261128-115900.jsonl", "perch-mine.jsonl"]


def test_a_clock_that_was_put_back_does_not_end_exports(workspace: Workspace, clock: Clock) -> None:
    settings(workspace, export_daily="exports")
    exports = DailyExport(workspace, clock=clock)
    exports.run_if_due()
    clock.advance(days=-400)
    assert len(exports.run_if_due()) == 1


def test_a_clock_that_was_put_back_brings_one_a_day_and_costs_none_of_before(
    workspace: Workspace, clock: Clock
) -> None:
    settings(workspace, export_daily="exports", export_keep=3)
    exports, folder = DailyExport(workspace, clock=clock), workspace.folder / "exports"
    for _ in range(3):
        exports.run_if_due()
        clock.advance(days=1)
    before = names(folder)
    clock.advance(days=-1, hours=-2)
    assert exports.run_if_due() == [], "there is one of 22 hours ago, beside one of in two hours"
    clock.advance(days=-300)
    (written,) = exports.run_if_due()
    for _ in range(3):
        clock.advance(minutes=15)
        assert exports.run_if_due() == []
    # What is dated ahead is neither counted nor removed.
    assert names(folder) == sorted([*before, written.name])
    clock.advance(days=400)
    exports.run_if_due()
    assert len(names(folder)) == 3


def test_what_a_killed_endpoint_left_half_written_goes_after_a_while(workspace: Workspace, clock: Clock) -> None:
    settings(workspace, export_daily="exports")
    folder = workspace.folder / "exports"
    folder.mkdir()
    left, running, other = (
        folder / name
        for name in ("perch-20261120-120000.jsonl.part", "perch-20261124-115900-users.csv.part", "mine.jsonl.part")
    )
    for path, age in ((left, 7200), (running, 60), (other, 7200)):
        path.write_bytes(b"half")
        os.utime(path, (clock() - age, clock() - age))
    DailyExport(workspace, clock=clock).run_if_due()
    assert [path.exists() for path in (left, running, other)] == [False, True, True]


def test_an_export_leaves_room_for_the_directory_on_its_disk(
    workspace: Workspace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(workspace, export_daily="exports")
    usage = type(shutil.disk_usage(workspace.folder))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 50_000_000))
    with pytest.raises(FileUnusable, match="free some space"):
        DailyExport(workspace, clock=clock).run_if_due()
    assert names(workspace.folder / "exports") == []


def test_json_lines_hold_both_and_are_private(workspace: Workspace, clock: Clock) -> None:
    settings(workspace, export_daily="exports")
    (path,) = DailyExport(workspace, clock=clock).run_if_due()
    documents = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert [one.get("userName") or one["displayName"] for one in documents] == ["ada", "gone", "Engines"]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert names(path.parent) == [path.name]


def test_csv_is_two_files_and_another_format_is_another_series(workspace: Workspace, clock: Clock) -> None:
    settings(workspace, export_daily="exports", export_format="jsonl", export_keep=1)
    exports, folder = DailyExport(workspace, clock=clock), workspace.folder / "exports"
    exports.run_if_due()
    settings(workspace, export_daily="exports", export_format="csv", export_keep=1)
    clock.advance(minutes=1)
    assert [path.name for path in exports.run_if_due()] == [
        "perch-20261124-120100-users.csv",
        "perch-20261124-120100-groups.csv",
    ]
    clock.advance(days=1)
    exports.run_if_due()
    assert names(folder) == [
        "perch-20261124-120000.jsonl",
        "perch-20261125-120100-groups.csv",
        "perch-20261125-120100-users.csv",
    ]


def test_ldif_stands_below_its_base_and_leaves_out_who_is_deactivated(workspace: Workspace, clock: Clock) -> None:
    settings(workspace, export_daily="exports", export_format="ldif", export_base="dc=example,dc=com")
    (path,) = DailyExport(workspace, clock=clock).run_if_due()
    text = path.read_text("utf-8")
    assert text.startswith("version: 1\n\ndn: ou=people,dc=example,dc=com\n")
    assert "dn: uid=ada,ou=people,dc=example,dc=com\n" in text
    assert "member: uid=ada,ou=people,dc=example,dc=com\n" in text
    assert "gone" not in text


def test_a_folder_that_cannot_be_is_told(workspace: Workspace, clock: Clock) -> None:
    settings(workspace, export_daily="perch.db")
    with pytest.raises(FileUnusable, match="export_daily"):
        DailyExport(workspace, clock=clock).run_if_due()


async def test_the_endpoint_goes_on_when_one_fails_and_says_so_once(
    workspace: Workspace, clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(workspace, export_daily="perch.db")
    exports, looks, enough = DailyExport(workspace, clock=clock), 0, asyncio.Event()
    loop, run = asyncio.get_running_loop(), exports.run_if_due

    def counted() -> list[Path]:
        nonlocal looks
        looks += 1
        if looks == 3:
            settings(workspace, export_daily="exports")
        written = run()
        if looks == 4:
            loop.call_soon_threadsafe(enough.set)
        return written

    monkeypatch.setattr(exports, "run_if_due", counted)
    with caplog.at_level(logging.INFO):
        task = asyncio.create_task(keep_exporting(exports, first=0, every=0.01))
        async with asyncio.timeout(20):
            await enough.wait()
        task.cancel()
    assert caplog.text.count("No daily export was made") == 1
    assert caplog.text.count("The daily export is in") == 1
