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
from server.okta.app import AppSettings
from server.okta.dialogues import Kind
from server.sandbox import PerchSide, Sandbox
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
    "Group Membership",
    "Group Rename",
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


def test_every_feature_of_the_guide_is_green_with_each_kind_of_app(place: Path) -> None:
    ended = run(place)
    assert ended.exit_code == 0, ended
    kinds = ("custom", "catalog", "agent")
    assert [line[:2] for line in ended.lines] == [[kind, name] for kind in kinds for name in GUIDE]
    assert all(line[3].startswith("ok: ") and line[4].endswith(" ms") for line in ended.lines)
    assert ended.err == ""


def test_one_kind_of_app_can_be_chosen(place: Path) -> None:
    ended = run(place, "--app", "catalog")
    assert ended.exit_code == 0, ended
    assert [line[:2] for line in ended.lines] == [["catalog", name] for name in GUIDE]


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
    assert seen.count("✓") == 3 * len(GUIDE)
    assert "✗" not in seen
    assert all(len(line) <= width for line in seen.splitlines())


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox.open(tmp_path / "sandbox") as opened:
        yield opened


def test_an_act_that_okta_would_not_get_past_is_red(sandbox: Sandbox, serve: Serve) -> None:
    running = serve(data_dir=sandbox.folder, token=sandbox.secret)
    sandbox.secret = "wrong"
    tenant = sandbox.connect(running.base_url, settings=AppSettings(kind=Kind.CATALOG))
    with tenant.client:
        first = next(Show(tenant, sandbox.directory).acts())
    assert (first.kind, first.ok) == (Kind.CATALOG, False)
    assert first.outcome.startswith("GET /Users?startIndex=1&count=2: Unauthorized")


def test_an_act_without_its_effect_is_red(sandbox: Sandbox, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    running = serve(data_dir=sandbox.folder, token=sandbox.secret)
    tenant = sandbox.connect(running.base_url)
    with tenant.client:
        acts = Show(tenant, sandbox.directory).acts()
        assert next(acts).ok
        monkeypatch.setattr(PerchSide, "person", lambda *_: None)
        second = next(acts)
    head = sandbox.company.people[0]
    assert (second.ok, second.outcome) == (False, f"{head.first_name} {head.last_name} is not in the directory")


def test_a_red_act_makes_the_exit_code_one(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    red = Act(Kind.CUSTOM, "Push New Users", [], "nobody was pushed", ok=False)
    monkeypatch.setattr(Show, "acts", lambda _: iter([red]))
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    ended = CommandLine(place / "unused").run("demo", "--exit", "--app", "custom")
    assert ended.exit_code == 1
    assert ended.lines[0] == ["custom", "Push New Users", "", "FAILED: nobody was pushed", "0.0 ms"]


def test_with_a_number_of_people_it_measures_instead(place: Path) -> None:
    ended = run(place, "--people", "30")
    assert ended.exit_code == 0, ended
    assert {line[0] for line in ended.lines} == {"custom"}
    assert all(line[-1] == "ok" for line in ended.lines)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no Ctrl-C to one process alone")
def test_measuring_can_be_stopped_in_the_middle(place: Path) -> None:
    process = subprocess.Popen(
        command("demo", "--people", "1500", data_dir=place),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("custom\tPush New Users\t")
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert "Traceback" not in said
        assert "Push Groups" not in rest
    finally:
        clean_up(process)


@pytest.mark.parametrize("people", ["9", "100001", "many"])
def test_a_company_that_cannot_be_is_a_mistake_of_whoever_typed_it(place: Path, people: str) -> None:
    assert CommandLine(place / "unused").run("demo", "--exit", "--people", people).exit_code == 2
