r"""The filter grammar and its parser: text in, a filter out (RFC 7644 §3.4.2.2, figure 1).

Belongs here: reading filters, and refusing what an attribute cannot be asked. Must not know: resources,
storage::

    filter      = conjunction *(SP "or" SP conjunction)
    conjunction = term *(SP "and" SP term)
    term        = ["not"] "(" filter ")" / expression
    expression  = path question / path "[" filter "]" ["." name question]
    question    = SP "pr" / SP operator SP operand
    operand     = DQUOTE JSON-string DQUOTE / *(any character but SP, DQUOTE, brackets, parentheses)

Beyond the RFC: an operand may stand without quotation marks (OKTA.md C14; a word alone is no filter, A54) or
in curly ones, which Okta's agent documentation prints (B5); a backslash that begins no JSON escape means
itself (A3); ``emails[...].value eq "x"`` is ``emails[... and value eq "x"]`` (OKTA.md 6).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from server.scim.attribute_path import FOREIGN_NAME, find_target, targets
from server.scim.errors import InvalidFilter
from server.scim.filter_expression import And, Comparison, Filter, Not, Or, Present, ValueFilter
from server.scim.filter_operand import (
    comparable_target,
    comparison,
    is_storable,
    operator_named,
    refuse_unanswerable,
    unescape,
)
from server.scim.schema import Attribute, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.scim.schema import ResourceType

MAX_LENGTH = 8192
"""Characters in a filter."""
MAX_DEPTH = 16
"""Parentheses and brackets open at once."""
MAX_TERMS = 64
"""Comparisons and ``pr`` in a filter."""

_SIMPLE = re.compile(r'\s*([\w.:$-]+)\s+([A-Za-z]{2})\s+"([^"\\]*)"\s*').fullmatch
_WORD = re.compile(r'\s*([^\s()\[\]"]+)')
_NOT = re.compile(r"\s*not\s*\(", re.IGNORECASE)
_OPEN = re.compile(r"\s*\(")
_CLOSE = re.compile(r"\s*\)")
_OPEN_BRACKET = re.compile(r"\s*\[")
_CLOSE_BRACKET = re.compile(r"\s*\]")
_SUB_ATTRIBUTE = re.compile(r'\.([^\s()\[\]".]+)')
_STRING = re.compile(r'\s*"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_CURLY_STRING = re.compile("\\s*[\u201c\u201d]([^\u201c\u201d]*)[\u201c\u201d]")
_SPACE = re.compile(r"\s*")
_EXAMPLE = 'userName eq "jane@example.com"'


def parse_filter(text: str, resource_type: ResourceType) -> Filter:
    """Parse a filter, already percent-decoded; raises InvalidFilter with the position and the remedy."""
    if len(text) > MAX_LENGTH:
        raise InvalidFilter(f"The filter is longer than {MAX_LENGTH} characters; ask for less at once.")
    simple = _SIMPLE(text)
    if simple is not None:
        path, name, operand = simple.groups()
        table = _plain_targets(resource_type)
        target = table.get(path) or table.get(path.lower())
        operator = operator_named(name)
        if target is not None and operator is not None and is_storable(operand):
            return Comparison(target, operator, operand)
    return _Parser(text).whole(_Scope(resource_type.name, None, lambda path: find_target(path, resource_type)))


def parse_value_filter(text: str, start: int, target: Target) -> tuple[Filter, int]:
    """Parse what stands in brackets, from ``start`` on; gives the filter and the position after the bracket.

    Its targets name the sub-attributes of ``target`` as attributes of their own. Raises InvalidFilter.
    """
    parser = _Parser(text)
    parser.position = start
    filter_ = parser.bracketed(target)
    return filter_, parser.position


@lru_cache(maxsize=64)
def _plain_targets(resource_type: ResourceType) -> Mapping[str, Target]:
    """Give the paths whose operand is taken as it stands, for every operator."""
    plain: dict[str, Target] = {}
    for path, target in targets(resource_type).items():
        comparable = comparable_target(target)
        if comparable is None or comparable.leaf.type not in ("string", "reference"):
            continue
        try:
            refuse_unanswerable(comparable, None)
        except InvalidFilter:
            continue
        plain[path] = comparable
    return MappingProxyType(plain)


class _Scope(NamedTuple):
    """Where names are looked up: in a resource, or in the values of an attribute between brackets."""

    name: str
    parent: Attribute | None
    find: Callable[[str], Target | None]


@lru_cache(maxsize=256)
def _inner_targets(attribute: Attribute) -> Mapping[str, Target]:
    """Give what brackets after an attribute can name; a value that is not complex is called ``value``."""
    if attribute.type == "complex":
        return MappingProxyType({name: Target(None, sub) for name, sub in attribute.sub_attributes.items()})
    value = Attribute("value", attribute.type, case_exact=attribute.case_exact, returned=attribute.returned)
    return MappingProxyType({"value": Target(None, value)})


def _value_scope(target: Target) -> _Scope:
    attribute = target.attribute
    if attribute.type == "any":
        return _Scope(
            str(target),
            attribute,
            lambda path: Target(None, Attribute(path, "any")) if FOREIGN_NAME.fullmatch(path) else None,
        )
    table = _inner_targets(attribute)
    return _Scope(str(target), attribute, lambda path: table.get(path.lower()))


class _Parser:
    """A recursive descent over one text; ``position`` is the next character to read."""

    def __init__(self, text: str) -> None:
        if not is_storable(text):
            raise InvalidFilter(
                "The filter contains a null character or half of a surrogate pair, which no value can hold."
            )
        self.text = text
        self.position = 0
        self.depth = 0
        self.terms = 0

    def whole(self, scope: _Scope) -> Filter:
        filter_ = self.disjunction(scope)
        self.accept(_SPACE)
        if self.position < len(self.text):
            self.fail(f"{self.rest()} is one too many; join comparisons by and, or")
        return filter_

    def disjunction(self, scope: _Scope) -> Filter:
        operands = [self.conjunction(scope)]
        while self.keyword("or"):
            operands.append(self.conjunction(scope))
        return operands[0] if len(operands) == 1 else Or(tuple(operands))

    def conjunction(self, scope: _Scope) -> Filter:
        operands = [self.term(scope)]
        while self.keyword("and"):
            operands.append(self.term(scope))
        return operands[0] if len(operands) == 1 else And(tuple(operands))

    def term(self, scope: _Scope) -> Filter:
        if self.accept(_NOT):
            return Not(self.enclosed(scope, _CLOSE, ")"))
        if self.accept(_OPEN):
            return self.enclosed(scope, _CLOSE, ")")
        return self.expression(scope)

    def enclosed(self, scope: _Scope, closing: re.Pattern[str], mark: str) -> Filter:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"The filter is nested more than {MAX_DEPTH} levels deep; write it flatter")
        filter_ = self.disjunction(scope)
        if not self.accept(closing):
            self.fail(f'A closing "{mark}" is missing before {self.rest()}')
        self.depth -= 1
        return filter_

    def bracketed(self, target: Target) -> Filter:
        return self.enclosed(_value_scope(target), _CLOSE_BRACKET, "]")

    def expression(self, scope: _Scope) -> Filter:
        self.terms += 1
        if self.terms > MAX_TERMS:
            self.fail(f"The filter has more than {MAX_TERMS} comparisons; ask for less at once")
        self.accept(_SPACE)
        start = self.position
        name = self.word()
        if name is None:
            self.fail(f"The name of an attribute must stand before {self.rest()}, as in {_EXAMPLE}")
        target = scope.find(name)
        if self.accept(_OPEN_BRACKET):
            return self.value_path(self.known(target, name, scope, start), scope)
        operator = self.word()
        if operator is None:
            self.fail(f"{name[:100]!r} alone is no filter; an operator and a value must follow, as in {_EXAMPLE}")
        return self.ask(self.known(target, name, scope, start), operator, scope.parent)

    def value_path(self, target: Target, scope: _Scope) -> Filter:
        attribute = target.attribute
        if scope.parent is not None:
            self.fail("Brackets cannot stand inside brackets")
        if target.sub_attribute is not None or ":" in attribute.name:
            self.fail(f'{target} has no values to choose from; write brackets as in emails[type eq "work"]')
        if attribute.type not in ("complex", "any") and not attribute.multi_valued:
            self.fail(f"{target} is not complex, so nothing can stand in brackets after it")
        refuse_unanswerable(target, None)
        filter_ = self.bracketed(target)
        sub_attribute = self.accept(_SUB_ATTRIBUTE)
        if sub_attribute is not None:
            inner = _value_scope(target)
            operator = self.word()
            if operator is None:
                self.fail('An operator must follow, as in emails[type eq "work"].value eq "jane@example.com"')
            name = sub_attribute[1]
            asked = self.ask(self.known(inner.find(name), name, inner, self.position), operator, attribute)
            filter_ = And((*(filter_.operands if isinstance(filter_, And) else (filter_,)), asked))
        if attribute.multi_valued or attribute.type == "any":
            return ValueFilter(target, filter_)
        return And((Present(target), _grounded(filter_, target)))

    def ask(self, target: Target, word: str, parent: Attribute | None) -> Filter:
        """Read what follows the attribute: ``pr``, or an operator and its operand."""
        refuse_unanswerable(target, parent)
        if word.lower() == "pr":
            return Present(target)
        operator = operator_named(word)
        if operator is None:
            self.fail(f"{word[:100]!r} is no operator; use one of eq, ne, co, sw, ew, gt, ge, lt, le, pr")
        string = self.accept(_STRING) or self.accept(_CURLY_STRING)
        if string is not None:
            return comparison(target, operator, unescape(string[1]), quoted=True)
        operand = self.word()
        if operand is None:
            if self.text[_end_of_space(self.text, self.position) :].startswith('"'):
                self.fail('The closing quotation mark is missing; write a quotation mark inside a value as \\"')
            self.fail(f"{target} {operator} must be followed by a value, as in {_EXAMPLE}")
        return comparison(target, operator, operand, quoted=False)

    def known(self, target: Target | None, name: str, scope: _Scope, start: int) -> Target:
        if target is None:
            self.position = start
            self.fail(f"{scope.name} has no attribute named {name[:200]!r}; see /Schemas for those it has")
        return target

    def word(self) -> str | None:
        match = self.accept(_WORD)
        return None if match is None else match[1]

    def keyword(self, name: str) -> bool:
        match = _WORD.match(self.text, self.position)
        if match is None or match[1].lower() != name:
            return False
        self.position = match.end()
        return True

    def accept(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.position)
        if match is not None:
            self.position = match.end()
        return match

    def rest(self) -> str:
        rest = self.text[self.position :].strip()
        return f"{rest[:40]!r}" if rest else "the end"

    def fail(self, sentence: str) -> NoReturn:
        raise InvalidFilter(f"{sentence} (at character {self.position + 1} of the filter).")


def _end_of_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return position if match is None else match.end()


def _grounded(filter_: Filter, holder: Target) -> Filter:
    """Give a filter on the one value of a complex attribute as a filter on the resource."""
    if isinstance(filter_, Comparison | Present):
        return replace(filter_, target=Target(holder.extension, holder.attribute, filter_.target.attribute))
    if isinstance(filter_, Not):
        return Not(_grounded(filter_.operand, holder))
    if isinstance(filter_, And):
        return And(tuple(_grounded(operand, holder) for operand in filter_.operands))
    assert isinstance(filter_, Or)
    return Or(tuple(_grounded(operand, holder) for operand in filter_.operands))
