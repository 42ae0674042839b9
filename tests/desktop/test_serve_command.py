from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from desktop.serve_command import Lines, announced, environment, reported, serve_command
from server.faults import FaultCode
from server.workspace import Serving
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_the_child_ends_with_its_parent_and_talks_in_json(tmp_path: Path) -> None:
    program, *arguments = serve_command(tmp_path, ("--port", "0"))
    assert program == sys.executable
    assert arguments == [
        *("-P", "-m", "server", "--data-dir", str(tmp_path)),
        *("serve", "--parent-watch", "--json", "--port", "0"),
    ]


def test_a_packaged_application_starts_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert serve_command(tmp_path)[:3] == [sys.executable, "--data-dir", str(tmp_path)]


def test_the_child_finds_our_packages_first_and_keeps_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(("elsewhere", str(ROOT))))
    monkeypatch.setenv("PERCH_KEEP_ALIVE", "7")
    given = environment()
    assert given.value("PYTHONPATH").split(os.pathsep) == [str(ROOT), "elsewhere"]
    assert given.value("PERCH_KEEP_ALIVE") == "7"


def test_lines_are_put_together_from_the_parts_of_a_pipe() -> None:
    lines = Lines()
    assert lines.lines(b"one\ntw") == ["one"]
    assert lines.lines(b"o \xc3") == []
    assert lines.lines(b"\xa9\r\nlast") == ["two é"]
    assert lines.rest == "last"


def test_the_ready_line_is_read() -> None:
    line = (
        '{"pid": 7, "base_url": "https://x/scim/v2", "local_url": "http://y/scim/v2", "since": "2026-01-01T00:00:00Z"}'
    )
    assert announced(line) == Serving(7, "https://x/scim/v2", "http://y/scim/v2", "2026-01-01T00:00:00Z")


@pytest.mark.parametrize("line", ["", "Perch is serving", "[]", '{"pid": 1, "surprise": 2}'])
def test_another_line_is_no_ready_line(line: str) -> None:
    assert announced(line) is None


def test_a_reported_fault_is_read() -> None:
    fault = reported('{"code": "port_in_use", "detail": "127.0.0.1:1"}')
    assert fault is not None
    assert (fault.code, fault.detail) == (FaultCode.PORT_IN_USE, "127.0.0.1:1")


@pytest.mark.parametrize("line", ["", "INFO port_in_use", "{", "{}", '{"code": "unheard_of", "detail": ""}'])
def test_another_line_of_the_log_is_no_fault(line: str) -> None:
    assert reported(line) is None
