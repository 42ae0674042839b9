"""The program ``perch`` as the installed script starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.source_tree import ROOT

PATIENCE = 30.0
INTERRUPTED = """
import os, signal, sys
from importlib.abc import MetaPathFinder

class Impatient(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "server.cli.invocation":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Impatient())
from server.__main__ import main
main()
"""
"""A person who presses Ctrl-C while the command line is still being loaded."""
AFTERWARDS = "import signal; from server.__main__ import main; {before}\ntry: main()\nfinally: print({heard})"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_it_is_the_command_line() -> None:
    done = run("-m", "server", "token", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: perch token ")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process otherwise")
def test_ctrl_c_while_it_is_loaded_ends_it_without_a_word() -> None:
    done = run("-c", INTERRUPTED)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_afterwards_ctrl_c_is_heard_as_ever() -> None:
    heard = "signal.getsignal(signal.SIGINT) is signal.default_int_handler"
    assert run("-c", AFTERWARDS.format(before="", heard=heard), "--version").stdout.endswith("True\n")


def test_a_child_that_is_to_hear_nothing_hears_nothing() -> None:
    before, heard = "signal.signal(signal.SIGINT, signal.SIG_IGN)", "signal.getsignal(signal.SIGINT)"
    done = run("-c", AFTERWARDS.format(before=before, heard=f"{heard} is signal.SIG_IGN"), "--version")
    assert done.stdout.endswith("True\n")
