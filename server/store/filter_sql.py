"""Filters and sort orders as SQL over the tables of the directory (RFC 7644 §3.4.2.2, §3.4.2.3).

Belongs here: which column, index or JSON path answers what. Must not know: the language
(``server.scim.filter``, whose evaluation in memory gives the same answers), statements. Values and paths from
a request are parameters, never SQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from server.scim.filter_evaluation import is_exact
from server.scim.filter_expression import And, Comparison, Not, Or, Present
from server.scim.filter_operand import comparable_target, is_computed
from server.store.conditions import (
    TRUE,
    Condition,
    Expression,
    all_of,
    any_of,
    compare,
    compare_date,
    compared_form,
    is_present,
    negation,
)
from server.store.filter_functions import filter_to_text, register_functions, target_to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.scim.filter_expression import Filter, ValueFilter
    from server.scim.schema import Attribute, ResourceType, Target

__all__ = ["CompiledFilter", "compile_filter", "register_functions", "sort_expression"]


class CompiledFilter(NamedTuple):
    """A condition on the table ``resource r``, of resources of one type, to stand after AND as it is.

    ``indexed``: an index finds all it can hold for, and these are few by nature, so that the event loop may
    run it.
    """

    where: str
    parameters: tuple[Any, ...]
    indexed: bool


class _Rows(NamedTuple):
    """Where the values of a multi-valued attribute are: what follows FROM, how a sub-attribute is read."""

    source: str
    parameters: tuple[Any, ...]
    read: Callable[[Attribute], Expression]
    order: str


# Which column holds an attribute, by the name of the resource type. Folded columns hold attributes compared
# without case: the unique ones are unique without it, whatever a schema might say.
_COMMON_COLUMNS = {
    "id": Expression("r.id"),
    "externalId": Expression("r.external_id"),
    "meta.resourceType": Expression("r.type"),
}
_COLUMNS: Mapping[str, Mapping[str, Expression]] = {
    "User": {
        **_COMMON_COLUMNS,
        "userName": Expression("r.unique_name", folded=True),
        "displayName": Expression("r.display_name", folded=True),
        "active": Expression("r.active"),
    },
    "Group": {**_COMMON_COLUMNS, "displayName": Expression("r.unique_name", folded=True)},
}
_INDEXED = frozenset({"id", "externalId", "userName", "displayName"})
_DATES = {"created": "r.created", "lastModified": "r.modified"}
_MEMBERS: Mapping[str, Expression] = {
    "value": Expression("m.member_id"),
    "display": Expression("m.display"),
    "type": Expression("m.kind"),
}
_GROUPS: Mapping[str, Expression] = {
    "value": Expression("g.id"),
    "display": Expression("g.unique_name", folded=True),
    "type": Expression("'direct'", folded=True),
}
_NOTHING = Expression("NULL")
_EVALUATED_IN_PYTHON = frozenset({"any", "dateTime", "integer", "decimal"})
"""Types that SQLite would compare otherwise: it knows no dates, and reads decimals in its own way."""

_EMAIL = "r.seq IN (SELECT e.resource_seq FROM email e WHERE {})"
_SEQ = "(SELECT s.seq FROM resource s WHERE s.id = ?)"
_MEMBER = f"r.seq IN (SELECT m.group_seq FROM member m WHERE m.member_seq = {_SEQ})"  # noqa: S608  constants
_GROUP = f"r.seq IN (SELECT m.member_seq FROM member m WHERE m.group_seq = {_SEQ})"  # noqa: S608  constants


def compile_filter(filter_: Filter, resource_type: ResourceType) -> CompiledFilter:
    """Compile a filter on the resources of a type."""
    if type(filter_) is Comparison and filter_.operator == "eq":
        target = filter_.target
        if target.sub_attribute is None and target.extension is None:
            name, value = target.attribute.name, filter_.value
            if name in _INDEXED and isinstance(value, str):
                column = _COLUMNS[resource_type.name].get(name)
                if column is not None:
                    return CompiledFilter(
                        f"{column.sql} = ?", (value.casefold() if column.folded else value,), indexed=True
                    )
    condition = _Compiler(resource_type.name).resource(filter_)
    return CompiledFilter(condition.sql, condition.parameters, condition.indexed)


def sort_expression(target: Target) -> tuple[str, tuple[Any, ...]]:
    """Give the expression of ``ORDER BY``; null where a resource has no value, or the attribute no order.

    In the same order as ``server.scim.ordering.sort_key``: with ``NULLS LAST`` ascending, ``NULLS FIRST``
    descending.
    """
    compared = comparable_target(target)
    if compared is None or is_computed(compared, None):
        return "NULL", ()
    leaf, name = compared.leaf, str(compared)
    if compared.extension is None:
        if compared.attribute.name == "meta" and leaf.name in _DATES:
            return _DATES[leaf.name], ()
        if name == "displayName":
            return "iif(r.type = 'Group', r.unique_name, r.display_name)", ()
        column = _COLUMNS["User"].get(name)
        if column is not None:
            return compared_form(column, leaf)
    if _in_python(compared):
        return "scim_order(r.document, ?)", (target_to_text(compared),)
    if not compared.attribute.multi_valued:
        return compared_form(_json(compared), leaf)
    rows = _rows(compared)
    sql, parameters = compared_form(rows.read(leaf), leaf)
    first = f"(SELECT {sql} FROM {rows.source} ORDER BY {rows.order} LIMIT 1)"  # noqa: S608  our own columns
    return first, (*parameters, *rows.parameters)


class _Compiler:
    """Compiles filters on the resources of one type."""

    def __init__(self, resource_type: str) -> None:
        self._name = resource_type
        self._columns = _COLUMNS.get(resource_type, _COMMON_COLUMNS)

    def resource(self, filter_: Filter) -> Condition:
        """Compile a filter whose targets are attributes of the resource."""
        if isinstance(filter_, And):
            return all_of(self.resource(operand) for operand in filter_.operands)
        if isinstance(filter_, Or):
            return self._any([self.resource(operand) for operand in filter_.operands])
        if isinstance(filter_, Not):
            return negation(self.resource(filter_.operand))
        if isinstance(filter_, Comparison):
            return self._comparison(filter_)
        if isinstance(filter_, Present):
            return self._present(filter_.target)
        return _value_filter(filter_)

    def _any(self, conditions: list[Condition]) -> Condition:
        joined = any_of(conditions)
        if not joined.indexed or self._name not in _COLUMNS:
            return joined
        # Left to itself SQLite looks at every resource of the type, for the indexes are of several tables.
        found = f"SELECT r.seq FROM resource r WHERE r.type = '{self._name}' AND "  # noqa: S608  our key
        union = " UNION ALL ".join(found + condition.sql for condition in conditions)
        return Condition(f"r.seq IN ({union})", joined.parameters, indexed=True)

    def _comparison(self, comparison: Comparison) -> Condition:
        target, operator, value = comparison.target, comparison.operator, comparison.value
        if value is None:
            present = self._present(target)
            return present if operator == "ne" else negation(present)
        if operator == "ne":
            return negation(self._comparison(Comparison(target, "eq", value)))
        attribute, leaf = target.attribute, target.leaf
        if target.extension is None:
            if attribute.name == "meta" and leaf.name in _DATES:
                return compare_date(_DATES[leaf.name], leaf, operator, str(value))
            column = self._columns.get(str(target))
            if column is not None:
                condition = compare(column, leaf, operator, value)
                return condition._replace(indexed=operator == "eq" and attribute.name in _INDEXED)
            if isinstance(value, str) and (indexed := _by_index(attribute, leaf, operator, value)):
                return indexed
        if _in_python(target):
            return Condition("scim_matches(r.document, ?)", (filter_to_text(comparison),))
        if attribute.multi_valued:
            rows = _rows(target)
            return _exists(rows, compare(rows.read(leaf), leaf, operator, value))
        return compare(_json(target), leaf, operator, value)

    def _present(self, target: Target) -> Condition:
        if target.extension is None:
            column = self._columns.get(str(target))
            if column is not None:
                return Condition(f"{column.sql} IS NOT NULL")
            if target.attribute.name == "meta":
                return TRUE
        if _in_python(target):
            return Condition("scim_matches(r.document, ?)", (filter_to_text(Present(target)),))
        if target.attribute.multi_valued:
            rows = _rows(target)
            return _exists(rows, TRUE if target.sub_attribute is None else is_present(rows.read(target.leaf)))
        return is_present(_json(target))


def _value_filter(filter_: ValueFilter) -> Condition:
    """Compile ``attribute[...]``; an index may narrow where to look."""
    target = filter_.target
    if target.attribute.type == "any" or _asks_python(filter_.filter):
        return Condition("scim_matches(r.document, ?)", (filter_to_text(filter_),))
    rows = _rows(target)
    exact = _exists(rows, _value(filter_.filter, rows))
    if target.extension is None:
        inner = filter_.filter
        for operand in inner.operands if isinstance(inner, And) else (inner,):
            if isinstance(operand, Comparison) and operand.operator == "eq" and isinstance(operand.value, str):
                narrowed = _by_index(target.attribute, operand.target.leaf, "eq", operand.value)
                if narrowed is not None:
                    return narrowed if operand is inner else all_of((narrowed, exact))
    return exact


def _value(filter_: Filter, rows: _Rows) -> Condition:
    """Compile what stands in brackets, for one row of values."""
    if isinstance(filter_, And):
        return all_of(_value(operand, rows) for operand in filter_.operands)
    if isinstance(filter_, Or):
        return any_of(_value(operand, rows) for operand in filter_.operands)
    if isinstance(filter_, Not):
        return negation(_value(filter_.operand, rows))
    assert isinstance(filter_, Comparison | Present)
    attribute = filter_.target.attribute
    expression = rows.read(attribute)
    if isinstance(filter_, Present):
        return is_present(expression)
    if filter_.value is None:
        present = is_present(expression)
        return present if filter_.operator == "ne" else negation(present)
    if filter_.operator == "ne":
        return negation(compare(expression, attribute, "eq", filter_.value))
    return compare(expression, attribute, filter_.operator, filter_.value)


def _by_index(holder: Attribute, leaf: Attribute, operator: str, value: str) -> Condition | None:
    """Find resources by a ``value`` that has a table of its own; None where no such table answers."""
    if leaf.name != "value":
        return None
    if holder.name == "emails" and not is_exact(leaf):
        condition = compare(Expression("e.value", folded=True), leaf, operator, value)
        return Condition(_EMAIL.format(condition.sql), condition.parameters, operator == "eq")
    if operator == "eq" and is_exact(leaf):
        if holder.name == "members":
            return Condition(_MEMBER, (value,), indexed=True)
        if holder.name == "groups":
            # A group may have fifty thousand members: no work for the event loop.
            return Condition(_GROUP, (value,))
    return None


def _rows(target: Target) -> _Rows:
    """Give the rows that hold the values of a multi-valued attribute."""
    attribute = target.attribute
    if target.extension is None and attribute.name == "members":
        return _Rows("member m WHERE m.group_seq = r.seq", (), lambda leaf: _MEMBERS.get(leaf.name, _NOTHING), "m.seq")
    if target.extension is None and attribute.name == "groups":
        return _Rows(
            "member m JOIN resource g ON g.seq = m.group_seq WHERE m.member_seq = r.seq",
            (),
            lambda leaf: _GROUPS.get(leaf.name, _NOTHING),
            "m.group_seq",
        )
    source, path = "json_each(r.document, ?) v WHERE true", (_path(target.extension, attribute.name),)
    if attribute.type != "complex":
        return _Rows(source, path, lambda _: Expression("v.value"), "v.key")
    primary = "coalesce(json_extract(v.value, '$.primary'), 0) DESC, v.key"
    return _Rows(source, path, lambda leaf: Expression("json_extract(v.value, ?)", (_path(leaf.name),)), primary)


def _json(target: Target) -> Expression:
    sub_name = None if target.sub_attribute is None else target.sub_attribute.name
    return Expression("json_extract(r.document, ?)", (_path(target.extension, target.attribute.name, sub_name),))


def _path(*names: str | None) -> str:
    # Names of known schemas only: none holds a quotation mark, which a path of SQLite cannot say.
    return "$" + "".join(f'."{name}"' for name in names if name)


def _in_python(target: Target) -> bool:
    return target.attribute.type == "any" or target.leaf.type in _EVALUATED_IN_PYTHON


def _asks_python(filter_: Filter) -> bool:
    if isinstance(filter_, And | Or):
        return any(map(_asks_python, filter_.operands))
    if isinstance(filter_, Not):
        return _asks_python(filter_.operand)
    return _in_python(filter_.target)


def _exists(rows: _Rows, condition: Condition) -> Condition:
    sql = f"EXISTS (SELECT 1 FROM {rows.source} AND {condition.sql})"  # noqa: S608  values are parameters
    return Condition(sql, (*rows.parameters, *condition.parameters))
