from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from desktop import server_process
from desktop.server_process import DELAYS, HEALTHY_AFTER, ServerProcess, State, Status, next_free_port
from server.faults import FaultCode
from server.workspace import ACTIVITY, DATABASE, serving
from tests.cli.command_line import CommandLine
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.endpoint import Serve

    Make = Callable[..., ServerProcess]

PATIENCE = 20_000


@pytest.fixture
def make(qtbot: QtBot, workspace_folder: Path) -> Iterator[Make]:
    """Make a ServerProcess that is ended with the test."""
    made: list[ServerProcess] = []

    def make(*, delays: Sequence[float] = DELAYS, healthy_after: float = HEALTHY_AFTER) -> ServerProcess:
        made.append(ServerProcess(workspace_folder, delays=delays, healthy_after=healthy_after))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def kill(qtbot: QtBot, endpoint: ServerProcess) -> None:
    """Kill the child and wait until that was noticed."""
    number, restarts = endpoint.process_id, endpoint.status.restarts
    assert number is not None
    os.kill(number, signal.SIGKILL)
    qtbot.waitUntil(lambda: endpoint.status.restarts > restarts, timeout=PATIENCE)


def wait_for(qtbot: QtBot, endpoint: ServerProcess, state: State, timeout: int = PATIENCE) -> Status:
    qtbot.waitUntil(lambda: endpoint.status.state is state, timeout=timeout)
    return endpoint.status


def states_of(endpoint: ServerProcess) -> list[State]:
    seen: list[State] = []
    endpoint.changed.connect(lambda status: seen.append(status.state))
    return seen


