"""The README tells all of it: every command, every route, every setting, and none that does not exist."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

import click
import pytest

import resources
from server.cli import main
from server.config import ServerConfig
from server.http.application import routes
from server.scim.schemas import load_registry
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

README = (ROOT / "README.md").read_text("utf-8")


def commands(command: click.Command, words: tuple[str, ...]) -> Iterator[str]:
    """Yield every command that does something, as it is typed."""
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from commands(each, (*words, name))
    else:
        yield " ".join(words)


def table_below(heading: str) -> list[list[str]]:
    """Return the rows of the first table below a heading of the README, cell by cell."""
    section = re.split(rf"^#+ {re.escape(heading)}$", README, flags=re.MULTILINE)[1]
    lines = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert lines is not None, f"there is no table below {heading}"
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[0].splitlines()]
    return rows[2:]


COMMANDS = sorted(commands(main, ("perch",)))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"`{re.escape(command)}(?=[ `])", README), f"{command} is not in the README"


def test_every_documented_command_exists() -> None:
    documented = set(re.findall(r"`(perch(?: [a-z]+)+)", README))
    groups = {command.rpartition(" ")[0] for command in COMMANDS}
    assert documented - {*COMMANDS, *groups} == set()


def test_the_endpoint_table_is_the_route_table() -> None:
    registry = load_registry(resources.schema_documents(), ServerConfig().required)
    anything: Any = MagicMock()
    served = {
        f"/scim/{'/'.join(path)}".removeprefix("/scim/v2") or "/": set(methods)
        for path, methods in routes(anything, anything, registry).items()
    }
    documented: dict[str, set[str]] = {}
    for paths, methods, *_meaning in [*table_below("Endpoints"), *table_below("SCIM 1.1")]:
        for path in re.findall(r"`(/[^`]*)`", paths):
            documented[path.lower()] = set(re.findall(r"[A-Z]{3,}", methods))
    assert [documented.pop(path) for path in ("/healthz", "/readyz", "/metrics")] == [{"GET"}] * 3
    assert documented == served


def test_every_setting_is_documented_with_its_default() -> None:
    documented = {row[0].strip("`"): row[1].strip("`") for row in table_below("Settings")}
    defaults = {
        field.name: list(field.default) if isinstance(field.default, tuple) else field.default
        for field in fields(ServerConfig)
    }
    assert {
        name: None if value == "none" else tomllib.loads(f"value = {value}")["value"]
        for name, value in documented.items()
    } == defaults
