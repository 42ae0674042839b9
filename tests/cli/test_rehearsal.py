"""``perch restore --check``, as typed."""

from __future__ import annotations

import shutil
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest

from tests.cli.command_line import CommandLine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endpoint import Serve


@pytest.fixture
def leaked(perch: CommandLine, tmp_path: Path) -> str:
    """A token that was revoked after the backup at ``backup.db`` was made."""
    perch("token", "create", "Okta")
    token: str = perch("token", "list", "--json").json[0]["id"]
    perch("backup", str(tmp_path / "backup.db"))
    perch("token", "revoke", token)
    return token


def test_a_check_tells_then_and_now_and_changes_nothing(perch: CommandLine, tmp_path: Path) -> None:
    perch("group", "create", "before")
    perch("backup", str(tmp_path / "backup.db"))
    perch("group", "delete", "before", "--yes")
    perch("token", "create", "Since")
    ended = perch("restore", str(tmp_path / "backup.db"), "--check")
    assert ["Groups", "1 in the backup, 0 now"] in ended.lines
    assert "Would stop working: 'Since'" in ended.err
    assert "It can be restored. Nothing was changed." in ended.err
    assert perch("group", "list").lines == []
    assert perch("token", "list").lines != []


def test_a_check_names_the_revoked_token_that_would_work_again(perch: CommandLine, tmp_path: Path, leaked: str) -> None:
    ended = perch("restore", str(tmp_path / "backup.db"), "--check")
    assert "1 token that had ended would work again" in ended.err
    assert f"perch token revoke {leaked}" in ended.err
    found = perch("restore", str(tmp_path / "backup.db"), "--check", "--json").json
    assert found["restorable"] is True
    assert [one["id"] for one in found["tokens_returning"]] == [leaked]
    assert "digest" not in str(found)


def test_the_restore_names_it_too_and_the_remedy_works(perch: CommandLine, tmp_path: Path, leaked: str) -> None:
    ended = perch("restore", str(tmp_path / "backup.db"))
    assert f"perch token revoke {leaked}" in ended.err
    assert len(perch("token", "list").lines) == 1
    perch("token", "revoke", leaked)
    assert perch("token", "list").lines == []


def test_a_check_beside_a_running_endpoint_says_to_stop_it_first(serve: Serve, tmp_path: Path) -> None:
    perch = CommandLine(serve().data_dir)
    perch("backup", str(tmp_path / "backup.db"))
    assert "stop it before you restore" in perch("restore", str(tmp_path / "backup.db"), "--check").err


def test_what_cannot_be_restored_ends_with_1(perch: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no backup")
    assert "cannot be used as a backup" in perch.refused("restore", str(tmp_path / "text"), "--check")
    ended = perch.run("restore", str(tmp_path / "text"), "--check", "--json")
    assert (ended.exit_code, ended.json["restorable"]) == (1, False)


def test_too_little_room_ends_with_1_and_says_how_much(
    perch: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    perch("backup", str(tmp_path / "backup.db"))
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 -- what shutil gives
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 1000))
    ended = perch.run("restore", str(tmp_path / "backup.db"), "--check")
    assert ended.exit_code == 1
    assert "must be free and 1.0 kB are" in ended.err


def test_json_is_for_the_check(perch: CommandLine, tmp_path: Path) -> None:
    ended = perch.run("restore", str(tmp_path / "backup.db"), "--json")
    assert ended.exit_code == 2
    assert "--json goes with --check" in ended.err
