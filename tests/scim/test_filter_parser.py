"""The filter grammar: precedence, spelling, tolerances seen in clients, limits, and sentences that help."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.scim.errors import InvalidFilter
from server.scim.filter_expression import And, Comparison, Filter, Not, Present, ValueFilter
from server.scim.filter_parser import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, parse_filter
from tests.scim.generated import GROUP, REGISTRY, filters

USER = REGISTRY.user


def written(filter_: Filter) -> str:
    """Write a filter with every pair of parentheses."""
    if isinstance(filter_, Comparison):
        return f"{filter_.target} {filter_.operator} {filter_.value!r}"
    if isinstance(filter_, Present):
        return f"{filter_.target} pr"
    if isinstance(filter_, ValueFilter):
        return f"{filter_.target}[{written(filter_.filter)}]"
    if isinstance(filter_, Not):
        return f"not({written(filter_.operand)})"
    return f"({(' and ' if isinstance(filter_, And) else ' or ').join(map(written, filter_.operands))})"


def read(text: str) -> str:
    return written(parse_filter(text, USER))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("id pr or title pr and locale pr", "(id pr or (title pr and locale pr))"),
        ("(id pr or title pr) and locale pr", "((id pr or title pr) and locale pr)"),
        ("not (id pr) and title pr or locale pr", "((not(id pr) and title pr) or locale pr)"),
        ("not(id pr or title pr)", "not((id pr or title pr))"),
        ("id pr AND title Pr aNd locale PR", "(id pr and title pr and locale pr)"),
        ("id pr OR title pr or locale pr", "(id pr or title pr or locale pr)"),
        ("((title pr))", "title pr"),
    ],
)
def test_not_binds_before_and_and_before_or(text: str, meaning: str) -> None:
    assert read(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ('userName eq "jane@example.com"', "userName eq 'jane@example.com'"),
        ('  USERNAME   EQ   "x"  ', "userName eq 'x'"),
        ('userName eq "a+b@example.com"', "userName eq 'a+b@example.com'"),
        (
            'displayName eq "R&D \\"north\\" \\\\ #1 \'x\' \\u00e9\u00e9"',
            "displayName eq 'R&D \"north\" \\\\ #1 \\'x\\' \u00e9\u00e9'",
        ),
        ('userName eq "ACME\\jane"', "userName eq 'ACME\\\\jane'"),
        ('userName eq ""', "userName eq ''"),
        ('title eq "and or not (pr) [x]"', "title eq 'and or not (pr) [x]'"),
        ('emails eq "x"', "emails.value eq 'x'"),
        ('emails[type eq "work"].value eq "x"', "emails[(type eq 'work' and value eq 'x')]"),
        ('emails[type eq "a" and display pr].value pr', "emails[(type eq 'a' and display pr and value pr)]"),
        ('emails[type eq "a" or display pr].value pr', "emails[((type eq 'a' or display pr) and value pr)]"),
        ('emails [ type eq "work" ]', "emails[type eq 'work']"),
        ('name[not (givenName eq "x")]', "(name pr and not(name.givenName eq 'x'))"),
        ("ActiVe eq true", "active eq True"),
        ('roles[primary eq "True"].value pr', "roles[(primary eq True and value pr)]"),
        ("title eq null", "title eq None"),
        ('schemas[value eq "urn:x"]', "schemas[value eq 'urn:x']"),
    ],
)
def test_what_clients_write_is_understood(text: str, meaning: str) -> None:
    assert read(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("userName sw O", "userName sw 'O'"),
        (
            "meta.Created gt 2015-10-10T14:38:21.8617979-07:00",
            "meta.created gt '2015-10-10T14:38:21.8617979-07:00'",
        ),
        (
            "name.FamilyName eq Employee and (emails.Value co example.com or emails.Value co example.org)",
            "(name.familyName eq 'Employee' and (emails.value co 'example.com' or emails.value co 'example.org'))",
        ),
        ("emails[type eq work]", "emails[type eq 'work']"),
        (
            "meta.lastModified gt \u201c2020-04-07T14:19:34Z\u201d",
            "meta.lastModified gt '2020-04-07T14:19:34Z'",
        ),
    ],
)
def test_an_operand_may_stand_without_quotation_marks(text: str, meaning: str) -> None:
    assert read(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "RUNSCOPE@ATKO.COM",
        "userName",
        "userName eq",
        'userName "x"',
        'eq "x"',
        'userName xx "x"',
        'userName eq "x',
        'userName eq "x\\"',
        'userName eq "x" and',
        'userName eq "x" title pr',
        'userName eq "x" "y"',
        "userName pr or or title pr",
        "and title pr",
        "not title pr",
        "not",
        "not ()",
        "()",
        "(title pr",
        "title pr)",
        "title pr]",
        "emails[]",
        'emails[type eq "x"',
        'emails[type eq "x")',
        'emails[type eq "x"].value',
        'emails[type eq "x"].nothing pr',
        'emails[emails[type eq "x"]]',
        'emails[type eq "x"] eq "y"',
        'emails.value[type eq "x"]',
        'userName[value eq "x"]',
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User[department pr]",
        "nothing pr",
        "emails[nothing pr]",
        "name eq 1",
        "password pr",
        'password eq "x"',
        "meta.location pr",
        "groups[$ref pr]",
        'userName eq "\0"',
        'userName eq "\\u0000"',
        'userName eq "\ud800"',
        'title pr and userName eq "\ud800"',
    ],
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(InvalidFilter):
        parse_filter(text, USER)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('surname eq "x"', r"User has no attribute named 'surname'; see /Schemas .*at character 1 "),
        ('title pr and emails[kind eq "x"]', r"emails has no attribute named 'kind'.*at character 21 "),
        ("jane@example.com", r"'jane@example.com' alone is no filter; an operator and a value must follow"),
        ('userName is "x"', r"'is' is no operator; use one of eq, ne, co"),
        ('userName eq "x', r"closing quotation mark is missing"),
        ("(title pr", r'A closing "\)" is missing before the end'),
        ('title pr userName eq "x"', r"is one too many; join comparisons by and, or"),
        ("active eq maybe", r"active is a boolean: compare it with true or false"),
        ("meta.created gt soon", r"Write it as 2026-11-23T20:48:31Z"),
        ("name eq x", r"compare one of its sub-attributes: formatted, familyName"),
        ("title eq ", r"title eq must be followed by a value"),
    ],
)
def test_the_sentence_says_what_to_do(text: str, sentence: str) -> None:
    with pytest.raises(InvalidFilter, match=sentence):
        parse_filter(text, USER)


def test_each_resource_type_has_its_own_attributes() -> None:
    assert written(parse_filter('members.value eq "x"', GROUP)) == "members.value eq 'x'"
    with pytest.raises(InvalidFilter, match="Group has no attribute named 'userName'"):
        parse_filter('userName eq "x"', GROUP)


def test_a_filter_may_be_long_and_deep_up_to_the_limits() -> None:
    deepest = "(" * MAX_DEPTH + "title pr" + ")" * MAX_DEPTH
    most = " or ".join(["title pr"] * MAX_TERMS)
    longest = f'title eq "{"x" * (MAX_LENGTH - 11)}"'
    for text in (deepest, most, longest):
        parse_filter(text, USER)
    for text, limit in (
        (f"({deepest})", "levels deep"),
        (f"{most} or id pr", "comparisons"),
        (longest + " ", "characters"),
    ):
        with pytest.raises(InvalidFilter, match=limit):
            parse_filter(text, USER)


def test_parentheses_one_after_another_are_not_deep() -> None:
    parse_filter(" or ".join(["(title pr)"] * 40), USER)


PIECES = [*'()[]". \\eqprandot:', "userName ", "emails", ' eq "x"', " and ", "not ("]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text_is_a_filter_or_an_invalid_filter(text: str) -> None:
    with suppress(InvalidFilter):
        parse_filter(text, USER)


@settings(max_examples=200, deadline=None)
@given(text=filters("Group"), space=st.sampled_from(["  ", "\t", " \n "]))
def test_space_and_case_of_words_mean_nothing(text: str, space: str) -> None:
    plain = parse_filter(text, GROUP)
    if '"' not in text:
        assert written(parse_filter(text.replace(" ", space), GROUP)) == written(plain)
    assert written(parse_filter(f"{space}({text}){space}", GROUP)) == written(plain)
