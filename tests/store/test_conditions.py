"""SQL conditions alone: prefixes as ranges, nulls under not, folding, dates of whole milliseconds."""

from __future__ import annotations

import sqlite3
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.scim.schema import Attribute
from server.store import conditions
from server.store.conditions import FALSE, TRUE, Condition, Expression
from server.store.filter_functions import register_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = Attribute("title")
EXACT = Attribute("id", case_exact=True)
DATE = Attribute("created", "dateTime")
letters = st.text(st.sampled_from("aAb\u00df\u212a\ud7ff\ue000\uffff\U0010ffff"), max_size=4)


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:")
    register_functions(opened)
    yield opened
    opened.close()


def result(connection: sqlite3.Connection, condition: Condition, stored: str | None = None) -> Any:
    sql = f"SELECT {condition.sql} FROM (SELECT ? AS x)"
    # The parameters of the condition come first: it stands first.
    return connection.execute(sql, (*condition.parameters, stored)).fetchone()[0]


@given(stored=letters, prefix=letters.filter(bool))
def test_a_range_holds_what_begins_so(connection: sqlite3.Connection, stored: str, prefix: str) -> None:
    folded = conditions.compare(Expression("x", folded=True), TEXT, "sw", prefix)
    assert result(connection, folded, stored.casefold()) == stored.casefold().startswith(prefix.casefold())
    exact = conditions.compare(Expression("x"), EXACT, "sw", prefix)
    assert result(connection, exact, stored) == stored.startswith(prefix)


def test_the_greatest_letter_has_no_successor() -> None:
    last = chr(sys.maxunicode)
    assert conditions.compare(Expression("x"), EXACT, "sw", last).sql == "x >= ?"
    assert conditions.compare(Expression("x"), EXACT, "sw", f"a{last}").parameters == (f"a{last}", "b")
    assert conditions.compare(Expression("x"), EXACT, "sw", "\ud7ff").parameters == ("\ud7ff", "\ue000")


@given(stored=letters, value=letters, operator=st.sampled_from(["eq", "co", "sw", "ew", "gt", "ge", "lt", "le"]))
def test_an_expression_with_parameters_compares_like_a_column(
    connection: sqlite3.Connection, stored: str, value: str, operator: str
) -> None:
    column = conditions.compare(Expression("x"), TEXT, operator, value)
    computed = conditions.compare(Expression("substr(x, ?)", (1,)), TEXT, operator, value)
    assert result(connection, column, stored) == result(connection, computed, stored)


def test_missing_values_hold_for_nothing_but_not() -> None:
    unknown = Condition("NULL")
    with sqlite3.connect(":memory:") as connection:
        assert result(connection, conditions.negation(unknown)) == 1
        assert result(connection, conditions.negation(conditions.all_of((unknown, TRUE)))) == 1
        assert result(connection, conditions.negation(conditions.any_of((unknown, TRUE)))) == 0
        assert result(connection, conditions.negation(conditions.any_of((unknown, FALSE)))) == 1
    connection.close()


def test_one_index_serves_and_every_one_is_needed_for_or() -> None:
    indexed = Condition("1", indexed=True)
    assert conditions.all_of((TRUE, indexed)).indexed
    assert not conditions.any_of((TRUE, indexed)).indexed
    assert conditions.any_of((indexed, indexed)).indexed
    assert not conditions.negation(indexed).indexed


@pytest.mark.parametrize(
    ("operator", "value", "held"),
    [
        ("eq", "2026-11-23T20:48:31.123Z", "=="),
        ("eq", "2026-11-23T20:48:31.1230001Z", ""),
        ("gt", "2026-11-23T20:48:31.1229999Z", "=>"),
        ("gt", "2026-11-23T20:48:31.1230001Z", ">"),
        ("ge", "2026-11-23T20:48:31.1230001Z", ">"),
        ("ge", "2026-11-23T20:48:31.123Z", "=>"),
        ("lt", "2026-11-23T20:48:31.1230001Z", "<="),
        ("lt", "2026-11-23T20:48:31.123Z", "<"),
        ("le", "2026-11-23T20:48:31.1229999Z", "<"),
        ("le", "2026-11-23T22:48:31.123+02:00", "<="),
        ("co", "T20:48", "<=>"),
        ("gt", "never", ""),
    ],
)
def test_a_date_is_compared_exactly(connection: sqlite3.Connection, operator: str, value: str, held: str) -> None:
    condition = conditions.compare_date("x", DATE, operator, value)
    for sign, stored in (
        ("<", "2026-11-23T20:48:31.122Z"),
        ("=", "2026-11-23T20:48:31.123Z"),
        (">", "2026-11-23T20:48:31.124Z"),
    ):
        assert bool(result(connection, condition, stored)) is (sign in held), stored


def test_presence_is_not_null(connection: sqlite3.Connection) -> None:
    assert result(connection, conditions.is_present(Expression("x")), "a") == 1
    assert result(connection, conditions.is_present(Expression("x")), None) == 0
