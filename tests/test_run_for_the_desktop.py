"""What run.py knows of the machine on behalf of the desktop: a display, the libraries of Qt, fonts."""

from __future__ import annotations

import re
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

import run

PARTS = ("Core", "Gui", "Widgets", "Network", "DBus", "Svg", "XcbQpa", "WaylandClient")


def linked(path: Path) -> list[str]:
    """Return the sonames that a shared library is linked to, read from its dynamic section's strings."""
    return sorted({name.decode() for name in re.findall(rb"\x00([\w.+-]+\.so\.[0-9]+)(?=\x00)", path.read_bytes())})


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "1"}, True),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"SSH_CONNECTION": "1"}, False),
        ("win32", {}, True),
        ("darwin", {}, True),
        ("darwin", {"SSH_CONNECTION": "1"}, False),
    ],
)
def test_whether_a_window_could_be_seen(
    platform: str, variables: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert run.has_display() is expected


@pytest.mark.skipif(sys.platform != "linux", reason="these are Linux's")
def test_the_libraries_of_qt_are_known_to_be_here_or_not() -> None:
    assert run.library("libc.so.6")
    assert not run.library("libnowhere.so.7")


@pytest.mark.skipif(sys.platform != "linux", reason="these are Linux's")
def test_the_list_of_libraries_is_what_qt_is_linked_to() -> None:
    """With what is in the list, and what that needs in turn, Qt finds all it is linked to."""
    qt = Path(str(distribution("PySide6_Essentials").locate_file("PySide6/Qt")))
    parts = [*qt.glob("plugins/platforms/libq[xwo]*.so"), *(qt / "lib" / f"libQt6{part}.so.6" for part in PARTS)]
    needed = {name for part in parts for name in linked(part)}
    basic = re.compile(r"lib(Qt6.*|icu.*|c|m|gcc_s|stdc\+\+|pthread|dl|rt|resolv|z|gthread-2\.0)\.so.*|ld-linux.*")
    named = {**run.QT, **run.QT_ON_X11, **run.QT_ON_WAYLAND}
    implied = {"libxcb.so.1", "libxcb-render.so.0", "libxcb-shm.so.0", "libbrotlicommon.so.1"}
    assert {name for name in needed if not basic.fullmatch(name)} - implied <= named.keys()


@pytest.mark.parametrize(
    ("names", "present"), [(["Inter-Regular.otf"], True), (["Interesting.otf"], False), ([], False)]
)
def test_a_font_is_known_by_its_file(
    names: list[str], present: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / ".local/share/fonts/inter"
    place.mkdir(parents=True)
    for name in names:
        (place / name).touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(
        Path, "rglob", lambda self, pattern: Path.glob(self, f"**/{pattern}") if tmp_path in self.parents else []
    )
    assert run.font("Inter[-.]*")() is present
