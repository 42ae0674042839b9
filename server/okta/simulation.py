"""Okta, simulated against any SCIM server: every feature, what came of it, and nothing left behind.

Belongs here: the order of the scenarios, what each builds on, the beginning and the end. Must not know: what a
scenario asks, how its findings are told. It speaks to the server from the thread that runs it and, where many people
are handled, from some more.
"""

from __future__ import annotations

import secrets
import string
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import TYPE_CHECKING, Final

from server.okta.bench import Bench, Interrupted, make_groups, make_people
from server.okta.cleaning import AGENT, Tracker
from server.okta.dialogues import Kind, OktaClient
from server.okta.edge_scenarios import connection, errors
from server.okta.features import Feature
from server.okta.group_scenarios import delete_groups, group_changes, import_groups, link_group, push_groups
from server.okta.ledger import ERRORS, Ledger
from server.okta.people_scenarios import deactivate, import_users, password, push_users, reactivate, update
from server.okta.tenant import OktaTenant
from server.okta.verdicts import SOCKET_TIMEOUT
from server.okta.wire import USER_AGENT, Connections, Wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Collection, Generator, Iterator

    from server.okta.app import AppSettings
    from server.okta.report import Report
    from server.okta.wire import Transport

PEOPLE: Final = 5
"""Enough for every scenario."""

LANES: Final = 8
"""Connections of a burst (OKTA.md 1.1)."""

PATIENCE: Final = 10.0
"""Seconds that a wait lasts at most where no speed is given: a 429 is obeyed, five minutes are not sat out."""


class Scenario(StrEnum):
    """What is tried, in the order in which it is tried."""

    CONNECTION = "connection"
    PUSH_USERS = "push_users"
    UPDATE = "update"
    DEACTIVATE = "deactivate"
    REACTIVATE = "reactivate"
    PASSWORD = "password"  # noqa: S105 -- the name of a scenario, not a secret
    PUSH_GROUPS = "push_groups"
    GROUP_CHANGES = "group_changes"
    LINK_GROUP = "link_group"
    IMPORT_USERS = "import_users"
    IMPORT_GROUPS = "import_groups"
    DELETE_GROUPS = "delete_groups"
    ERRORS = "errors"


@dataclass(frozen=True, slots=True)
class _Plan:
    title: str
    play: Callable[[Bench], Iterator[int]]
    features: tuple[str, ...]
    """What has to have been reached for the scenario to count."""
    needs: Scenario | None = Scenario.CONNECTION
    many: bool = False
    """Whether it is done for everybody."""


