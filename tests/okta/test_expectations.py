"""What is expected of any step, of look-ups, tokens, addresses and errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from server.okta.expectations import (
    CAPABILITIES_URN,
    Situation,
    called,
    check_bare_filter,
    check_bare_token,
    check_base_url,
    check_capabilities,
    check_double_slash,
    check_lookup,
    check_step,
    check_unknown_path,
    check_unknown_user,
    check_wrong_method,
    check_wrong_token,
    is_refusal,
    narrowed,
    reported,
)
from server.okta.group_expectations import check_unknown_member
from server.okta.rules import Finding, Rule
from server.okta.verdicts import Asked
from server.okta.wire import lookup
from tests.okta.steps import error, listing, step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.okta.scenario import Step

TEST = "GET /Users?startIndex=1&count=2"
CREATED = {"location": "/Users/1"}


def rules(found: Sequence[Finding]) -> list[Rule]:
    return [one.rule for one in found]


def looked_up(value: str, status: int, body: Any) -> Step:
    return step(f"GET /Users?{lookup('userName', value)}", status, body, asked=Asked.FIND)


# Any step


def test_a_good_step_has_no_finding() -> None:
    assert check_step(step(TEST, 200, listing({"id": "1"}), asked=Asked.LIST)) == []


def test_a_bad_verdict_is_a_finding_in_the_verdicts_own_words() -> None:
    one = step("GET /Users/1", 404, error(404))

    assert check_step(one) == [
        Finding(
            Rule.RESOURCE_LOST,
            "GET /Users/1",
            one.verdict.sentence,
            Rule.RESOURCE_LOST.source,
            Rule.RESOURCE_LOST.remedy,
            Rule.RESOURCE_LOST.severity,
        )
    ]


def test_the_notes_of_a_verdict_are_findings_too() -> None:
    found = check_step(step("GET /Users/1", 500, error(500, status=500)))

    assert rules(found) == [Rule.ERROR_REPORTED, Rule.ERROR_STATUS_NUMBER]


@pytest.mark.parametrize(
    ("milliseconds", "found"), [(600, []), (600.1, [Rule.SLOW]), (59_999, [Rule.SLOW]), (60_000, [Rule.TIMED_OUT])]
)
def test_beyond_600_ms_okta_s_suite_fails_and_beyond_60_s_okta(milliseconds: float, found: list[Rule]) -> None:
    assert rules(check_step(step("GET /Users/1", 200, {"id": "1"}, milliseconds=milliseconds))) == found


@pytest.mark.parametrize(
    ("status", "headers", "found"),
    [
        (201, CREATED, []),
        (201, {}, [Rule.CREATED_WITHOUT_LOCATION]),
        (200, CREATED, [Rule.CREATED_NOT_201]),
    ],
)
def test_a_created_resource_is_answered_201_with_its_location(
    status: int, headers: dict[str, str], found: list[Rule]
) -> None:
    one = step("POST /Users", status, {"id": "1"}, asked=Asked.CREATE_USER, headers=headers)

    assert rules(check_step(one)) == found


@pytest.mark.parametrize("body", [{"id": "1", "password": "x"}, listing({"id": "1"}, {"id": "2", "password": "x"})])
def test_a_password_is_never_returned_not_even_in_a_list(body: dict[str, Any]) -> None:
    asked = Asked.LIST if "Resources" in body else Asked.READ

    assert rules(check_step(step("GET /Users", 200, body, asked=asked))) == [Rule.PASSWORD_RETURNED]


def test_nulls_of_a_user_are_found_those_of_a_group_s_members_are_okta_s_own() -> None:
    assert rules(check_step(step("GET /Users/1", 200, {"id": "1", "title": None}))) == [Rule.NULLS_RETURNED]
    assert check_step(step("GET /Groups/1", 200, {"id": "1", "members": [{"value": "2", "display": None}]})) == []


def test_a_special_finding_of_a_request_makes_the_general_one_superfluous() -> None:
    one = step("PATCH /Groups/1", 404, error(404), asked=Asked.MODIFY)
    other = check_step(step("GET /Users/1", 404, error(404)))

    assert rules(narrowed([*check_step(one), *other, *check_unknown_member(one)])) == [
        Rule.RESOURCE_LOST,
        Rule.UNKNOWN_MEMBER_REFUSED,
    ]


# Look-ups


@pytest.mark.parametrize("situation", Situation)
def test_who_is_found_is_no_finding(situation: Situation) -> None:
    assert check_lookup(looked_up("a", 200, listing({"id": "1"})), "1", situation=situation) == []


@pytest.mark.parametrize(
    ("situation", "rule"),
    [
        (Situation.PLAIN, Rule.LOOKUP_FINDS_NOTHING),
        (Situation.OTHER_CASE, Rule.LOOKUP_MINDS_CASE),
        (Situation.INACTIVE, Rule.LOOKUP_HIDES_INACTIVE),
        (Situation.PLUS, Rule.LOOKUP_LOSES_PLUS),
        (Situation.SPACE_AS_PLUS, Rule.LOOKUP_LOSES_SPACE),
        (Situation.QUOTES, Rule.GROUP_LOOKUP_LOSES_QUOTES),
    ],
)
@pytest.mark.parametrize(("status", "body"), [(200, listing()), (404, error(404))])
def test_who_is_missed_is_missed_for_the_reason_that_the_situation_tells(
    situation: Situation, rule: Rule, status: int, body: dict[str, Any]
) -> None:
    assert rules(check_lookup(looked_up("a", status, body), "1", situation=situation)) == [rule]


def test_a_filter_that_is_refused_is_missed_in_a_special_situation_and_told_by_its_verdict_in_a_plain_one() -> None:
    refused = looked_up('"R&D"', 400, error(400))

    assert rules(check_lookup(refused, "1", situation=Situation.QUOTES)) == [Rule.GROUP_LOOKUP_LOSES_QUOTES]
    assert check_lookup(refused, "1") == []
    assert check_lookup(looked_up("a", 401, error(401)), "1", situation=Situation.QUOTES) == []


def test_nobody_is_to_be_found_where_nobody_is() -> None:
    assert check_lookup(looked_up("a", 200, listing()), None) == []
    assert check_lookup(looked_up("a", 404, error(404)), None) == []


@pytest.mark.parametrize("expected", [None, "1"])
def test_who_is_found_instead_is_named(expected: str | None) -> None:
    (found,) = check_lookup(looked_up("a", 200, listing({"id": "2", "userName": "b"})), expected)

    assert found.rule is Rule.LOOKUP_FINDS_SOMEBODY_ELSE
    assert "asked for a, was given b (id 2)" in found.sentence


def test_one_more_than_expected_is_one_too_many() -> None:
    both = listing({"id": "1"}, {"id": "2"})

    assert rules(check_lookup(looked_up("a", 200, both), "1")) == [Rule.LOOKUP_FINDS_SOMEBODY_ELSE]


@pytest.mark.parametrize("value", ["a+b@x.com", 'Zürich "R&D" #1', "back\\slash", "O'Brien"])
def test_the_value_that_was_asked_for_is_told_as_it_is(value: str) -> None:
    (found,) = check_lookup(looked_up(value, 200, listing()), "1")

    assert f"Okta does not find {value}, who exists" in found.sentence


# Requests that are meant to be refused


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (401, error(401), []),
        (401, b"Unauthorized", [Rule.ERROR_NOT_JSON]),
        (401, {}, [Rule.ERROR_NOT_SCIM]),
        (403, error(403), [Rule.WRONG_TOKEN_NOT_401]),
        (302, None, [Rule.WRONG_TOKEN_NOT_401]),
        (200, listing(), [Rule.WRONG_TOKEN_ACCEPTED]),
        (429, error(429), []),
        (0, None, []),
    ],
)
def test_a_wrong_token_is_401_in_scim(status: int, body: Any, found: list[Rule]) -> None:
    assert rules(check_wrong_token(step(TEST, status, body, asked=Asked.LIST))) == found


def test_a_bare_token_is_as_good() -> None:
    assert check_bare_token(step(TEST, 200, listing(), asked=Asked.LIST)) == []
    (found,) = check_bare_token(step(TEST, 401, error(401), asked=Asked.LIST))
    assert "answers 401 Unauthorized" in found.sentence


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (404, error(404), []),
        (404, {"message": "not found"}, [Rule.ERROR_NOT_SCIM]),
        (404, error(404, status=404), [Rule.ERROR_STATUS_NUMBER]),
        (404, b"404 page not found", [Rule.UNKNOWN_PATH_NOT_JSON]),
        (200, b"<html>", [Rule.UNKNOWN_PATH_NOT_JSON]),
    ],
)
def test_an_unknown_path_is_answered_in_json(status: int, body: Any, found: list[Rule]) -> None:
    assert rules(check_unknown_path(step("GET /Nothing", status, body))) == found


@pytest.mark.parametrize(
    ("check", "right", "rule"),
    [
        (check_unknown_user, 404, Rule.UNKNOWN_USER_NOT_404),
        (check_wrong_method, 405, Rule.WRONG_METHOD_NOT_405),
        (check_bare_filter, 400, Rule.BARE_FILTER_ACCEPTED),
    ],
)
def test_an_error_has_its_status_and_its_form(check: Callable[[Step], list[Finding]], right: int, rule: Rule) -> None:
    assert check(step("GET /x", right, error(right))) == []
    assert rules(check(step("GET /x", right, b"<html>"))) == [Rule.ERROR_NOT_JSON]
    assert rules(check(step("GET /x", 200, {}))) == [rule]
    assert rules(check(step("GET /x", 500, error(500)))) == [rule]
    assert check(step("GET /x", 0)) == []


# The address, and the on-prem agent


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://scim.example.com/scim/v2", []),
        ("https://my_tunnel.example.com/scim/v2", [Rule.BASE_URL_UNDERSCORE]),
        ("https://scim.example.com/scim_v2", [Rule.BASE_URL_UNDERSCORE]),
        ("http://scim.example.com/scim/v2", [Rule.BASE_URL_NOT_HTTPS]),
        ("https://" + "a" * 1016, []),
        ("https://" + "a" * 1017, [Rule.BASE_URL_TOO_LONG]),
    ],
)
def test_a_base_url_is_one_that_okta_s_form_takes(url: str, found: list[Rule]) -> None:
    assert rules(check_base_url(url)) == found


def test_the_agent_s_base_url_may_be_plain_but_ends_in_a_slash() -> None:
    assert check_base_url("http://acme_1.lan:8080/scim/v2/", agent=True) == []
    assert rules(check_base_url("http://acme.lan/scim/v2", agent=True)) == [Rule.BASE_URL_WITHOUT_SLASH]


def test_a_doubled_slash_is_read_as_one() -> None:
    assert check_double_slash(step("GET //Users", 200, listing(), asked=Asked.LIST)) == []
    assert rules(check_double_slash(step("GET //Users", 404, error(404), asked=Asked.LIST))) == [
        Rule.DOUBLE_SLASH_REFUSED
    ]
    assert check_double_slash(step("GET //Users", 0)) == []


@pytest.mark.parametrize("extension", [None, {}, {"userManagementCapabilities": []}, "all"])
def test_capabilities_that_are_not_listed_are_missed(extension: Any) -> None:
    one = step("GET /ServiceProviderConfig", 200, {CAPABILITIES_URN: extension})

    assert rules(check_capabilities(one)) == [Rule.CAPABILITIES_MISSING]


def test_capabilities_that_are_listed_are_not_missed() -> None:
    listed = {CAPABILITIES_URN: {"userManagementCapabilities": ["GROUP_PUSH"]}}

    assert check_capabilities(step("GET /ServiceProviderConfig", 200, listed)) == []


# Words


def test_what_okta_shows_is_closed_so_that_a_sentence_can_follow() -> None:
    assert reported(step("GET /x", 404, error(404))) == "Not Found. Errors reported by remote server: no."
    assert reported(step("GET /x", 0)) == "Connect to here failed: Connection refused"


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ({"id": "1", "userName": "a"}, "a"),
        ({"id": "1", "displayName": "b"}, "b"),
        ({"id": "1"}, "1"),
        ({}, "an entry without a name"),
    ],
)
def test_a_resource_is_called_by_the_best_name_it_has(resource: dict[str, Any], name: str) -> None:
    assert called(resource) == name


@pytest.mark.parametrize(("status", "refuses"), [(400, True), (404, True), (401, False), (429, False), (200, False)])
def test_a_refusal_is_about_what_was_asked(status: int, refuses: bool) -> None:
    assert is_refusal(step("GET /x", status, error(status))) is refuses


def test_a_target_that_looks_nobody_up_is_told_as_it_is() -> None:
    one = step(f"GET /Users?filter={quote('userName sw 1')}", 200, listing({"id": "2"}), asked=Asked.FIND)

    assert "asked for userName sw 1" in check_lookup(one, None)[0].sentence
