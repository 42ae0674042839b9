"""``perch demo``: a throw-away workspace, its endpoint, and Okta's own requests played against it.

Belongs here: the order of the show, what is checked after each. Must not know: what Okta sends (``okta``).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from server.cli.invocation import Failure, actor
from server.cli.output import BAD, GOOD, LINE, QUIET, console, is_terminal, say
from server.config import ServerConfig
from server.okta.dialogues import Kind, OktaClient
from server.okta.person import Person
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from types import FrameType

    from server.okta.scenario import Step

READY = "Perch is serving SCIM at "
ROOMY = 90
"""Columns of a terminal in which every act has one line."""

GRACE = 15.0
"""Seconds that the endpoint is given to end by itself."""

APPS = {
    Kind.CUSTOM: "A custom app, made in Okta's App Integration Wizard: writes with PUT",
    Kind.CATALOG: "A catalog app, from Okta's integration network: writes with PATCH",
}
SEEDED = (
    {
        "userName": "grace.hopper@example.com",
        "givenName": "Grace",
        "familyName": "Hopper",
        "title": "Rear Admiral",
    },
    {"userName": "alan.turing@example.com", "givenName": "Alan", "familyName": "Turing", "title": "Fellow"},
)


class Unmet(Exception):
    """What was expected of an act did not come true; the text says what."""


@dataclass(frozen=True, slots=True)
class Act:
    """One feature of the guide as it was played."""

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
def demo(leave: bool, port: int) -> None:
    """Show what Perch does: Okta's provisioning features, played against a throw-away endpoint.

    Afterwards it keeps serving until Ctrl-C, for you to try; then everything is thrown away.
    """
    with _interruptible(), tempfile.TemporaryDirectory(prefix="perch-demo-") as name:
        folder = Path(name) / "data"
        with Workspace.open(folder, ServerConfig(), actor=actor()) as workspace:
            secret = workspace.tokens.create("demo", actor=actor(), test=True).secret
            for person in SEEDED:
                workspace.create("User", _body(person))
            with _endpoint(folder, Path(name) / "stderr", port) as (child, base_url):
                green = _show(workspace, base_url, secret)
                if not leave:
                    _serve_on(child, base_url, secret)
    if leave and not green:
        raise click.exceptions.Exit(1)


def _body(person: dict[str, str]) -> dict[str, Any]:
    return {
        "userName": person["userName"],
        "name": {"givenName": person["givenName"], "familyName": person["familyName"]},
        "displayName": f"{person['givenName']} {person['familyName']}",
        "emails": [{"value": person["userName"], "type": "work", "primary": True}],
        "title": person["title"],
    }


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
    command = [sys.executable, "-P", "-m", "server.cli", "--data-dir", str(folder)]
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


def _show(workspace: Workspace, base_url: str, secret: str) -> bool:
    """Play everything with both kinds of app, print it, and tell whether all of it is green."""
    green = True
    if is_terminal():
        title = Text.assemble(("Perch", "bold"), ("  what Okta asked of it, and what came of it", QUIET))
        console().print(Padding(title, (1, 0, 0, 1)))
    for kind, person in zip(Kind, PEOPLE, strict=True):
        with OktaClient(base_url, secret, kind=kind) as okta:
            acts = list(Show(workspace, okta, person).acts())
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


PEOPLE = (
    Person(
        "ada.lovelace@example.com",
        "Ada",
        "Lovelace",
        "ada.lovelace@example.com",
        mapped={"title": "Countess"},
    ),
    Person(
        "mary.somerville@example.com",
        "Mary",
        "Somerville",
        "mary.somerville@example.com",
        mapped={"title": "Ms"},
    ),
)
NEW_TITLE = {Kind.CUSTOM: "Analyst", Kind.CATALOG: "Astronomer"}


class Show:
    """The guide's features with one app and one person, in an order in which each can be seen to work."""

    def __init__(self, workspace: Workspace, okta: OktaClient, person: Person) -> None:
        self._workspace = workspace
        self._okta = okta
        self._person = person
        self._name = f"{person.given_name} {person.family_name}"
        self._group = "Analysts" if okta.kind is Kind.CUSTOM else "Astronomers"

    def acts(self) -> Iterator[Act]:
        """Play one feature after the other."""
        okta, person = self._okta, self._person
        changed = replace(person, mapped={**person.mapped, "title": NEW_TITLE[okta.kind]})
        yield self._act("Test connection", okta.test_connection(), lambda _: "Okta takes the URL and the token")
        yield self._act("Push New Users", okta.assign(person), self._was_created)
        yield self._act("Push Profile Updates", okta.update_profile(changed), self._was_updated)
        yield self._act("Push User Deactivation", okta.deactivate(changed), self._is_inactive)
        yield self._act("Reactivate Users", okta.assign(changed), self._is_active)
        yield self._act("Import New Users", okta.import_users(), self._was_imported)
        seeded, title = SEEDED[0]["userName"], f"{SEEDED[0]['title']}, {NEW_TITLE[okta.kind]}"
        self._workspace.modify("User", seeded, [{"op": "replace", "path": "title", "value": title}])
        yield self._act(
            "Import Profile Updates",
            okta.import_users(),
            lambda found: self._was_noticed(found, seeded, title),
        )
        yield self._act("Push Groups", okta.push_group(self._group, [changed]), self._is_member)

    def _act(self, feature: str, play: Generator[Step, None, Any], check: Callable[[Any], str]) -> Act:
        steps: list[Step] = []
        found = None
        while True:
            try:
                steps.append(next(play))
            except StopIteration as end:
                found = end.value
                break
        refused = next((step for step in steps if not step.verdict.ok), None)
        if refused is not None:
            return Act(
                self._okta.kind,
                feature,
                steps,
                f"{refused.request_line}: {refused.verdict.sentence}",
                ok=False,
            )
        try:
            return Act(self._okta.kind, feature, steps, check(found), ok=True)
        except Unmet as unmet:
            return Act(self._okta.kind, feature, steps, str(unmet), ok=False)

    def _user(self) -> dict[str, Any]:
        return self._workspace.show("User", self._person.user_name)

    def _was_created(self, resource_id: Any) -> str:
        _expect(self._user()["id"] == resource_id, f"{self._name} is not in the directory")
        return f"{self._name} is in the directory"

    def _was_updated(self, _: Any) -> str:
        title = NEW_TITLE[self._okta.kind]
        _expect(self._user().get("title") == title, f"The title did not become {title}")
        return f"{self._name}'s title is {title}"

    def _is_inactive(self, _: Any) -> str:
        _expect(self._user()["active"] is False, f"{self._name} is still active")
        return f"{self._name} is inactive, and kept"

    def _is_active(self, _: Any) -> str:
        _expect(self._user()["active"] is True, f"{self._name} is still inactive")
        return f"{self._name} is active again"

    def _was_imported(self, found: Any) -> str:
        names = {user["userName"] for user in found or ()}
        _expect(names.issuperset(one["userName"] for one in SEEDED), "Okta did not see everybody")
        return f"Okta sees all {len(names)} people"

    def _was_noticed(self, found: Any, user_name: str, title: str) -> str:
        seen = next((user.get("title") for user in found or () if user["userName"] == user_name), None)
        _expect(seen == title, f"Okta sees the title {seen!r}, not {title!r}")
        return f"Okta sees {SEEDED[0]['givenName']} {SEEDED[0]['familyName']}'s new title"

    def _is_member(self, group_id: Any) -> str:
        groups = {group["display"] for group in self._user().get("groups", ())}
        _expect(bool(group_id) and self._group in groups, f"{self._name} is not in {self._group}")
        return f"{self._name} is in {self._group}"


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        raise Unmet(otherwise)
