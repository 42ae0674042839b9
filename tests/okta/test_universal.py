"""People in Okta's Universal Directory."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from server.okta.universal import OktaGroup, OktaPerson, Status


def test_a_person_is_active_and_has_both_names() -> None:
    person = OktaPerson("00u1", "ada@okta.local", "Ada", "Byron", "ada@okta.local")
    assert (person.name, person.status, person.attributes) == ("Ada Byron", Status.ACTIVE, {})


@pytest.mark.parametrize(("first", "last"), [("Ada", ""), ("", "Ada")])
def test_one_name_is_enough(first: str, last: str) -> None:
    assert OktaPerson("00u1", "ada", first, last, "ada@okta.local").name == "Ada"


def test_what_okta_holds_changes_by_being_replaced_only() -> None:
    person = OktaPerson("00u1", "ada", "Ada", "Byron", "ada@okta.local")
    with pytest.raises(FrozenInstanceError):
        person.status = Status.DEACTIVATED  # type: ignore[misc]  # the test tries what the type forbids
    assert OktaGroup("Sales").members == ()
