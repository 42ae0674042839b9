"""What is expected of an import: every page once, everybody on it, each with what Okta needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.okta.import_expectations import (
    check_beyond_the_end,
    check_group_entries,
    check_incremental,
    check_pages,
    check_seeded,
    check_shrunk,
    check_user_entries,
)
from server.okta.rules import Finding, Rule
from server.okta.verdicts import Asked
from tests.okta.steps import error, listing, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.okta.scenario import Step


def rules(found: Sequence[Finding]) -> list[Rule]:
    return [one.rule for one in found]


def page(*resources: dict[str, Any], start: int = 1, **more: Any) -> Step:
    body = listing(*resources, startIndex=start, **more)
    return step(f"GET /Users?startIndex={start}&count=2", 200, body, asked=Asked.LIST)


def user(identifier: str, **more: Any) -> dict[str, Any]:
    name = {"givenName": "Ada", "familyName": "Lovelace"}
    emails = [{"value": f"{identifier}@example.com", "primary": True}]
    whole = {"id": identifier, "userName": identifier, "name": name, "emails": emails, "active": True, **more}
    return {name: value for name, value in whole.items() if value is not None}


# Pages


def test_pages_that_hold_everybody_once_are_no_finding() -> None:
    pages = [page(user("1"), user("2"), totalResults=3), page(user("3"), start=3, totalResults=3)]

    assert check_pages(pages) == []
    assert check_pages([]) == []


def test_somebody_on_two_pages_tells_of_an_unstable_order() -> None:
    pages = [page(user("1"), user("2"), totalResults=3), page(user("2"), start=3, totalResults=3)]
    (found,) = check_pages(pages)

    assert found.rule is Rule.PAGES_REPEAT
    assert found.request == "GET /Users?startIndex=3&count=2"
    assert "1 of 3" in found.sentence


@pytest.mark.parametrize("total", [1, 3])
def test_a_total_that_is_not_what_the_pages_hold_is_a_lie(total: int) -> None:
    assert rules(check_pages([page(user("1"), user("2"), totalResults=total)])) == [Rule.TOTAL_WRONG]


def test_items_per_page_is_what_the_page_holds_and_is_told_once() -> None:
    pages = [
        page(user("1"), totalResults=2, itemsPerPage=100),
        page(user("2"), start=2, totalResults=2, itemsPerPage=100),
    ]

    assert rules(check_pages(pages)) == [Rule.ITEMS_PER_PAGE_WRONG]


def test_a_page_that_failed_is_told_by_its_verdict_alone() -> None:
    failed = step("GET /Users?startIndex=3&count=2", 500, error(500), asked=Asked.LIST)

    for check in (check_pages, check_user_entries, check_group_entries):
        assert check([page(user("1"), totalResults=9), failed]) == []


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, listing(startIndex=101, totalResults=2), ""),
        (200, listing(totalResults=2, itemsPerPage=100), "itemsPerPage says 100"),
        (200, listing(user("1")), "it holds 1 of them"),
        (404, error(404), "it was answered 404"),
    ],
)
def test_a_page_beyond_the_end_is_an_empty_page(status: int, body: dict[str, Any], words: str) -> None:
    found = check_beyond_the_end(step("GET /Users?startIndex=101&count=100", status, body, asked=Asked.LIST))

    assert rules(found) == ([Rule.BEYOND_THE_END] if words else [])
    assert all(words in one.sentence for one in found)


# Entries


@pytest.mark.parametrize(
    ("entry", "found", "words"),
    [
        (user("1"), [], ""),
        (user("1", name=None), [Rule.USER_ENTRY_INCOMPLETE], "without name.givenName and name.familyName: 1"),
        (user("1", name={"givenName": "Ada", "familyName": ""}), [Rule.USER_ENTRY_INCOMPLETE], "name.familyName"),
        (user("1", userName=None), [Rule.USER_ENTRY_INCOMPLETE], "without userName: 1"),
        (user("1", emails=None), [Rule.USER_ENTRY_INCOMPLETE], "without emails"),
        (user("1", emails=[]), [Rule.USER_ENTRY_INCOMPLETE], "without emails"),
        (user("1", emails=[{"primary": True}]), [Rule.USER_ENTRY_INCOMPLETE], "without emails.value"),
        (user("1", emails={"value": "a"}), [Rule.EMAILS_NOT_AN_ARRAY], "objects: 1"),
        (user("1", emails=["a"]), [Rule.EMAILS_NOT_AN_ARRAY], "objects: 1"),
        (user("1", emails=[{"value": "a"}]), [Rule.NO_PRIMARY_EMAIL], "finds none: 1"),
        (user("1", active=None), [Rule.ACTIVE_MISSING], "as active: 1"),
        (user("1", active="True"), [Rule.ACTIVE_NOT_BOOLEAN], 'read as "True"'),
        (user("1", active=False), [Rule.ACTIVE_SCANNED_OUT], "says otherwise: 1"),
    ],
)
def test_an_entry_holds_what_okta_needs(entry: dict[str, Any], found: list[Rule], words: str) -> None:
    findings = check_user_entries([page(entry)], {"1": True})

    assert rules(findings) == found
    assert all(words in one.sentence for one in findings)


def test_many_broken_entries_are_one_finding_with_their_number() -> None:
    (found,) = check_user_entries([page(user("1", name=None)), page(user("2", name=None), user("3", name=None))])

    assert found.sentence.endswith(": 1 and 2 more.")


def test_who_is_missing_is_missed_unless_inactive() -> None:
    found = check_user_entries([page(user("1"))], {"1": True, "2": True, "3": False})

    assert rules(found) == [Rule.IMPORT_MISSES_SOMEBODY]
    assert "not in the list: 2." in found[0].sentence


def test_inactive_people_may_be_listed_as_inactive() -> None:
    assert check_user_entries([page(user("1", active=False), user("2", active=False))], {"1": False}) == []


def test_groups_are_listed_by_name_and_all_of_them() -> None:
    groups = page({"id": "g1", "displayName": "One"}, {"id": "g2"})

    assert check_group_entries([page({"id": "g1", "displayName": "One"})], ["g1"]) == []
    assert rules(check_group_entries([groups], ["g1", "g3"])) == [
        Rule.GROUP_ENTRY_INCOMPLETE,
        Rule.IMPORT_MISSES_SOMEBODY,
    ]


# Whole imports


def test_a_connection_test_that_finds_nobody_is_noted() -> None:
    assert rules(check_seeded(page())) == [Rule.NOBODY_LISTED]
    assert check_seeded(page(user("1"))) == []


@pytest.mark.parametrize(("after", "stops"), [(100, False), (80, False), (79, True), (0, True), (120, False)])
def test_an_import_that_shrinks_by_more_than_the_safeguard_is_stopped(after: int, stops: bool) -> None:
    assert rules(check_shrunk(page(), 100, after)) == ([Rule.IMPORT_SHRUNK] if stops else [])


def test_the_safeguard_is_a_setting_and_nobody_can_be_lost_from_nobody() -> None:
    assert check_shrunk(page(), 100, 50, safeguard=50) == []
    assert check_shrunk(page(), 0, 0) == []


def test_nobody_changes_in_the_future() -> None:
    assert check_incremental(page()) == []
    assert rules(check_incremental(page(user("1")))) == [Rule.INCREMENTAL_FILTER_IGNORED]
