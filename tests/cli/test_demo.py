"""The demo: green, honest, and gone without a trace."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.cli.demo import Act, Show
from server.config import ServerConfig
from server.okta.dialogues import Kind, OktaClient
from server.okta.person import Person
from server.workspace import Workspace
from tests.cli.command_line import CommandLine, Ended
from tests.endpoint import PATIENCE, clean_up, command
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.endpoint import Serve

GUIDE = [
    "Test connection",
    "Push New Users",
    "Push Profile Updates",
    "Push User Deactivation",
    "Reactivate Users",
    "Import New Users",
    "Import Profile Updates",
    "Push Groups",
]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary folders go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    assert list(folder.iterdir()) == [], "the demo leaves nothing behind"


def run(place: Path, *arguments: str) -> Ended:
    return CommandLine(place / "unused").process("demo", "--exit", *arguments)


def test_every_feature_of_the_guide_is_green_with_both_kinds_of_app(place: Path) -> None:
    ended = run(place)
    assert ended.exit_code == 0
    assert [line[:2] for line in ended.lines] == [[kind, name] for kind in ("custom", "catalog") for name in GUIDE]
    assert all(line[3].startswith("ok: ") and line[4].endswith(" ms") for line in ended.lines)
    assert ended.err == ""


def test_a_port_can_be_chosen_and_a_taken_one_is_told(place: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        ended = run(place, "--port", port)
        assert ended.exit_code == 1
        assert ended.err.startswith(f"Error: Another program listens on 127.0.0.1:{port}.")
        assert ended.err.count("Error") == 1


def test_the_users_own_settings_do_not_disturb_it(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERCH_PUBLIC_URL", "https://scim.example.com")
    monkeypatch.setenv("PERCH_PATCH_ANSWER", "none")
    assert run(place).exit_code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no Ctrl-C to one process alone")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_it_serves_on_until_it_is_stopped(place: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        command("demo", data_dir=place),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        told = {}
        for line in process.stdout:
            name, _, value = line.strip().partition("\t")
            told[name] = value
            if name == "Token":
                break
        assert told["Token"].startswith("perch_test_")
        host = told["Base URL"].removeprefix("http://").partition("/")[0]
        with closing(http.client.HTTPConnection(host, timeout=PATIENCE)) as connection:
            connection.request("GET", "/scim/v2/Users", headers={"Authorization": f"Bearer {told['Token']}"})
            assert connection.getresponse().status == 200
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert "Traceback" not in said
    finally:
        clean_up(process)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals here")
@pytest.mark.parametrize("width", [80, 120])
def test_a_person_sees_tables_that_fit(place: Path, width: int) -> None:
    seen = CommandLine(place / "unused").on_terminal(
        "demo", "--exit", width=width, environ={"NO_COLOR": "1", "TERM": "dumb"}
    )
    assert seen.count("✓") == 2 * len(GUIDE)
    assert "✗" not in seen
    assert all(len(line) <= width for line in seen.splitlines())


def test_an_act_that_okta_would_not_get_past_is_red(serve: Serve) -> None:
    running = serve()
    person = Person("ada@example.com", "Ada", "Lovelace", "ada@example.com")
    with (
        Workspace.open(running.data_dir, ServerConfig(), actor="tests") as workspace,
        OktaClient(running.base_url, "wrong", kind=Kind.CUSTOM) as okta,
    ):
        acts = Show(workspace, okta, person).acts()
        first = next(acts)
    assert not first.ok
    assert "Unauthorized" in first.outcome


def test_an_act_without_its_effect_is_red(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    running = serve()
    person = Person("ada@example.com", "Ada", "Lovelace", "ada@example.com")
    with (
        Workspace.open(running.data_dir, ServerConfig(), actor="tests") as workspace,
        OktaClient(running.base_url, running.token, kind=Kind.CUSTOM) as okta,
    ):
        acts = Show(workspace, okta, person).acts()
        assert next(acts).ok
        monkeypatch.setattr(workspace, "show", lambda *_: {"id": "another"})
        second = next(acts)
    assert (second.ok, second.outcome) == (False, "Ada Lovelace is not in the directory")


def test_a_red_act_makes_the_exit_code_one(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    red = Act(Kind.CUSTOM, "Push New Users", [], "nobody was pushed", ok=False)
    monkeypatch.setattr(Show, "acts", lambda _: iter([red]))
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    ended = CommandLine(place / "unused").run("demo", "--exit")
    assert ended.exit_code == 1
    assert ended.lines[0] == ["custom", "Push New Users", "", "FAILED: nobody was pushed", "0.0 ms"]
