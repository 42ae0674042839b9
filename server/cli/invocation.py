"""What every command starts from (the data folder, its settings, the workspace in it) and how it ends.

Belongs here: turning errors into one sentence and an exit code. Must not know: any one command.
"""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import click

from server.cli.messages import worded
from server.cli.output import CAREFUL, say
from server.cli.ownership import give_back
from server.cli.streams import take_any_text
from server.config import data_folder, data_path, load_config, mistyped
from server.faults import Fault
from server.scim.errors import ScimError
from server.tokens import TokenRuleError
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from server.config import ServerConfig


@dataclass(frozen=True, slots=True)
class Invocation:
    """One start of the program."""

    data_dir: str | None = None

    def folder(self) -> Path:
        """Give the data folder, created where it is missing; raises Fault."""
        return data_folder(self.data_dir)

    def config(self, flags: Mapping[str, Any] | None = None) -> ServerConfig:
        """Read the settings, and say which variable is none of them; raises Fault."""
        for name, nearest in mistyped():
            say(f"{name} is no setting and is ignored: did you mean {nearest}?", style=CAREFUL)
        return load_config(self.folder(), flags=flags)

    def workspace(self) -> Workspace:
        """Open the workspace, to be closed by the caller; raises Fault."""
        return Workspace.open(self.folder(), self.config(), actor=actor())


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)


def actor() -> str:
    """Name who gives the commands, for the audit and the history of tokens."""
    try:
        return f"command line ({getpass.getuser()})"
    except (OSError, KeyError, ImportError):
        # A container may run as a user without a name.
        return "command line"


def installed_version() -> str:
    """Give the version of the installed distribution."""
    try:
        return version("perch-scim")
    except PackageNotFoundError:
        return "unknown (not installed)"


class Failure(click.ClickException):
    """What was asked could not be done; the message says why and what to do. Ends the program with 1."""


class Commands(click.Group):
    """The commands, in the order that they were added; what goes wrong ends in one sentence on stderr."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order that they were added."""
        del ctx
        return list(self.commands)

    def main(self, *arguments: Any, **settings: Any) -> Any:
        """Run the program: only its outermost commands are asked for this."""
        take_any_text()
        return super().main(*arguments, **settings)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was given; raises UsageError for arguments that are no text."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None and not isinstance(command, click.Group):
            _refuse_what_is_no_text(command, rest)
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was given; raises Failure."""
        try:
            return super().invoke(ctx)
        except (Fault, TokenRuleError, ScimError) as error:
            raise Failure(worded(error)) from error
        finally:
            if (invocation := ctx.find_object(Invocation)) is not None:
                give_back(data_path(invocation.data_dir))


def _refuse_what_is_no_text(command: click.Command, arguments: Sequence[str]) -> None:
    """Refuse bytes that are not UTF-8 where a name is wanted; a file may have any name that the system gave it."""
    if any(isinstance(parameter.type, click.Path) for parameter in command.params):
        return
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            seen = ascii(os.fsencode(argument))[2:-1]
            raise click.UsageError(
                f"The argument {seen} is not UTF-8: set the terminal to UTF-8 and type it anew."
            ) from None
