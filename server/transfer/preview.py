"""A look into a file before it is imported: its form, its columns, its first rows, and where each column goes.

Belongs here: guessing what somebody means, and reading a file by what they then decide. Must not know: what exists
already.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

from server.transfer.csv_reading import CsvReader, put, value_of
from server.transfer.headings import GROUP_HEADINGS, NOT_TRANSFERRED, column_of, folded, unguarded
from server.transfer.json_list import list_documents
from server.transfer.lines import LineError, Row, json_documents, kind_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from server.scim.schema import Attribute, ResourceType

Kind = Literal["User", "Group"]

SAMPLES: Final = 3
"""Values of a column that are shown."""
LOOKED_AT: Final = 200
"""JSON documents that are asked which attributes they have."""

_GROUP_ALIASES: Final = {
    "name": "displayName",
    "group": "displayName",
    "groupname": "displayName",
    "members": "member",
    "user": "member",
    "username": "member",
    "login": "member",
    "memberid": "member.id",
}
_LEFT_OUT: Final = NOT_TRANSFERRED - {"members"}


class Form(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSON_LINES = "json lines"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the file (a name, where it is JSON), its first values, and where it seems to go; empty: nowhere."""

    heading: str
    samples: tuple[str, ...]
    target: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file seems to hold."""

    form: Form
    kind: Kind
    columns: tuple[SourceColumn, ...]

    @property
    def missing(self) -> str:
        """The attribute without which nothing can be taken, where no column goes there; else empty."""
        return missing(self.kind, [column.target for column in self.columns])


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read: what it holds, and where each of its columns goes."""

    form: Form
    kind: Kind
    targets: Mapping[int, str] = field(default_factory=dict)
    """By the column's place; empty: left out."""
    headings: tuple[str, ...] = ()


def missing(kind: Kind, targets: Iterable[str]) -> str:
    """Give the attribute without which nothing can be taken, where no column goes there; else empty."""
    needed = "userName" if kind == "User" else "displayName"
    return "" if needed in targets else needed


def form_of(lines: Iterable[str], ending: str) -> Form:
    """Tell the form by how the file begins, and by its name where that says nothing."""
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("["):
        return Form.JSON
    if first.startswith("{"):
        try:
            document = orjson.loads(first)
        except orjson.JSONDecodeError:
            # An object over several lines, or a line that is broken: then each line begins like one.
            return Form.JSON if first == "{" or ending == ".json" else Form.JSON_LINES
        return Form.JSON if isinstance(document.get("Resources"), list) else Form.JSON_LINES
    return Form.JSON_LINES if ending in {".jsonl", ".ndjson"} else Form.JSON if ending == ".json" else Form.CSV


def look_into(
    lines: Iterable[str], form: Form, types: Mapping[str, ResourceType], kind: Kind, *, is_sure: bool = False
) -> Preview:
    """Show the file's columns; ``kind`` is what it is taken for where it does not say so, or ``is_sure``.

    Raises LineError where it cannot be read at all.
    """
    if form is Form.CSV:
        headings, table = CsvReader(lines, types).table()
        rows = [cells for _, cells in islice(_readable(table), SAMPLES)]
        if not any(headings):
            raise LineError(1, "The file is empty: its first line should name the columns.")
        if not is_sure:
            kind = _kind_of_headings(headings) or kind
        values = [[unguarded(row[place]) for row in rows if place < len(row)] for place in range(len(headings))]
    else:
        found = [each[1] for each in islice(_documents(lines, form), LOOKED_AT) if not isinstance(each, LineError)]
        if not found:
            raise LineError(1, "The file holds nobody: no line of it is a user or a group.")
        if not is_sure:
            kind = next((said for document in found if (said := _as_kind(kind_of(document)))), kind)
        headings = list(dict.fromkeys(name for document in found for name in document if name not in _LEFT_OUT))
        values = [[_told(document[name]) for document in found if name in document] for name in headings]
    targets = _guessed(headings, types[kind], form)
    return Preview(
        form,
        kind,
        tuple(
            SourceColumn(heading, tuple(value for value in column if value)[:SAMPLES], target)
            for heading, column, target in zip(headings, values, targets, strict=True)
        ),
    )


def rows(lines: Iterable[str], reading: Reading, types: Mapping[str, ResourceType]) -> Iterator[Row | LineError]:
    """Read the whole file as decided; what cannot be read from a line on is the last that is yielded."""
    try:
        if reading.form is Form.CSV:
            names = [reading.targets.get(place, "") for place in range(len(reading.headings))]
            yield from CsvReader(lines, types, renamed=names).rows()
        else:
            yield from rows_of(_renamed(_documents(lines, reading.form), reading, types[reading.kind]), reading.kind)
    except LineError as error:
        yield error


