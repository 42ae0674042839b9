"""Filters against scim2-models, an independent reading of the RFCs: same text taken, same resources found.

Where the two differ on purpose, DIFFERENCES names it, with a filter that must keep differing. The properties leave out
what those filters stand for, by what their strategies generate, and nothing else.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scim2_models import EnterpriseUser, InvalidFilterException, ScimFilter, User

from server.scim.errors import InvalidFilter
from server.scim.filter import matches, parse_filter
from server.scim.schemas import ENTERPRISE_USER_URN, USER_URN
from tests.scim.generated import REGISTRY

MODEL: Any = User[EnterpriseUser]
FOUND, MISSED, REFUSED = "found", "missed", "refused"
Body = dict[str, Any]


def ours(text: str, body: Body) -> str:
    try:
        return FOUND if matches(parse_filter(text, REGISTRY.user), body) else MISSED
    except InvalidFilter:
        return REFUSED


def theirs(text: str, body: Body) -> str:
    try:
        filter_ = ScimFilter[MODEL](text)
        filter_._validate_semantics(strict=True)
    except (InvalidFilterException, ValidationError):
        return REFUSED
    return FOUND if filter_.match(MODEL.model_validate(body)) else MISSED


class Difference(NamedTuple):
    """A filter that the two read differently, and why."""

    reason: str
    text: str
    body: Body
    ours: str
    theirs: str


JANE: Body = {
    "schemas": [USER_URN],
    "userName": "jane",
    "title": "Stra\u00dfe",
    "name": {"familyName": "Doe"},
    "emails": [{"value": "jane@example.com", "type": "work"}, {"value": "jane@example.org"}],
    "roles": [{"value": "admin", "primary": True}],
    "meta": {"created": "2026-11-23T20:48:31Z"},
}

DIFFERENCES = (
    Difference(
        "a number may be compared with text (OKTA.md C14)",
        "title eq 5",
        {**JANE, "title": "5"},
        FOUND,
        REFUSED,
    ),
    Difference("an operand may stand bare (OKTA.md C14)", "userName sw j", JANE, FOUND, REFUSED),
    Difference(
        "a bare date is an operand (OKTA.md C14)",
        "meta.created gt 2015-10-10T14:38:21-07:00",
        JANE,
        FOUND,
        REFUSED,
    ),
    Difference("curly quotation marks are printed (OKTA.md B5)", "title sw \u201cstra\u201d", JANE, FOUND, REFUSED),
    Difference(
        "a backslash may mean itself (OKTA.md A3)",
        'title eq "ACME\\xyz"',
        {**JANE, "title": "ACME\\xyz"},
        FOUND,
        REFUSED,
    ),
    Difference("a part of an address may be compared", 'emails eq "jane"', JANE, MISSED, REFUSED),
    Difference(
        "brackets may follow a single value (RFC 7644 figure 1)",
        'name[familyName eq "Doe"]',
        JANE,
        FOUND,
        REFUSED,
    ),
    Difference("letters are folded, not lower-cased", 'title eq "STRASSE"', JANE, FOUND, MISSED),
    Difference("text is not normalised", 'title eq "e\u0301"', {**JANE, "title": "\u00e9"}, MISSED, FOUND),
    Difference("eq null asks whether there is no value at all", "emails.type eq null", JANE, MISSED, FOUND),
    Difference("null has no order", "title gt null", JANE, REFUSED, MISSED),
    Difference("a complex attribute without a value is not compared", 'name eq "Doe"', JANE, REFUSED, MISSED),
    Difference("nothing can be asked about a password", 'password eq "x"', JANE, REFUSED, MISSED),
    Difference("an entity tag is made for each answer", 'meta.version eq "1"', JANE, REFUSED, MISSED),
    Difference("a part of a date may be compared as text", 'meta.created sw "2026-11"', JANE, FOUND, MISSED),
    Difference("a date without an offset is UTC", 'meta.created gt "2026-11-23"', JANE, FOUND, MISSED),
    Difference("an unknown extension may be asked for", "urn:example:2.0:Badge:level pr", JANE, MISSED, REFUSED),
)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=[difference.reason for difference in DIFFERENCES])
def test_each_difference_is_still_one(difference: Difference) -> None:
    assert ours(difference.text, difference.body) == difference.ours
    assert theirs(difference.text, difference.body) == difference.theirs


# Letters whose lower and folded forms agree and that are normalised; values that every type of theirs takes.
texts = st.sampled_from(("a", "A", "ab", "B", "ba", "\u00e9", "\u00c9", 'q"q', "b\\s", "a b", "Z", "10", "9"))
addresses = st.sampled_from(("a@example.com", "A@Example.com", "b@example.org"))
dates = st.sampled_from(
    (
        "2026-11-23T20:48:31Z",
        "2026-11-23T20:48:31.123Z",
        "2026-11-23T22:48:31.123+02:00",
        "2026-11-23T20:48:31.123001Z",
    )
)
flags = st.booleans()

STRING, FLAG = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"), ("eq", "ne")
DATE = ("eq", "ne", "gt", "ge", "lt", "le")
PATHS: dict[str, tuple[st.SearchStrategy[Any], tuple[str, ...]]] = {
    "userName": (texts, STRING),
    "USERNAME": (texts, STRING),
    f"{USER_URN}:title": (texts, STRING),
    "title": (texts, STRING),
    "externalId": (texts, STRING),
    "name.familyName": (texts, STRING),
    "active": (flags, FLAG),
    "emails": (addresses, STRING),
    "emails.type": (texts, STRING),
    "emails.value": (addresses, STRING),
    "emails.primary": (flags, FLAG),
    "roles.value": (texts, STRING),
    f"{ENTERPRISE_USER_URN}:department": (texts, STRING),
    f"{ENTERPRISE_USER_URN}:manager.value": (texts, STRING),
    "meta.created": (dates, DATE),
    "meta.lastModified": (dates, DATE),
}
INNER: dict[str, tuple[st.SearchStrategy[Any], tuple[str, ...]]] = {
    "type": (texts, STRING),
    "primary": (flags, FLAG),
    "value": (addresses, STRING),
}


def questions(paths: dict[str, tuple[st.SearchStrategy[Any], tuple[str, ...]]]) -> st.SearchStrategy[str]:
    asked = [
        st.builds("{} {} {}".format, st.just(path), st.sampled_from(operators), values.map(json.dumps))
        for path, (values, operators) in paths.items()
    ]
    return st.one_of(*asked, st.sampled_from([*paths]).map("{} pr".format))


def joined(leaf: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            inner.map("not ({})".format),
            inner.map("({})".format),
            st.builds("{} and {}".format, inner, inner),
            st.builds("{} OR {}".format, inner, inner),
        ),
        max_leaves=5,
    )


filters = joined(st.one_of(questions(PATHS), joined(questions(INNER)).map("emails[{}]".format)))


email: st.SearchStrategy[Body] = st.fixed_dictionaries({"value": addresses}, optional={"type": texts, "primary": flags})
emails = st.lists(
    email,
    min_size=1,
    max_size=3,
)
always: dict[str, st.SearchStrategy[Any]] = {
    "schemas": st.just([USER_URN, ENTERPRISE_USER_URN]),
    "userName": texts,
}
bodies: st.SearchStrategy[Body] = st.fixed_dictionaries(
    always,
    optional={
        "title": texts,
        "externalId": texts,
        "active": flags,
        "name": st.fixed_dictionaries({"familyName": texts}),
        "emails": emails.filter(lambda values: sum(value.get("primary", False) for value in values) < 2),
        "roles": st.lists(st.fixed_dictionaries({"value": texts}), min_size=1, max_size=2),
        "meta": st.fixed_dictionaries({"created": dates, "lastModified": dates}),
        ENTERPRISE_USER_URN: st.fixed_dictionaries(
            {"department": texts}, optional={"manager": st.fixed_dictionaries({"value": texts})}
        ),
    },
)


@settings(max_examples=400, deadline=None)
@given(text=filters, body=bodies)
def test_a_filter_finds_the_same(text: str, body: Body) -> None:
    assert ours(text, body) == theirs(text, body)


tokens = st.sampled_from(
    [
        "userName",
        "title",
        "emails",
        "type",
        "and",
        "or",
        "not",
        "eq",
        "pr",
        '"a@example.com"',
        "true",
        "(",
        ")",
        "[",
        "]",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(tokens, min_size=1, max_size=12).map(" ".join))
def test_what_they_can_parse_so_can_we(text: str) -> None:
    if theirs(text, JANE) != REFUSED:
        assert ours(text, JANE) != REFUSED


@settings(max_examples=200, deadline=None)
@given(text=filters.filter(lambda text: "(" in text or "[" in text), data=st.data())
def test_without_one_of_its_brackets_a_filter_is_refused_by_both(text: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([place for place, letter in enumerate(text) if letter in "()[]"]))
    broken = text[:place] + text[place + 1 :]
    assert ours(broken, JANE) == theirs(broken, JANE) == REFUSED
