"""What root writes into the folder of another account: it belongs to that account once the command has ended."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from server.cli import ownership
from server.cli.ownership import give_back
from tests.cli.command_line import CommandLine

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other owners")

ACCOUNT, GROUP = 61_234, 61_235
"""Of nobody on this machine, as a DynamicUser's."""

root_only = pytest.mark.skipif(sys.platform != "win32" and os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    os.chown(made, ACCOUNT, GROUP)
    return made


def owner(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_uid, found.st_gid


@root_only
def test_the_services_account_can_go_on_writing_after_a_command_of_roots(folder: Path) -> None:
    perch = CommandLine(folder)
    perch("backup")
    made = [folder / "backups", *(folder / "backups").iterdir(), *folder.glob("perch.db*")]
    assert len(made) >= 3
    assert {owner(path) for path in made} == {(ACCOUNT, GROUP)}


@root_only
def test_a_command_that_fails_gives_back_too(folder: Path) -> None:
    CommandLine(folder).refused("token", "show", "nobody")
    assert owner(folder / "perch.db") == (ACCOUNT, GROUP)


@root_only
def test_a_secret_that_root_made_for_the_service_is_the_services(folder: Path) -> None:
    CommandLine(folder)("webhook", "add", "http://127.0.0.1:9/", "--secret-file", str(folder / "secret"))
    assert owner(folder / "secret") == (ACCOUNT, GROUP)
    assert (folder / "secret").stat().st_mode & 0o777 == 0o600


@root_only
def test_the_folder_is_found_behind_a_link_as_systemd_makes_one(folder: Path, tmp_path: Path) -> None:
    (folder / "file").touch()
    (tmp_path / "link").symlink_to(folder)
    give_back(tmp_path / "link")
    assert owner(folder / "file") == (ACCOUNT, GROUP)


@root_only
def test_nothing_outside_of_the_folder_is_given_away(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in ("followed", "linked"):
        (outside / name).touch()
    (folder / "link").symlink_to(outside / "followed")
    (folder / "way").symlink_to(outside)
    os.link(outside / "linked", folder / "second name")
    give_back(folder)
    assert {owner(path) for path in (outside, *outside.iterdir())} == {(0, os.getegid())}


@root_only
def test_what_others_own_and_what_root_keeps_for_itself_stays(folder: Path, tmp_path: Path) -> None:
    (folder / "theirs").touch()
    os.chown(folder / "theirs", 4711, 4711)
    give_back(folder)
    assert owner(folder / "theirs") == (4711, 4711)
    of_root = tmp_path / "of root"
    of_root.mkdir()
    (of_root / "file").touch()
    give_back(of_root)
    give_back(tmp_path / "not there")
    assert owner(of_root / "file") == (0, os.getegid())


def test_who_is_not_root_changes_no_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership, "ROOT", -1)
    monkeypatch.setattr(os, "chown", lambda *_, **__: pytest.fail("no owner is changed"))
    (tmp_path / "file").touch()
    give_back(tmp_path)
