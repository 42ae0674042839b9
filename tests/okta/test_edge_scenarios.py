"""What is found out about a server before and beside its people: each by a server with that one fault."""

from __future__ import annotations

import pytest

from server.okta import simulation
from server.okta.dialogues import Kind
from server.okta.rules import Rule
from server.okta.simulation import Scenario
from tests.okta.simulations import found_wrong, simulated
from tests.okta.wrong_servers import TOKEN, serving_wrongly

CONNECTION = (
    Rule.NO_CONNECTION,
    Rule.TIMED_OUT,
    Rule.REDIRECTED,
    Rule.ERROR_REPORTED,
    Rule.ERROR_NOT_JSON,
    Rule.ERROR_NOT_SCIM,
    Rule.ERROR_STATUS_NUMBER,
    Rule.ANSWER_NOT_JSON,
    Rule.TOKEN_REFUSED,
    Rule.LIST_NUMBER_AS_STRING,
    Rule.LIST_NUMBER_MISSING,
    Rule.LIST_WITHOUT_TOTAL,
    Rule.LIST_WITHOUT_ARRAY,
    Rule.LIST_ENTRY_WITHOUT_ID,
    Rule.SLOW,
    Rule.PASSWORD_RETURNED,
    Rule.NULLS_RETURNED,
    Rule.NOBODY_LISTED,
    Rule.BASE_URL_NOT_HTTPS,
)
WAITING = (Rule.TOO_MANY_REQUESTS, Rule.RETRY_AFTER_UNREADABLE, Rule.STILL_TOO_MANY)
ERRORS = (
    Rule.BARE_FILTER_ACCEPTED,
    Rule.WRONG_TOKEN_ACCEPTED,
    Rule.WRONG_TOKEN_NOT_401,
    Rule.UNKNOWN_PATH_NOT_JSON,
    Rule.UNKNOWN_USER_NOT_404,
    Rule.WRONG_METHOD_NOT_405,
)
OF_ONE_KIND = {
    Rule.BARE_TOKEN_REFUSED: Kind.CATALOG,
    Rule.DOUBLE_SLASH_REFUSED: Kind.AGENT,
    Rule.CAPABILITIES_MISSING: Kind.AGENT,
}


@pytest.mark.parametrize("rule", CONNECTION)
def test_a_connection_that_okta_minds_is_found_out(rule: Rule) -> None:
    assert found_wrong(rule, Scenario.CONNECTION, kinds=[Kind.CUSTOM]).rule is rule


@pytest.mark.parametrize("rule", WAITING)
def test_a_server_that_asks_for_pauses_is_obeyed_and_told(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "PATIENCE", 0.01)
    assert found_wrong(rule, Scenario.CONNECTION, kinds=[Kind.CUSTOM]).rule is rule


@pytest.mark.parametrize("rule", ERRORS)
def test_a_refusal_that_okta_cannot_read_is_found_out(rule: Rule) -> None:
    assert found_wrong(rule, Scenario.ERRORS, kinds=[Kind.CUSTOM]).rule is rule


@pytest.mark.parametrize("rule", OF_ONE_KIND)
def test_what_only_one_kind_of_app_asks_for_is_tried_with_that_one(rule: Rule) -> None:
    assert found_wrong(rule, Scenario.CONNECTION, kinds=[OF_ONE_KIND[rule]]).rule is rule
    for kind in set(Kind) - {OF_ONE_KIND[rule]}:
        with serving_wrongly(rule) as server:
            report = simulated(server.base_url, TOKEN, kind, scenarios=[Scenario.ERRORS])
        assert rule not in {one.rule for one in report.findings}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_server_without_a_fault_is_found_without_one(kind: Kind) -> None:
    with serving_wrongly(None) as server:
        report = simulated(server.base_url, TOKEN, kind)
    assert {one.rule for one in report.findings} <= {Rule.BASE_URL_NOT_HTTPS, Rule.SLOW}
    assert report.ok
    assert report.left_behind == ()
