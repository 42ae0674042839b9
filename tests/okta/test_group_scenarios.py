"""What is found out about how a server keeps groups: each by a server with that one fault."""

from __future__ import annotations

import pytest

from server.okta.dialogues import Kind
from server.okta.rules import Rule
from server.okta.simulation import Scenario
from tests.okta.simulations import found_wrong, simulated
from tests.okta.wrong_servers import TOKEN, serving_wrongly

PUSHED = (
    Rule.GROUP_LOOKUP_LOSES_QUOTES,
    Rule.GROUP_WITHOUT_MEMBERS,
    Rule.GROUP_CREATED_TWICE,
    Rule.CREATED_WITHOUT_MEMBERS,
    Rule.EMPTY_MEMBERS_REFUSED,
    Rule.MEMBERS_NOT_APPLIED,
    Rule.MEMBER_DISPLAY_LOST,
)
CHANGED = (
    Rule.UNKNOWN_MEMBER_REFUSED,
    Rule.REPEATED_CHANGE_REFUSED,
    Rule.MEMBERSHIPS_CLEARED,
    Rule.RENAME_EMPTIED,
    Rule.RENAME_NOT_APPLIED,
)


@pytest.mark.parametrize("rule", PUSHED)
def test_a_pushed_group_that_is_not_kept_as_pushed_is_found_out(rule: Rule) -> None:
    assert found_wrong(rule, Scenario.PUSH_GROUPS).rule is rule


@pytest.mark.parametrize("rule", CHANGED)
def test_a_changed_group_that_goes_wrong_is_found_out(rule: Rule) -> None:
    assert found_wrong(rule, Scenario.GROUP_CHANGES).rule is rule


def test_a_group_without_a_name_is_found_out_by_the_import() -> None:
    assert found_wrong(Rule.GROUP_ENTRY_INCOMPLETE, Scenario.IMPORT_GROUPS).rule is Rule.GROUP_ENTRY_INCOMPLETE


def test_a_deleted_group_that_remains_is_found_out() -> None:
    assert found_wrong(Rule.DELETED_GROUP_REMAINS, Scenario.DELETE_GROUPS).rule is Rule.DELETED_GROUP_REMAINS


def test_a_second_group_of_one_name_is_deleted_at_once_and_spoils_nothing_more() -> None:
    with serving_wrongly(Rule.GROUP_CREATED_TWICE) as server:
        report = simulated(server.base_url, TOKEN)
        assert server.groups == {}
    assert {one.rule for one in report.findings} - {Rule.BASE_URL_NOT_HTTPS, Rule.SLOW} == {Rule.GROUP_CREATED_TWICE}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_linked_group_keeps_the_members_that_it_had(kind: Kind) -> None:
    with serving_wrongly(None) as server:
        report = simulated(server.base_url, TOKEN, kind, scenarios=[Scenario.LINK_GROUP])
    assert report.ok
    assert report.failures == ()
