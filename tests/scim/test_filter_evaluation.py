"""What operators mean: several values, none, letters and case, dates, numbers, unknown extensions."""

from __future__ import annotations

from typing import Any

import pytest

from server.scim.filter_evaluation import comparable, is_exact, matches, value_matches, values_of
from server.scim.filter_parser import parse_filter
from server.scim.path import find_target, parse_patch_path
from server.scim.schema import Attribute
from tests.scim.generated import KINDS_URN, USER

FOREIGN = "urn:example:2.0:Badge"


def holds(text: str, **resource: Any) -> bool:
    return matches(parse_filter(text, USER), resource)


def test_one_value_of_several_is_enough() -> None:
    emails = [{"value": "a@x", "type": "work"}, {"value": "b@x", "type": "home"}]
    assert holds('emails eq "B@X"', emails=emails)
    assert holds('emails.type eq "home"', emails=emails)
    assert not holds('emails[type eq "home" and value eq "a@x"]', emails=emails)
    assert holds('emails.type eq "home" and emails.value eq "a@x"', emails=emails)


def test_ne_is_not_eq() -> None:
    emails = [{"value": "a@x"}, {"value": "b@x"}]
    assert not holds('emails ne "b@x"', emails=emails)
    assert holds('emails ne "c@x"', emails=emails)
    assert holds('emails ne "c@x"')
    assert holds('title ne "x"')
    assert not holds('title gt "x"')
    assert not holds('title lt "x"')


def test_null_means_unassigned() -> None:
    assert holds("title eq null")
    assert not holds("title eq null", title="x")
    assert holds("title ne null", title="x")
    assert holds("emails[type eq null and value pr]", emails=[{"value": "a"}])
    assert not holds("emails.type eq null", emails=[{"value": "a"}, {"type": "work"}])


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_nothing_is_not_present(empty: Any) -> None:
    assert not matches(parse_filter("emails pr", USER), {"emails": empty})
    assert not matches(parse_filter("title pr", USER), {"title": empty})


def test_false_and_zero_are_present() -> None:
    assert holds("active pr", active=False)
    assert holds(f"{KINDS_URN}:whole pr", **{KINDS_URN: {"whole": 0}})


@pytest.mark.parametrize(
    ("stored", "asked"),
    [("stra\u00dfe", "STRASSE"), ("\u212aelvin", "KELVIN"), ("\u017fam", "Sam"), ("\ufb00", "FF")],
)
def test_letters_are_compared_without_case(stored: str, asked: str) -> None:
    assert holds(f'title eq "{asked}"', title=stored)
    assert holds(f'title sw "{asked[:1]}"', title=stored)
    assert holds(f'title ew "{asked[-1:]}"', title=stored)
    assert holds(f'title co "{asked[1:]}"', title=stored)


def test_case_counts_where_the_schema_or_the_type_says_so() -> None:
    assert not holds('externalId eq "abc"', externalId="ABC")
    assert not holds('profileUrl eq "https://x/a"', profileUrl="https://x/A")
    assert not holds('x509Certificates.value eq "qq=="', x509Certificates=[{"value": "QQ=="}])
    assert is_exact(Attribute("x", "reference"))
    assert is_exact(Attribute("x", "binary"))
    assert not is_exact(Attribute("x"))


def test_the_empty_string_is_in_every_value_and_equals_none() -> None:
    for operator in ("co", "sw", "ew"):
        assert holds(f'title {operator} ""', title="x")
        assert not holds(f'title {operator} ""')
    assert not holds('title eq ""', title="x")


def test_dates_are_compared_as_moments_and_searched_as_text() -> None:
    meta = {"created": "2026-11-23T20:48:31.123Z"}
    assert holds('meta.created eq "2026-11-23T21:48:31.1230+01:00"', meta=meta)
    assert holds('meta.created gt "2026-11-23T20:48:31.1229999"', meta=meta)
    assert holds('meta.created sw "2026-11"', meta=meta)
    assert not holds('meta.created co "+01:00"', meta=meta)


def test_numbers_are_compared_as_numbers() -> None:
    extension = {KINDS_URN: {"whole": 10, "Broken": 0.1, "wholes": [1, 2]}}
    assert holds(f"{KINDS_URN}:whole gt 9", **extension)
    assert holds(f"{KINDS_URN}:whole eq 10.0", **extension)
    assert holds(f"{KINDS_URN}:broken lt 0.11", **extension)
    assert holds(f"{KINDS_URN}:wholes eq 2", **extension)


def test_kinds_that_do_not_compare_are_different() -> None:
    extension = {FOREIGN: {"level": 5, "flag": True, "words": ["a", {"value": "b"}]}}
    assert holds(f"{FOREIGN}:level gt 4", **extension)
    assert holds(f'{FOREIGN}:level ne "5"', **extension)
    assert not holds(f'{FOREIGN}:level gt "4"', **extension)
    assert not holds(f"{FOREIGN}:flag eq 1", **extension)
    assert holds(f"{FOREIGN}:flag eq true", **extension)
    assert holds(f'{FOREIGN}:words eq "B"', **extension)
    assert not holds(f'{FOREIGN}:level co "5"', **extension)


def test_names_in_an_unknown_extension_are_found_without_case() -> None:
    extension = {FOREIGN.upper(): {"Door": {"Number": 5}}}
    assert holds(f"{FOREIGN}:door.number eq 5", **extension)
    assert holds(f"{FOREIGN}:door[number eq 5]", **extension)
    assert holds(f"{FOREIGN} pr", **extension)
    assert not holds(f"{FOREIGN}:door.none pr", **extension)


def test_brackets_after_a_single_value_ask_that_value() -> None:
    name = {"familyName": "Jensen", "givenName": "Babs"}
    assert holds('name[familyName eq "jensen" and not (givenName eq "X" or middleName pr)]', name=name)
    assert not holds('name[not (familyName eq "x")]')


def test_a_whole_extension_can_be_present() -> None:
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    assert holds(f"{urn} pr", **{urn: {"department": "x"}})
    assert not holds(f"{urn} pr")


def test_one_value_can_be_asked_alone() -> None:
    path = parse_patch_path('emails[type eq "work" and primary eq "True"]', USER)
    assert path.filter is not None
    assert value_matches(path.filter, {"type": "Work", "primary": True})
    assert not value_matches(path.filter, {"type": "work", "primary": False})


def test_a_value_that_is_not_complex_is_called_value() -> None:
    assert holds('schemas[value eq "urn:a"]', schemas=["urn:a"])
    assert holds(f"{KINDS_URN}:wholes[value gt 1]", **{KINDS_URN: {"wholes": [1, 2]}})


def test_values_are_given_without_null() -> None:
    target = find_target("emails.type", USER)
    assert target is not None
    assert values_of(target, {"emails": [{"type": "work"}, {"value": "x"}, None]}) == ["work"]
    assert values_of(target, {}) == []


def test_what_has_no_order_has_no_comparable_form() -> None:
    assert comparable(Attribute("x", "any"), {"a": 1}) is None
    assert comparable(Attribute("x", "dateTime"), "never") is None
    assert comparable(Attribute("x", "integer"), 2**64) == float(2**64)
