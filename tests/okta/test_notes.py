"""The reactions that come later: a table that nobody changes, of rules of one severity, each in different words."""

from __future__ import annotations

from collections import Counter

import pytest

from server.okta.notes import NOTES
from server.okta.rules import Rule, Severity


def test_every_line_is_a_rule_of_its_severity() -> None:
    assert {Rule(name).severity for name in NOTES} == {Severity.NOTE}


def test_no_two_rules_have_the_same_title() -> None:
    assert [title for title, times in Counter(one.title for one in NOTES.values()).items() if times > 1] == []


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError, match="does not support item deletion"):
        del NOTES[next(iter(NOTES))]  # type: ignore[attr-defined]  # the point of the test
