"""The load picture of ``perch demo --people``: a whole company provisioned with every feature, and measured.

Belongs here: how many at once, what is measured, how it is printed. Must not know: what Okta sends.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from server.cli.output import BAD, GOOD, LINE, QUIET, console, is_terminal, said
from server.okta.app import AppSettings
from server.okta.tenant import OktaTenant

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from server.okta.dialogues import Kind
    from server.okta.scenario import Step
    from server.okta.tenant import OktaPerson, Outcome
    from server.sandbox import Sandbox

    Play = Generator[Step, None, Outcome]
    Action = Callable[[OktaTenant, OktaPerson], Play]

CONNECTIONS = 8
"""How many people Okta provisions at once, each on a connection of its own."""


@dataclass(slots=True)
class Figure:
    """What was measured of one feature."""

    feature: str
    done: int = 0
    """People, groups or imports that Okta was through with."""
    seconds: float = 0.0
    durations: list[int] = field(default_factory=list)
    """Of each request, in microseconds."""
    failures: list[str] = field(default_factory=list)
    """What Okta shows of each that failed."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.durations) / self.seconds if self.seconds else 0.0

    def milliseconds(self, share: float) -> float:
        """Give the time within which that share of the requests was answered; 0 where there were none."""
        if not self.durations:
            return 0.0
        return sorted(self.durations)[min(int(len(self.durations) * share), len(self.durations) - 1)] / 1000


def show(sandbox: Sandbox, base_url: str, kinds: Sequence[Kind]) -> bool:
    """Provision the sandbox's company with each kind of app, print the figures, and tell whether nothing failed."""
    green = True
    for number, kind in enumerate(kinds):
        if number:
            with closing(sandbox.connect(base_url).client) as client:
                sandbox.reset(OktaTenant(client, AppSettings()))
        figures = []
        with _progress() as advance:
            for figure in Load(sandbox, base_url, kind, advance).figures():
                figures.append(figure)
                if not is_terminal():
                    click.echo("\t".join((kind, *_cells(figure))))
        if is_terminal():
            console().print(
                Padding(_table(f"{len(sandbox.company.people):,} people, {kind} app", figures), (1, 0, 0, 1))
            )
        green = green and not any(figure.failures for figure in figures)
    return green


class Load:
    """Every feature with everybody, over several connections at once; ``advance`` hears feature, done and all."""

    def __init__(
        self, sandbox: Sandbox, base_url: str, kind: Kind, advance: Callable[[str, int, int], None] = lambda *_: None
    ) -> None:
        self._sandbox = sandbox
        self._base_url = base_url
        self._settings = AppSettings(kind=kind)
        self._advance = advance
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def figures(self) -> Iterator[Figure]:
        """Play one feature after the other with everybody."""
        with ExitStack() as stack:
            tenants = [self._tenant(stack, part) for part in self._parts()]
            stack.callback(self._stopped.set)
            for feature, action in (
                ("Push New Users", lambda tenant, one: tenant.assign(one.okta_id)),
                ("Push Profile Updates", lambda tenant, one: tenant.edit(one.okta_id, title=f"New {_title(one)}")),
                ("Push User Deactivation", lambda tenant, one: tenant.deactivate(one.okta_id)),
                ("Reactivate Users", _come_back),
            ):
                yield self._everybody(feature, tenants, action)
            office = self._sandbox.connect(self._base_url, settings=self._settings)
            stack.callback(office.client.close)
            yield self._once("Import New Users", lambda: _import(office))
            names = list(office.groups)
            yield self._once("Push Groups", *(_pushing(office, name) for name in names))

    def _parts(self) -> list[tuple[OktaPerson, ...]]:
        people = self._sandbox.company.people
        return [people[start::CONNECTIONS] for start in range(min(CONNECTIONS, len(people)))]

    def _tenant(self, stack: ExitStack, people: tuple[OktaPerson, ...]) -> OktaTenant:
        tenant = self._sandbox.connect(self._base_url, settings=self._settings)
        stack.callback(tenant.client.close)
        return OktaTenant(tenant.client, self._settings, people)

    def _everybody(self, feature: str, tenants: Sequence[OktaTenant], action: Action) -> Figure:
        figure = Figure(feature)
        whole = len(self._sandbox.company.people)

        def work(tenant: OktaTenant) -> None:
            for one in list(tenant.people.values()):
                if self._stopped.is_set():
                    return
                durations, failure = _played(action(tenant, one))
                with self._lock:
                    _count(figure, durations, failure)
                    self._advance(feature, figure.done, whole)

        began = time.perf_counter()
        with ThreadPoolExecutor(len(tenants), "load") as pool:
            try:
                for _ in pool.map(work, tenants):
                    pass
            except BaseException:
                # Ctrl-C: nobody begins with another person.
                self._stopped.set()
                raise
        figure.seconds = time.perf_counter() - began
        return figure

    def _once(self, feature: str, *plays: Callable[[], Play]) -> Figure:
        figure = Figure(feature)
        began = time.perf_counter()
        for play in plays:
            _count(figure, *_played(play()))
            self._advance(feature, figure.done, len(plays))
        figure.seconds = time.perf_counter() - began
        return figure


