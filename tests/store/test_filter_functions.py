"""Filters and targets on their way into SQL functions and back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import orjson
from hypothesis import given, settings

from server.scim.filter import matches, parse_filter
from server.scim.ordering import sort_key
from server.scim.path import find_target
from server.store.filter_functions import filter_to_text, register_functions, target_to_text
from tests.scim.generated import FOREIGN_URN, MOMENTS, USER, documents, filters


@settings(max_examples=100, deadline=None)
@given(text=filters("User"), document=documents("User"))
def test_a_filter_means_the_same_after_the_journey(text: str, document: dict[str, object]) -> None:
    filter_ = parse_filter(text, USER)
    with closing(sqlite3.connect(":memory:")) as connection:
        register_functions(connection)
        found = connection.execute(
            "SELECT scim_matches(?, ?)", (orjson.dumps(document).decode(), filter_to_text(filter_))
        ).fetchone()[0]
    assert found == matches(filter_, document)


def test_an_order_is_null_or_what_is_compared() -> None:
    target = find_target(f"{FOREIGN_URN}:level", USER)
    assert target is not None
    with closing(sqlite3.connect(":memory:")) as connection:
        register_functions(connection)
        for value, order in (
            (None, None),
            ("\u212aA", "ka"),
            (True, 1),
            (0.1, 0.1),
            (MOMENTS[0], MOMENTS[0].casefold()),
        ):
            document = {FOREIGN_URN: {"Level": value}}
            text = orjson.dumps(document).decode()
            assert connection.execute("SELECT scim_order(?, ?)", (text, target_to_text(target))).fetchone() == (order,)
            assert sort_key(document, target)[2] == (order or 0)


def test_folding_is_that_of_python_and_keeps_null() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        register_functions(connection)
        row = connection.execute("SELECT scim_fold('Stra\u00dfe \u0130 \u212a \u017f'), scim_fold(NULL)").fetchone()
    assert row == ("strasse i\u0307 k s", None)
