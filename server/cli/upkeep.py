"""``perch backup``, ``restore`` and ``doctor``: keeping a workspace safe and finding out what ails it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from server.backups import Backups
from server.checkup import check_up
from server.cli.invocation import Failure, Invocation, pass_invocation
from server.cli.messages import worded
from server.cli.output import (
    BAD,
    CAREFUL,
    GOOD,
    QUIET,
    console,
    is_terminal,
    json_option,
    say,
    show_json,
    size,
)
from server.cli.rehearsal import rehearsed, warn_of_tokens
from server.faults import Fault, FaultCode
from server.finding import Finding, Level
from server.workspace import ACTIVITY, DATABASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.backups import BackupFile
    from server.store.upkeep import Backup

SIGNS = {Level.OK: ("✓", GOOD), Level.WARN: ("!", CAREFUL), Level.FAIL: ("✗", BAD)}


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--to", metavar="FOLDER", type=click.Path(path_type=Path), help="A folder that is there, for cron.")
@click.option(
    "--keep", metavar="N", type=click.IntRange(min=1), help="With --to: remove all but the newest N it made there."
)
@pass_invocation
def backup(invocation: Invocation, file: Path | None, to: Path | None, keep: int | None) -> None:
    """Write everything into one file (perch.db as it is now), also while Perch serves, and check it.

    Without FILE it goes into the folder backups of the data folder. Prints the file's name.
    """
    if file is not None and to is not None:
        raise click.UsageError("Give FILE or --to FOLDER, not both.")
    if keep is not None and to is None:
        raise click.UsageError("--keep goes with --to FOLDER: a file that you name is never removed.")
    if to is not None and not to.is_dir():
        raise Failure(f"There is no folder {to}: create it, or mount the disk that it is on. No backup was made.")
    with invocation.workspace() as workspace:
        if to is not None:
            done: Backup | BackupFile = _in_place_of(to, lambda: workspace.backups.into(to, keep))
        elif file is not None:
            done = _in_place_of(file.parent, lambda: workspace.backup(file))
        else:
            done = workspace.backups.now()
    click.echo(str(done.path))
    if to is None:
        # What cron runs says nothing on stderr unless it failed: a mail each night is read by nobody.
        say(f"Backed up and checked: {size(done.size)}. It holds people and digests of tokens: keep it private.")


def _in_place_of(folder: Path, work: Callable[[], Backup]) -> Backup:
    try:
        return work()
    except Fault as fault:
        # The folder is the one that was named: --data-dir would not help.
        if fault.code is FaultCode.FOLDER_UNWRITABLE and fault.detail == str(folder):
            sentence = f"{folder} cannot be written to: name a file in a folder that is there and yours."
            raise Failure(sentence) from fault
        raise


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Only say what it would do; also while Perch serves. Exit code 1: cannot.")
@click.option("--json", "as_json", is_flag=True, help="With --check: print JSON.")
@pass_invocation
def restore(invocation: Invocation, file: Path, check: bool, as_json: bool) -> None:
    """Put a backup in the place of what is there now, which is kept beside it.

    No endpoint may serve the data folder meanwhile. Tokens are as they were at the time of the backup.
    """
    # Not out of an open workspace: what is there now may be too damaged to be opened.
    backups = Backups(invocation.folder(), DATABASE)
    if check:
        rehearsed(backups, invocation.folder(), file, as_json=as_json)
        return
    if as_json:
        raise click.UsageError("--json goes with --check.")
    done = backups.restore(file)
    found = done.contents
    what = "" if found is None else f": {found.people:,} people, {found.groups:,} groups"
    say(f"Restored {file}{what}.", style=GOOD)
    warn_of_tokens(done.tokens, "works again", "work again")
    if done.kept is not None:
        say(f"What was there before is in {done.kept}.")


@click.command()
@json_option
@pass_invocation
def doctor(invocation: Invocation, as_json: bool) -> None:
    """Look at everything that Perch depends on, and say what to do about it."""
    findings = list(check_up(invocation.folder(), DATABASE, ACTIVITY))
    if as_json:
        show_json([_row(finding) for finding in findings])
    elif is_terminal():
        console().print(_table(findings))
    else:
        for finding in findings:
            click.echo("\t".join(_row(finding).values()))
    failed = sum(finding.level is Level.FAIL for finding in findings)
    if failed:
        raise Failure(f"{failed} of {len(findings)} checks failed: follow the remedies above.")


def _row(finding: Finding) -> dict[str, str]:
    sentence = worded(finding.fault) if finding.fault is not None else finding.sentence
    return {
        "level": finding.level.value,
        "subject": finding.subject,
        "sentence": sentence,
        "remedy": finding.remedy,
    }


def _table(findings: list[Finding]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for finding in findings:
        sign, style = SIGNS[finding.level]
        row = _row(finding)
        words = Text(row["sentence"])
        if row["remedy"]:
            words.append(f"\n{row['remedy']}", style=QUIET)
        grid.add_row(Text(sign, style=style), row["subject"], words)
    return grid
