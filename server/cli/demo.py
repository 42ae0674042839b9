"""``perch demo``: a throw-away sandbox, its endpoint, and the guided tour played against it by each kind of app.

Belongs here: how the tour is printed, how the endpoint is run meanwhile. Must not know: what the tour is
(``okta.tour``), what Okta sends, how a load is made (``load``).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from server.cli import load
from server.cli.invocation import Failure
from server.cli.output import BAD, GOOD, LINE, QUIET, console, is_terminal, say
from server.okta.app import AppSettings
from server.okta.company import FEWEST, MOST
from server.okta.dialogues import Kind
from server.okta.tour import Directory, Stage, Unmet, tour
from server.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from server.okta.scenario import Step
    from server.okta.tenant import OktaTenant, Outcome

READY = "Perch is serving SCIM at "
ROOMY = 90
"""Columns of a terminal in which every act has one line."""

GRACE = 15.0
"""Seconds that the endpoint is given to end by itself."""

APPS = {
    Kind.CUSTOM: "A custom app, made in Okta's App Integration Wizard: writes with PUT",
    Kind.CATALOG: "A catalog app, from Okta's integration network: writes with PATCH",
    Kind.AGENT: "Okta's on-premises agent in its SCIM 2.0 mode: writes whole people with PUT",
}
ALL = "all"
SIZE = 60
"""People in the company of the tour."""


@dataclass(frozen=True, slots=True)
class Act:
    """One stage of the tour as it was played."""

    kind: Kind
    feature: str
    steps: list[Step]
    outcome: str
    ok: bool

    @property
    def milliseconds(self) -> float:
        """How long Okta waited for all answers of this act."""
        return sum(step.duration for step in self.steps) / 1000

    @property
    def requests(self) -> str:
        """The requests in their order: ``GET, 2 PUT``."""
        counted = Counter(step.method for step in self.steps)
        return ", ".join(f"{number} {method}" if number > 1 else method for method, number in counted.items())


@click.command()
@click.option("--exit", "leave", is_flag=True, help="End after the show instead of serving on.")
@click.option("--port", type=int, default=0, help="The port of the endpoint; a free one unless given.")
@click.option(
    "--app",
    type=click.Choice([*(kind.value for kind in Kind), ALL]),
    help="The kind of app that Okta plays; all of them unless given (with --people: custom).",
)
@click.option(
    "--people",
    type=click.IntRange(FEWEST, MOST),
    help="Instead of the tour: provision so many people with every feature, and measure.",
)
def demo(leave: bool, port: int, app: str | None, people: int | None) -> None:
    """Show what Perch does: Okta's provisioning features, played against a throw-away endpoint.

    Afterwards it keeps serving until Ctrl-C, for you to try; then everything is thrown away.
    """
    chosen = app or (ALL if people is None else Kind.CUSTOM.value)
    kinds = tuple(Kind) if chosen == ALL else (Kind(chosen),)
    with _interruptible(), tempfile.TemporaryDirectory(prefix="perch-demo-") as name:
        folder = Path(name) / "data"
        with (
            Sandbox.open(folder, size=people or SIZE) as sandbox,
            _endpoint(folder, Path(name) / "stderr", port) as (child, base_url),
        ):
            green = _show(sandbox, base_url, kinds) if people is None else load.show(sandbox, base_url, kinds)
            if not leave:
                _serve_on(child, base_url, sandbox.secret)
    if leave and not green:
        raise click.exceptions.Exit(1)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM end the demo like Ctrl-C, so that nothing is left behind; both are its ordinary end."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _endpoint(folder: Path, log: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``perch serve`` as a child while the context lasts; raises Failure, in its words, if it cannot."""
    # The child is this very program, wherever it was started from; the user's settings are not the demo's.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PERCH_")}
    places = [str(Path(__file__).parents[2]), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, places))
    command = [sys.executable, "-P", "-m", "server", "--data-dir", str(folder)]
    command += ["serve", "--port", str(port), "--parent-watch"]
    with (
        log.open("w", encoding="utf-8") as stderr,
        subprocess.Popen(  # noqa: S603 -- our own program
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            encoding="utf-8",
        ) as child,
    ):
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            line = child.stdout.readline().strip()
            if not line.startswith(READY):
                child.wait(GRACE)
                raise Failure(log.read_text("utf-8").strip().removeprefix("Error: ") or "The endpoint did not start.")
            yield child, line.removeprefix(READY)
        finally:
            child.stdin.close()
            try:
                child.wait(GRACE)
            except subprocess.TimeoutExpired:
                child.kill()


