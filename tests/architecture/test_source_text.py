"""Words that must not stand in the project: unfinished marks, blanket exceptions, sleeps, this machine's paths."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import TYPE_CHECKING

import pytest

from tests.source_tree import ROOT, project_files, python_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Put together, so that this file does not contain what it looks for.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "NotImplemented" + "Error")) + r")\b")
PLACES = re.compile(
    "|".join(
        (
            "/wo" + r"rk/",
            "/ho" + r"me/",
            "/ro" + r"ot/",
            "/opt/" + "(?:pypi|wheels)",
            "py" + r"pi\.(?:org|python\.org)",
            "python" + r"hosted\.org",
            "--(?:extra-)?index" + "-url",
        )
    )
)
DIRECTIVE = re.compile(r"#\s*(?:type: ignore\[[\w, -]+\]|noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*)")
ANY_DIRECTIVE = re.compile(r"#\s*(?:type:\s*ignore|noqa|mypy:|ruff:|pylint|pyright|pragma)", re.IGNORECASE)
TEXTS = [path for path in project_files() if path.suffix not in {".png", ".ico", ".db"}]


def comments(path: Path) -> Iterator[tokenize.TokenInfo]:
    """Yield the comments of a Python file, and nothing that merely looks like one inside a string."""
    for token in tokenize.generate_tokens(io.StringIO((ROOT / path).read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token


def is_an_exception_with_a_reason(comment: str) -> bool:
    """Tell whether a comment that switches a check off names the check, and says why in words."""
    return bool(DIRECTIVE.search(comment)) and bool(re.search(r"[a-z]{3,}", DIRECTIVE.sub("", comment)))


@pytest.mark.parametrize("path", python_files(), ids=str)
def test_a_check_is_switched_off_by_name_and_with_a_reason_on_the_line(path: Path) -> None:
    found = [token for token in comments(path) if ANY_DIRECTIVE.search(token.string)]
    bare = [
        f"{path}:{token.start[0]}: {token.string}" for token in found if not is_an_exception_with_a_reason(token.string)
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("comment", "fine"),
    [
        ("# type: ignore", False),
        ("# type: ignore[arg-type]", False),
        ("# type: ignore[arg-type]  the stub is wrong", True),
        ("# noqa", False),
        ("# noqa: S608", False),
        ("# noqa: S608, E501 -- only our own column names", True),
        ("# only our own column names  # noqa: S608", True),
        ("# ruff: noqa", False),
    ],
)
def test_what_counts_as_a_reason(comment: str, fine: bool) -> None:
    assert is_an_exception_with_a_reason(comment) is fine


@pytest.mark.parametrize("path", TEXTS, ids=str)
def test_nothing_is_left_unfinished(path: Path) -> None:
    assert _found(UNFINISHED, path) == []


@pytest.mark.parametrize("path", TEXTS, ids=str)
def test_no_file_names_a_place_on_one_machine_or_a_package_index(path: Path) -> None:
    assert _found(PLACES, path) == []


@pytest.mark.parametrize("path", python_files("tests"), ids=str)
def test_tests_wait_for_a_condition_and_never_sleep(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert [f"{path}:{node.lineno}" for node in ast.walk(tree) if isinstance(node, ast.Call) and _sleeps(node)] == []


def _sleeps(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "qWait":
        return True
    # sleep(0) only lets others go first.
    yields = [argument.value for argument in call.args if isinstance(argument, ast.Constant)] == [0]
    return name == "sleep" and not yields


def _found(pattern: re.Pattern[str], path: Path) -> list[str]:
    lines = (ROOT / path).read_text("utf-8").splitlines()
    return [f"{path}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if pattern.search(line)]
