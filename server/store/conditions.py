"""SQL conditions: how expressions are compared, and how conditions are joined (RFC 7644 tables 3 and 4).

Belongs here: what operators are in SQL. Must not know: attributes' places, tables. Values are parameters,
never SQL.

In three-valued logic a missing value makes a condition null, which a WHERE takes for false; ``and`` and
``or`` keep that, so only ``not`` has to turn null into false itself.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from server.scim.date_time import milliseconds, parse_instant
from server.scim.filter_evaluation import is_exact
from server.scim.filter_operand import SUBSTRING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.scim.schema import Attribute


class Condition(NamedTuple):
    """SQL that is true, false or null, to stand after AND; ``indexed``: an index finds the few it fits."""

    sql: str
    parameters: tuple[Any, ...] = ()
    indexed: bool = False


class Expression(NamedTuple):
    """SQL for the value of an attribute; ``folded`` where its case is folded already."""

    sql: str
    parameters: tuple[Any, ...] = ()
    folded: bool = False


TRUE, FALSE = Condition("1"), Condition("0")
# The inner LIMIT keeps SQLite from computing the expression three times. Only what is not ASCII needs Python.
_FOLDED = "(SELECT iif(length(x) = length(CAST(x AS BLOB)), lower(x), scim_fold(x)) FROM (SELECT {} AS x LIMIT 1))"
_TESTS = {
    "eq": "{} = ?",
    "gt": "{} > ?",
    "ge": "{} >= ?",
    "lt": "{} < ?",
    "le": "{} <= ?",
    "co": "instr({}, ?) > 0",
}


def compare(expression: Expression, leaf: Attribute, operator: str, value: str | float) -> Condition:
    """Compare a string or a boolean by any operator but ne."""
    sql, parameters = compared_form(expression, leaf)
    if isinstance(value, bool):
        return Condition(f"{sql} = ?", (*parameters, int(value)))
    assert isinstance(value, str)
    text = value if is_exact(leaf) else value.casefold()
    if operator in SUBSTRING and not text:
        return Condition(f"{sql} IS NOT NULL", parameters)
    if operator == "sw":
        if not parameters:
            return _begins(sql, text)
        return Condition(f"substr({sql}, 1, ?) = ?", (*parameters, len(text), text))
    if operator == "ew":
        return Condition(f"substr({sql}, ?) = ?", (*parameters, -len(text), text))
    return Condition(_TESTS[operator].format(sql), (*parameters, text))


def compared_form(expression: Expression, leaf: Attribute) -> tuple[str, tuple[Any, ...]]:
    """Give the form of a value that is compared: a string with its case folded, unless that counts."""
    sql, parameters, folded = expression
    if folded or leaf.type == "boolean" or is_exact(leaf):
        return sql, parameters
    return _FOLDED.format(sql), parameters


def _begins(sql: str, prefix: str) -> Condition:
    """Compare by a range, which an index can serve: all that begins so lies before the prefix's successor.

    That holds for folded text too: ``str.casefold`` goes character by character, so the folded prefix of a
    text is a prefix of the folded text.
    """
    successor = _successor(prefix)
    if successor is None:
        return Condition(f"{sql} >= ?", (prefix,))
    return Condition(f"{sql} >= ? AND {sql} < ?", (prefix, successor))


def _successor(prefix: str) -> str | None:
    """Give the smallest text greater than all that begins with ``prefix``; None where there is none."""
    prefix = prefix.rstrip(chr(sys.maxunicode))
    if not prefix:
        return None
    following = ord(prefix[-1]) + 1
    return prefix[:-1] + chr(0xE000 if following == 0xD800 else following)  # surrogates are no characters


def compare_date(column: str, leaf: Attribute, operator: str, value: str) -> Condition:
    """Compare a column of whole milliseconds with an instant of any precision, exactly."""
    if operator in SUBSTRING:
        return compare(Expression(f"lower({column})", folded=True), leaf, operator, value)
    instant = parse_instant(value)
    if instant is None:
        return FALSE
    text, exact = milliseconds(instant, "up" if operator in ("ge", "lt") else "down")
    if operator == "eq" and not exact:
        return FALSE
    return Condition(_TESTS[operator].format(column), (text,))


def is_present(expression: Expression) -> Condition:
    """Ask for any value."""
    return Condition(f"{expression.sql} IS NOT NULL", expression.parameters)


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Join by AND; one indexed operand is enough to find the few."""
    operands = [*conditions]
    return Condition(
        " AND ".join(operand.sql for operand in operands),
        tuple(parameter for operand in operands for parameter in operand.parameters),
        any(operand.indexed for operand in operands),
    )


def any_of(conditions: Iterable[Condition]) -> Condition:
    """Join by OR; every operand has to be indexed."""
    operands = [*conditions]
    return Condition(
        f"({' OR '.join(operand.sql for operand in operands)})",
        tuple(parameter for operand in operands for parameter in operand.parameters),
        all(operand.indexed for operand in operands),
    )


def negation(condition: Condition) -> Condition:
    """Hold where the condition does not, also for want of a value."""
    return Condition(f"NOT coalesce({condition.sql}, 0)", condition.parameters)
