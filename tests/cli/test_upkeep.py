"""Backup, restore and doctor, as typed."""

from __future__ import annotations

import http.client
import sqlite3
import stat
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import orjson
import pytest

from server.workspace import DATABASE
from tests.cli.command_line import CommandLine
from tests.endpoint import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endpoint import RunningEndpoint, Serve


def post(connection: http.client.HTTPConnection, running: RunningEndpoint, number: int) -> int:
    body = {
        "userName": f"user{number}",
        "name": {"givenName": "Given", "familyName": "Family"},
        "emails": [{"value": f"user{number}@example.com"}],
    }
    headers = {"Authorization": f"Bearer {running.token}"}
    connection.request("POST", "/scim/v2/Users", orjson.dumps(body), headers)
    response = connection.getresponse()
    response.read()
    return response.status


def test_a_backup_while_okta_writes_is_whole(serve: Serve, tmp_path: Path) -> None:
    running = serve()
    perch = CommandLine(running.data_dir)
    written: list[int] = []
    started, enough = threading.Event(), threading.Event()

    def write() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)) as connection:
            while not enough.is_set():
                assert post(connection, running, len(written)) == 201
                written.append(len(written))
                started.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert started.wait(PATIENCE)
        for number in range(3):
            before = len(written)
            perch("backup", str(tmp_path / f"{number}.db"))
            after = len(written) + 1
            with closing(sqlite3.connect(tmp_path / f"{number}.db")) as copy:
                (count,) = copy.execute("SELECT count(*) FROM resource").fetchone()
                assert before <= count <= after
                assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        enough.set()
        writer.join()


def test_a_backup_has_a_place_of_its_own(perch: CommandLine) -> None:
    perch("group", "create", "G")
    first, second = (perch("backup").out.strip() for _ in range(2))
    assert first != second
    folder = perch.folder / "backups"
    assert {str(one) for one in folder.iterdir()} == {first, second}
    assert sys.platform == "win32" or stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_backup_into_a_folder_that_is_not_there_names_that_and_not_the_data_folder(
    perch: CommandLine, tmp_path: Path
) -> None:
    said = perch.refused("backup", str(tmp_path / "missing" / "x"))
    assert said == f"{tmp_path / 'missing'} cannot be written to: name a file in a folder that is there and yours."


def test_a_backup_replaces_nothing(perch: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    assert "exists already" in perch.refused("backup", str(tmp_path / "precious"))
    assert (tmp_path / "precious").read_text() == "precious"


def test_a_backup_for_cron_rotates_and_says_only_its_name(perch: CommandLine, tmp_path: Path) -> None:
    place = tmp_path / "mounted"
    place.mkdir()
    (place / "notes.txt").write_text("mine")
    made = [perch("backup", "--to", str(place), "--keep", "2") for _ in range(3)]
    assert {ended.err for ended in made} == {""}
    backups = {str(one) for one in place.iterdir() if one.suffix == ".db"}
    assert len(backups) == 2
    assert made[-1].out.strip() in backups
    assert (place / "notes.txt").read_text() == "mine"


def test_a_backup_into_a_folder_that_is_not_mounted_fails(perch: CommandLine, tmp_path: Path) -> None:
    said = perch.refused("backup", "--to", str(tmp_path / "mounted"), "--keep", "2")
    assert "mount the disk" in said
    assert not (tmp_path / "mounted").exists()


@pytest.mark.parametrize("arguments", [("x.db", "--to", "."), ("--keep", "2"), ("--to", ".", "--keep", "0")])
def test_what_does_not_go_together_is_refused(perch: CommandLine, arguments: tuple[str, ...]) -> None:
    assert perch.run("backup", *arguments).exit_code == 2


def test_a_restore_undoes_what_came_after_the_backup(perch: CommandLine, tmp_path: Path) -> None:
    perch("group", "create", "before")
    perch("backup", str(tmp_path / "backup.db"))
    perch("group", "delete", "before", "--yes")
    ended = perch("restore", str(tmp_path / "backup.db"))
    assert "0 people, 1 groups" in ended.err
    assert [line[0] for line in perch("group", "list").lines] == ["before"]
    kept = ended.err.partition("before is in ")[2].strip().rstrip(".")
    assert perch("restore", kept).exit_code == 0
    assert perch("group", "list").lines == []


def test_a_damaged_workspace_is_brought_back(perch: CommandLine, tmp_path: Path) -> None:
    perch("group", "create", "before")
    perch("backup", str(tmp_path / "backup.db"))
    (perch.folder / DATABASE).write_bytes(b"garbage" * 1000)
    perch("restore", str(tmp_path / "backup.db"))
    assert [line[0] for line in perch("group", "list").lines] == ["before"]


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, None])
def test_what_is_no_backup_is_refused(perch: CommandLine, tmp_path: Path, content: bytes | None) -> None:
    perch("group", "create", "before")
    if content is not None:
        (tmp_path / "source").write_bytes(content)
    assert "cannot be used as a backup" in perch.refused("restore", str(tmp_path / "source"))
    assert [line[0] for line in perch("group", "list").lines] == ["before"]


def test_a_newer_backup_is_refused(perch: CommandLine, tmp_path: Path) -> None:
    perch("backup", str(tmp_path / "backup.db"))
    with closing(sqlite3.connect(tmp_path / "backup.db")) as connection:
        connection.execute("PRAGMA user_version = 9999")
    assert "newer Perch" in perch.refused("restore", str(tmp_path / "backup.db"))


def test_nothing_is_restored_under_a_running_endpoint(serve: Serve, tmp_path: Path) -> None:
    running = serve()
    perch = CommandLine(running.data_dir)
    perch("backup", str(tmp_path / "backup.db"))
    said = perch.refused("restore", str(tmp_path / "backup.db"))
    assert running.base_url in said
    assert running.stop() == 0
    assert perch("restore", str(tmp_path / "backup.db")).exit_code == 0


def test_a_doctor_finds_a_healthy_folder_healthy(perch: CommandLine) -> None:
    perch("token", "create", "Okta")
    ended = perch("doctor")
    assert {line[0] for line in ended.lines} <= {"ok", "warn"}
    assert {line[1] for line in ended.lines} >= {"Database", "Disk space", "Keyring", "Endpoint", "Tokens"}
    assert ended.err == ""


def test_a_doctor_names_the_failure_and_its_remedy(perch: CommandLine) -> None:
    perch.folder.mkdir(mode=0o700)
    (perch.folder / DATABASE).write_bytes(b"garbage" * 1000)
    ended = perch.run("doctor")
    assert ended.exit_code == 1
    (failed,) = [line for line in ended.lines if line[0] == "fail"]
    assert "perch restore" in failed[2]
    assert "1 of 7 checks failed" in ended.err
    found = perch.run("doctor", "--json")
    assert found.exit_code == 1
    assert [one["subject"] for one in found.json if one["level"] == "fail"] == ["Database"]


def test_a_doctor_sees_the_running_endpoint(serve: Serve) -> None:
    running = serve()
    (line,) = [one for one in CommandLine(running.data_dir)("doctor").lines if one[1] == "Endpoint"]
    assert line[0] == "ok"
    assert running.base_url in line[2]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals here")
def test_a_person_sees_signs(perch: CommandLine) -> None:
    perch("token", "create", "Okta")
    seen = perch.on_terminal("doctor", width=80)
    assert "✓" in seen
    assert "Keyring" in seen
