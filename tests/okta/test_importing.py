"""Who is who in an import, by the rules of Okta's page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.okta.importing import (
    ImportResult,
    KnownPeople,
    Likeness,
    address_of,
    fingerprint,
    is_importable,
    names_of,
    tripped,
)
from tests.okta.tenants import ADA, BOB, CREW, served

ROW = served(ADA)


def row(**more: Any) -> dict[str, Any]:
    """A row of somebody whom Okta does not know, changed."""
    stranger = {"givenName": "Zoe", "familyName": "New"}
    return {**ROW, "userName": "zoe", "name": stranger, "emails": [{"value": "zoe@okta.local"}], **more}


@pytest.mark.parametrize(
    "changed",
    [
        {"userName": "ada@okta.local"},
        {"userName": "ADA@Okta.Local"},
        {"emails": [{"value": "Ada@okta.local"}]},
        {"emails": [{"value": "zoe@home.example", "primary": True}, {"value": "ada@okta.local"}]},
    ],
)
def test_the_same_user_name_or_any_address_is_an_exact_match(changed: dict[str, Any]) -> None:
    match = KnownPeople(CREW).match(row(**changed))
    assert (match.kind, match.okta_id) == (Likeness.EXACT, ADA.okta_id)


def test_only_both_names_are_a_partial_match() -> None:
    known = KnownPeople(CREW)
    match = known.match(row(name={"givenName": "ADA", "familyName": "byron"}))
    assert (match.kind, match.okta_id) == (Likeness.PARTIAL, ADA.okta_id)
    assert known.match(row(name={"givenName": "Ada", "familyName": "Stone"})).kind is Likeness.NEW


def test_everybody_else_is_new_and_comes_with_the_row() -> None:
    match = KnownPeople(CREW).match(row())
    assert (match.kind, match.okta_id, match.row["userName"]) == (Likeness.NEW, None, "zoe")


def test_an_address_that_two_share_is_the_one_s_whose_login_it_is() -> None:
    shared = replace(BOB, email=ADA.login)
    assert KnownPeople([shared, ADA]).match(row(userName=ADA.login)).okta_id == ADA.okta_id


@pytest.mark.parametrize("nothing", [None, "", "Ada Byron", []])
def test_a_row_without_names_is_no_partial_match(nothing: Any) -> None:
    nameless = replace(BOB, first_name="", last_name="")
    assert names_of(row(name=nothing)) == ("", "")
    assert KnownPeople([nameless]).match(row(name=nothing)).kind is Likeness.NEW


def test_no_address_is_nobody_s_address() -> None:
    assert KnownPeople([replace(BOB, email="")]).match(row(userName="", emails=[])).kind is Likeness.NEW


@pytest.mark.parametrize(
    ("emails", "address"),
    [
        ([{"value": "a@x"}, {"value": "b@x", "primary": True}], "b@x"),
        ([{"value": "a@x"}, {"value": "b@x"}], "a@x"),
        ([], "zoe"),
        (None, "zoe"),
        (["a@x"], "zoe"),
    ],
)
def test_the_address_is_the_primary_one_else_the_first_else_the_user_name(emails: Any, address: str) -> None:
    assert address_of(row(emails=emails)) == address


@pytest.mark.parametrize(
    "without",
    [
        {"id": None},
        {"userName": ""},
        {"name": {"givenName": "Zoe"}},
        {"name": {"givenName": "", "familyName": "New"}},
        {"emails": []},
        {"emails": [{"type": "work"}]},
        {"emails": "zoe@okta.local"},
    ],
)
def test_okta_makes_nobody_of_a_row_without_id_user_name_names_or_address(without: dict[str, Any]) -> None:
    assert is_importable(row())
    assert not is_importable(row(**without))


def test_a_profile_is_the_same_whatever_its_order_meta_and_groups() -> None:
    turned = dict(reversed(list(ROW.items())))
    assert fingerprint(ROW) == fingerprint(
        {**turned, "meta": {"version": "2"}, "groups": [{"value": "g1"}], "schemas": []}
    )
    assert fingerprint(ROW) != fingerprint({**ROW, "title": "Countess"})
    assert fingerprint(ROW) != fingerprint({**ROW, "active": False})


@pytest.mark.parametrize(
    ("removed", "assigned", "percent", "stops"),
    [(1, 5, 20, False), (2, 9, 20, True), (20, 100, 20, False), (21, 100, 20, True), (0, 0, 20, False)],
)
def test_the_safeguard_stops_above_its_percentage_and_not_at_it(
    removed: int, assigned: int, percent: int, stops: bool
) -> None:
    assert tripped(removed, assigned, percent) is stops


def test_a_safeguard_of_0_lets_nobody_go_and_one_of_100_everybody() -> None:
    assert tripped(1, 1000, 0)
    assert not tripped(1000, 1000, 100)


def test_the_dialog_says_it_word_for_word_as_okta_s_test_plan_does() -> None:
    result = ImportResult(scanned=1, new=1, updated=0, unchanged=0, removed=0, groups=0)
    assert result.sentence == (
        "1 users scanned! 1 new user imported 0 existing users updated 0 existing users unchanged "
        "0 users removed 0 groups scanned!"
    )


def test_the_dialog_counts_several_and_tells_of_the_safeguard() -> None:
    result = ImportResult(scanned=9, new=2, updated=3, unchanged=4, removed=0, groups=5, safeguard_tripped=True)
    assert result.sentence.startswith(
        "9 users scanned! 2 new users imported 3 existing users updated 4 existing users unchanged "
        "0 users removed 5 groups scanned!"
    )
    assert "safeguard" in result.sentence
