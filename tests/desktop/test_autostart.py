from __future__ import annotations

import ctypes.util
import json
import plistlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings

from desktop import autostart
from desktop.autostart import ENTRY, AutostartEntry, LaunchAgent, RunKey, exec_line
from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.autostart import Autostart

COMMAND = ["/opt/my programs/python", "-P", "-m", "desktop", "--hidden"]


@pytest.fixture(params=["xdg", "launchd", "registry"])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Autostart:
    """Each system's way, on files of the test's own."""
    if request.param == "xdg":
        return AutostartEntry(tmp_path / "autostart" / ENTRY)
    if request.param == "launchd":
        return LaunchAgent(tmp_path / "LaunchAgents" / "perch.plist")
    return RunKey(QSettings(str(tmp_path / "registry.ini"), QSettings.Format.IniFormat))


def test_it_is_switched_on_and_off_again(system: Autostart) -> None:
    assert not system.is_enabled()
    system.enable(COMMAND)
    assert system.is_enabled()
    system.enable(COMMAND)
    system.disable()
    assert not system.is_enabled()
    system.disable()


@pytest.mark.parametrize("way", [AutostartEntry, LaunchAgent])
def test_a_place_that_refuses_is_a_fault(way: type[AutostartEntry | LaunchAgent], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    system = way(tmp_path / "file" / "entry")
    with pytest.raises(Fault) as refused:
        system.enable(COMMAND)
    assert refused.value.code is FaultCode.FOLDER_UNWRITABLE
    assert not system.is_enabled()
    (tmp_path / "folder" / "entry").mkdir(parents=True)
    with pytest.raises(Fault):
        way(tmp_path / "folder" / "entry").disable()


def test_a_registry_that_refuses_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    system = RunKey(QSettings(str(tmp_path / "file" / "registry.ini"), QSettings.Format.IniFormat))
    with pytest.raises(Fault):
        system.enable(COMMAND)


# Linux


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="these have their own ways")
def test_the_entry_lies_where_the_session_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    autostart.enable(COMMAND)
    assert autostart.is_enabled()
    entry = (tmp_path / "config" / "autostart" / ENTRY).read_text()
    assert entry.startswith("[Desktop Entry]\nType=Application\n")
    assert 'Exec="/opt/my programs/python" -P -m desktop --hidden\n' in entry
    autostart.disable()
    assert not autostart.is_enabled()
    assert list((tmp_path / "config" / "autostart").iterdir()) == []


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="these have their own ways")
@pytest.mark.parametrize("value", [None, "", "relative"])
def test_without_a_place_of_its_own_it_is_the_usual_one(
    value: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    if value is not None:
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
    autostart.enable(COMMAND)
    assert (tmp_path / ".config" / "autostart" / ENTRY).is_file()


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_what_a_tool_of_the_system_switched_off_is_off(line: str, tmp_path: Path) -> None:
    system = AutostartEntry(tmp_path / ENTRY)
    system.enable(COMMAND)
    content = (tmp_path / ENTRY).read_text()
    (tmp_path / ENTRY).write_text(f"{content.replace('X-GNOME-Autostart-enabled=true', '')}{line}\n")
    assert not system.is_enabled()
    system.enable(COMMAND)
    assert system.is_enabled()


@pytest.mark.parametrize(
    ("argument", "written"),
    [
        ("plain-1.0/x_y", "plain-1.0/x_y"),
        ("two words", '"two words"'),
        ("", '""'),
        ("50%", "50%%"),
        ('a"b', '"a\\\\"b"'),
        ("a\\b", '"a\\\\\\\\b"'),
        ("$HOME", '"\\\\$HOME"'),
        ("`x`", '"\\\\`x\\\\`"'),
        ("it's", '"it\'s"'),
    ],
)
def test_arguments_are_quoted_twice(argument: str, written: str) -> None:
    assert exec_line(["perch", argument]) == f"perch {written}"


HOSTILE = ["two words", 'quo"te', "back\\slash", "$HOME", "`id`", "per%cent", "it's", "a;b", "ü", "", "~", "#x", "*"]


@pytest.mark.skipif(ctypes.util.find_library("gio-2.0") is None, reason="needs glib, an independent reader")
def test_the_library_of_gnome_reads_what_we_wrote(tmp_path: Path) -> None:
    """The line, unescaped by glib's key file reader and split by its shell parser, is the command again."""
    AutostartEntry(tmp_path / ENTRY).enable(["perch", *HOSTILE])
    reader = f"""
import ctypes, json
glib = ctypes.CDLL({ctypes.util.find_library("glib-2.0")!r})
glib.g_key_file_new.restype = ctypes.c_void_p
glib.g_key_file_get_string.restype = ctypes.c_char_p
key_file = ctypes.c_void_p(glib.g_key_file_new())
assert glib.g_key_file_load_from_file(key_file, {str(tmp_path / ENTRY)!r}.encode(), 0, None)
line = glib.g_key_file_get_string(key_file, b"Desktop Entry", b"Exec", None)
count, words = ctypes.c_int(), ctypes.POINTER(ctypes.c_char_p)()
assert glib.g_shell_parse_argv(ctypes.c_char_p(line), ctypes.byref(count), ctypes.byref(words), None)
print(json.dumps([words[number].decode().replace("%%", "%") for number in range(count.value)]))
"""
    done = subprocess.run([sys.executable, "-c", reader], check=True, capture_output=True, text=True)

    assert json.loads(done.stdout) == ["perch", *HOSTILE]


# macOS and Windows: what is written, not that their systems read it


def test_the_launch_agent_runs_at_login(tmp_path: Path) -> None:
    LaunchAgent(tmp_path / "a.plist").enable(COMMAND)
    agent = plistlib.loads((tmp_path / "a.plist").read_bytes())
    assert (agent["ProgramArguments"], agent["RunAtLoad"]) == (COMMAND, True)


@pytest.mark.parametrize("content", [b"", b"no plist", plistlib.dumps([]), plistlib.dumps({"RunAtLoad": False})])
def test_another_file_is_no_launch_agent(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.plist").write_bytes(content)
    assert not LaunchAgent(tmp_path / "a.plist").is_enabled()


def test_the_run_key_holds_a_command_line_of_windows(tmp_path: Path) -> None:
    registry = QSettings(str(tmp_path / "registry.ini"), QSettings.Format.IniFormat)
    RunKey(registry).enable(COMMAND)
    assert registry.value(autostart.NAME) == '"/opt/my programs/python" -P -m desktop --hidden'
    assert registry.allKeys() == [autostart.NAME]


@pytest.mark.parametrize(("platform", "way"), [("win32", RunKey), ("darwin", LaunchAgent), ("linux", AutostartEntry)])
def test_each_system_has_its_way(platform: str, way: type[Autostart], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert isinstance(autostart.autostart(), way)
