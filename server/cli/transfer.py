"""``perch export`` and ``perch import``: the directory as CSV for spreadsheets and JSON lines for programs.

Belongs here: files, progress, what is said. Must not know: formats (``transfer``), what becomes of a row
(``importing``).
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from server import export_settings
from server.cli.interruption import Interruption
from server.cli.invocation import Failure, Invocation, pass_invocation
from server.cli.output import BAD, CAREFUL, GOOD, amount, said, say
from server.faults import Fault
from server.file_export import lines_in, written_file
from server.file_import import FileUnusable
from server.importing import ImportReport, Outcome
from server.transfer.csv_reading import CsvReader
from server.transfer.ldif import beginning
from server.transfer.lines import LineError, decoded, read_json_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from server.importing import Problem
    from server.transfer.lines import Row
    from server.workspace import Document, Kind, Workspace

SHOWN_PROBLEMS = 50
"""Lines that are explained one by one; more are counted."""
FORMATS = click.Choice(["csv", "jsonl"])
EXPORT_FORMATS = click.Choice(["csv", "jsonl", "ldif"])
ENDINGS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
EXPORT_ENDINGS = {**ENDINGS, ".ldif": "ldif"}
FILE = click.Path(readable=False, allow_dash=True)
"""Whether it can be read or written is found out, and said, when it is."""
KINDS: dict[str, Kind] = {"users": "User", "groups": "Group"}
SAMPLE = 65_536
UNREADABLE: dict[type[OSError], str] = {
    FileNotFoundError: "name a file that is there",
    IsADirectoryError: "name a file, and no folder",
    PermissionError: "let your user read it",
}
OTHERWISE = "copy it to another place"
INTERRUPTED = 128 + signal.SIGINT
"""The exit code of what Ctrl-C ended, as shells have it."""


@click.command()
@click.argument("file", type=FILE, default="-")
@click.argument("what", required=False, type=click.Choice(list(KINDS)))
@click.option(
    "--format", "form", type=EXPORT_FORMATS, help="Otherwise the ending of FILE decides; csv where it has none."
)
@click.option("--base-dn", metavar="DN", help="The entry that people and groups stand below in LDIF.")
@pass_invocation
def export(invocation: Invocation, *, file: str, what: str | None, form: str | None, base_dn: str | None) -> None:
    """Write people and groups to FILE (- is stdout).

    CSV holds one kind, people unless you say groups; JSON lines hold both and lose nothing. LDIF holds active people
    and groups for a directory that speaks LDAP.
    """
    if file in KINDS and what is None:
        file, what = "-", file
    form = form or _form_by_ending(file)
    kinds: list[Kind] = [KINDS[what]] if what else ["User"] if form == "csv" else ["User", "Group"]
    base = _base(base_dn) or invocation.config().export_base
    with invocation.workspace() as workspace:
        totals = {kind: workspace.query(kind, count="0").total for kind in kinds}
        if form == "ldif" and "User" in kinds:
            totals["User"] = workspace.query("User", count="0", filter="active ne false").total
        with (
            _written(file, mark=form == "csv") as target,
            _progress("Exporting", sum(totals.values())) as advance,
        ):
            if form == "ldif":
                target.write(beginning(base).encode())
            for kind in kinds:
                for line, whole in lines_in(form, workspace, kind, partial(_walk, workspace, kind), base):
                    target.write(line)
                    advance(whole)
    counted = " and ".join(amount(total, kind.lower()) for kind, total in totals.items())
    say(f"Exported {counted}{'' if file == '-' else f' to {file}'}.")


def _form_by_ending(file: str) -> str:
    """Tell the format that the ending of a file asks for, csv where it has none; raises Failure for any other."""
    ending = Path(file).suffix.lower()
    if ending and ending not in EXPORT_ENDINGS:
        known = ", ".join(EXPORT_ENDINGS)
        raise Failure(f"{file} ends in none of {known}: name it with one of them, or say what it is with --format.")
    return EXPORT_ENDINGS.get(ending, "csv")


def _base(name: str | None) -> str | None:
    try:
        return None if name is None else export_settings.base(name)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="--base-dn") from error


def _walk(workspace: Workspace, kind: Kind, _pass: int) -> Iterator[Document]:
    return workspace.walk(kind)


@contextmanager
def _written(file: str, *, mark: bool) -> Iterator[IO[bytes]]:
    """Open the target."""
    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with written_file(Path(file), mark=mark) as target:
            yield target
    except FileUnusable as error:
        raise Failure(str(error)) from error


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--format", "form", type=FORMATS, help="Otherwise the ending of FILE, or its first character, decides.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, on a copy, and change nothing.")
@click.option("--only-new", is_flag=True, help="Leave alone who is there already.")
@pass_invocation
def import_(invocation: Invocation, *, file: str, form: str | None, dry_run: bool, only_new: bool) -> None:
    """Take people or groups from FILE (- is stdin): CSV or JSON lines.

    Who is there already (by userName, or displayName of a group) is updated: what the file names replaces
    what was there, an empty cell and what is not named stay. Each line is taken as a whole or not at all.
    """
    problems: list[Problem] = []
    unknown: list[str] = []
    report = ImportReport()
    interruption = Interruption()
    try:
        with ExitStack() as stack:
            source, size = stack.enter_context(_opened(file))
            workspace = stack.enter_context(invocation.workspace())
            target = stack.enter_context(workspace.rehearsal() if dry_run else nullcontext(workspace))
            advance = stack.enter_context(_progress("Rehearsing" if dry_run else "Importing", size))
            form = form or _form(file, source)
            if form == "csv" and not _beginning(source):
                raise Failure("The file is empty: its first line has to name the columns, userName among them.")
            lines = decoded(_measured(source, advance))
            importer = target.importer(only_new=only_new)
            reader = CsvReader(lines, {"User": target.registry.user, "Group": target.registry.group})
            rows = reader.rows() if form == "csv" else read_json_lines(lines)
            report, unknown = importer.report, reader.unknown
            stack.enter_context(interruption)
            try:
                for found in importer.run(interruption.rows(_until_broken(rows))):
                    problems += found[: SHOWN_PROBLEMS - len(problems)]
            except Fault:
                say(f"Not the whole file was read. {_summary(report, dry_run=dry_run)}", style=CAREFUL)
                raise
    except KeyboardInterrupt:
        interruption.is_wanted = True
    failed = report.counts[Outcome.FAILED]
    _say_problems(problems, failed)
    for heading in unknown:
        say(f"The column {heading!r} is no attribute that Perch knows; it was left out.", style=CAREFUL)
    for name, number in report.ignored.most_common():
        say(
            f"{name} is no attribute that Perch knows; it was left out on {amount(number, 'line')}.",
            style=CAREFUL,
        )
    if interruption.is_wanted:
        say(_stopped(report, dry_run=dry_run), style=CAREFUL)
        raise click.exceptions.Exit(INTERRUPTED)
    say(_summary(report, dry_run=dry_run), style=BAD if failed else GOOD)
    if failed:
        raise click.exceptions.Exit(1)


def _say_problems(problems: list[Problem], failed: int) -> None:
    for problem in problems:
        _say_line(problem)
    if failed > len(problems):
        say(f"… and {amount(failed - len(problems), 'more problem')}.", style=BAD)


def _until_broken(rows: Iterator[Row | LineError]) -> Iterator[Row | LineError]:
    """Let what cannot be read from here on be the last problem of the file."""
    try:
        yield from rows
    except LineError as error:
        yield error


def _say_line(problem: Problem) -> None:
    console = said()
    line = Text.assemble((f"Line {problem.line}", "bold"), ": ", problem.sentence)
    console.print(line, soft_wrap=True)


def _summary(report: ImportReport, *, dry_run: bool) -> str:
    said_so = _counted(report) or "the file holds nobody"
    return f"Dry run, nothing was changed. It would be: {said_so}." if dry_run else f"Import: {said_so}."


def _stopped(report: ImportReport, *, dry_run: bool) -> str:
    if dry_run:
        return "Stopped, and nothing was changed."
    taken = _counted(report)
    so_far = f"{taken} so far" if taken else "nothing was taken yet"
    return f"Stopped: {so_far}. Give the same command again to go on."


def _counted(report: ImportReport) -> str:
    return ", ".join(f"{report.counts[outcome]:,} {outcome}" for outcome in Outcome if report.counts[outcome])


@contextmanager
def _opened(file: str) -> Iterator[tuple[BufferedReader, int | None]]:
    """Open the source and tell its size, where it has one."""
    if file == "-":
        stream = sys.stdin.buffer
        yield (stream if isinstance(stream, BufferedReader) else BufferedReader(stream)), None  # type: ignore[arg-type]  # any binary stream will do
        return
    with ExitStack() as stack:
        try:
            source = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            remedy = next((words for kind, words in UNREADABLE.items() if isinstance(error, kind)), OTHERWISE)
            raise Failure(f"{file} could not be read ({error.strerror}): {remedy}.") from error
        yield source, os.fstat(source.fileno()).st_size


def _form(file: str, source: BufferedReader) -> str:
    """Tell the format by the file's ending, or by how it begins."""
    by_ending = ENDINGS.get(Path(file).suffix.lower())
    return by_ending or ("jsonl" if _beginning(source)[:1] == b"{" else "csv")


def _beginning(source: BufferedReader) -> bytes:
    """Look at what a file begins with, past what nobody sees."""
    return source.peek(SAMPLE).lstrip(b"\xef\xbb\xbf \t\r\n")


def _measured(source: Iterable[bytes], advance: Callable[[int], None]) -> Iterator[bytes]:
    for line in source:
        advance(len(line))
        yield line


@contextmanager
def _progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a bar while the context lasts, where somebody sees it; give what moves it."""
    console = said()
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(label, total=total)
        yield lambda number: progress.advance(task, number)
