"""What import-linter cannot see: which part of a library is used, and what pure code calls."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.source_tree import ROOT, python_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_CLOCK_NO_DISK_NO_CHANCE = {
    "now",
    "utcnow",
    "today",
    "open",
    "print",
    "input",
    "exec",
    "eval",
    "breakpoint",
}

SEEN_BY_THE_DESKTOP = {"workspace", "records", "sandbox", "config", "faults", "okta", "file_export", "file_import"}


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each import of a file as module and imported name (empty for a plain import)."""
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from ((str(node.module), alias.name) for alias in node.names)


@pytest.mark.parametrize("path", python_files("server"), ids=str)
def test_of_aiohttp_only_the_server_half_is_used(path: Path) -> None:
    client = {
        name for module, name in imports(path) if module == "aiohttp" and name.startswith(("Client", "request", "TCP"))
    }
    assert client == set()


@pytest.mark.parametrize("path", python_files("desktop", "server", "resources"), ids=str)
def test_the_product_does_not_stand_on_its_tests_or_tools(path: Path) -> None:
    roots = {module.partition(".")[0] for module, _ in imports(path)}
    assert roots.isdisjoint({"tests", "run", "pytest", "hypothesis", "scim2_models", "scim2_client", "scim2_tester"})


@pytest.mark.parametrize("path", python_files("desktop"), ids=str)
def test_the_desktop_looks_behind_the_workspace_nowhere(path: Path) -> None:
    """Also not by `from server import store`, which import-linter reads as an import of `server` alone."""
    names = {name for module, name in imports(path) if module == "server"}
    assert names <= SEEN_BY_THE_DESKTOP | ({"cli"} if path.name == "__main__.py" else set())


@pytest.mark.parametrize(
    "path", [path for path in python_files("server") if path.parts[:2] == ("server", "scim")], ids=str
)
def test_the_protocol_is_pure(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))) if isinstance(node, ast.Call)]
    names = {
        call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
        for call in calls
        if isinstance(call.func, ast.Attribute | ast.Name)
    }
    assert names & NO_CLOCK_NO_DISK_NO_CHANCE == set()
