"""PATCH paths as clients send them, and those that mean nothing."""

from __future__ import annotations

import pytest

from server.scim.errors import InvalidFilter, InvalidPath
from server.scim.filter import And, Comparison
from server.scim.path import PatchPath, find_target, parse_patch_path
from tests.scim.generated import GROUP, REGISTRY

USER = REGISTRY.user
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def test_a_path_may_be_an_attribute() -> None:
    target = find_target("name.givenName", USER)
    assert target is not None
    assert parse_patch_path(" name.GIVENNAME ", USER) == PatchPath(target)


def test_a_path_may_select_a_member() -> None:
    path = parse_patch_path('members[value eq "89bb1940"]', GROUP)
    assert str(path.target) == "members"
    assert isinstance(path.filter, Comparison)
    assert (path.filter.target.leaf.name, path.filter.operator, path.filter.value) == (
        "value",
        "eq",
        "89bb1940",
    )


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ('emails[type eq "work"].value', "emails.value"),
        ('EMAILS[TYPE EQ "work"].VALUE', "emails.value"),
        ('urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value', "emails.value"),
        ('addresses[ type eq "work" and primary eq true ].postalCode', "addresses.postalCode"),
        ('roles[primary eq "true"].value', "roles.value"),
        ("emails[type eq work].value", "emails.value"),
        (f'{ENTERPRISE}:manager[value eq "7"].$ref', f"{ENTERPRISE}:manager.$ref"),
        ('urn:example:2.0:Badge:doors[value eq "7"].open', "urn:example:2.0:Badge:doors.open"),
    ],
)
def test_a_path_may_name_a_part_of_the_values_it_selects(text: str, target: str) -> None:
    path = parse_patch_path(text, USER)
    assert str(path.target) == target
    assert path.filter is not None


def test_brackets_may_hold_a_whole_filter() -> None:
    path = parse_patch_path('emails[type eq "a]b[" and not (primary eq true)]', USER)
    assert isinstance(path.filter, And)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "members",
        "nothing[type eq 1]",
        "userName[value eq 1]",
        "emails.value[type eq 1]",
        f"{ENTERPRISE}[department eq 1]",
        'emails[type eq "work"]value',
        'emails[type eq "work"].',
        'emails[type eq "work"].nothing',
        'emails[type eq "work"] .value',
        'emails[type eq "work"].value.value',
        'emails.type eq "["',
        "x" * 10_000,
    ],
)
def test_what_names_nothing_is_an_invalid_path(text: str) -> None:
    with pytest.raises(InvalidPath):
        parse_patch_path(text, USER)


@pytest.mark.parametrize(
    "text",
    [
        "emails[",
        "emails[]",
        "emails[type]",
        'emails[nothing eq "x"]',
        'emails[type eq "work"',
        'emails[type xx "work"]',
    ],
)
def test_what_stands_wrong_in_brackets_is_an_invalid_filter(text: str) -> None:
    with pytest.raises(InvalidFilter):
        parse_patch_path(text, USER)


def test_the_error_says_how_to_write_a_path() -> None:
    with pytest.raises(InvalidPath, match=r"No User has an attribute named 'surname'.*name\.givenName"):
        parse_patch_path("surname", USER)