PLANS: Final[dict[Scenario, _Plan]] = {
    Scenario.CONNECTION: _Plan("Test the connection", connection, (Feature.CONNECTION_TEST,), None),
    Scenario.PUSH_USERS: _Plan("Push new users", push_users, (Feature.FIND_USER, Feature.PUSH_NEW_USER), many=True),
    Scenario.UPDATE: _Plan(
        "Push profile updates", update, (Feature.PUSH_PROFILE_UPDATE,), Scenario.PUSH_USERS, many=True
    ),
    Scenario.DEACTIVATE: _Plan(
        "Push user deactivation", deactivate, (Feature.DEACTIVATE,), Scenario.PUSH_USERS, many=True
    ),
    Scenario.REACTIVATE: _Plan("Reactivate users", reactivate, (Feature.REACTIVATE,), Scenario.DEACTIVATE, many=True),
    Scenario.PASSWORD: _Plan("Sync a password", password, (Feature.PASSWORD_SYNC,), Scenario.PUSH_USERS),
    Scenario.PUSH_GROUPS: _Plan(
        "Push groups", push_groups, (Feature.FIND_GROUP, Feature.GROUP_PUSH), Scenario.PUSH_USERS
    ),
    Scenario.GROUP_CHANGES: _Plan(
        "Change groups",
        group_changes,
        (Feature.GROUP_MEMBERSHIP, Feature.GROUP_RENAME),
        Scenario.PUSH_GROUPS,
    ),
    Scenario.LINK_GROUP: _Plan(
        "Link an existing group", link_group, (Feature.FIND_GROUP, Feature.GROUP_PUSH), Scenario.PUSH_USERS
    ),
    Scenario.IMPORT_USERS: _Plan("Import users", import_users, (Feature.IMPORT_USERS,), Scenario.PUSH_USERS, many=True),
    Scenario.IMPORT_GROUPS: _Plan("Import groups", import_groups, (Feature.IMPORT_GROUPS,), Scenario.PUSH_GROUPS),
    Scenario.DELETE_GROUPS: _Plan("Delete groups", delete_groups, (Feature.GROUP_DELETE,), Scenario.PUSH_GROUPS),
    Scenario.ERRORS: _Plan("Ask for what must be refused", errors, (ERRORS,)),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a simulation has come."""

    title: str
    """What is being done."""
    done: int
    total: int
    """0 where it is not known beforehand."""
    requests: int
    """Since the simulation began."""
    seconds: float
    """Since this scenario began."""
    ended: bool = False
    """Whether this was the last word about it."""


class Simulation:
    """One kind of app of Okta's, simulated against one server.

    ``speed`` is how many times as fast as Okta it waits; None leaves Okta's pauses out and waits only when a server
    asks for it. ``pace`` lets the waits pass otherwise. ``wrap`` puts something around the transport of Okta's own
    requests, such as a Recorder; ``context`` says which certificates are trusted, ``timeout`` is in seconds, ``lanes``
    are the connections of a burst, ``mark`` is in every name. Raises ValueError for what is no base URL.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        settings: AppSettings,
        *,
        people: int = PEOPLE,
        scenarios: Collection[Scenario] = tuple(Scenario),
        pace: Callable[[float], None] | None = None,
        speed: float | None = None,
        wrap: Callable[[Transport], Transport] = lambda transport: transport,
        context: ssl.SSLContext | None = None,
        timeout: float = SOCKET_TIMEOUT,
        lanes: int = LANES,
        mark: str = "",
    ) -> None:
        # OKTA.md B1: the address that the agent is given ends in a slash.
        self._base_url = f"{base_url.rstrip('/')}/" if settings.kind is Kind.AGENT else base_url
        self._token, self._settings, self._context, self._timeout = token, settings, context, timeout
        self._people, self._lanes = people, lanes
        self._pace, self._speed = pace or self._wait, speed
        self._scenarios = planned(scenarios)
        self.mark = mark or new_mark()
        self.stop = threading.Event()
        """Set from any thread to end it early: what was made is deleted, then the report is given."""
        self._connect().close()
        tracker = Tracker(Connections(self._connect))
        self._tracker, self._wire = tracker, wrap(tracker)

    def _connect(self, *, token: str | None = None, scheme: str = "Bearer", agent: str | None = None) -> Transport:
        return Wire(
            self._base_url,
            self._token if token is None else token,
            scheme=scheme,
            timeout=self._timeout,
            context=self._context,
            agent=agent or USER_AGENT,
            version=self._settings.version,
        )

    def run(self) -> Generator[Progress, None, Report]:
        """Play everything, delete what was made, and give the report; raises nothing for what a server does."""
        bench = self._bench()
        started = monotonic()
        try:
            with suppress(Interrupted):
                yield from self._play(bench)
            seconds = monotonic() - started
            left_behind = yield from self._clean_up(bench)
        finally:
            self._wire.close()
        return bench.ledger.report(
            self._base_url,
            self._settings.kind,
            self._settings.version,
            expected=[feature for scenario in self._scenarios for feature in PLANS[scenario].features],
            people=self._people,
            seconds=seconds,
            left_behind=left_behind,
            interrupted=self.stop.is_set(),
        )

    def _bench(self) -> Bench:
        people = make_people(self.mark, self._people)
        client = OktaClient(
            self._base_url,
            self._token,
            kind=self._settings.kind,
            pace=self._pace,
            wire=self._wire,
            version=self._settings.version,
        )
        return Bench(
            tenant=OktaTenant(client, self._settings, people, make_groups(self.mark, people)),
            wire=self._wire,
            tracker=self._tracker,
            connect=self._connect,
            base_url=self._base_url,
            ledger=Ledger(),
            mark=self.mark,
            lanes=self._lanes,
            stop=self.stop,
        )

    def _wait(self, seconds: float) -> None:
        if self._speed is not None:
            self.stop.wait(seconds / self._speed)
        # Okta's own pauses are shorter than a second; what a server asks for is not.
        elif seconds >= 1:
            self.stop.wait(min(seconds, PATIENCE))

    def _play(self, bench: Bench) -> Iterator[Progress]:
        for scenario in self._scenarios:
            yield from self._scenario(bench, PLANS[scenario])
            if scenario is Scenario.CONNECTION and not bench.ledger.works(Feature.CONNECTION_TEST):
                # Okta does not let its admin save: there is nothing further to try.
                return

    def _scenario(self, bench: Bench, plan: _Plan) -> Iterator[Progress]:
        started, done = monotonic(), 0
        total = self._people if plan.many else 0

        def told(*, ended: bool = False) -> Progress:
            seconds = monotonic() - started
            # An import sees strangers, too.
            return Progress(plan.title, min(done, total or done), total, bench.ledger.requests, seconds, ended)

        yield told()
        for number in plan.play(bench):
            done += number
            yield told()
        yield told(ended=True)

    def _clean_up(self, bench: Bench) -> Generator[Progress, None, list[str]]:
        wire = Connections(lambda: self._connect(agent=AGENT))
        left_behind: list[str] = []
        started = monotonic()
        try:
            self._tracker.find_lost(wire, mark=self.mark)
            made = self._tracker.made
            groups = [target for target in made if not target.startswith("/Users")]

            def delete(target: str) -> None:
                reason = self._tracker.delete(wire, target)
                if reason:
                    left_behind.append(reason)

            def told(*, ended: bool = False) -> Progress:
                seconds = monotonic() - started
                return Progress("Clean up", done, len(made), bench.ledger.requests, seconds, ended)

            done = 0
            if made:
                yield told()
            for batch in (groups, made[len(groups) :]):
                for number in bench.burst(delete, batch):
                    done += number
                    yield told()
            if made:
                yield told(ended=True)
        finally:
            wire.close()
        return sorted(left_behind)


def planned(scenarios: Collection[Scenario]) -> tuple[Scenario, ...]:
    """Give what has to be played for these scenarios, what each builds on included, in its order."""
    wanted = set()
    for scenario in scenarios:
        needed: Scenario | None = scenario
        while needed is not None:
            wanted.add(needed)
            needed = PLANS[needed].needs
    return tuple(scenario for scenario in Scenario if scenario in wanted)


def new_mark() -> str:
    """Make a mark for the names of a run, that nobody else has."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))
