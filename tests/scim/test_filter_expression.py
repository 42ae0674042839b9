"""Filters are values: compared, hashed and kept as keys of results."""

from __future__ import annotations

from server.scim.filter_expression import And, Comparison, Not, Or, Present, ValueFilter
from server.scim.filter_parser import parse_filter
from tests.scim.generated import REGISTRY


def test_the_same_text_gives_an_equal_filter_with_an_equal_hash() -> None:
    text = 'emails[type eq "work" and not (value pr)] or title sw "x" and active eq true'
    first, second = parse_filter(text, REGISTRY.user), parse_filter(text, REGISTRY.user)
    assert first == second
    assert hash(first) == hash(second)
    assert first is not second


def test_each_part_of_the_language_has_its_value() -> None:
    text = 'emails[type eq "work" and not (value pr)] or title sw "x" and active eq true'
    filter_ = parse_filter(text, REGISTRY.user)
    assert isinstance(filter_, Or)
    values, both = filter_.operands
    assert isinstance(values, ValueFilter)
    assert isinstance(values.filter, And)
    assert [type(operand) for operand in values.filter.operands] == [Comparison, Not]
    negated = values.filter.operands[1]
    assert isinstance(negated, Not)
    assert isinstance(negated.operand, Present)
    assert isinstance(both, And)
