"""Okta, simulated against Perch: every feature green, nothing left behind; and against what does not answer."""

from __future__ import annotations

import random
import socket
import ssl
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from server.okta.app import AppSettings
from server.okta.cleaning import AGENT
from server.okta.dialogues import Kind
from server.okta.features import Feature
from server.okta.recording import Recorder, read_recording
from server.okta.rules import Rule
from server.okta.simulation import PLANS, Scenario, Simulation, new_mark, planned
from server.okta.speech import CUSTOM_URN, Version
from server.okta.wire import Answer, Wire, compact
from server.redaction import REDACTED
from server.scim.version1 import CORE_URN, ENTERPRISE_URN
from tests.okta import test_edge_scenarios, test_group_scenarios, test_people_scenarios
from tests.okta.simulations import former_url, found_wrong, played, simulated, totals
from tests.okta.wrong_servers import TOKEN, Reply, WrongServer, serving_wrongly

if TYPE_CHECKING:
    from pathlib import Path

    from server.okta.simulation import Progress
    from server.okta.wire import Transport
    from tests.endpoint import RunningEndpoint, Serve

LOCAL = {Rule.BASE_URL_NOT_HTTPS, Rule.NOBODY_LISTED, Rule.CAPABILITIES_MISSING, Rule.SLOW}
"""What may be noted about Perch here: no TLS, nobody in it at first, a machine with much else to do; and that it lists
the agent's capabilities at /ServiceProviderConfigs."""


SEED = compact(
    {
        "userName": "seed@example.com",
        "name": {"givenName": "Seed", "familyName": "Example"},
        "emails": [{"value": "seed@example.com", "primary": True}],
    }
)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_feature_of_every_kind_of_app_is_green_with_perch(serve: Serve, kind: Kind) -> None:
    running = serve()
    report = simulated(running.base_url, running.token, kind)
    assert {one.label for one in report.features if not one.ok} == set()
    assert {one.rule for one in report.findings} <= LOCAL
    assert report.ok
    assert report.left_behind == ()
    assert totals(running.base_url, running.token) == (0, 0)
    expected = {feature for plan in PLANS.values() for feature in plan.features}
    assert {one.feature for one in report.features} >= {str(one) for one in expected}


@pytest.mark.parametrize("kind", list(Kind))
def test_every_feature_of_every_kind_of_app_is_green_in_scim_1_1(serve: Serve, kind: Kind) -> None:
    running = serve()
    report = simulated(former_url(running), running.token, kind, Version.ONE)
    assert report.ok
    assert {one.label for one in report.features if not one.ok} == set()
    assert {one.rule for one in report.findings} <= LOCAL - {Rule.CAPABILITIES_MISSING}
    assert report.left_behind == ()
    assert report.version is Version.ONE
    assert totals(running.base_url, running.token) == (0, 0)


def test_the_agent_has_no_complaint_about_v1_where_somebody_is(serve: Serve) -> None:
    running = serve()
    with closing(Wire(running.base_url, running.token)) as wire:
        assert wire.send("POST", "/Users", SEED).status == 201
    report = simulated(former_url(running), running.token, Kind.AGENT)
    assert report.version is Version.ONE, "its URL says so"
    assert {one.rule for one in report.findings} <= {Rule.SLOW}
    assert totals(running.base_url, running.token) == (1, 0)


def test_what_the_agent_sends_to_v1_is_1_1_to_the_last_request(endpoint: RunningEndpoint, tmp_path: Path) -> None:
    file = tmp_path / "dialogue.jsonl"
    url = former_url(endpoint)

    def wrap(transport: Transport) -> Transport:
        return Recorder(transport, file, server=url, version=Version.ONE)

    assert simulated(url, endpoint.token, Kind.AGENT, people=3, wrap=wrap).ok
    recording = read_recording(file)
    assert recording.version is Version.ONE
    assert recording.exchanges[0].request_line == "GET /ServiceProviderConfigs"
    assert {one.method for one in recording.exchanges} == {"GET", "POST", "PUT", "DELETE"}
    written = [one.body for one in recording.exchanges if isinstance(one.body, dict)]
    assert {urn for body in written for urn in body["schemas"]} == {CORE_URN, ENTERPRISE_URN, CUSTOM_URN}
    for body in written:
        assert not [name for name in body if name.startswith("urn:ietf:")], body
    people = [body for body in written if "userName" in body]
    assert {email["type"] for body in people for email in body["emails"]} == {"primary"}
    assert all(body["password"] == REDACTED for body in people if body.get("title") != "Emptied")


@pytest.mark.parametrize("kind", list(Kind))
def test_a_good_server_of_1_1_is_not_accused(kind: Kind) -> None:
    with serving_wrongly(None, Version.ONE) as server:
        report = simulated(server.base_url, TOKEN, kind, Version.ONE)
    assert {one.rule for one in report.findings} <= {Rule.SLOW, Rule.BASE_URL_NOT_HTTPS}, report.findings
    assert report.left_behind == ()