def _count(figure: Figure, durations: list[int], failure: str) -> None:
    figure.done += 1
    figure.durations += durations
    if failure:
        figure.failures.append(failure)


def _played(play: Play) -> tuple[list[int], str]:
    """Play to the end: how long each request took, and what Okta shows if it failed."""
    durations = []
    while True:
        try:
            durations.append(next(play).duration)
        except StopIteration as end:
            outcome: Outcome = end.value
            return durations, "" if outcome.ok else outcome.sentence


def _title(person: OktaPerson) -> str:
    return str(person.attributes.get("title", "Assistant"))


def _come_back(tenant: OktaTenant, person: OktaPerson) -> Play:
    yield from tenant.reactivate(person.okta_id)
    return (yield from tenant.assign(person.okta_id))


def _import(office: OktaTenant) -> Play:
    outcome = yield from office.import_now()
    if outcome.ok:
        office.confirm_import(outcome.found.matches)
    return outcome


def _pushing(office: OktaTenant, name: str) -> Callable[[], Play]:
    return lambda: office.push_group(name)


# How it is shown


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Draw a bar for the feature that is played, on a terminal only."""
    if not said().is_terminal:
        yield lambda *_: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=said(), transient=True) as progress:
        bar = progress.add_task("", total=None)
        yield lambda feature, done, whole: progress.update(bar, description=feature, completed=done, total=whole)


_HEADINGS = ("Requests", "Rate", "Median", "95 %", "99 %", "Worst")
_SPARE = ("99 %",)
ROOMY = 90
"""Columns of a terminal in which nothing has to be left out."""


def _cells(figure: Figure) -> list[str]:
    times = [f"{figure.milliseconds(share):.1f} ms" for share in (0.5, 0.95, 0.99, 1.0)]
    told = f"FAILED: {len(figure.failures)} of {figure.done}: {figure.failures[0]}" if figure.failures else "ok"
    return [figure.feature, f"{len(figure.durations)}", f"{figure.rate:,.0f}/s", *times, told]


def _table(title: str, figures: Sequence[Figure]) -> Table:
    drawn = Table(
        box=LINE,
        border_style=QUIET,
        header_style=QUIET,
        title=title,
        title_justify="left",
        title_style="",
        padding=(0, 2, 0, 0),
        pad_edge=False,
        show_edge=False,
    )
    drawn.add_column("", no_wrap=True, min_width=1)
    drawn.add_column("Feature", style="bold", no_wrap=True, min_width=22)
    shown = [number for number, heading in enumerate(_HEADINGS) if heading not in _SPARE or console().width >= ROOMY]
    for number in shown:
        drawn.add_column(_HEADINGS[number], justify="right", style=QUIET, no_wrap=True)
    for figure in figures:
        name, *cells, told = _cells(figure)
        sign = Text("✗", style=BAD) if figure.failures else Text("✓", style=GOOD)
        drawn.add_row(sign, name, *(cells[number] for number in shown))
        if figure.failures:
            drawn.add_row("", Text(told, style=BAD))
    return drawn
