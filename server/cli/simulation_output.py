"""How a simulation is shown while it runs and once it has ended, on a terminal and in a pipe.

Belongs here: bars, tables and lines. Must not know: what is simulated, what the exit code is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from rich.console import Group
from rich.padding import Padding
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Column, Table
from rich.text import Text

from server.cli.output import BAD, CAREFUL, GOOD, LINE, QUIET, amount, console, is_terminal, said, say, show_json
from server.okta.report_page import app_title, headline, milliseconds
from server.okta.rules import Severity
from server.okta.simulation import PLANS

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from rich.console import RenderableType

    from server.okta.app import AppSettings
    from server.okta.replaying import Repeated
    from server.okta.report import FeatureResult, Report
    from server.okta.rules import Finding
    from server.okta.simulation import Progress as Step

SHOWN = 12
"""Differences of a replay that a person is shown."""


def follow(steps: Generator[Step, None, Report], settings: AppSettings) -> Report:
    """Show how a simulation comes along, on stderr, and give its report."""
    if said().is_terminal:
        return _followed_by_a_person(steps, app_title(settings.kind, settings.version))
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            report: Report = end.value
            return report
        if step.ended:
            many = f", {amount(step.done, 'person').replace('persons', 'people')}" if step.total else ""
            say(f"{settings.kind}: {step.title}{many}, {step.seconds:.1f} s")


def _followed_by_a_person(steps: Generator[Step, None, Report], title: str) -> Report:
    out = said()
    out.print(Padding(Text(title, style="bold"), (1, 0, 0, 1)))
    progress = Progress(
        SpinnerColumn(finished_text=Text("✓", style=GOOD), style=QUIET),
        TextColumn(
            "{task.description}", table_column=Column(min_width=max(len(plan.title) for plan in PLANS.values()))
        ),
        BarColumn(bar_width=28, complete_style="blue", finished_style=GOOD, pulse_style=QUIET),
        TextColumn("{task.fields[count]}", justify="right"),
        TextColumn("{task.fields[rate]}", style=QUIET, justify="right"),
        console=out,
    )
    titled, task, began = "", None, 0
    with progress:
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                report: Report = end.value
                return report
            if step.title != titled or task is None:
                titled, began = step.title, step.requests
                task = progress.add_task(titled, total=step.total or None, count="", rate="")
            asked = step.requests - began
            progress.update(
                task,
                total=(step.total or max(step.done, 1)) if step.ended else step.total or None,
                completed=(step.total or max(step.done, 1)) if step.ended else step.done,
                count=f"{step.done:,} of {step.total:,}" if step.total else amount(asked, "request"),
                rate=f"{asked / step.seconds:,.0f} requests/s" if step.seconds > 0.2 and asked > 1 else "",
            )


def show_reports(reports: Sequence[Report]) -> None:
    """Show reports: tables and findings for a person; for a program, a line for each feature and each finding."""
    if not is_terminal():
        for report in reports:
            _write_lines(report)
        return
    out = console()
    for report in reports:
        out.print(Padding(_table(report), (1, 0, 0, 1)))
    for report in reports:
        for one in report.findings:
            out.print(Padding(_finding(report, one, several=len(reports) > 1), (1, 0, 0, 1)))
        for left in report.left_behind:
            out.print(Padding(Text(f"Left behind: {left}", style=CAREFUL), (1, 0, 0, 1)))
    good = all(report.ok for report in reports)
    requests = sum(report.requests for report in reports)
    seconds = sum(report.seconds for report in reports)
    verdict = Text.assemble(
        ("✓ " if good else "✗ ", GOOD if good else BAD),
        (headline(reports), "bold"),
        (f"  {requests:,} requests in {seconds:,.1f} s", QUIET),
    )
    out.print(Padding(verdict, (1, 0, 1, 1)))


def _write_lines(report: Report) -> None:
    for result in report.features:
        words = ("feature", report.kind, result.label, _word(result), str(result.requests))
        click.echo("\t".join((*words, milliseconds(result.median), milliseconds(result.worst))))
    for one in report.findings:
        facts = (one.request, one.sentence, one.source, one.remedy)
        told = [" ".join(fact.split()) for fact in facts]
        click.echo("\t".join(("finding", report.kind, str(one.rule), str(one.severity), *told)))
    for left in report.left_behind:
        click.echo("\t".join(("left behind", report.kind, " ".join(left.split()))))


def _word(result: FeatureResult) -> str:
    if not result.reached:
        return "not reached"
    return ("noted" if result.findings else "ok") if result.ok else "FAILED"


def _table(report: Report) -> Table:
    drawn = Table(
        box=LINE,
        border_style=QUIET,
        header_style=QUIET,
        title=app_title(report.kind, report.version),
        title_justify="left",
        title_style="bold",
        padding=(0, 2, 0, 0),
        pad_edge=False,
        show_edge=False,
    )
    drawn.add_column("", no_wrap=True, width=1)
    drawn.add_column("Feature", no_wrap=True, overflow="ellipsis")
    drawn.add_column("", no_wrap=True)
    for heading in ("Requests", "Median", "Worst"):
        drawn.add_column(heading, justify="right", style=QUIET, no_wrap=True)
    for result in report.features:
        times = (milliseconds(result.median), milliseconds(result.worst)) if result.reached else ("", "")
        drawn.add_row(*_state(result), f"{result.requests:,}", *times)
    return drawn


def _state(result: FeatureResult) -> tuple[Text, Text, Text]:
    label = Text(result.label)
    if not result.reached:
        return Text("·", style=QUIET), label, Text("not reached", style=QUIET)
    if not result.ok:
        return Text("✗", style=BAD), label, Text("fails", style=BAD)
    if result.findings:
        return Text("✓", style=GOOD), label, Text(amount(len(result.findings), "remark"), style=CAREFUL)
    return Text("✓", style=GOOD), label, Text("")


def _finding(report: Report, one: Finding, *, several: bool) -> RenderableType:
    fails = one.severity is Severity.FAILS
    times = report.times.get(one.rule, 1)
    title = Text.assemble(
        ("✗ " if fails else "! ", BAD if fails else CAREFUL),
        (one.rule.title, "bold"),
        (f"  {app_title(report.kind, report.version)}" if several else "", QUIET),
        (f"  {times:,} times" if times > 1 else "", QUIET),
    )
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=QUIET, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("Okta", Text(one.sentence))
    grid.add_row("Request", Text(one.request))
    grid.add_row("Fix", Text(one.remedy))
    grid.add_row("Known from", Text(one.source, style=QUIET))
    return Group(title, Padding(grid, (0, 0, 0, 2)))


def show_repeated(repeated: Sequence[Repeated], left_behind: Sequence[str], *, as_json: bool) -> None:
    """Show what a repeated dialogue did differently.

    As JSON: ``requests``, ``different``, ``left_behind``, and ``exchanges`` with ``request``, ``status``,
    ``recorded_status``, ``duration_ms`` and ``differences``.
    """
    different = [one for one in repeated if one.differences]
    if as_json:
        show_json(
            {
                "requests": len(repeated),
                "different": len(different),
                "left_behind": list(left_behind),
                "exchanges": [_exchange(one) for one in repeated],
            }
        )
        return
    if not is_terminal():
        for one in different:
            for sentence in one.differences:
                click.echo(f"{one.request}\t{sentence}")
        for left in left_behind:
            click.echo(f"left behind\t{left}")
        return
    out = console()
    for one in different[:SHOWN]:
        out.print(Padding(Text(one.request, style="bold"), (1, 0, 0, 1)))
        for sentence in one.differences:
            out.print(Padding(Text(sentence), (0, 0, 0, 3)))
    if len(different) > SHOWN:
        say(f" {len(different) - SHOWN} more are shown with --json.", style=QUIET)
    for left in left_behind:
        out.print(Padding(Text(f"Left behind: {left}", style=CAREFUL), (1, 0, 0, 1)))
    sign = ("✗ ", BAD) if different else ("✓ ", GOOD)
    words = f"{amount(len(different), 'answer')} of {len(repeated):,} differ" if different else "Nothing is different"
    out.print(Padding(Text.assemble(sign, (f"{words}.", "bold")), (1, 0, 1, 1)))


def _exchange(one: Repeated) -> dict[str, Any]:
    return {
        "request": one.request,
        "status": one.status,
        "recorded_status": one.recorded_status,
        "duration_ms": round(one.duration / 1000, 2),
        "differences": list(one.differences),
    }
