"""The bench: people who stand out, work that many do at once, and an end when a person wants it."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.okta.app import AppSettings
from server.okta.bench import DOMAIN, SAMPLE, Bench, Interrupted, Names, make_groups, make_people
from server.okta.cleaning import Tracker
from server.okta.dialogues import OktaClient
from server.okta.features import Feature
from server.okta.ledger import ERRORS, Ledger
from server.okta.tenant import OktaTenant
from server.okta.verdicts import Asked
from server.okta.wire import Wire
from tests.okta.stand_in import Reply, StandIn, listing, standing_in

if TYPE_CHECKING:
    from server.okta.wire import Transport


def bench_for(stand_in: StandIn, people: int = SAMPLE) -> Bench:
    def connect(*, token: str | None = None, scheme: str = "Bearer", agent: str | None = None) -> Transport:
        return Wire(stand_in.base_url, token or "secret", scheme=scheme, agent=agent or "Okta")

    tracker = Tracker(connect())
    made = make_people("m4rk", people)
    client = OktaClient(stand_in.base_url, "secret", wire=tracker)
    return Bench(
        tenant=OktaTenant(client, AppSettings(), made, make_groups("m4rk", made)),
        wire=tracker,
        tracker=tracker,
        connect=connect,
        base_url=stand_in.base_url,
        ledger=Ledger(),
        mark="m4rk",
        lanes=4,
    )


def test_everybody_has_a_name_of_their_own_with_the_mark_in_it() -> None:
    people = make_people("m4rk", 2000)
    assert len({person.login.lower() for person in people}) == len({person.okta_id for person in people}) == 2000
    assert all("m4rk" in person.login and person.login.endswith(f"@{DOMAIN}") for person in people)


@pytest.mark.parametrize("number", [1, SAMPLE, SAMPLE + 1])
def test_there_are_as_many_as_were_asked_for(number: int) -> None:
    assert len(make_people("m4rk", number)) == number


def test_the_first_ones_are_those_whom_servers_trip_over() -> None:
    logins = [person.login for person in make_people("m4rk", SAMPLE)]
    for awkward in ("+", "'"):
        assert any(awkward in login for login in logins)
    assert any(login != login.lower() for login in logins)


def test_the_groups_hold_only_people_of_the_run_and_carry_its_mark() -> None:
    people = make_people("m4rk", 7)
    groups = make_groups("m4rk", people)
    assert all("m4rk" in group.name for group in groups)
    assert {member for group in groups for member in group.members} == {person.okta_id for person in people}
    assert '"' in Names.of("m4rk").quoted


def test_an_action_is_counted_and_each_of_its_steps_looked_at() -> None:
    with standing_in(listing(), listing()) as stand_in:
        bench = bench_for(stand_in)
        with closing(bench.wire):
            seen: list[str] = []
            played = bench.play(bench.tenant.test_connection(), lambda step: seen.append(step.request_line))
    assert played.outcome is not None
    assert played.outcome.ok
    assert seen == [step.request_line for step in played.steps]
    assert bench.ledger.requests == len(seen)


def test_a_wanted_refusal_is_counted_and_not_found() -> None:
    with standing_in(Reply(404, {"detail": "no"}), Reply(500, {"detail": "broken"})) as stand_in:
        bench = bench_for(stand_in)
        with closing(bench.wire):
            bench.ask(ERRORS, "GET", "/Nothing", Asked.READ, judged=False)
            assert bench.ledger.results([])[0].findings == ()
            bench.ask(Feature.FIND_USER, "GET", "/Users", Asked.LIST)
    assert [one.ok for one in bench.ledger.results([])] == [False, True]


def test_few_come_one_after_the_other_and_many_at_once() -> None:
    with standing_in() as stand_in:
        bench = bench_for(stand_in, 40)
    order: list[str] = []
    few = bench.people[:SAMPLE]
    assert list(bench.burst(order.append, few)) == [1] * SAMPLE
    assert order == list(few)
    together = threading.Barrier(4, timeout=10)
    assert sum(bench.burst(lambda _: _met(together), bench.people)) == 40


def _met(barrier: threading.Barrier) -> None:
    barrier.wait()


def test_what_goes_wrong_for_one_of_many_is_not_swallowed() -> None:
    def fail(_: str) -> None:
        raise ZeroDivisionError

    with standing_in() as stand_in:
        bench = bench_for(stand_in, 40)
    with pytest.raises(ZeroDivisionError):
        list(bench.burst(fail, bench.people))


def test_nothing_is_sent_once_a_person_wants_it_to_end() -> None:
    with standing_in() as stand_in:
        bench = bench_for(stand_in)
        bench.stop.set()
        with closing(bench.wire):
            with pytest.raises(Interrupted):
                bench.ask(Feature.FIND_USER, "GET", "/Users", Asked.LIST)
            with pytest.raises(Interrupted):
                bench.play(bench.tenant.test_connection())
        assert stand_in.lines == []


def test_what_a_test_made_besides_is_deleted_at_once_under_another_agent() -> None:
    refused = Reply(409, {"detail": "exists"})
    with standing_in(Reply(201, {"id": "9"}), Reply(204), refused) as stand_in:
        bench = bench_for(stand_in)
        with closing(bench.wire):
            body = {"userName": "m4rk"}
            bench.undo(bench.ask(Feature.PUSH_NEW_USER, "POST", "/Users", Asked.CREATE_USER, body))
            bench.undo(bench.ask(Feature.PUSH_NEW_USER, "POST", "/Users", Asked.CREATE_USER, body, judged=False))
        assert stand_in.lines == ["POST /scim/v2/Users", "DELETE /scim/v2/Users/9", "POST /scim/v2/Users"]
        assert ("User-Agent", "Perch simulate (cleaning up)") in stand_in.received[1].headers
        assert bench.tracker.made == ()