def choices(resource_type: ResourceType, form: Form) -> list[str]:
    """List where a column can go, in the order of the schema."""
    if resource_type.name == "Group":
        return list(GROUP_HEADINGS) if form is Form.CSV else ["id", "displayName", "externalId", "members"]
    found = ["id"]
    for attribute in resource_type.attributes.values():
        found += _paths(attribute, is_whole=form is not Form.CSV)
    for schema in resource_type.extensions.values():
        for attribute in schema.attributes.values():
            clashes = attribute.name.lower() in resource_type.attributes
            found += [f"{schema.id}:{path}" if clashes else path for path in _paths(attribute, is_whole=False)]
        if form is not Form.CSV:
            found.append(schema.id)
    return list(dict.fromkeys(found))


def _paths(attribute: Attribute, *, is_whole: bool) -> list[str]:
    if attribute.name in NOT_TRANSFERRED or attribute.mutability == "readOnly":
        return []
    inner = [
        sub.name for sub in attribute.sub_attributes.values() if sub.name != "$ref" and sub.mutability != "readOnly"
    ]
    whole = [attribute.name] if is_whole else []
    if attribute.multi_valued:
        kinds = attribute.sub_attributes.get("type")
        words = kinds.canonical_values if kinds is not None else ()
        return [*(f"{attribute.name}.{word}" for word in words), attribute.name]
    return [*(f"{attribute.name}.{name}" for name in inner), *whole] if inner else [attribute.name]


def _guessed(headings: Sequence[str], resource_type: ResourceType, form: Form) -> list[str]:
    """Give a target for each heading; a second one for the same place is left out."""
    offered = choices(resource_type, form)
    taken: set[str] = set()
    found = []
    for heading in headings:
        target = _target(heading, resource_type, offered)
        if target in taken:
            target = ""
        taken.add(target)
        found.append(target)
    return found


def _target(heading: str, resource_type: ResourceType, offered: Sequence[str]) -> str:
    wanted = folded(heading)
    plain = next((choice for choice in offered if folded(choice) == wanted), None)
    if plain is not None:
        return plain
    if resource_type.name == "Group":
        alias = _GROUP_ALIASES.get(wanted, "")
        return alias if alias in offered else ""
    column = column_of(heading, resource_type)
    if column is None:
        return ""
    return next((choice for choice in offered if column_of(choice, resource_type) == column), heading)


def _kind_of_headings(headings: Sequence[str]) -> Kind | None:
    present = {folded(heading) for heading in headings}
    if present & {"username", "login"} and not present & {"member", "groupname"}:
        return "User"
    if present & {"member", "memberid", "member.id", "groupname"}:
        return "Group"
    return None


def _as_kind(word: str | None) -> Kind | None:
    return "User" if word == "User" else "Group" if word == "Group" else None


def _readable(table: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """Show what comes before a line that cannot be read; the import says which one that is."""
    try:
        yield from table
    except LineError:
        return


def _documents(lines: Iterable[str], form: Form) -> Iterator[tuple[int, dict[str, Any]] | LineError]:
    return list_documents(lines) if form is Form.JSON else json_documents(lines)


def _told(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _renamed(
    documents: Iterable[tuple[int, dict[str, Any]] | LineError], reading: Reading, resource_type: ResourceType
) -> Iterator[tuple[int, dict[str, Any]] | LineError]:
    """Give documents the names that were decided; a name that was never shown stays what it is."""
    targets = {heading: reading.targets.get(place, "") for place, heading in enumerate(reading.headings)}
    changed = {heading: target for heading, target in targets.items() if heading != target}
    for each in documents:
        if isinstance(each, LineError) or kind_of(each[1]) not in {None, reading.kind}:
            yield each
            continue
        number, document = each
        kept = {name: value for name, value in document.items() if name not in changed}
        try:
            for name, target in changed.items():
                if target and name in document:
                    _put(kept, target, document[name], resource_type)
        except ValueError as error:
            yield LineError(number, str(error))
            continue
        yield number, kept


def _put(document: dict[str, Any], target: str, value: Any, resource_type: ResourceType) -> None:
    column = None if resource_type.name == "Group" else column_of(target, resource_type)
    if column is None or value is None:
        document[target] = value
    elif isinstance(value, str) and column.kind is None:
        put(document, set(), column, value_of(value, column))
    else:
        put(document, set(), column, value)