def _serve_on(child: subprocess.Popen[str], base_url: str, secret: str) -> None:
    out = console()
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=QUIET)
    grid.add_column(overflow="fold")
    grid.add_row("Base URL", Text(base_url, style="bold"))
    grid.add_row("Token", Text(secret, style="bold"))
    if is_terminal():
        out.print(Padding(grid, (1, 0, 1, 1)))
    else:
        click.echo(f"Base URL\t{base_url}\nToken\t{secret}")
    say(" Serving until Ctrl-C; then this directory is thrown away.", style=QUIET)
    child.wait()
    raise Failure("The endpoint ended by itself: start the demo again.")


def _show(sandbox: Sandbox, base_url: str, kinds: Sequence[Kind]) -> bool:
    """Play the tour with each kind of app, print it, and tell whether all of it is green."""
    green = True
    if is_terminal():
        title = Text.assemble(("Perch", "bold"), ("  what Okta asked of it, and what came of it", QUIET))
        console().print(Padding(title, (1, 0, 0, 1)))
    for number, kind in enumerate(kinds):
        tenant = sandbox.connect(base_url, settings=AppSettings(kind=kind))
        with closing(tenant.client):
            if number:
                sandbox.reset(tenant)
            acts = list(Show(tenant, sandbox.directory).acts())
        green = green and all(act.ok for act in acts)
        if is_terminal():
            console().print(Padding(_table(acts), (1, 0, 0, 1)))
        else:
            for act in acts:
                mark = "ok" if act.ok else "FAILED"
                words = (
                    kind,
                    act.feature,
                    act.requests,
                    f"{mark}: {act.outcome}",
                    f"{act.milliseconds:.1f} ms",
                )
                click.echo("\t".join(words))
    return green


def _table(acts: list[Act]) -> Table:
    drawn = Table(
        box=LINE,
        border_style=QUIET,
        header_style=QUIET,
        title=APPS[acts[0].kind],
        title_justify="left",
        title_style="",
        padding=(0, 2, 0, 0),
        pad_edge=False,
        show_edge=False,
    )
    drawn.add_column("", no_wrap=True, width=1)
    drawn.add_column("Feature", style="bold", no_wrap=True, min_width=22)
    drawn.add_column("Requests", style=QUIET, min_width=17 if console().width >= ROOMY else 10)
    drawn.add_column("Outcome", overflow="fold", min_width=16)
    drawn.add_column("Time", justify="right", style=QUIET, no_wrap=True, min_width=8)
    for act in acts:
        sign = Text("✓", style=GOOD) if act.ok else Text("✗", style=BAD)
        outcome = Text(act.outcome, style="" if act.ok else BAD)
        drawn.add_row(sign, act.feature, act.requests, outcome, f"{act.milliseconds:.1f} ms")
    return drawn


class Show:
    """The guided tour with one app."""

    def __init__(self, tenant: OktaTenant, directory: Directory) -> None:
        self._kind = tenant.settings.kind
        self._stages = tour(tenant, directory)

    def acts(self) -> Iterator[Act]:
        """Play one stage after the other."""
        return map(self._act, self._stages)

    def _act(self, stage: Stage) -> Act:
        steps: list[Step] = []
        outcome = _played(stage, steps)
        if not outcome.ok:
            step = outcome.refused
            told = outcome.sentence if step is None else f"{step.request_line}: {step.verdict.sentence}"
            return Act(self._kind, stage.title, steps, told, ok=False)
        try:
            return Act(self._kind, stage.title, steps, stage.check(outcome), ok=True)
        except Unmet as unmet:
            return Act(self._kind, stage.title, steps, str(unmet), ok=False)


def _played(stage: Stage, steps: list[Step]) -> Outcome:
    play = stage.play()
    while True:
        try:
            steps.append(next(play))
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
