"""Every folder introduces itself, and its introduction stays true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import source_tree
from tests.source_tree import ROOT, project_files

HOLDING_PYTHON = {path.parent for path in project_files() if path.suffix == ".py"}


def introduced(folder: Path) -> bool:
    """Tell whether a folder needs a README of its own; folders of data inside a folder of data do not."""
    return folder in HOLDING_PYTHON or folder.parent in HOLDING_PYTHON - {Path()}


FOLDERS = sorted({folder for path in project_files() for folder in path.parents if introduced(folder)} - {Path()})


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_a_folder_says_what_belongs_there_and_what_it_may_import(folder: Path) -> None:
    readme = ROOT / folder / "README.md"
    assert readme.is_file(), f"{folder} has no README.md"
    heading, _, text = readme.read_text("utf-8").partition("\n")
    assert heading.startswith("# ")
    assert len(text) > 80
    if folder in HOLDING_PYTHON:
        assert heading == f"# {folder.as_posix()}"
        assert len(text) < 1200, "two sentences, and the file to read first"
        assert "read first" in text.lower()


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_the_files_it_names_exist(folder: Path) -> None:
    named = re.findall(r"`([\w./-]+\.(?:py|json|sql|md|toml))`", (ROOT / folder / "README.md").read_text("utf-8"))
    assert [name for name in named if not any((ROOT / place / name).is_file() for place in (folder, Path()))] == []


def test_only_the_agreed_folders_lie_at_the_top() -> None:
    tops = {path.parts[0] for path in project_files() if len(path.parts) > 1 and not path.parts[0].startswith(".")}
    assert tops <= {"desktop", "server", "resources", "tests"}


def test_the_files_of_the_project_are_found_without_git_too() -> None:
    without = {path for path in source_tree._found_without_git(ROOT) if (ROOT / path).is_file()}
    assert set(project_files()) == without
