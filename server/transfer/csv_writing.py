"""Writing CSV: people as a line each, groups as a line for each member, without losing anything.

Belongs here: which cells a document has. Must not know: where the lines go.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import orjson

from server.transfer.headings import FIRST_HEADINGS, NOT_TRANSFERRED, guarded, settle_primary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from server.scim.schema import ResourceType


def cells_of(document: Mapping[str, Any], resource_type: ResourceType) -> dict[str, str]:
    """Give a person's cells by heading."""
    cells: dict[str, str] = {}
    for name, value in document.items():
        if name in NOT_TRANSFERRED:
            continue
        schema = resource_type.extensions.get(name.lower())
        if schema is None:
            cells.update(_cells(name, value))
            continue
        for inner, each in value.items():
            # An extension's attribute goes by its own name unless the core schema has one of that name.
            clashes = inner.lower() in resource_type.attributes
            cells.update(_cells(f"{schema.id}:{inner}" if clashes else inner, each))
    return cells


def _cells(name: str, value: Any) -> dict[str, str]:
    if ":" in name and isinstance(value, dict | list):
        return {name: _json(value)}
    if isinstance(value, dict):
        return {f"{name}.{inner}": _text(each) for inner, each in value.items() if inner != "$ref"}
    if isinstance(value, list):
        return _typed_cells(name, value) or {name: _json(value)}
    return {name: _text(value)}


def _typed_cells(name: str, values: list[Any]) -> dict[str, str] | None:
    """Give a column for each type, or one for a single value; None where that would lose something."""
    if not all(isinstance(one, dict) for one in values):
        return None
    if (
        len(values) == 1
        and values[0].keys() - {"primary"} == {"value"}
        and str(values[0]["value"])[:1] not in ("[", "{")
    ):
        return {name: _text(values[0]["value"])}
    cells: dict[str, str] = {}
    kinds = [one.get("type") for one in values]
    if len(set(kinds)) < len(kinds) or not all(map(_is_word, kinds)):
        return None
    again = [{key: each for key, each in one.items() if key != "primary"} for one in values]
    if name == "emails":
        settle_primary(again)
    if len(values) > 1 and any(
        bool(a.get("primary")) != bool(b.get("primary")) for a, b in zip(again, values, strict=True)
    ):
        return None
    for one in values:
        for inner, each in one.items():
            if inner in {"type", "primary"}:
                continue
            if not isinstance(each, str) or one["type"] == "value":
                return None
            cells[f"{name}.{one['type']}" + ("" if inner == "value" else f".{inner}")] = each
    return cells


def _is_word(kind: Any) -> bool:
    """Tell whether a type can be part of a heading and come back as it was."""
    return isinstance(kind, str) and kind.isascii() and kind.isalnum() and kind == kind.lower()


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else _json(value)


def group_rows(document: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield a group's lines, one for each member; ``names`` gives a member's name by id."""
    shared = {name: str(document[name]) for name in ("id", "displayName", "externalId") if name in document}
    members = document.get("members") or [{}]
    for member in members:
        cells = {"member.id": member.get("value"), "member.type": member.get("type")}
        cells["member"] = names.get(member.get("value", ""), member.get("display"))
        yield shared | {key: cell for key, cell in cells.items() if cell}


def headings_of(found: Iterable[str]) -> list[str]:
    """Put headings in the order people expect: who it is, how to reach them, the rest by name."""
    names = set(found)
    return [name for name in FIRST_HEADINGS if name in names] + sorted(names.difference(FIRST_HEADINGS), key=str.lower)


def csv_line(cells: Sequence[str]) -> str:
    """Write one line of CSV, safe to open in a spreadsheet."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return line.getvalue()
