"""What happened, in words: for the activity, the audit, and `okta.features`."""

from __future__ import annotations

import pytest

from server import wording
from server.directory import MemberOutcome, Page, Stored
from tests.directories import GROUP, USER

ADA = Stored(1, "17", '{"userName":"ada","active":true}', 1, "", "", "Ada", 0, None)


def after(document: str, label: str = "Ada") -> Stored:
    return ADA._replace(document=document, label=label, version=2)


def page(total: int, number: int = 0) -> Page:
    return Page(total, [(USER, ADA)] * number, None)


def test_what_changes_nothing_is_left() -> None:
    assert wording.change("User", ADA, ADA, []) == "left user Ada unchanged"
    assert wording.change("Group", ADA, ADA, [MemberOutcome(unknown=("9",))]) == "left group Ada unchanged"


def test_a_change_of_active_is_the_news() -> None:
    inactive = after('{"userName":"ada","active":false}')
    assert wording.change("User", ADA, inactive, []) == "deactivated user Ada"
    assert wording.change("User", inactive, after(ADA.document), []) == "reactivated user Ada"
    assert wording.change("User", inactive, after(inactive.document), []) == "updated user Ada"


@pytest.mark.parametrize(
    "extension",
    ['"urn:x:1.0:User":{"active":true}', '"urn:x:1.0:User":{"active":false}', '"title":"\\"active\\":false"'],
)
def test_the_same_words_elsewhere_in_the_document_mislead_nobody(extension: str) -> None:
    for active in ("true", "false"):
        changed = after(f'{{"userName":"ada","active":{active},{extension}}}')
        expected = "updated" if active == "true" else "deactivated"
        assert wording.change("User", ADA, changed, []) == f"{expected} user Ada"


def test_a_new_name_is_told_with_the_old_one() -> None:
    assert wording.change("User", ADA, after(ADA.document, "Lovelace"), []) == "updated user Lovelace (was Ada)"


def test_members_are_counted_over_all_changes() -> None:
    outcomes = [MemberOutcome(("1", "2"), ("3",)), MemberOutcome(removed=("4",), unknown=("5", "6", "7"))]
    assert wording.membership(outcomes) == ": 2 added, 2 removed, 3 not found"
    assert wording.membership([MemberOutcome(redisplayed=1)]) == ""
    assert wording.change("Group", ADA, after("{}"), outcomes[:1]) == "updated group Ada: 2 added, 1 removed"


def test_a_member_that_does_not_exist_is_named() -> None:
    assert wording.unknown_member("9") == "members 9 (no such user or group)"


def test_a_list_says_which_part_of_how_many() -> None:
    assert wording.listing((USER,), None, 3, page(10, 2)) == "listed users 3 to 4 of 10"
    assert wording.listing((GROUP,), None, 1, page(0)) == "listed groups: none of 0"
    assert wording.listing((USER, GROUP), None, 11, page(10)) == "listed users and groups: none of 10"


def test_a_search_says_what_was_looked_for() -> None:
    assert (
        wording.listing((USER,), 'userName eq "ada"', 1, page(1, 1))
        == 'looked for users with userName eq "ada": 1 found'
    )
