"""The log in JSON: each line is one object of printable ASCII, without secrets, with the request's id."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cli.log_lines import JOURNAL, JsonLine, under_journal
from server.tokens import generate
from tests.endpoint import PATIENCE, command
from tests.http.client import Wire, ask, message, person
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.command_line import CommandLine
    from tests.endpoint import RunningEndpoint, Serve

WORDS = {"password": "canary-password-4711"}


def line(text: str, *, journal: bool = False, level: int = logging.INFO, **fields: Any) -> str:
    record = logging.LogRecord("perch", level, __file__, 1, "%s", (text,), None)
    record.__dict__.update(fields)
    return JsonLine(journal=journal).format(record)


def lines(running: RunningEndpoint) -> list[dict[str, Any]]:
    return [json.loads(one) for one in running.said().splitlines()]


@given(text=st.text())
def test_whatever_is_logged_is_one_line_of_printable_ascii(text: str) -> None:
    written = line(text, path=text)
    assert written.isascii()
    assert written.isprintable(), "no control character reaches a terminal, a direction mark neither"
    assert isinstance(json.loads(written)["message"], str)


def test_control_characters_are_escaped_and_come_back() -> None:
    text = "a\x1b[2J\r\nb\x7f\x9b\u202e\u2028"
    assert json.loads(line(text))["message"] == text


def test_a_token_in_a_message_a_field_or_a_traceback_is_cut() -> None:
    secret = generate(test=False)
    error = ValueError(f"Bearer {secret}")
    written = line(f"with {secret}", path=f"/{secret}", exc_info=(ValueError, error, None))
    assert secret not in written
    assert "ValueError" in json.loads(written)["exception"]


@pytest.mark.parametrize(
    ("level", "priority"), [(logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (5, 7)]
)
def test_the_journal_is_told_how_grave_it_is(level: int, priority: int) -> None:
    written = line("x", journal=True, level=level)
    assert written.startswith(f"<{priority}>{{")
    assert json.loads(written[3:])["message"] == "x"


def test_a_journal_is_recognised_by_its_file_and_not_by_its_variable_alone(tmp_path: Path) -> None:
    with (tmp_path / "journal").open("w") as journal, (tmp_path / "other").open("w") as other:
        found = os.fstat(journal.fileno())
        environ = {JOURNAL: f"{found.st_dev}:{found.st_ino}"}
        assert under_journal(environ, journal)
        assert not under_journal(environ, other), "stderr was sent somewhere else"
        assert not under_journal({}, journal)


def test_no_secret_is_in_the_log_of_real_traffic_and_each_request_has_its_id(serve: Serve) -> None:
    running = serve("--log-json", "--log-requests")
    wrong = generate(test=False)
    assert ask(running, "POST", "/Users", person("ada") | WORDS).status == 201
    assert ask(running, "GET", f"/Users?filter=userName%20eq%20%22{running.token}%22").status == 200
    assert ask(running, "GET", f"/{running.token}").status == 404
    assert ask(running, "GET", "/Users", token=wrong).status == 401
    for bad in (message(running, "GET", f"/Us%1b[2J\x9b{wrong}"), b"GET / HTTP/9.9\r\nX: %b\r\n\r\n" % wrong.encode()):
        with Wire(running.port) as wire:
            wire.send(bad)
            wire.answer()
    assert running.stop() == 0
    said = running.said()
    for canary in (running.token, wrong, WORDS["password"]):
        assert canary not in said
    assert said.isascii()
    assert said.replace("\n", "").isprintable()
    requests = [one for one in lines(running) if one["logger"] == "perch.request"]
    assert [one["status"] for one in requests[:4]] == [201, 200, 404, 401]
    assert len({one["request"] for one in requests}) == len(requests)
    first = requests[0]
    assert (first["method"], first["path"], first["level"]) == ("POST", "/scim/v2/Users", "info")
    assert 0 < first["duration"] < PATIENCE


def test_the_log_says_where_it_serves_and_when_it_stops(serve: Serve) -> None:
    running = serve("--log-json")
    assert running.stop() == 0
    begin, *_, end = lines(running)
    assert begin["url"] == running.base_url
    assert begin["at"].endswith("Z")
    assert end["message"].startswith("Stopping")


@pytest.mark.skipif(sys.platform == "win32", reason="a journal is systemd's")
def test_under_a_journal_it_is_json_without_being_asked(perch: CommandLine, tmp_path: Path) -> None:
    """The file stands for the journal's socket: it is recognised by device and number."""
    with (tmp_path / "journal").open("w") as journal:
        found = os.fstat(journal.fileno())
        environ = {**os.environ, JOURNAL: f"{found.st_dev}:{found.st_ino}", "PERCH_PORT": "none"}
        done = subprocess.run(
            command("serve", data_dir=perch.folder), cwd=ROOT, env=environ, stderr=journal, check=False
        )
    assert done.returncode == 1
    (only,) = (tmp_path / "journal").read_text("utf-8").splitlines()
    told = json.loads(only.removeprefix("<2>"))
    assert (told["level"], told["code"]) == ("critical", "setting_invalid")
    assert "PERCH_PORT" in told["message"]


def test_what_went_wrong_carries_the_request_that_the_client_was_told() -> None:
    told = json.loads(line("request run1-2 failed", level=logging.ERROR, request="run1-2"))
    assert told["request"] == "run1-2"
