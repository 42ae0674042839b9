"""Every rule has a server that breaks it and is found out, words that help, and a source; a good server breaks none."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError

import pytest

from server.okta.failures import FAILURES
from server.okta.notes import NOTES
from server.okta.rules import Finding, Rule, Severity, finding, severity
from server.okta.speech import Version
from tests.okta.examination import examine, words
from tests.okta.wrong_servers import serving_wrongly

LOOKUPS = {
    Rule.LOOKUP_FINDS_NOTHING,
    Rule.LOOKUP_MINDS_CASE,
    Rule.LOOKUP_HIDES_INACTIVE,
    Rule.LOOKUP_LOSES_PLUS,
    Rule.LOOKUP_LOSES_SPACE,
    Rule.GROUP_LOOKUP_LOSES_QUOTES,
}

FOLLOWS: dict[Rule, set[Rule]] = {
    Rule.ERROR_NOT_SCIM: {Rule.ERROR_REPORTED},
    Rule.ERROR_STATUS_NUMBER: {Rule.ERROR_REPORTED},
    Rule.STILL_TOO_MANY: {Rule.RETRY_AFTER_UNREADABLE},
    Rule.RESOURCE_LOST: {Rule.DEACTIVATED_NOT_FOUND},
    Rule.LOOKUP_FINDS_SOMEBODY_ELSE: {Rule.BARE_FILTER_ACCEPTED, Rule.ID_CHANGED, Rule.INCREMENTAL_FILTER_IGNORED},
    Rule.LOOKUP_FINDS_NOTHING: LOOKUPS,
    # The person it is tried with is called Ada…+x, the group "R&D".
    Rule.LOOKUP_LOSES_PLUS: {Rule.LOOKUP_HIDES_INACTIVE, Rule.GROUP_LOOKUP_LOSES_QUOTES, Rule.ERROR_REPORTED},
    Rule.LOOKUP_LOSES_SPACE: {Rule.ERROR_REPORTED},
    Rule.CREATED_TWICE: {Rule.LOOKUP_FINDS_SOMEBODY_ELSE},
    Rule.GROUP_CREATED_TWICE: {Rule.LOOKUP_FINDS_SOMEBODY_ELSE},
    Rule.ID_CHANGED: {
        Rule.RESOURCE_LOST,
        Rule.CREATED_WITHOUT_MEMBERS,
        Rule.MEMBERS_NOT_APPLIED,
        Rule.IMPORT_MISSES_SOMEBODY,
    },
    Rule.UPDATE_NOT_APPLIED: {Rule.EMPTIED_ATTRIBUTE_REMAINS},
    Rule.REACTIVATION_NOT_APPLIED: {Rule.ACTIVE_SCANNED_OUT},
    Rule.PAGES_REPEAT: {Rule.IMPORT_MISSES_SOMEBODY},
    Rule.IMPORT_SHRUNK: {Rule.IMPORT_MISSES_SOMEBODY},
    Rule.ITEMS_PER_PAGE_WRONG: {Rule.BEYOND_THE_END},
    # What is general is said as well; narrowed() leaves it out.
    Rule.UNKNOWN_MEMBER_REFUSED: {Rule.RESOURCE_LOST},
    Rule.EMPTY_MEMBERS_REFUSED: {Rule.ERROR_REPORTED},
    Rule.REPEATED_CHANGE_REFUSED: {Rule.ERROR_REPORTED},
    Rule.BEYOND_THE_END: {Rule.ERROR_REPORTED},
    Rule.NOBODY_LISTED: {*LOOKUPS, Rule.IMPORT_MISSES_SOMEBODY},
}
"""What else a server's one fault breaks."""

