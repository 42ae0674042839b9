"""The filter language under one name: its values, parser and evaluation in memory (RFC 7644 §3.4.2.2)."""

from __future__ import annotations

from server.scim.filter_evaluation import matches, value_matches
from server.scim.filter_expression import And, Comparison, Filter, Not, Operator, Or, Present, ValueFilter
from server.scim.filter_parser import parse_filter

__all__ = [
    "And",
    "Comparison",
    "Filter",
    "Not",
    "Operator",
    "Or",
    "Present",
    "ValueFilter",
    "matches",
    "parse_filter",
    "value_matches",
]