OF_1_1 = {
    Rule.LIST_NOT_1_1: (Scenario.CONNECTION, "OKTA.md 2.4"),
    Rule.RESOURCE_NOT_1_1: (Scenario.PUSH_USERS, "OKTA.md 2.4"),
    Rule.ERROR_NOT_1_1: (Scenario.ERRORS, "OKTA.md 2.5"),
    Rule.ERROR_CODE_NO_NUMBER: (Scenario.ERRORS, "OKTA.md 2.5"),
}


@pytest.mark.parametrize("rule", OF_1_1)
def test_a_wrong_form_of_1_1_is_named_with_its_source(rule: Rule) -> None:
    scenario, source = OF_1_1[rule]
    finding = found_wrong(rule, scenario, kinds=[Kind.AGENT])
    assert finding.source.startswith(source)
    assert "SCIM 1.1" in finding.sentence


@pytest.mark.parametrize(
    ("rule", "scenario"),
    [
        (Rule.LIST_NUMBER_AS_STRING, Scenario.CONNECTION),
        (Rule.LOOKUP_HIDES_INACTIVE, Scenario.DEACTIVATE),
        (Rule.MEMBERSHIPS_CLEARED, Scenario.GROUP_CHANGES),
        (Rule.MEDIA_TYPE_REFUSED, Scenario.PUSH_USERS),
        (Rule.CAPABILITIES_MISSING, Scenario.CONNECTION),
        (Rule.DEACTIVATION_NOT_APPLIED, Scenario.DEACTIVATE),
        (Rule.CONFLICT_ON_CREATE, Scenario.PUSH_USERS),
    ],
)
def test_what_is_wrong_in_2_0_is_wrong_in_1_1(rule: Rule, scenario: Scenario) -> None:
    with serving_wrongly(rule, Version.ONE) as server:
        report = simulated(server.base_url, TOKEN, Kind.AGENT, scenarios=[scenario], lanes=1)
    assert rule in {one.rule for one in report.findings}, report.findings
    assert not {one.rule for one in report.findings} & OF_1_1.keys()


def garbled(value: Any, chance: random.Random) -> Any:
    """Put something else in the place of a few values, at any depth."""
    if chance.random() < 0.03:
        return chance.choice([None, 0, True, "x", "", [], {}, [1], ["a"], [None], {"a": 1}, [{}], [[]], {"value": 1}])
    if isinstance(value, dict):
        return {name: garbled(one, chance) for name, one in value.items()}
    return [garbled(one, chance) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("seed", range(8))
def test_whatever_a_server_says_a_simulation_ends_with_a_report(
    monkeypatch: pytest.MonkeyPatch, seed: int, version: Version
) -> None:
    chance, reply_to = random.Random(seed), WrongServer.reply_to

    def reply_garbled(server: WrongServer, *asked: Any) -> Reply | None:
        reply = reply_to(server, *asked)
        return None if reply is None else Reply(reply.status, garbled(reply.body, chance), reply.headers)

    monkeypatch.setattr(WrongServer, "reply_to", reply_garbled)
    with serving_wrongly(None, version) as server:
        report = simulated(server.base_url, TOKEN, Kind.AGENT, version, people=2, lanes=1, timeout=5)
    assert report.requests


def test_a_server_of_2_0_below_v1_is_told_what_the_agent_misses() -> None:
    with serving_wrongly(None) as server:
        report = simulated(server.base_url, TOKEN, Kind.AGENT, Version.ONE)
    assert {one.rule for one in report.findings} >= {Rule.LIST_NOT_1_1, Rule.ERROR_NOT_1_1}


def test_what_was_there_before_is_there_afterwards(endpoint: RunningEndpoint) -> None:
    before = totals(endpoint.base_url, endpoint.token)
    assert simulated(endpoint.base_url, endpoint.token, people=2).ok
    assert totals(endpoint.base_url, endpoint.token) == before


def test_many_people_come_over_several_connections_and_can_be_watched(endpoint: RunningEndpoint) -> None:
    simulation = Simulation(endpoint.base_url, endpoint.token, AppSettings(kind=Kind.CATALOG), people=130, lanes=4)
    seen: list[Progress] = []
    report = played(simulation, seen.append)
    assert report.ok
    assert report.people == 130
    pushed = [one for one in seen if one.title == PLANS[Scenario.PUSH_USERS].title]
    assert [one.done for one in pushed] == [*range(131), 130]
    assert {one.total for one in pushed} == {130}
    assert [one.ended for one in pushed] == [False] * 131 + [True]
    assert report.requests == seen[-1].requests > 1000


def test_a_chosen_scenario_brings_what_it_builds_on(endpoint: RunningEndpoint) -> None:
    assert planned([Scenario.REACTIVATE]) == (
        Scenario.CONNECTION,
        Scenario.PUSH_USERS,
        Scenario.DEACTIVATE,
        Scenario.REACTIVATE,
    )
    report = simulated(endpoint.base_url, endpoint.token, scenarios=[Scenario.ERRORS])
    tested = [Feature.CONNECTION_TEST, Feature.IMPORT_GROUPS]
    assert [one.feature for one in report.features] == [*(str(one) for one in tested), "errors"]


def test_every_scenario_has_a_plan_and_a_needed_one_comes_before() -> None:
    order = list(Scenario)
    assert set(PLANS) == set(order)
    for scenario, plan in PLANS.items():
        assert plan.needs is None or order.index(plan.needs) < order.index(scenario)
    assert planned(tuple(Scenario)) == tuple(Scenario)


def test_with_a_wrong_token_okta_never_gets_further_than_the_test(endpoint: RunningEndpoint) -> None:
    report = simulated(endpoint.base_url, "wrong")
    assert not report.ok
    assert report.requests == 1
    assert Rule.TOKEN_REFUSED in {one.rule for one in report.failures}
    assert {one.feature for one in report.features if one.reached} == {str(Feature.CONNECTION_TEST)}


def test_a_server_that_does_not_answer_is_a_failing_one() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    report = simulated(f"http://127.0.0.1:{port}/scim/v2", "secret")
    assert Rule.NO_CONNECTION in {one.rule for one in report.failures}


def test_what_is_no_base_url_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="is no base URL"):
        Simulation("scim.example.com", "secret", AppSettings())