WITHOUT = {
    "A8": "one of the forms of a changed membership: members-not-applied",
    "A10": "refusing it is an error like any other",
    "A11": "about two requests at once; what is lost then is members-not-applied",
    "A14": "Okta leaves them out, whatever the server answers",
    "A23": "about the order in which Okta sends",
    "A24": "about requests that Okta repeats; a server that minds answers with an error like any other",
    "A25": "a refused rename is an error like any other, an ignored one update-not-applied",
    "A28": "the connection test itself: its answer is judged like every list",
    "A31": "found or refused with 409: conflict-on-create",
    "A40": "Okta sends nothing",
    "A41": "a race on Okta's side; what the server must stand is unknown-member-refused",
    "A42": "two clients at once; what is wrong then is an error like any other",
    "A44": "an attribute like any other: attribute-lost, update-not-applied",
    "A46": "refusing it is conflict-on-create or an error like any other",
    "A47": "which verb is sent: verb-refused",
    "A50": "many changes in one request: timed-out",
    "A52": "Okta sends nothing",
    "A56": "a list like any other",
    "B3": "the agent's form refuses other headers, before the server is asked",
    "B4": "which verb is sent: verb-refused",
    "B6": "the agent's mapping; an e-mail of it that is lost is update-not-applied",
    "B8": "a list like any other",
    "B9": "the agent's trust in a certificate: no-connection",
    "B10": "a wrong token, as far as the answer tells: token-refused",
}
"""Lines of OKTA.md's section 10 that no rule cites, each with its reason."""


@pytest.mark.parametrize("rule", Rule)
def test_a_server_that_breaks_a_rule_is_found_out_and_not_accused_of_more(rule: Rule) -> None:
    with serving_wrongly(rule) as server:
        found = examine(server)

    assert rule in {one.rule for one in found}, words(found)
    assert {one.rule for one in found} - {rule} <= FOLLOWS.get(rule, set()), words(found)


@pytest.mark.parametrize("version", Version)
def test_nothing_is_found_where_nothing_is_wrong(version: Version) -> None:
    with serving_wrongly(None, version) as server:
        found = examine(server)

    assert found == [], words(found)


def test_every_rule_stands_in_one_of_the_tables() -> None:
    assert sorted((*FAILURES, *NOTES)) == sorted(rule.value for rule in Rule)


@pytest.mark.parametrize("rule", Rule)
def test_a_rule_has_a_title_a_sentence_a_source_and_a_remedy(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]+", rule.value)
    assert rule.value == rule.name.lower().replace("_", "-")
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.sentence.endswith((".", "}"))
    assert re.match(r"OKTA\.md [0-9AB]", rule.source)
    # Too many requests, told how long to wait: there is nothing to mend.
    assert rule.remedy.endswith(".") or rule is Rule.TOO_MANY_REQUESTS
    assert severity(rule) is rule.severity


def test_a_reader_without_okta_md_finds_a_public_source() -> None:
    assert [rule for rule in Rule if ";" not in rule.source and "(inferred)" not in rule.source] == []


def test_what_ends_a_feature_fails_and_what_comes_later_is_noted() -> None:
    assert severity(Rule.LIST_NUMBER_AS_STRING) is Severity.FAILS
    assert severity(Rule.CREATED_WITHOUT_LOCATION) is Severity.NOTE


def test_a_finding_fills_the_facts_into_the_sentence() -> None:
    found = finding(Rule.SLOW, "GET /Users?startIndex=1&count=2", milliseconds=700)

    assert found == Finding(
        Rule.SLOW,
        "GET /Users?startIndex=1&count=2",
        "Answered after 700 ms; Okta's test suite fails beyond 600 ms.",
        Rule.SLOW.source,
        Rule.SLOW.remedy,
        Severity.NOTE,
    )
    with pytest.raises(FrozenInstanceError):
        found.request = "another"  # type: ignore[misc]  # the point of the test


def test_a_fact_that_is_missing_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError, match="milliseconds"):
        finding(Rule.SLOW, "GET /Users")


@pytest.mark.parametrize(
    "line", [*(f"A{number}" for number in range(1, 58)), *(f"B{number}" for number in range(1, 11))]
)
def test_every_quirk_is_cited_by_a_rule_or_has_a_reason(line: str) -> None:
    citing = [rule for rule in Rule if re.search(rf"\b{line}\b", rule.source.partition(";")[0])]

    assert bool(citing) is (line not in WITHOUT), f"{line}: {citing or 'neither a rule nor a reason'}"
