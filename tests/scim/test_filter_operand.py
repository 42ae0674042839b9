"""Operands: escapes, types, and what an attribute cannot be asked."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.scim.attribute_path import find_target
from server.scim.errors import InvalidFilter
from server.scim.filter_expression import Comparison
from server.scim.filter_operand import (
    comparable_target,
    comparison,
    is_computed,
    is_storable,
    operator_named,
    refuse_unanswerable,
    unescape,
)
from server.scim.schema import Target
from tests.scim.generated import GROUP, KINDS_URN, USER


def target_of(path: str) -> Target:
    target = find_target(path, GROUP if path.startswith("members") else USER)
    assert target is not None
    return target


def compared(path: str, operator: str, operand: str, *, quoted: bool = False) -> object:
    named = operator_named(operator)
    assert named is not None
    return comparison(target_of(path), named, operand, quoted=quoted).value


def test_operators_are_known_in_any_case() -> None:
    assert [operator_named(word) for word in ("eq", "EQ", "Eq", "eQ", "pr", "xx", "")] == [
        *["eq"] * 4,
        None,
        None,
        None,
    ]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_json_string_is_read_as_json_reads_it(text: str) -> None:
    assert unescape(json.dumps(text)[1:-1]) == text
    assert unescape(json.dumps(text, ensure_ascii=False)[1:-1]) == text


def test_a_backslash_that_begins_no_escape_means_itself() -> None:
    assert unescape("ACME\\jane") == "ACME\\jane"
    assert unescape("\\u12 \\x \\/") == "\\u12 \\x /"


@pytest.mark.parametrize("string", ["\\u0000", "\\ud800", "\\udc00\\ud800", "x\\ud83d"])
def test_what_no_value_can_hold_is_refused(string: str) -> None:
    with pytest.raises(InvalidFilter):
        unescape(string)


def test_text_with_half_a_character_cannot_be_stored() -> None:
    assert is_storable("stra\u00dfe \U0001f426")
    assert not is_storable("\ud800")
    assert not is_storable("a\0b")


@pytest.mark.parametrize(
    ("path", "operand", "value"),
    [
        ("active", "true", True),
        ("active", "FALSE", False),
        ("roles.primary", "True", True),
        ("title", "true", "true"),
        ("title", "5", "5"),
        (f"{KINDS_URN}:whole", "-5", -5),
        (f"{KINDS_URN}:whole", "9223372036854775807", 2**63 - 1),
        (f"{KINDS_URN}:whole", "9223372036854775808", float(2**63)),
        (f"{KINDS_URN}:whole", "1" * 5000, None),
        (f"{KINDS_URN}:broken", "0.5e1", 5.0),
        ("meta.created", "2015-10-10T14:38:21.8617979-07:00", "2015-10-10T14:38:21.8617979-07:00"),
        ("urn:example:2.0:Badge:level", "5", 5),
        ("urn:example:2.0:Badge:level", "true", True),
        ("urn:example:2.0:Badge:level", "gold", "gold"),
        ("title", "null", None),
    ],
)
def test_an_operand_is_read_as_the_attribute_type(path: str, operand: str, value: object) -> None:
    if operand == "1" * 5000:
        with pytest.raises(InvalidFilter, match="is a number"):
            compared(path, "eq", operand)
        return
    read = compared(path, "eq", operand)
    assert (read, type(read)) == (value, type(value))


def test_a_boolean_may_be_quoted_as_entra_does() -> None:
    assert compared("roles.primary", "eq", "True", quoted=True) is True


def test_quoted_null_is_text() -> None:
    assert compared("title", "eq", "null", quoted=True) == "null"


def test_a_quoted_number_of_an_unknown_extension_is_text() -> None:
    assert compared("urn:example:2.0:Badge:level", "eq", "5", quoted=True) == "5"


@pytest.mark.parametrize(
    ("path", "operator", "operand"),
    [
        ("active", "gt", "true"),
        ("active", "co", "true"),
        ("active", "eq", "yes"),
        ("x509Certificates.value", "lt", "QQ=="),
        ("x509Certificates.value", "sw", "QQ=="),
        (f"{KINDS_URN}:whole", "co", "1"),
        (f"{KINDS_URN}:whole", "eq", "one"),
        (f"{KINDS_URN}:broken", "eq", "1e999"),
        ("meta.created", "gt", "yesterday"),
        ("title", "gt", "null"),
        ("title", "co", "null"),
        ("name", "eq", "x"),
        ("meta", "eq", "x"),
        ("addresses", "eq", "x"),
        ("urn:example:2.0:Badge:level", "gt", "true"),
    ],
)
def test_what_a_type_cannot_answer_is_refused(path: str, operator: str, operand: str) -> None:
    with pytest.raises(InvalidFilter):
        compared(path, operator, operand)


def test_a_complex_attribute_is_compared_by_its_value() -> None:
    for path in ("emails", "groups", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"):
        found = comparison(target_of(path), "eq", "x", quoted=True)
        assert isinstance(found, Comparison)
        assert found.target == target_of(f"{path}.value")
    assert comparable_target(target_of("name")) is None
    assert comparable_target(target_of("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")) is None


def test_nothing_can_be_asked_about_a_password() -> None:
    with pytest.raises(InvalidFilter, match="password is secret"):
        refuse_unanswerable(target_of("password"), None)


@pytest.mark.parametrize("path", ["meta.location", "meta.version", "groups.$ref", "members.$ref"])
def test_what_is_made_for_each_answer_cannot_be_asked_for(path: str) -> None:
    target = target_of(path)
    assert is_computed(target, None)
    assert is_computed(Target(None, target.leaf), target.attribute)
    with pytest.raises(InvalidFilter, match=r"instead\."):
        refuse_unanswerable(target, None)


def test_a_stored_reference_can_be_asked_for() -> None:
    refuse_unanswerable(target_of("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.$ref"), None)
