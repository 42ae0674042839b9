from __future__ import annotations

import pytest

from desktop.activity.wanted import Wanted, from_target, is_write
from tests.desktop.activity.exchanges import kept


def test_nothing_given_is_every_request() -> None:
    assert Wanted().is_everything
    assert not Wanted(text="ada").is_everything
    assert Wanted().holds(kept())


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        (Wanted(errors_only=True), False),
        (Wanted(direction="reads"), True),
        (Wanted(direction="writes"), False),
        (Wanted(token_id="t1"), True),
        (Wanted(token_id="t2"), False),
        (Wanted(resource_id="u1"), False),
        (Wanted(feature="push_new_user"), False),
        (Wanted(text="LISTED"), True),
        (Wanted(text="ab12-7"), True),
        (Wanted(text="nowhere"), False),
    ],
)
def test_all_that_is_given_must_hold(wanted: Wanted, held: bool) -> None:
    assert wanted.holds(kept()) is held


def test_a_search_by_post_reads() -> None:
    assert not is_write("POST", "/scim/v2/Users/.search")
    assert is_write("POST", "/scim/v2/Users")
    assert not is_write("GET", "/scim/v2/Users")


def test_a_filter_is_taken_away_with_its_name() -> None:
    wanted = Wanted(token_id="t1", token_label="Okta", text="ada")
    assert wanted.without("token_id") == Wanted(text="ada")
    assert wanted.without("text") == Wanted(token_id="t1", token_label="Okta")


def test_other_pages_ask_for_a_person_or_a_token_by_name() -> None:
    assert from_target({"resource_id": "u1", "name": "Ada"}) == Wanted(resource_id="u1", resource_label="Ada")
    assert from_target({"token_id": "t1", "name": "Okta"}) == Wanted(token_id="t1", token_label="Okta")
    assert from_target({"errors_only": True, "feature": "deactivate"}) == Wanted(errors_only=True, feature="deactivate")
