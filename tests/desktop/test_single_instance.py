from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtNetwork import QLocalSocket

from desktop.single_instance import ACTIVATION, LONGEST_MESSAGE, SingleInstance
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

PATIENCE = 20_000
SCRIPT = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from desktop.single_instance import SingleInstance
app = QCoreApplication([])
instance = SingleInstance(Path(sys.argv[1]), patience=float(sys.argv[2]))
if not instance.claim(sys.argv[3:]):
    sys.exit(0)
print("first", flush=True)
app.exec()
"""


def started(folder: Path, *arguments: str, patience: float = 10) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SCRIPT, str(folder), str(patience), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def first(qtbot: QtBot, workspace_folder: Path) -> Iterator[SingleInstance]:
    instance = SingleInstance(workspace_folder)
    assert instance.claim()
    yield instance
    instance.release()


def test_a_second_start_shows_the_first_window_and_ends(
    qtbot: QtBot, first: SingleInstance, workspace_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ACTIVATION, raising=False)
    with qtbot.waitSignal(first.asked, timeout=PATIENCE) as asked:
        second = started(workspace_folder, "--page", "tokens é")
    assert asked.args == [["--page", "tokens é"]]
    said, _ = second.communicate(timeout=20)
    assert (said, second.returncode) == ("", 0)
    assert ACTIVATION not in os.environ


def test_the_first_window_may_come_to_the_front_where_wayland_decides(
    qtbot: QtBot, first: SingleInstance, workspace_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ACTIVATION, "of the second start")
    with qtbot.waitSignal(first.asked, timeout=PATIENCE):
        second = started(workspace_folder)
        monkeypatch.delenv(ACTIVATION)
    assert os.environ[ACTIVATION] == "of the second start"
    monkeypatch.delenv(ACTIVATION)
    second.communicate(timeout=20)


def test_other_folders_have_windows_of_their_own(qtbot: QtBot, first: SingleInstance, tmp_path: Path) -> None:
    other = SingleInstance(tmp_path)
    assert other.name != first.name
    assert other.claim()
    other.release()


def test_once_released_the_next_is_the_first(qtbot: QtBot, first: SingleInstance, workspace_folder: Path) -> None:
    first.release()
    another = SingleInstance(workspace_folder)
    assert another.claim()
    another.release()


def test_what_a_killed_desktop_left_behind_is_in_nobodys_way(qtbot: QtBot, workspace_folder: Path) -> None:
    killed = started(workspace_folder)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "first\n"
    killed.kill()
    killed.communicate()
    instance = SingleInstance(workspace_folder)
    assert instance.claim()
    with qtbot.waitSignal(instance.asked, timeout=PATIENCE):
        second = started(workspace_folder)
    second.communicate(timeout=20)
    instance.release()


def test_better_two_windows_than_none(qtbot: QtBot, first: SingleInstance, workspace_folder: Path) -> None:
    """The first, here in the same process, cannot answer while the second waits."""
    second = SingleInstance(workspace_folder, patience=0.1)
    assert second.claim()
    second.release()


def test_the_very_first_start_is_the_first_too(qtbot: QtBot, tmp_path: Path) -> None:
    instance = SingleInstance(tmp_path / "is" / "not there")
    assert instance.claim()
    with qtbot.waitSignal(instance.asked, timeout=PATIENCE):
        second = started(tmp_path / "is" / "not there")
    second.communicate(timeout=20)
    instance.release()


def test_a_folder_that_takes_no_lock_keeps_nobody_out(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    instance = SingleInstance(tmp_path / "file")
    assert instance.claim()
    instance.release()


@pytest.mark.parametrize("message", [b"\n", b"{}\n", b"[1]\n", b"\xff\n", b'{"arguments": 7}\n'])
def test_a_knock_that_cannot_be_understood_shows_the_window(
    qtbot: QtBot, first: SingleInstance, message: bytes
) -> None:
    socket = QLocalSocket()
    with qtbot.waitSignal(first.asked, timeout=PATIENCE) as asked:
        socket.connectToServer(first.name)
        socket.write(message)
    assert asked.args == [[]]


def test_a_message_without_end_is_cut_off(qtbot: QtBot, first: SingleInstance) -> None:
    asked: list[object] = []
    first.asked.connect(asked.append)
    socket = QLocalSocket()
    with qtbot.waitSignal(socket.disconnected, timeout=PATIENCE):
        socket.connectToServer(first.name)
        socket.write(b"x" * (LONGEST_MESSAGE + 1))
    assert asked == []


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no modes")
def test_only_its_user_can_knock(first: SingleInstance) -> None:
    path = first._server.fullServerName()
    assert os.stat(path).st_mode & 0o077 == 0  # noqa: PTH116  the name is Qt's
