"""How systemd is spoken to: which folder, which words, and what becomes of a failure; `systemctl` is a test's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from server.cli import systemd
from server.cli.invocation import Failure
from server.cli.systemd import SYSTEM_UNITS, UNIT, Systemd

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")


@pytest.fixture
def manager(tmp_path: Path) -> Systemd:
    return Systemd(user=True, units=tmp_path / "units")


def answer_with(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a script be this machine's `systemctl`."""
    program = folder / "systemctl"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_the_system_and_each_user_have_their_own_folder_and_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "")
    assert Systemd.of(user=False).path == SYSTEM_UNITS / UNIT == Path("/etc/systemd/system/perch.service")
    assert Systemd.of(user=True).path == Path.home() / ".config" / "systemd" / "user" / UNIT
    monkeypatch.setenv("XDG_CONFIG_HOME", "/conf")
    assert Systemd.of(user=True).units == Path("/conf/systemd/user")
    assert Systemd.of(user=False).command("enable", UNIT) == ["systemctl", "enable", UNIT]
    assert Systemd.of(user=True).command("daemon-reload") == ["systemctl", "--user", "daemon-reload"]


def test_a_unit_is_written_whole_and_readable(manager: Systemd) -> None:
    manager.write("[Unit]\n")
    manager.write("[Unit]\nDescription=é\n")
    assert manager.path.read_text("utf-8").endswith("é\n")
    assert [one.name for one in manager.units.iterdir()] == [UNIT]
    assert manager.path.stat().st_mode & 0o777 == 0o644


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failure, match="cannot be written"):
        Systemd(user=True, units=tmp_path / "file").write("")


def test_properties_are_read_and_a_manager_that_does_not_answer_has_none(
    manager: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with("echo ActiveState=active; echo StatusText=a=b", tmp_path, monkeypatch)
    assert manager.properties(["ActiveState", "StatusText"]) == {"ActiveState": "active", "StatusText": "a=b"}
    answer_with("exit 1", tmp_path, monkeypatch)
    assert manager.properties(["ActiveState"]) == {}


@pytest.mark.parametrize(
    ("script", "words"), [("echo no bus >&2; exit 1", "no bus"), ("echo out; exit 4", "out"), ("exit 4", "exit code 4")]
)
def test_a_command_that_fails_is_told_in_its_own_words(
    manager: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    answer_with(script, tmp_path, monkeypatch)
    with pytest.raises(Failure, match=f"`systemctl --user enable` failed: {words}"):
        manager.tell("enable")


def test_without_systemctl_there_is_nothing_to_talk_to(
    manager: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="not run by systemd"):
        manager.check()
    with pytest.raises(Failure, match="could not be run"):
        manager.tell("enable")


def test_only_root_changes_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with("", tmp_path, monkeypatch)
    monkeypatch.setattr(systemd, "BOOTED", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Failure, match="sudo"):
        Systemd.of(user=False).check()
    Systemd.of(user=True).check()
