"""The parts put together as ``python -m desktop`` does it: a real process, a real endpoint below it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desktop.composition import SHOWN
from desktop.preferences import Preferences
from server.workspace import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

PATIENCE = 30
"""Seconds."""


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    Preferences(folder).finish_first_start()
    command = [sys.executable, "-m", "desktop", "--data-dir", str(folder), "--say-shown"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().strip() == SHOWN, process.stderr.read() if process.stderr else ""
            yield process
        finally:
            process.kill()


def test_the_window_comes_with_an_endpoint_that_answers_and_takes_it_along(
    workspace_folder: Path, qtbot: QtBot
) -> None:
    with started(workspace_folder) as process:
        qtbot.waitUntil(lambda: bool(_url(workspace_folder)), timeout=20_000)
        url = _url(workspace_folder).removesuffix("/scim/v2")
        with urllib.request.urlopen(f"{url}/healthz", timeout=PATIENCE) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert serving(workspace_folder) is None
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def _url(folder: Path) -> str:
    now = serving(folder)
    return "" if now is None else now.local_url


def test_a_second_start_ends_at_once_and_leaves_the_first(workspace_folder: Path) -> None:
    with started(workspace_folder) as first:
        command = [sys.executable, "-m", "desktop", "--data-dir", str(workspace_folder), "--say-shown"]
        second = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert (second.returncode, second.stdout) == (0, "")
        assert first.poll() is None
