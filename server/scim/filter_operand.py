"""Operators and operands: what an attribute can be compared with, and by which operator (RFC 7644 table 3).

Belongs here: reading an operand as the attribute's type, and refusing what cannot be answered. Must not know:
the grammar around it.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, get_args

from server.scim.date_time import parse_instant
from server.scim.errors import InvalidFilter
from server.scim.filter_expression import Comparison, Operator
from server.scim.schema import Target
from server.scim.tolerances import boolean_from_string

if TYPE_CHECKING:
    from server.scim.schema import Attribute

ORDERING = frozenset({"gt", "ge", "lt", "le"})
SUBSTRING = frozenset({"co", "sw", "ew"})

_OPERATORS: dict[str, Operator] = {
    f"{first}{second}": operator
    for operator in get_args(Operator)
    for first in (operator[0], operator[0].upper())
    for second in (operator[1], operator[1].upper())
}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|([\"\\/bfnrt]))")
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_COMPUTED = {
    ("meta", "location"): "depends on the address that is used; ask for the id",
    ("meta", "version"): "depends on more than the resource; send it as If-Match",
    ("members", "$ref"): "depends on the address that is used; ask for members.value",
    ("groups", "$ref"): "depends on the address that is used; ask for groups.value",
}
_SMALLEST, _GREATEST = -(2**63), 2**63 - 1


def operator_named(word: str) -> Operator | None:
    """Find a comparison operator in any case."""
    return _OPERATORS.get(word)


def is_storable(text: str) -> bool:
    """Tell whether a value could hold the text: no null character, no half of a surrogate pair."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def unescape(string: str) -> str:
    r"""Resolve JSON escapes; a backslash that begins none means itself, as in ``ACME\jane`` (OKTA.md A3).

    Raises InvalidFilter for what no value can hold.
    """
    if "\\" not in string:
        return string
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _ESCAPED.get(match[2], match[2]), string)
    try:
        # Two escapes may be the halves of one character.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InvalidFilter("The filter escapes a null character or half of a surrogate pair, which no value can hold.")
    return text


def comparable_target(target: Target) -> Target | None:
    """Give what a comparison with ``target`` compares: the ``value`` of a complex attribute, if any."""
    if target.leaf.type != "complex":
        return target
    value = target.attribute.sub_attributes.get("value")
    if target.sub_attribute is not None or value is None or ":" in target.attribute.name:
        return None
    return Target(target.extension, target.attribute, value)


def refuse_unanswerable(target: Target, parent: Attribute | None) -> None:
    """Raise InvalidFilter for what is secret or computed; ``parent`` is what stands before brackets."""
    attribute, leaf = target.attribute, target.leaf
    if "never" in (attribute.returned, leaf.returned) or "writeOnly" in (
        attribute.mutability,
        leaf.mutability,
    ):
        raise InvalidFilter(f"{target} is secret: nothing can be asked about it.")
    holder = attribute if parent is None else parent
    if is_computed(target, parent):
        raise InvalidFilter(f"{holder.name}.{leaf.name} {_COMPUTED[holder.name, leaf.name]} instead.")


def is_computed(target: Target, parent: Attribute | None) -> bool:
    """Tell what is made for each answer and stored nowhere: addresses and entity tags."""
    holder = target.attribute if parent is None else parent
    return target.extension is None and (holder.name, target.leaf.name) in _COMPUTED


def comparison(target: Target, operator: Operator, operand: str, *, quoted: bool) -> Comparison:
    """Compare an attribute with an operand as written; raises InvalidFilter where its type forbids that."""
    compared = comparable_target(target)
    if compared is None:
        raise InvalidFilter(
            f"{target} is complex and can only be tested by pr; compare one of its sub-attributes: "
            f"{', '.join(sub.name for sub in target.leaf.sub_attributes.values())}."
        )
    if not quoted and operand == "null":
        if operator not in ("eq", "ne"):
            raise InvalidFilter(f"{compared} cannot be compared with null by {operator}; use eq, ne or pr.")
        return Comparison(compared, operator, None)
    return Comparison(compared, operator, _value(compared, operator, operand, quoted=quoted))


def _value(target: Target, operator: Operator, operand: str, *, quoted: bool) -> str | bool | int | float:
    kind = target.leaf.type
    if kind in ("string", "reference"):
        return operand
    if kind == "any":
        value = operand if quoted or operator in SUBSTRING else _json_value(operand)
        if isinstance(value, bool):
            _refuse_operator(target, operator, ORDERING)
        return value
    if kind == "dateTime":
        if operator not in SUBSTRING and parse_instant(operand) is None:
            raise InvalidFilter(
                f"{target} is a date and time; {operand[:100]!r} is none. Write it as 2026-11-23T20:48:31Z."
            )
        return operand
    if kind in ("integer", "decimal"):
        _refuse_operator(target, operator, SUBSTRING)
        number = _number(operand)
        if number is None:
            raise InvalidFilter(f"{target} is a number; {operand[:100]!r} is none.")
        return number
    _refuse_operator(target, operator, ORDERING | SUBSTRING)
    if kind == "binary":
        return operand
    boolean = boolean_from_string(operand)
    if boolean is None:
        raise InvalidFilter(f"{target} is a boolean: compare it with true or false, not with {operand[:100]!r}.")
    return boolean


def _refuse_operator(target: Target, operator: Operator, operators: frozenset[str]) -> None:
    if operator in operators:
        raise InvalidFilter(f"{target} cannot be compared by {operator}: its type has no such order or parts.")


def _json_value(operand: str) -> str | bool | int | float:
    if operand in ("true", "false"):
        return operand == "true"
    number = _number(operand)
    return operand if number is None else number


def _number(operand: str) -> int | float | None:
    """Read a number of JSON; beyond 64 bits as a float, as every store of JSON does."""
    match = _NUMBER.fullmatch(operand)
    if match is None:
        return None
    if match[1] is None and match[2] is None and len(operand) <= 20:
        integer = int(operand)
        if _SMALLEST <= integer <= _GREATEST:
            return integer
    number = float(operand)
    return number if isfinite(number) else None
