"""How a module has to look: named for what it does, introduced by a sentence, short."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.source_tree import ROOT, project_files, python_files

if TYPE_CHECKING:
    from pathlib import Path

LINES = 400
LINES_OF_TESTS = 600
"""A test file mirrors its source file, and examples are long."""

LONGER: dict[str, tuple[int, str]] = {
    "run.py": (580, "has to be one file: it runs before anything can be imported"),
}
"""Modules that may have more lines, how many, and why. Entries leave this table or shrink; none is added."""

NAMES_THAT_SAY_NOTHING = {"utils", "util", "common", "helpers", "helper", "manager", "core", "base", "misc"}

MODULES = python_files()
INTRODUCED = [
    path
    for path in MODULES
    if (ROOT / path).read_text("utf-8").strip() and not path.name.startswith(("test_", "conftest"))
]
"""A test file is introduced by the file that it mirrors."""


@pytest.mark.parametrize("path", INTRODUCED, ids=str)
def test_a_module_begins_with_a_sentence_that_says_what_belongs_there(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8")))
    assert docstring is not None, f"{path} has no docstring"
    first = docstring.split("\n\n")[0]
    assert first[0].isupper() or first.startswith("``"), f"{path}: {first}"
    assert first.endswith((".", '."', ".)")), f"{path}: the first paragraph is not a sentence: {first}"


@pytest.mark.parametrize("path", [path for path in MODULES if str(path) not in LONGER], ids=str)
def test_a_module_is_short_enough_to_be_read_at_once(path: Path) -> None:
    most = LINES_OF_TESTS if path.parts[0] == "tests" else LINES
    assert _lines(path) <= most, f"{path} has {_lines(path)} lines: split it by what changes together"


@pytest.mark.parametrize("name", LONGER)
def test_a_longer_module_has_a_reason_and_does_not_grow(name: str) -> None:
    most, reason = LONGER[name]
    assert LINES < _lines(ROOT / name) <= most, f"{name} has {_lines(ROOT / name)} lines: mend the entry in LONGER"
    assert reason


def test_no_name_says_nothing() -> None:
    words = {path: set(re.split(r"[_.\W]+", str(path.with_suffix("")))) for path in MODULES}
    assert {str(path): found for path in words if (found := words[path] & NAMES_THAT_SAY_NOTHING)} == {}


def test_every_package_of_tests_can_be_imported() -> None:
    folders = {path.parent for path in python_files("tests")}
    assert [str(folder) for folder in folders if folder / "__init__.py" not in project_files()] == []


def _lines(path: Path) -> int:
    return len((ROOT / path).read_text("utf-8").splitlines())
