"""``python -m desktop`` as a person starts it: the command line, the window, or a sentence on why there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 30
"""Seconds."""
LINUX_ONLY = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
WITHOUT_QT = "import sys; sys.modules['PySide6'] = None; from desktop.__main__ import main; sys.exit(main())"
"""What `pipx install .` without the desktop part leaves."""
BROKEN_QT = """
import sys
from importlib.abc import MetaPathFinder

class Broken(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "PySide6.QtGui":
            raise ImportError("libEGL.so.1: cannot open shared object file", name=name)

sys.meta_path.insert(0, Broken())
from desktop.__main__ import main
sys.exit(main())
"""


def run(
    folder: Path, *arguments: str, program: tuple[str, ...] = ("-m", "desktop"), **environ: str | None
) -> subprocess.CompletedProcess[str]:
    """Run it to its end; a variable that is None is taken away."""
    changed = {**os.environ, **environ}
    done = subprocess.run(
        [sys.executable, *program, "--data-dir", str(folder), *arguments],
        cwd=ROOT,
        env={name: value for name, value in changed.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_a_command_is_handed_over_to_the_command_line(tmp_path: Path) -> None:
    done = run(tmp_path / "data", "token", "list", "--json")
    assert (done.returncode, done.stdout.strip()) == (0, "[]")


def test_help_and_unknown_options_are_the_command_lines_too(tmp_path: Path) -> None:
    assert run(tmp_path / "data", "--nonsense").returncode == 2


def test_a_command_needs_no_qt(tmp_path: Path) -> None:
    done = run(tmp_path / "data", "token", "list", "--json", program=("-c", WITHOUT_QT))
    assert (done.returncode, done.stdout.strip()) == (0, "[]")


@pytest.mark.parametrize(
    ("program", "why"), [(WITHOUT_QT, "PySide6 is not installed"), (BROKEN_QT, "libEGL.so.1: cannot open")]
)
def test_without_qt_a_sentence_says_what_to_do(tmp_path: Path, program: str, why: str) -> None:
    done = run(tmp_path / "data", program=("-c", program))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert why in done.stderr
    assert "`perch serve`" in done.stderr
    assert not (tmp_path / "data").exists()


@LINUX_ONLY
def test_without_a_display_a_sentence_points_to_what_needs_none(tmp_path: Path) -> None:
    done = run(tmp_path / "data", QT_QPA_PLATFORM=None, DISPLAY=None, WAYLAND_DISPLAY=None)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "no display" in done.stderr
    assert "`perch serve`" in done.stderr
    assert "`perch demo`" in done.stderr
