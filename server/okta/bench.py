"""What the scenarios of a simulation work with: Okta's tenant, the wire, the people and groups made for it, the ledger.

Belongs here: playing an action, asking one request more than Okta does, doing many at once. Must not know: which
actions, in which order, what is expected of them.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from server.okta.cleaning import AGENT
from server.okta.features import Feature
from server.okta.person import okta_id
from server.okta.scenario import Step
from server.okta.speech import spoken
from server.okta.tenant import OktaGroup, OktaPerson, OktaTenant, Outcome, Status
from server.okta.verdicts import Asked, verdict
from server.okta.wire import compact

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from server.okta.cleaning import Tracker
    from server.okta.dialogues import Kind
    from server.okta.ledger import Ledger
    from server.okta.wire import Transport

DOMAIN: Final = "perch-simulate.example"
"""Of everybody who is made for a simulation; reserved, nobody's real address (RFC 2606)."""

_FEATURES: Final = {str(feature): feature for feature in Feature}

SAMPLE: Final = 5
"""People who are looked at closely; the others are there to be many."""


class Interrupted(Exception):
    """A person wants the simulation to end."""


class Connect(Protocol):
    """Opens a connection to the server under test."""

    def __call__(self, *, token: str | None = None, scheme: str = "Bearer", agent: str | None = None) -> Transport:
        """With another token, scheme or User-Agent than Okta's where one is given."""


@dataclass(frozen=True, slots=True)
class Names:
    """The groups of a run."""

    team: str
    """Everybody."""
    empty: str
    quoted: str
    """Holds what a filter has to escape (OKTA.md A3)."""
    existing: str
    """Is there before Okta's group is linked to it."""
    linked: str
    """Okta's group that is linked to the existing one."""

    @classmethod
    def of(cls, mark: str) -> Names:
        """Give the names of the run with this mark."""
        return cls(
            f"Perch simulate {mark} team",
            f"Perch simulate {mark} nobody",
            f'Perch simulate {mark} "Zürich" & Söhne #1 \\ O\'Brien',
            f"Perch simulate {mark} existing",
            f"Perch simulate {mark} linked",
        )


@dataclass(frozen=True, slots=True)
class Played:
    """An action of Okta's that was played to its end."""

    steps: tuple[Step, ...]
    outcome: Outcome | None