def answers(url: str) -> int:
    try:
        with urllib.request.urlopen(f"{url}/ServiceProviderConfig", timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_serves_the_folder(qtbot: QtBot, make: Make, workspace_folder: Path) -> None:
    endpoint = make()
    assert endpoint.status == Status(State.PAUSED)
    seen = states_of(endpoint)
    endpoint.start()
    status = wait_for(qtbot, endpoint, State.SERVING)
    assert seen == [State.STARTING, State.SERVING]
    assert answers(status.local_url) in {200, 401}
    assert status.base_url == status.local_url
    assert status.since.endswith("Z")
    assert status.is_serving
    found = serving(workspace_folder)
    assert found is not None
    assert found.pid == endpoint.process_id


def test_starting_twice_starts_one(qtbot: QtBot, make: Make) -> None:
    endpoint = make()
    endpoint.start()
    endpoint.start()
    wait_for(qtbot, endpoint, State.SERVING)
    number = endpoint.process_id
    endpoint.start()
    assert endpoint.process_id == number


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no sessions")
def test_ctrl_c_at_the_terminal_is_not_for_the_child(qtbot: QtBot, make: Make) -> None:
    endpoint = make()
    endpoint.start()
    wait_for(qtbot, endpoint, State.SERVING)
    number = endpoint.process_id
    assert number is not None
    assert os.getsid(number) == number != os.getsid(0)


def test_what_the_child_complains_about_is_in_our_log(
    qtbot: QtBot, make: Make, workspace_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (workspace_folder / ACTIVITY).write_bytes(b"garbage" * 1000)
    endpoint = make()
    endpoint.start()
    wait_for(qtbot, endpoint, State.SERVING)
    assert "The log of requests was damaged" in caplog.text
    (complaint,) = (line for line in endpoint.lines if "WARNING" in line)
    assert str(workspace_folder) in complaint


def test_stopping_ends_the_child_and_frees_the_folder(qtbot: QtBot, make: Make, workspace_folder: Path) -> None:
    endpoint = make()
    endpoint.start()
    url = wait_for(qtbot, endpoint, State.SERVING).local_url
    endpoint.stop()
    assert endpoint.process_id is None
    assert answers(url) == 0
    assert serving(workspace_folder) is None
    assert endpoint.status == Status(State.PAUSED)


def test_stopping_before_it_is_ready_leaves_nothing_behind(qtbot: QtBot, make: Make, workspace_folder: Path) -> None:
    endpoint = make()
    endpoint.start()
    qtbot.waitUntil(lambda: endpoint.process_id is not None, timeout=PATIENCE)
    number = endpoint.process_id
    assert number is not None
    endpoint.stop()
    assert not is_alive(number)
    assert serving(workspace_folder) is None


def test_a_child_that_does_not_end_is_killed(
    qtbot: QtBot, make: Make, monkeypatch: pytest.MonkeyPatch, workspace_folder: Path
) -> None:
    monkeypatch.setattr(server_process, "GRACE", 0.2)
    endpoint = make()
    endpoint.start()
    wait_for(qtbot, endpoint, State.SERVING)
    number = endpoint.process_id
    assert number is not None
    os.kill(number, signal.SIGSTOP)
    endpoint.stop()
    assert not is_alive(number)
    assert serving(workspace_folder) is None


def test_it_pauses_and_resumes(qtbot: QtBot, make: Make, workspace_folder: Path) -> None:
    endpoint = make()
    endpoint.start()
    wait_for(qtbot, endpoint, State.SERVING)
    endpoint.pause()
    assert wait_for(qtbot, endpoint, State.PAUSED) == Status(State.PAUSED)
    assert serving(workspace_folder) is None
    endpoint.resume()
    status = wait_for(qtbot, endpoint, State.SERVING)
    assert (status.restarts, status.last_exit) == (0, "")


def test_resumed_while_it_still_ends_it_serves_again(qtbot: QtBot, make: Make) -> None:
    endpoint = make()
    endpoint.start()
    wait_for(qtbot, endpoint, State.SERVING)
    first = endpoint.process_id
    endpoint.pause()
    endpoint.resume()
    qtbot.waitUntil(
        lambda: endpoint.status.state is State.SERVING and endpoint.process_id not in {None, first}, timeout=PATIENCE
    )


def test_it_restarts_with_the_settings_of_now(qtbot: QtBot, make: Make, workspace_folder: Path) -> None:
    endpoint = make()
    endpoint.start()
    first = wait_for(qtbot, endpoint, State.SERVING)
    (workspace_folder / "perch.toml").write_text('port = 0\npublic_url = "https://scim.example.com"\n')
    endpoint.restart()
    assert endpoint.status.state is State.STARTING
    status = wait_for(qtbot, endpoint, State.SERVING)
    assert status.base_url == "https://scim.example.com/scim/v2"
    assert status.local_url != first.local_url
    assert status.restarts == 0, "asked for is not fallen over"


def test_what_is_paused_is_not_restarted(qtbot: QtBot, make: Make) -> None:
    endpoint = make()
    endpoint.restart()
    assert endpoint.status.state is State.PAUSED
    assert endpoint.process_id is None


def test_killed_it_is_restarted_and_says_so(qtbot: QtBot, make: Make) -> None:
    endpoint = make()
    endpoint.start()
    wait_for(qtbot, endpoint, State.SERVING)
    seen = states_of(endpoint)
    number = endpoint.process_id
    kill(qtbot, endpoint)
    qtbot.waitUntil(lambda: State.SERVING in seen, timeout=PATIENCE)
    assert seen[0] is State.RESTARTING
    assert endpoint.status.restarts == 1
    assert endpoint.status.last_exit == "killed by signal 9"
    assert endpoint.process_id != number
    assert answers(endpoint.status.local_url) in {200, 401}


def test_ended_by_somebody_it_is_restarted_too(qtbot: QtBot, make: Make) -> None:
    endpoint = make()
    endpoint.start()
    wait_for(qtbot, endpoint, State.SERVING)
    number = endpoint.process_id
    assert number is not None
    os.kill(number, signal.SIGTERM)
    qtbot.waitUntil(lambda: endpoint.status.restarts == 1 and endpoint.status.state is State.SERVING, timeout=PATIENCE)
    assert endpoint.status.last_exit == "exit code 0"


def test_one_that_cannot_start_is_tried_ever_later(
    qtbot: QtBot, make: Make, monkeypatch: pytest.MonkeyPatch, workspace_folder: Path
) -> None:
    broken = [sys.executable, "-c", "raise ImportError('half an installation')"]
    monkeypatch.setattr(server_process, "serve_command", lambda *_: broken)
    endpoint = make(delays=(0, 0.05, 0.1))
    waits: list[int] = []
    endpoint.changed.connect(
        lambda status: waits.append(endpoint._next.interval()) if status.state is State.RESTARTING else None
    )
    endpoint.start()
    qtbot.waitUntil(lambda: endpoint.status.restarts >= 4, timeout=PATIENCE)
    assert endpoint.status.last_exit == "exit code 1"
    assert endpoint.status.detail == "ImportError: half an installation"
    assert waits[1:4] == [0, 50, 100], "the wait that was under way when it was told"
    endpoint.pause()
    wait_for(qtbot, endpoint, State.PAUSED)


def test_the_wait_for_a_restart_is_cut_short_when_asked_to(qtbot: QtBot, make: Make) -> None:
    endpoint = make(delays=(3600,))
    endpoint.start()
    wait_for(qtbot, endpoint, State.SERVING)
    kill(qtbot, endpoint)
    assert endpoint.status.state is State.RESTARTING
    endpoint.resume()
    assert wait_for(qtbot, endpoint, State.SERVING).restarts == 1


def test_the_waits_grow_to_half_a_minute() -> None:
    assert DELAYS[0] == 0
    assert list(DELAYS) == sorted(DELAYS)
    assert DELAYS[-1] == 30


def test_after_some_health_the_next_restart_comes_at_once_again(qtbot: QtBot, make: Make) -> None:
    endpoint = make(delays=(0, 3600), healthy_after=0.05)
    endpoint.start()
    for _ in range(2):
        wait_for(qtbot, endpoint, State.SERVING)
        qtbot.waitUntil(lambda: not endpoint._health.isActive(), timeout=PATIENCE)
        kill(qtbot, endpoint)
    wait_for(qtbot, endpoint, State.SERVING)


def test_a_program_that_is_not_there_is_a_failure(
    qtbot: QtBot, make: Make, monkeypatch: pytest.MonkeyPatch, workspace_folder: Path
) -> None:
    monkeypatch.setattr(server_process, "serve_command", lambda *_: [str(workspace_folder / "nowhere")])
    endpoint = make()
    endpoint.start()
    status = wait_for(qtbot, endpoint, State.FAILED)
    assert status.fault is None
    assert "nowhere" in status.detail


# What is wrong around it


def test_a_taken_port_is_told_and_another_one_helps(qtbot: QtBot, make: Make, workspace_folder: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        (workspace_folder / "perch.toml").write_text(f"port = {port}\n")
        endpoint = make()
        endpoint.start()
        status = wait_for(qtbot, endpoint, State.FAILED)
        assert (status.fault, status.detail) == (FaultCode.PORT_IN_USE, f"127.0.0.1:{port}")
        assert not status.is_serving
        endpoint.resume()
        assert endpoint.status.state is State.STARTING, "it tries again when asked to"
        wait_for(qtbot, endpoint, State.FAILED)
        free = next_free_port(port)
        assert free > port
        (workspace_folder / "perch.toml").write_text(f"port = {free}\n")
        endpoint.restart()
        assert wait_for(qtbot, endpoint, State.SERVING).local_url == f"http://127.0.0.1:{free}/scim/v2"


def test_a_port_that_becomes_free_is_taken_without_being_asked(
    qtbot: QtBot, make: Make, workspace_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_process, "TRY_AGAIN_AFTER", 0.05)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        (workspace_folder / "perch.toml").write_text(f"port = {taken.getsockname()[1]}\n")
        endpoint = make()
        endpoint.start()
        wait_for(qtbot, endpoint, State.FAILED)
        seen = states_of(endpoint)
    wait_for(qtbot, endpoint, State.SERVING)
    assert seen == [State.SERVING], "it does not flicker meanwhile"
    assert endpoint.status.fault is None


@pytest.mark.parametrize("after", [65_535, 65_534, 70_000])
def test_beyond_the_last_port_the_system_picks_one(after: int) -> None:
    assert 0 < next_free_port(after) <= 65_535


def test_a_setting_that_cannot_be_is_told(qtbot: QtBot, make: Make, workspace_folder: Path) -> None:
    (workspace_folder / "perch.toml").write_text("port = 'soon'\n")
    endpoint = make()
    endpoint.start()
    status = wait_for(qtbot, endpoint, State.FAILED)
    assert status.fault is FaultCode.SETTING_INVALID
    assert "perch.toml" in status.detail
    assert status.restarts == 0


def test_a_damaged_database_is_told(qtbot: QtBot, make: Make, workspace_folder: Path) -> None:
    (workspace_folder / DATABASE).write_bytes(b"garbage" * 1000)
    endpoint = make()
    endpoint.start()
    status = wait_for(qtbot, endpoint, State.FAILED)
    assert status.fault is FaultCode.DATABASE_CORRUPT
    assert DATABASE in status.detail


def test_a_database_of_a_newer_perch_is_told(qtbot: QtBot, make: Make, workspace_folder: Path) -> None:
    with closing(sqlite3.connect(workspace_folder / DATABASE)) as database:
        database.execute("PRAGMA user_version = 9999")
    endpoint = make()
    endpoint.start()
    assert wait_for(qtbot, endpoint, State.FAILED).fault is FaultCode.DATABASE_NEWER


def test_a_folder_that_cannot_be_used_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in its place")
    endpoint = ServerProcess(tmp_path / "data")
    endpoint.start()
    status = wait_for(qtbot, endpoint, State.FAILED)
    assert (status.fault, status.detail) == (FaultCode.FOLDER_UNWRITABLE, str(tmp_path / "data"))
    endpoint.stop()


# Beside another endpoint


def test_it_attaches_to_one_that_serves_already_and_takes_over_when_that_ends(
    qtbot: QtBot, make: Make, workspace_folder: Path, serve: Serve
) -> None:
    running = serve(data_dir=workspace_folder)
    endpoint = make()
    endpoint.start()
    status = wait_for(qtbot, endpoint, State.ATTACHED)
    assert status.local_url == running.base_url
    assert endpoint.process_id is None
    endpoint.pause()
    endpoint.restart()
    assert endpoint.status is status, "it is not ours"
    assert running.stop() == 0
    assert wait_for(qtbot, endpoint, State.SERVING).local_url != running.base_url
    assert endpoint.status.restarts == 0


def test_one_that_was_quicker_is_attached_to(
    qtbot: QtBot, make: Make, workspace_folder: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = serve(data_dir=workspace_folder)
    blind: list[None] = [None]
    monkeypatch.setattr(server_process, "serving", lambda folder: blind.pop() if blind else serving(folder))
    endpoint = make()
    endpoint.start()
    assert wait_for(qtbot, endpoint, State.ATTACHED).local_url == running.base_url


# The end of the desktop, however it ends

DESKTOP = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from desktop.server_process import ServerProcess, State
app = QCoreApplication([])
endpoint = ServerProcess(Path(sys.argv[1]))
def tell(status):
    if status.state is State.SERVING:
        print(endpoint.process_id, flush=True)
endpoint.changed.connect(tell)
endpoint.start()
app.exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_the_child_ends_also_with_a_desktop_that_is_killed(qtbot: QtBot, workspace_folder: Path) -> None:
    desktop = subprocess.Popen(
        [sys.executable, "-c", DESKTOP, str(workspace_folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert desktop.stdout is not None
        number = int(desktop.stdout.readline())
        assert is_alive(number)
        desktop.kill()
        desktop.wait()
        qtbot.waitUntil(lambda: serving(workspace_folder) is None, timeout=PATIENCE)
    finally:
        desktop.kill()
        desktop.communicate()
    assert CommandLine(workspace_folder)("user", "list", "--json").json == []
