"""What is found out about how a server keeps people: each by a server with that one fault."""

from __future__ import annotations

import pytest

from server.okta.dialogues import Kind
from server.okta.rules import Rule
from server.okta.simulation import Scenario
from tests.okta.simulations import found_wrong, simulated
from tests.okta.wrong_servers import TOKEN, serving_wrongly

PUSHED = (
    Rule.CONFLICT_ON_CREATE,
    Rule.MEDIA_TYPE_REFUSED,
    Rule.RESOURCE_LOST,
    Rule.LOOKUP_ANSWERED_404,
    Rule.CREATED_EMPTY,
    Rule.CREATED_WITHOUT_ID,
    Rule.CREATED_NOT_201,
    Rule.CREATED_WITHOUT_LOCATION,
    Rule.LOOKUP_FINDS_SOMEBODY_ELSE,
    Rule.LOOKUP_FINDS_NOTHING,
    Rule.LOOKUP_MINDS_CASE,
    Rule.LOOKUP_LOSES_PLUS,
    Rule.LOOKUP_LOSES_SPACE,
    Rule.CREATED_TWICE,
    Rule.USER_NAME_REWRITTEN,
    Rule.LOCALE_REWRITTEN,
    Rule.EXTERNAL_ID_LOST,
    Rule.ATTRIBUTE_LOST,
    Rule.FORMATTED_STALE,
    Rule.EMAILS_NOT_AN_ARRAY,
    Rule.ACTIVE_MISSING,
    Rule.ACTIVE_NOT_BOOLEAN,
)
UPDATED = (
    Rule.VERB_REFUSED,
    Rule.READ_ONLY_REFUSED,
    Rule.ID_CHANGED,
    Rule.UPDATE_NOT_APPLIED,
    Rule.EMPTIED_ATTRIBUTE_REMAINS,
)
DEACTIVATED = (
    Rule.PATCH_NOT_IMPLEMENTED,
    Rule.LOOKUP_HIDES_INACTIVE,
    Rule.DEACTIVATION_NOT_APPLIED,
    Rule.DEACTIVATED_NOT_FOUND,
)
IMPORTED = (
    Rule.TOTAL_WRONG,
    Rule.ITEMS_PER_PAGE_WRONG,
    Rule.BEYOND_THE_END,
    Rule.IMPORT_MISSES_SOMEBODY,
    Rule.IMPORT_SHRUNK,
    Rule.USER_ENTRY_INCOMPLETE,
    Rule.NO_PRIMARY_EMAIL,
    Rule.ACTIVE_SCANNED_OUT,
)


@pytest.mark.parametrize("rule", PUSHED)
def test_a_new_person_who_is_not_kept_as_pushed_is_found_out(rule: Rule) -> None:
    assert found_wrong(rule, Scenario.PUSH_USERS).rule is rule


@pytest.mark.parametrize("rule", UPDATED)
def test_an_update_that_goes_wrong_is_found_out(rule: Rule) -> None:
    assert found_wrong(rule, Scenario.UPDATE).rule is rule


@pytest.mark.parametrize("rule", DEACTIVATED)
def test_a_deactivation_that_goes_wrong_is_found_out(rule: Rule) -> None:
    assert found_wrong(rule, Scenario.DEACTIVATE).rule is rule


def test_a_reactivation_that_goes_wrong_is_found_out() -> None:
    assert found_wrong(Rule.REACTIVATION_NOT_APPLIED, Scenario.REACTIVATE).rule is Rule.REACTIVATION_NOT_APPLIED


@pytest.mark.parametrize("rule", IMPORTED)
def test_an_import_that_goes_wrong_is_found_out(rule: Rule) -> None:
    assert found_wrong(rule, Scenario.IMPORT_USERS).rule is rule


def test_pages_that_overlap_are_found_out_where_there_is_more_than_one() -> None:
    assert (
        found_wrong(Rule.PAGES_REPEAT, Scenario.IMPORT_USERS, kinds=[Kind.CUSTOM], people=120).rule is Rule.PAGES_REPEAT
    )


def test_only_the_agent_asks_for_what_is_new() -> None:
    assert (
        found_wrong(Rule.INCREMENTAL_FILTER_IGNORED, Scenario.IMPORT_USERS, kinds=[Kind.AGENT]).rule
        is Rule.INCREMENTAL_FILTER_IGNORED
    )


def test_a_second_row_of_a_person_is_deleted_at_once_and_spoils_nothing_more() -> None:
    with serving_wrongly(Rule.CREATED_TWICE) as server:
        report = simulated(server.base_url, TOKEN)
        assert len(server.users) == 2, "only those who were there before"
    assert {one.rule for one in report.failures} == {Rule.CREATED_TWICE}


def test_a_pushed_password_changes_nobody_else() -> None:
    with serving_wrongly(None) as server:
        report = simulated(server.base_url, TOKEN, Kind.CATALOG, scenarios=[Scenario.PASSWORD])
    assert report.failures == ()
    assert [one.requests for one in report.features if one.feature == "password_sync"] == [2]
