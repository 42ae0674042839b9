"""What Okta asked, seen from the command line."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import orjson
import pytest

from server.records import Exchange, Refusal
from server.store.activity import ActivityLog
from server.workspace import ACTIVITY
from tests.endpoint import PATIENCE, clean_up, command, first_line
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from tests.cli.command_line import CommandLine
    from tests.endpoint import Serve


@pytest.fixture
def logged(perch: CommandLine) -> CommandLine:
    """A folder whose endpoint has answered three requests."""
    perch("token", "create", "Okta", "--no-keyring")
    (okta,) = perch("token", "list", "--json").json
    log = ActivityLog.open(perch.folder / ACTIVITY)
    base = "/scim/v2/Users"
    for exchange in (
        Exchange(
            time.time(),
            300,
            "GET",
            f"{base}?startIndex=1&count=2",
            200,
            1,
            okta["id"],
            meaning="listed users",
        ),
        Exchange(time.time(), 900, "POST", base, 409, 2, okta["id"], scim_type="uniqueness", ignored=("shoe",)),
        Exchange(
            time.time(),
            90,
            "GET",
            base,
            401,
            3,
            refusal=Refusal.UNKNOWN,
            meaning="refused: the token is unknown",
        ),
    ):
        log.record(exchange)
    log.close()
    return perch


def test_requests_are_listed_the_newest_last(logged: CommandLine) -> None:
    lines = logged("activity").lines
    assert [line[1] for line in lines] == ["200", "409", "401"]
    assert lines[0][2:4] == ["GET /scim/v2/Users?startIndex=1&count=2", "listed users"]
    assert lines[0][4:] == ["0.3 ms", "Okta"]
    assert lines[1][3] == "uniqueness (left out: shoe)"


@pytest.mark.parametrize(
    ("arguments", "statuses"),
    [
        (("--errors",), ["409", "401"]),
        (("--token", "okta"), ["200", "409"]),
        (("--text", "startIndex"), ["200"]),
        (("--limit", "1"), ["401"]),
        (("--errors", "--token", "Okta"), ["409"]),
    ],
)
def test_requests_are_filtered(logged: CommandLine, arguments: tuple[str, ...], statuses: list[str]) -> None:
    assert [line[1] for line in logged("activity", *arguments).lines] == statuses


def test_json_has_everything(logged: CommandLine) -> None:
    listed, refused, unknown = logged("activity", "--json").json
    assert listed["path"] == "/scim/v2/Users"
    assert listed["query"] == "startIndex=1&count=2"
    assert refused["scim_type"] == "uniqueness"
    assert refused["ignored"] == ["shoe"]
    assert unknown["refusal"] == "unknown"


def test_an_unknown_token_is_told(logged: CommandLine) -> None:
    assert "no token 'nobody'" in logged.refused("activity", "--token", "nobody")


def test_before_the_first_request_there_is_nothing(perch: CommandLine) -> None:
    assert perch("activity").out == ""
    assert perch("activity", "--json").json == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no Ctrl-C to one process alone")
@pytest.mark.parametrize("as_json", [True, False])
def test_following_shows_requests_as_they_come_until_ctrl_c(serve: Serve, as_json: bool) -> None:
    running = serve()
    arguments = ["activity", "--follow", *(["--json"] if as_json else [])]
    process = subprocess.Popen(
        command(*arguments, data_dir=running.data_dir),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        for path in ("/scim/v2/Users", "/scim/v2/Groups"):
            connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
            connection.request("GET", path, headers={"Authorization": f"Bearer {running.token}"})
            assert connection.getresponse().status == 200
            connection.close()
            line = first_line(process.stdout, process)
            seen = orjson.loads(line)["path"] if as_json else line.split("\t")[2].removeprefix("GET ")
            assert seen == path
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
        assert (process.returncode, said) == (0, "")
    finally:
        clean_up(process)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals here")
def test_a_person_sees_a_table(logged: CommandLine) -> None:
    seen = logged.on_terminal("activity", width=120)
    assert "What it meant" in seen
    assert "listed users" in seen
