"""Cursors: opaque, signed, bound to their query, and good for an hour (RFC 9865)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.scim.cursor import TIMEOUT, sign, verify
from server.scim.errors import ExpiredCursor, InvalidCursor

KEY = b"k" * 32
NOW = 1_800_000_000.0


@given(st.integers(0, 2**63), st.integers(0, 2**32 - 1), st.text())
def test_a_cursor_leads_back_to_where_it_was_made(seq: int, position: int, query: str) -> None:
    cursor = sign(KEY, query, seq, position, NOW)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", cursor)
    assert verify(KEY, query, cursor, NOW + 10) == (seq, position)


def test_a_cursor_is_good_for_its_own_query_only() -> None:
    cursor = sign(KEY, "Users|active eq true", 7, 100, NOW)
    with pytest.raises(InvalidCursor, match="another query"):
        verify(KEY, "Users|active eq false", cursor, NOW)


def test_a_cursor_of_another_workspace_is_not_ours() -> None:
    with pytest.raises(InvalidCursor):
        verify(b"o" * 32, "q", sign(KEY, "q", 7, 100, NOW), NOW)


def test_an_old_cursor_has_expired() -> None:
    with pytest.raises(ExpiredCursor):
        verify(KEY, "q", sign(KEY, "q", 7, 100, NOW), NOW + TIMEOUT + 1)


@given(st.data())
def test_a_cursor_with_one_changed_character_is_refused(data: st.DataObject) -> None:
    cursor = sign(KEY, "q", 7, 100, NOW)
    # The last character's unused bits may decode to the same bytes; every other one counts.
    index = data.draw(st.integers(0, len(cursor) - 2))
    other = data.draw(st.sampled_from("ABCxyz019_-").filter(lambda c: c != cursor[index]))
    with pytest.raises(InvalidCursor):
        verify(KEY, "q", cursor[:index] + other + cursor[index + 1 :], NOW)


@given(st.text())
def test_what_is_no_cursor_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidCursor):
        verify(KEY, "q", text, NOW)
