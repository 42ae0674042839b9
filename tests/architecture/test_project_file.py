"""What pyproject.toml promises: strict for every module, complete, and alone in its environment."""

from __future__ import annotations

import tomllib
from importlib.metadata import packages_distributions
from typing import Any

import pytest

from tests.architecture.test_imports import SEEN_BY_THE_DESKTOP
from tests.source_tree import ROOT, python_files

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TOOLS: dict[str, Any] = PROJECT["tool"]


def contract(name: str) -> dict[str, Any]:
    """Return one of import-linter's contracts."""
    return next(one for one in TOOLS["importlinter"]["contracts"] if one["id"] == name)


def test_mypy_is_strict_without_exceptions() -> None:
    assert TOOLS["mypy"]["strict"] is True
    assert "overrides" not in TOOLS["mypy"]
    loosened = {
        name
        for name, value in TOOLS["mypy"].items()
        if name.startswith(("disallow", "warn", "check", "strict", "no_implicit")) and value is False
    }
    assert loosened == set()
    assert TOOLS["mypy"].keys().isdisjoint({"exclude", "ignore_errors", "ignore_missing_imports", "disable_error_code"})


def test_ruff_has_no_exceptions_for_single_modules() -> None:
    assert TOOLS["ruff"]["lint"]["select"] == ["ALL"]
    assert TOOLS["ruff"]["lint"]["per-file-ignores"].keys() <= {"tests/**", "run.py", "server/cli/**", "desktop/**"}
    assert TOOLS["ruff"]["lint"]["per-file-ignores"]["desktop/**"] == ["N802"], "names that are Qt's"
    assert TOOLS["ruff"].keys().isdisjoint({"exclude", "extend-exclude"})


def test_pytest_is_strict_and_runs_everything() -> None:
    options = TOOLS["pytest"]["ini_options"]
    assert {"--strict-markers", "--strict-config"} <= set(options["addopts"])
    assert options["xfail_strict"] is True
    assert options["filterwarnings"] == ["error"]
    assert options["qt_log_level_fail"] == "WARNING"


def test_every_module_of_server_has_its_place_among_the_layers() -> None:
    layers = contract("layers")
    assert layers["exhaustive"] is True
    assert "ignore_imports" not in layers
    assert [layer for layer in layers["layers"] if "(" in layer] == [], "a layer is there or it is not"


def test_all_of_server_is_either_open_to_the_desktop_or_closed() -> None:
    inside = {path.parts[1].removesuffix(".py") for path in python_files("server") if path.name != "__init__.py"}
    closed = {name.removeprefix("server.") for name in contract("desktop")["forbidden_modules"]}
    assert inside - closed == SEEN_BY_THE_DESKTOP
    assert closed <= inside


def test_every_page_of_the_desktop_is_kept_apart_from_the_others() -> None:
    pages = {f"desktop.{path.parts[1]}" for path in python_files("desktop") if path.name == "page.py"}
    pages -= {"desktop.page.py"}
    assert pages <= set(contract("pages")["modules"])
    assert contract("pages")["modules"] == contract("widgets")["forbidden_modules"]


def test_the_desktop_names_its_exceptions_and_has_one() -> None:
    assert contract("desktop")["ignore_imports"] == ["desktop.__main__ -> server.cli"]
    assert contract("pages").keys().isdisjoint({"ignore_imports"})


@pytest.mark.parametrize("name", ["desktop", "server", "resources"])
def test_no_other_distribution_brings_a_package_of_our_name(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {PROJECT["project"]["name"]}


def test_it_can_never_be_published_by_accident() -> None:
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_the_endpoint_needs_no_screen() -> None:
    needed = " ".join(PROJECT["project"]["dependencies"]).lower()
    assert "pyside" not in needed
    assert "qt" not in needed
