"""Headings as people write them, and text that a spreadsheet must not calculate."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import resources
from server.scim.schemas import load_registry
from server.transfer.headings import column_of, guarded, settle_primary, unguarded

USER = load_registry(resources.schema_documents()).user


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("userName", ("userName",)),
        ("USERNAME", ("userName",)),
        ("login", ("userName",)),
        ("First name", ("name", "givenName")),
        ("last_name", ("name", "familyName")),
        ("name.givenName", ("name", "givenName")),
        ("Display Name", ("displayName",)),
        ("status", ("active",)),
        ("id", ("id",)),
        ("department", ("department",)),
        ("Employee ID", ("employeeNumber",)),
        ("manager", ("manager", "value")),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", ("department",)),
        ("urn:example:extension", ("urn:example:extension",)),
    ],
)
def test_a_heading_means_an_attribute(heading: str, path: tuple[str, ...]) -> None:
    column = column_of(heading, USER)
    assert column is not None
    assert column.path == path
    assert column.kind is None


@pytest.mark.parametrize(
    ("heading", "path", "kind"),
    [
        ("Email", ("emails", "value"), "work"),
        ("emails.home", ("emails", "value"), "home"),
        ("emails.home.display", ("emails", "display"), "home"),
        ("mobile", ("phoneNumbers", "value"), "mobile"),
        ("addresses.work.streetAddress", ("addresses", "streetAddress"), "work"),
    ],
)
def test_a_heading_means_one_type_of_value(heading: str, path: tuple[str, ...], kind: str) -> None:
    column = column_of(heading, USER)
    assert column is not None
    assert (column.path, column.kind) == (path, kind)


@pytest.mark.parametrize(
    "heading",
    ["", "shoe size", "password", "groups", "meta", "name.nobody", "emails.work.nothing", "title.x"],
)
def test_a_heading_may_mean_nothing(heading: str) -> None:
    assert column_of(heading, USER) is None


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''+1"])
def test_what_looks_like_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "ada", "'", "'tis", "1-1", "O'Hara"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


@given(st.text())
def test_the_guard_comes_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set("=+-@\t\r\n")


@pytest.mark.parametrize(
    ("emails", "primary"),
    [
        ([{"value": "a", "type": "home"}, {"value": "b", "type": "work"}], "b"),
        ([{"value": "a", "type": "x"}, {"value": "b", "type": "w"}], "b"),
        ([{"value": "a", "type": "work"}, {"value": "b", "type": "home", "primary": True}], "b"),
    ],
)
def test_one_address_becomes_the_primary_one(emails: list[dict[str, Any]], primary: str) -> None:
    settle_primary(emails)
    assert [one["value"] for one in emails if one.get("primary")] == [primary]
