"""The command line as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from server.cli import main
from server.cli.invocation import installed_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.command_line import CommandLine


def every_command(
    group: click.Group = main, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*words, name), command
        if isinstance(command, click.Group):
            yield from every_command(command, (*words, name))


EVERY = dict(every_command())


def test_commands_are_listed_in_the_order_in_which_they_are_needed(perch: CommandLine) -> None:
    listed = [line.split()[0] for line in perch("--help").out.partition("Commands:")[2].splitlines() if line.strip()]
    assert listed[:3] == ["demo", "serve", "token"]
    assert set(listed) == set(main.commands)


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_explains_itself(perch: CommandLine, words: tuple[str, ...]) -> None:
    text = perch(*words, "--help").out
    assert EVERY[words].help
    assert all(option.help for option in EVERY[words].params if isinstance(option, click.Option))
    assert "Usage: " in text
    assert not perch.folder.exists(), "help needs no data folder"


LISTS = [words for words in EVERY if words[-1] in {"list", "show", "activity", "doctor"}]


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_what_lists_and_shows_does_so_as_json_too(words: tuple[str, ...]) -> None:
    assert any("--json" in option.opts for option in EVERY[words].params)


def test_the_version(perch: CommandLine) -> None:
    assert perch("--version").out == f"Perch {installed_version()}\n"


def test_it_starts_as_a_module(perch: CommandLine) -> None:
    assert perch.process("token", "list").exit_code == 0