def test_stopped_in_the_middle_it_deletes_what_it_made_and_says_so(endpoint: RunningEndpoint) -> None:
    before = totals(endpoint.base_url, endpoint.token)
    simulation = Simulation(endpoint.base_url, endpoint.token, AppSettings(), people=40)

    def stop(step: Progress) -> None:
        if step.title == PLANS[Scenario.UPDATE].title and step.done == 5:
            simulation.stop.set()

    report = played(simulation, stop)
    assert report.interrupted
    assert not report.ok
    assert report.left_behind == ()
    assert totals(endpoint.base_url, endpoint.token) == before


def test_what_the_server_does_not_let_be_deleted_is_told(
    endpoint: RunningEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusing server is played here; the people are then deleted for good."""
    send = Wire.send

    def refusing(wire: Wire, method: str, target: str, body: bytes | None = None) -> Answer:
        if method == "DELETE" and target.startswith("/Users") and wire.agent == AGENT:
            send(wire, method, target, body)
            return Answer(405, "Method Not Allowed", b"", 10)
        return send(wire, method, target, body)

    monkeypatch.setattr(Wire, "send", refusing)
    mark = new_mark()
    report = simulated(endpoint.base_url, endpoint.token, people=2, scenarios=[Scenario.PUSH_USERS], mark=mark)
    assert report.ok, "Okta never deletes a user"
    assert len(report.left_behind) == 2
    assert report.left_behind[0].startswith(f"Grace.Hopper.{mark}@perch-simulate.example (/Users/")
    assert report.left_behind[0].endswith(": 405 Method Not Allowed")


def test_the_dialogue_can_be_recorded_and_the_clean_up_is_no_part_of_it(
    endpoint: RunningEndpoint, tmp_path: Path
) -> None:
    kept = tmp_path / "dialogue.jsonl"

    def recorded(transport: Transport) -> Transport:
        return Recorder(transport, kept, server=endpoint.base_url, secret=endpoint.token)

    report = simulated(endpoint.base_url, endpoint.token, scenarios=[Scenario.PUSH_USERS], wrap=recorded)
    recording = read_recording(kept)
    assert len(recording.exchanges) == report.requests
    assert "DELETE" not in {one.method for one in recording.exchanges}
    assert endpoint.token not in kept.read_text("utf-8")


def test_a_wait_that_a_server_asks_for_ends_with_the_simulation() -> None:
    simulation = Simulation("http://127.0.0.1:9/scim/v2", "secret", AppSettings(), context=ssl.create_default_context())
    simulation.stop.set()
    simulation._wait(300)
    simulation._wait(0.2)


def test_no_two_marks_are_alike() -> None:
    assert len({new_mark() for _ in range(200)}) == 200
    assert all(mark.isalnum() and mark == mark.lower() and len(mark) == 8 for mark in [new_mark()])


def test_every_rule_is_reached_by_a_simulation() -> None:
    tried = {
        *test_edge_scenarios.CONNECTION,
        *test_edge_scenarios.WAITING,
        *test_edge_scenarios.ERRORS,
        *test_edge_scenarios.OF_ONE_KIND,
        *test_people_scenarios.PUSHED,
        *test_people_scenarios.UPDATED,
        *test_people_scenarios.DEACTIVATED,
        *test_people_scenarios.IMPORTED,
        *test_group_scenarios.PUSHED,
        *test_group_scenarios.CHANGED,
        Rule.REACTIVATION_NOT_APPLIED,
        Rule.PAGES_REPEAT,
        Rule.INCREMENTAL_FILTER_IGNORED,
        Rule.GROUP_ENTRY_INCOMPLETE,
        Rule.DELETED_GROUP_REMAINS,
        *OF_1_1,
    }
    of_the_address = {Rule.BASE_URL_UNDERSCORE, Rule.BASE_URL_TOO_LONG, Rule.BASE_URL_WITHOUT_SLASH}
    assert set(Rule) - tried == of_the_address, "no server on this machine has such an address"