@dataclass(kw_only=True)
class Bench:
    """Everything that a scenario needs. Its people may be worked on by several threads, each person by one."""

    tenant: OktaTenant
    wire: Transport
    """Okta's own; what is made through it is deleted in the end."""
    tracker: Tracker
    connect: Connect
    base_url: str
    ledger: Ledger
    mark: str
    lanes: int = 8
    stop: threading.Event = field(default_factory=threading.Event)
    created: dict[str, Step] = field(default_factory=dict)
    """The POST of each person, by Okta's id."""

    @property
    def kind(self) -> Kind:
        """The kind of app that is simulated."""
        return self.tenant.client.kind

    @property
    def names(self) -> Names:
        """The names of the groups."""
        return Names.of(self.mark)

    @property
    def people(self) -> tuple[str, ...]:
        """Okta's ids of everybody."""
        return tuple(self.tenant.people)

    @property
    def sample(self) -> tuple[str, ...]:
        """Okta's ids of those who are looked at closely and are on the server."""
        return tuple(okta_id for okta_id in self.people[:SAMPLE] if self.server_id(okta_id))

    def server_id(self, okta_id: str) -> str:
        """Give the server's id of a person; empty where Okta has none."""
        return self.tenant.client.people.get(okta_id, "")

    def server_ids(self, people: Sequence[str]) -> list[str]:
        """Give the server's ids of those who have one."""
        return [identifier for okta_id in people if (identifier := self.server_id(okta_id))]

    def play(self, action: Generator[Step, None, Outcome | None], *check: Callable[[Step], None]) -> Played:
        """Play an action of Okta's, counting and checking its steps; raises Interrupted."""
        steps = self.watch(action)
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                played: Played = end.value
                return played
            for look in check:
                look(step)

    def watch(self, action: Generator[Step, None, Outcome | None]) -> Generator[Step, None, Played]:
        """Play an action of Okta's step by step, counting and checking each; raises Interrupted."""
        steps: list[Step] = []
        while True:
            if self.stop.is_set():
                action.close()
                raise Interrupted
            try:
                step = next(action)
            except StopIteration as end:
                return Played(tuple(steps), end.value)
            steps.append(step)
            self.ledger.note(step)
            yield step

    def ask(
        self,
        feature: str,
        method: str,
        target: str,
        asked: Asked,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        wire: Transport | None = None,
        judged: bool = True,
    ) -> Step:
        """Ask one request more than Okta does; not ``judged`` where a refusal is what is wanted. Raises Interrupted."""
        if self.stop.is_set():
            raise Interrupted
        content = body if isinstance(body, bytes) or body is None else compact(body)
        target, sent = spoken(self.tenant.client.version, target, content)
        answer = (wire or self.wire).send(method, target, sent)
        judgement = verdict(
            answer.status,
            answer.body,
            asked,
            reason=answer.reason,
            retry_after=answer.headers.get("retry-after"),
            seconds=answer.duration / 1e6,
            version=answer.version,
        )
        # A row of the ledger may be none of Okta's features; a step has to name one.
        shown = _FEATURES.get(feature, Feature.DISCOVERY)
        step = Step(shown, method, target, sent, answer, judgement, meant=content)
        if judged:
            self.ledger.note(step, feature=feature)
        else:
            self.ledger.count(step, feature=feature)
        return step

    def undo(self, step: Step) -> None:
        """Delete at once what a request made that Okta would not have sent, so that nothing later stumbles over it."""
        made = step.answer.document().get("id")
        if not step.verdict.ok or not made:
            return
        wire = self.connect(agent=AGENT)
        try:
            self.tracker.delete(wire, f"/{step.target.strip('/')}/{made}")
        finally:
            wire.close()

    def burst(self, job: Callable[[str], None], people: Sequence[str]) -> Iterator[int]:
        """Do a job for everybody, many over several connections (OKTA.md 1.1); yields 1 for each who is done."""
        if self.lanes == 1 or len(people) <= SAMPLE:
            for okta_id in people:
                job(okta_id)
                yield 1
            return
        with ThreadPoolExecutor(self.lanes, thread_name_prefix="okta") as pool:
            try:
                for done in as_completed([pool.submit(job, okta_id) for okta_id in people]):
                    done.result()
                    yield 1
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


def make_people(mark: str, number: int) -> list[OktaPerson]:
    """Make the people of a run: the first ones each with something that servers trip over, then many plain ones."""
    special = [
        _person(mark, "ada.lovelace", "Ada", "Lovelace", title="Countess", department="Analysis", locale="en-US"),
        # OKTA.md A20: mixed case, kept as sent and found in any.
        _person(mark, "Grace.Hopper", "Grace", "Hopper", title="Rear Admiral", locale="en_US"),
        # OKTA.md A2: a plus sign, which must be decoded once.
        _person(mark, "alan.turing+enigma", "Alan", "Turing", title="Fellow", department="Research & Development"),
        _person(mark, "zoe.mueller", "Zoë", "Müller-Ångström", title="数学者", employeeNumber="00042"),
        _person(mark, "rory.o'brien", "Rory", "O'Brien", title='The "Fixer"'),
    ]
    plain = [
        _person(mark, f"person{index:06}", "Person", f"Number {index}", title="Member", employeeNumber=f"{index:06}")
        for index in range(SAMPLE, number)
    ]
    return [*special, *plain][:number]


def _person(mark: str, name: str, first_name: str, last_name: str, **attributes: str) -> OktaPerson:
    login = f"{name}.{mark}@{DOMAIN}"
    return OktaPerson(
        okta_id=okta_id(),
        login=login,
        first_name=first_name,
        last_name=last_name,
        email=login,
        attributes={"displayName": f"{first_name} {last_name}", **attributes},
        status=Status.ACTIVE,
    )


def make_groups(mark: str, people: Sequence[OktaPerson]) -> list[OktaGroup]:
    """Make the groups of a run: one of everybody, an empty one, one of an awkward name, and two to be linked."""
    names = Names.of(mark)
    everybody = tuple(person.okta_id for person in people)
    few = everybody[:SAMPLE]
    return [
        OktaGroup(names.team, everybody),
        OktaGroup(names.empty, ()),
        OktaGroup(names.quoted, few[:2]),
        OktaGroup(names.existing, few[:2]),
        OktaGroup(names.linked, few[1:3]),
    ]
