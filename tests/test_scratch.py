"""A folder for a while goes with who used it, or is taken away by who comes next."""

from __future__ import annotations

import os
import stat
import sys
import time
from typing import TYPE_CHECKING

from server.config import ServerConfig
from server.scratch import ABANDONED, clear_away, scratch
from server.workspace import DATABASE, Workspace

if TYPE_CHECKING:
    from pathlib import Path


def left(path: Path, age: float) -> Path:
    path.mkdir()
    (path / "perch.db").write_bytes(b"people")
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_it_is_private_and_goes_afterwards(tmp_path: Path) -> None:
    with scratch("mine-", tmp_path) as folder:
        assert folder.parent == tmp_path
        assert sys.platform == "win32" or stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "a").touch()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_and_nothing_else(tmp_path: Path) -> None:
    left(tmp_path / "mine-old", ABANDONED + 60)
    kept = {left(tmp_path / "mine-new", 60), left(tmp_path / "other", ABANDONED + 60)}
    file = tmp_path / "mine-file"
    file.touch()
    os.utime(file, (0, 0))
    clear_away("mine-", tmp_path)
    assert set(tmp_path.iterdir()) == {*kept, file}


def test_a_copy_of_the_directory_that_an_import_left_goes_with_the_next_or_with_the_days_backup(tmp_path: Path) -> None:
    with Workspace.open(tmp_path, ServerConfig()) as workspace:
        old = left(tmp_path / "rehearsal-killed", ABANDONED + 60)
        with workspace.rehearsal() as copy:
            assert not old.exists()
            assert (copy.folder / DATABASE).exists()
        old = left(tmp_path / "rehearsal-again", ABANDONED + 60)
        assert workspace.backups.daily() is not None
        assert not old.exists()
