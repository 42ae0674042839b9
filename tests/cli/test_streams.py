"""Whatever encoding stdout has, a name that it lacks ends no command."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from server.cli.streams import take_any_text
from tests.endpoint import PATIENCE, command
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.command_line import CommandLine

ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


def printed(folder: Path, environ: dict[str, str], *arguments: str) -> bytes:
    """Run a command that must succeed into a pipe, and give its bytes."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONIOENCODING"}
    done = subprocess.run(
        command(*arguments, data_dir=folder),
        cwd=ROOT,
        env={**kept, **environ},
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert done.returncode == 0
    return done.stdout


def test_a_pipe_gets_utf_8_whatever_the_locale(perch: CommandLine) -> None:
    perch("user", "create", "zhanna@example.com", "--given", "Ж", "--family", "Щ")
    perch("token", "create", "Okta", "--no-keyring")
    assert "Ж Щ".encode() in printed(perch.folder, ASCII, "user", "list")
    assert "…".encode() in printed(perch.folder, ASCII, "token", "list")


def test_an_encoding_that_was_asked_for_is_kept_and_what_it_lacks_is_replaced(perch: CommandLine) -> None:
    perch("user", "create", "zhanna@example.com", "--given", "Ж", "--family", "Straße")
    for wish in ("cp1252", "cp1252:strict"):
        assert "? Straße".encode("cp1252") in printed(perch.folder, {"PYTHONIOENCODING": wish}, "user", "list")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals here")
def test_a_terminal_keeps_its_encoding(perch: CommandLine) -> None:
    perch("user", "create", "zhanna@example.com", "--given", "Ж", "--family", "Family")
    assert "? Family" in perch.on_terminal("user", "list", environ=ASCII)


def test_what_is_no_stream_of_pythons_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = io.StringIO()
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", kept)
    take_any_text()
    assert (sys.stdout, sys.stderr) == (None, kept)
