"""Reading CSV: delimiters, headings, rows with their line numbers, as documents.

Belongs here: what a spreadsheet program writes. Must not know: what exists already.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson

from server.transfer.headings import FALSE, GROUP_HEADINGS, TRUE, Column, column_of, folded, unguarded
from server.transfer.lines import LineError, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from server.scim.schema import ResourceType

CELL_LIMIT: Final = 16 * 1024 * 1024
"""Characters in one cell."""


@dataclass(slots=True)
class CsvReader:
    """Reads a CSV file; ``unknown`` are the headings that mean nothing, once `rows` has begun."""

    lines: Iterable[str]
    types: Mapping[str, ResourceType]
    """The resource types by name."""
    unknown: list[str] = field(default_factory=list)
    renamed: Sequence[str] | None = None
    """Other headings than the file's own, in their order; an empty one leaves its column out."""

    def rows(self) -> Iterator[Row | LineError]:
        """Yield people or groups in the file's order; raises LineError where the file cannot be read on."""
        headings, table = self.table()
        names = headings if self.renamed is None else list(self.renamed)
        present = {folded(name) for name in names}
        if "username" in present or "login" in present:
            yield from self._people(table, names)
        elif "displayname" in present:
            yield from self._groups(table, names)
        else:
            raise LineError(1, "The first line names no userName (people) and no displayName (groups).")

    def table(self) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
        """Give the headings, and the cells of each further line with its number; raises LineError."""
        lines = iter(self.lines)
        head = next(lines, "")
        skipped = 0
        if head.lower().startswith("sep="):  # what Excel writes to tell Excel
            delimiter = head[4:5]
            skipped = 1
        else:
            delimiter = max(",;\t", key=lambda mark: _outside_quotes(head).count(mark))
            lines = _chain(head, lines)
        csv.field_size_limit(CELL_LIMIT)
        table = _numbered(csv.reader(lines, delimiter=delimiter, strict=True), skipped)
        _, headings = next(table, (1, []))
        return [heading.strip() for heading in headings], table

    def _people(self, table: Iterator[tuple[int, list[str]]], names: list[str]) -> Iterator[Row | LineError]:
        columns = [column_of(name, self.types["User"]) for name in names]
        self.unknown += [name for name, column in zip(names, columns, strict=True) if column is None and name]
        for line, cells in table:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(names) and any(cells[len(names) :]):
                yield LineError(line, f"The line has {len(cells)} cells, the first line has {len(names)}.")
                continue
            try:
                yield _person(line, cells, columns)
            except ValueError as error:
                yield LineError(line, str(error))

    def _groups(self, table: Iterator[tuple[int, list[str]]], names: list[str]) -> Iterator[Row | LineError]:
        known = {folded(name): name for name in GROUP_HEADINGS}
        keys = [known.get(folded(name)) for name in names]
        self.unknown += [name for name, key in zip(names, keys, strict=True) if key is None and name]
        has_members = "member" in keys or "member.id" in keys
        current: Row | None = None
        for line, cells in table:
            values = {
                key: unguarded(cell).strip() for key, cell in zip(keys, cells, strict=False) if key and cell.strip()
            }
            if not values:
                continue
            name = values.get("displayName")
            if name is None:
                yield LineError(line, "The line has no displayName.")
                continue
            if current is None or current.document["displayName"] != name:
                if current is not None:
                    yield current
                current = Row(
                    line,
                    "Group",
                    {key: values[key] for key in ("id", "displayName", "externalId") if key in values},
                )
                if has_members:
                    current.document["members"] = []
            reference = values.get("member.id") or values.get("member")
            if reference:
                member = {"value": reference}
                if "member" in values and reference != values["member"]:
                    member["display"] = values["member"]
                current.document["members"].append(member)
                current = Row(current.line, "Group", current.document, frozenset(), (*current.member_lines, line))
        if current is not None:
            yield current


def _chain(head: str, lines: Iterator[str]) -> Iterator[str]:
    yield head
    yield from lines


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _numbered(reader: Any, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line that it begins on; raises LineError for CSV that is broken."""
    before = skipped
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise LineError(
                before + 1, f"The line is not CSV ({error}): look for a quotation mark too many."
            ) from error
        if cells is None:
            return
        yield before + 1, cells
        before = reader.line_num + skipped


def _person(line: int, cells: Sequence[str], columns: Sequence[Column | None]) -> Row:
    document: dict[str, Any] = {}
    typed: set[str] = set()
    for cell, column in zip(cells, columns, strict=False):
        text = unguarded(cell)
        if column is None or not text.strip():
            continue
        put(document, typed, column, text if column.kind is not None else value_of(text, column))
    if "userName" not in document:
        raise ValueError("The line has no userName.")
    return Row(line, "User", document, frozenset(typed))


def put(document: dict[str, Any], typed: set[str], column: Column, value: Any) -> None:
    """Put a value where its column says; the names of attributes that are given by type are added to ``typed``."""
    place = document if column.holder is None else document.setdefault(column.holder, {})
    if column.kind is not None:
        name, sub_name = column.path
        values = place.setdefault(name, [])
        one = next((one for one in values if one.get("type") == column.kind), None)
        if one is None:
            values.append(one := {"type": column.kind})
        one[sub_name] = value
        typed.add(name)
        return
    *outer, last = column.path
    for name in outer:
        place = place.setdefault(name, {})
    place[last] = value


def value_of(text: str, column: Column) -> Any:
    """Read a cell as its attribute wants it; raises ValueError with a sentence."""
    attribute = column.attribute
    if attribute is None and column.path == ("id",):
        return text.strip()
    if attribute is None or (text[:1] in "[{" and (attribute.multi_valued or attribute.type in ("complex", "any"))):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise ValueError(f"{column.path[-1]} is not JSON: {error}.") from error
    if attribute.multi_valued:
        return [{"value": text}]
    if attribute.type == "boolean":
        word = text.strip().casefold()
        if word not in TRUE | FALSE:
            raise ValueError(f"{attribute.name} is {text!r}: write true or false.")
        return word in TRUE
    return text
