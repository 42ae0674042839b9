"""The tests mirror the sources: who looks for the tests of a module finds them by its name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.source_tree import ROOT, project_files, python_files

TESTED_ELSEWHERE: dict[str, str] = {}
"""Modules without a test file of their own, and where they are tested. Entries leave this table; none is added."""


def has_code(path: Path) -> bool:
    """Tell whether a module holds more than its docstring."""
    body = ast.parse((ROOT / path).read_text("utf-8")).body
    return any(not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) for node in body)


def mirrors(path: Path) -> list[Path]:
    """Return where the tests of a module may be: server/scim/patch.py in tests/scim/test_patch.py.

    A package is tested under its own name, beside its modules or above them; desktop and resources keep their names.
    """
    parts = path.parts[1:] if path.parts[0] == "server" else path.parts
    folder = Path("tests", *parts[:-1])
    if path.name == "__init__.py":
        name = f"test_{path.parent.name}.py"
        return [folder / name, folder.parent / name]
    return [folder / f"test_{path.stem}.py"]


SOURCES = [path for path in python_files("desktop", "server", "resources") if has_code(path)]


@pytest.mark.parametrize("path", [path for path in SOURCES if path.as_posix() not in TESTED_ELSEWHERE], ids=str)
def test_a_module_has_its_test_file(path: Path) -> None:
    assert any(mirror in project_files() for mirror in mirrors(path)), (
        f"{path} has no tests: {' or '.join(map(str, mirrors(path)))} is missing"
    )


def test_the_exceptions_are_still_needed() -> None:
    for path in map(Path, TESTED_ELSEWHERE):
        assert path in SOURCES
        assert not any(mirror in project_files() for mirror in mirrors(path))


def test_a_package_may_be_tested_beside_its_modules() -> None:
    assert mirrors(Path("server/scim/patch.py")) == [Path("tests/scim/test_patch.py")]
    assert mirrors(Path("desktop/tokens/page.py")) == [Path("tests/desktop/tokens/test_page.py")]
    assert Path("tests/cli/test_cli.py") in mirrors(Path("server/cli/__init__.py"))
    assert Path("tests/test_resources.py") in mirrors(Path("resources/__init__.py"))
