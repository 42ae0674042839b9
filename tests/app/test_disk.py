"""A disk that is full or read-only refuses writes and nothing else; when it is well again, so is the endpoint."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.http.watching import HEALTH, READY
from server.workspace import Workspace
from tests.cli.command_line import CommandLine
from tests.endpoint import READY as READY_LINE
from tests.endpoint import command, make_token
from tests.http.client import Wire, ask, message, patch, person
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.endpoint import RunningEndpoint, Serve

SIZE = 64 << 20
"""Bytes of the disk: readiness asks for 50 MB."""


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


class Disk:
    """A small file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave not one page."""
        with self._ballast.open("wb", buffering=0) as file:
            size = 0
            # The endpoint may take some of what was free a moment ago.
            while free := os.statvfs(self.folder).f_bavail * os.statvfs(self.folder).f_frsize:
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), size, free)
                    size += free

    def free(self) -> None:
        self._ballast.unlink()

    def make_read_only(self) -> None:
        mount("-o", "remount,ro", str(self.folder))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        mount("-t", "tmpfs", "-o", f"size={SIZE},mode=700", "perch-test", str(folder))
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        pytest.skip(f"this machine mounts no tmpfs: {error}")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def create(running: RunningEndpoint, name: str) -> int:
    return ask(running, "POST", "/Users", person(name)).status


def names(running: RunningEndpoint) -> set[str]:
    answer = ask(running, "GET", "/Users?count=1000&attributes=userName")
    assert answer.status == 200
    return {one["userName"] for one in answer.json["Resources"]}


def watched(running: RunningEndpoint, path: str) -> int:
    with Wire(running.port) as wire:
        wire.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return wire.answer().status


def refused_until(running: RunningEndpoint, kept: set[str]) -> str:
    """Write until the disk refuses, which what it has allotted already may put off; give the sentence."""
    for number in range(10_000):
        answer = ask(running, "POST", "/Users", person(f"filling{number}", title="x" * 2_000))
        if answer.status != 201:
            return answer.refused(503)
        kept.add(f"filling{number}")
    pytest.fail("the disk was never full")


def test_a_full_disk_refuses_writes_serves_reads_and_recovers_by_itself(serve: Serve, disk: Disk) -> None:
    running = serve(data_dir=disk.data)
    ada = ask(running, "POST", "/Users", person("ada")).json["id"]
    kept = {"ada"}
    disk.fill()
    assert "disk_full" in refused_until(running, kept)
    title = patch("replace", "title", "x" * 5_000)
    with Wire(running.port) as wire:
        # One connection all along: a refusal for the disk's sake is no reason to hang up on Okta.
        for _ in range(20):
            wire.send(message(running, "PATCH", f"/Users/{ada}", str(title).replace("'", '"').encode()))
            assert "disk_full" in wire.answer().refused(503)
            wire.send(message(running, "GET", f"/Users/{ada}"))
            assert "title" not in wire.answer().json
    assert names(running) == kept
    assert watched(running, READY) == 503
    assert watched(running, HEALTH) == 200
    disk.free()
    assert create(running, "grace") == 201
    assert ask(running, "PATCH", f"/Users/{ada}", title).status == 200
    disk.fill()
    refused_until(running, kept)
    assert running.stop() == 0, "it ends well on a full disk, too"
    disk.free()
    again = serve(data_dir=disk.data, token=running.token)
    assert names(again) == kept | {"grace"}
    assert again.stop() == 0
    assert CommandLine(disk.data)("activity", "--json").json, "the log of requests goes on, too"


def test_an_endpoint_does_not_start_on_a_full_disk_without_saying_why(disk: Disk) -> None:
    make_token(disk.data, "tests")
    disk.fill()
    ended = started(disk)
    if ended.returncode == 0:
        assert ended.stdout.startswith(READY_LINE), "what is there can be read, so serving it is right"
    else:
        assert "The disk is full" in ended.stderr
        assert "Traceback" not in ended.stderr


def started(disk: Disk) -> subprocess.CompletedProcess[str]:
    """Start an endpoint whose parent is gone already, so that it ends by itself."""
    return subprocess.run(
        command("serve", "--port", "0", "--parent-watch", data_dir=disk.data),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lock(folder: Path, how: str) -> None:
    """Make the files of the databases immutable, for root too and where they are open already, or writable again."""
    files = [str(folder / f"{name}{suffix}") for name in ("perch.db", "activity.db") for suffix in ("", "-wal")]
    subprocess.run(["chattr", how, *files], check=True, capture_output=True)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root on Linux may make files immutable")
def test_files_that_become_read_only_are_read_and_written_again_when_they_may_be(serve: Serve) -> None:
    running = serve()
    ada = ask(running, "POST", "/Users", person("ada")).json["id"]
    try:
        lock(running.data_dir, "+i")
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip("this file system knows no immutable files")
    try:
        for _ in range(3):
            assert "folder_unwritable" in ask(running, "POST", "/Users", person("grace")).refused(503)
            assert ask(running, "GET", f"/Users/{ada}").status == 200
            assert names(running) == {"ada"}
        assert watched(running, READY) == 503
        assert watched(running, HEALTH) == 200
    finally:
        lock(running.data_dir, "-i")
    assert create(running, "grace") == 201
    assert names(running) == {"ada", "grace"}


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root on Linux may mount a disk")
def test_a_disk_that_the_system_gives_up_is_still_read(serve: Serve, tmp_path: Path) -> None:
    image, folder = tmp_path / "image", tmp_path / "disk"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(2 * SIZE)
    try:
        subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True, capture_output=True)
        mount("-o", "loop", str(image), str(folder))
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        pytest.skip(f"this machine mounts no image: {error}")
    try:
        running = serve(data_dir=folder / "data")
        assert create(running, "ada") == 201
        # As after a fault of the device: open files are not closed, nothing is written any more.
        mount("-o", "remount,abort", str(folder))
        for _ in range(20):
            ask(running, "POST", "/Users", person("grace")).refused(503)
            assert names(running) == {"ada"}
        assert watched(running, READY) == 503
        assert running.stop() == 0
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_serving_a_read_only_folder_is_refused_with_a_remedy(disk: Disk) -> None:
    make_token(disk.data, "tests")
    disk.make_read_only()
    ended = started(disk)
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert str(disk.data) in ended.stderr
    assert "cannot be written to" in ended.stderr
    assert "--data-dir" in ended.stderr


def test_a_backup_and_a_restore_without_room_say_which_disk_and_change_nothing(disk: Disk, tmp_path: Path) -> None:
    perch = CommandLine(tmp_path / "data")
    perch("group", "create", "G")
    perch("backup", str(tmp_path / "backup.db"))
    small = CommandLine(disk.data)
    small("group", "create", "There")
    disk.fill()
    said = perch.refused("backup", str(disk.folder / "backup.db"))
    assert f"The disk is full: {disk.folder} " in said
    assert "The disk is full" in small.refused("restore", str(tmp_path / "backup.db"))
    assert not [*disk.folder.glob("backup.db*"), *disk.data.glob("*restor*")]
    disk.free()
    assert [line[0] for line in small("group", "list").lines] == ["There"]
    damaged = os.urandom(8192)
    (disk.data / "perch.db").write_bytes(damaged)
    disk.fill()
    assert f"The disk is full: {disk.data} " in small.refused("restore", str(tmp_path / "backup.db"))
    assert (disk.data / "perch.db").read_bytes() == damaged
    disk.free()
    assert small("restore", str(tmp_path / "backup.db")).exit_code == 0
    assert [line[0] for line in small("group", "list").lines] == ["G"]


def test_a_restore_that_is_in_the_log_is_done_although_it_cannot_be_folded(disk: Disk, tmp_path: Path) -> None:
    perch = CommandLine(tmp_path / "data")
    with Workspace.open(perch.folder, ServerConfig()) as workspace:
        for number in range(200):
            workspace.create("User", person(str(number), title="t" * 60_000))
    perch("backup", str(tmp_path / "backup.db"))
    size = (tmp_path / "backup.db").stat().st_size
    small = CommandLine(disk.data)
    small("group", "create", "There")
    disk.fill()
    os.truncate(disk.folder / "ballast", (disk.folder / "ballast").stat().st_size - size * 3 // 2)
    assert "200 people, 0 groups" in small("restore", str(tmp_path / "backup.db")).err
    disk.free()
    assert small("group", "list").lines == []
