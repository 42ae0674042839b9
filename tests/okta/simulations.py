"""Simulations played to their end, and foreign servers to play them against."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from server.okta.app import addressed
from server.okta.dialogues import Kind
from server.okta.rules import Rule
from server.okta.simulation import Progress, Scenario, Simulation
from tests.endpoint import PATIENCE, clean_up, first_line
from tests.okta.wrong_servers import TOKEN, serving_wrongly

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from server.okta.report import Report
    from server.okta.rules import Finding
    from server.okta.speech import Version
    from tests.endpoint import RunningEndpoint


@dataclass(frozen=True)
class Foreign:
    """A server that is not Perch."""

    base_url: str
    token: str


def played(simulation: Simulation, look: Callable[[Progress], None] = lambda _: None) -> Report:
    """Play a simulation to its end; ``look`` sees how it comes along."""
    steps = simulation.run()
    while True:
        try:
            look(next(steps))
        except StopIteration as end:
            report: Report = end.value
            return report


def simulated(
    base_url: str, token: str, kind: Kind = Kind.CUSTOM, version: Version | None = None, **options: Any
) -> Report:
    """Simulate one kind of app against a server."""
    return played(Simulation(base_url, token, addressed(kind, base_url, version), **options))


def former_url(running: RunningEndpoint) -> str:
    """Give the address below which Perch speaks SCIM 1.1, as the agent is given it."""
    return f"{running.base_url.removesuffix('v2')}v1/"


def totals(base_url: str, token: str) -> tuple[int, int]:
    """Count the people and the groups on a server."""
    return _total(base_url, token, "Users"), _total(base_url, token, "Groups")


def _total(base_url: str, token: str, endpoint: str) -> int:
    parts = urlsplit(base_url)
    with closing(http.client.HTTPConnection(str(parts.netloc), timeout=PATIENCE)) as connection:
        connection.request("GET", f"{parts.path}/{endpoint}?count=0", headers={"Authorization": f"Bearer {token}"})
        total: int = orjson.loads(connection.getresponse().read())["totalResults"]
        return total


@contextmanager
def foreign_server(*arguments: str, token: str = "the-token-of-the-foreign-server") -> Iterator[Foreign]:
    """Run scim2-server's own command in a process of its own, with a token."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "from scim2_server.testserver.cli import main; main()"),
            *("--port", str(port), "--bearer-token", token, *arguments),
        ],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = first_line(process.stdout, process)
        assert line.startswith("Serving SCIM on "), line
        yield Foreign(line.removeprefix("Serving SCIM on ").strip(), token)
    finally:
        clean_up(process)


def found_wrong(rule: Rule, scenario: Scenario, *, kinds: Collection[Kind] = tuple(Kind), people: int = 5) -> Finding:
    """Simulate a scenario against a server with one fault until some kind of app finds it; returns the finding."""
    found: list[Finding] = []
    for kind in kinds:
        with serving_wrongly(rule) as server:
            timeout = 0.3 if rule is Rule.TIMED_OUT else PATIENCE
            report = simulated(
                server.base_url, TOKEN, kind, scenarios=[scenario], people=people, timeout=timeout, lanes=1
            )
        found += report.findings
        match = next((one for one in report.findings if one.rule is rule), None)
        if match is not None:
            return match
    raise AssertionError(f"{rule} was not found, only {sorted({str(one.rule) for one in found})}")
