"""Taking people and groups from a file into the directory: many rows a transaction, each whole or not at all.

Belongs here: what becomes of a row: created, merged into who is there already, left as it is, refused. Must
not know: files, formats, how progress is shown. What a row names replaces what was there; the rest stays.
"""

from __future__ import annotations

import re
from collections import ChainMap, Counter
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import orjson

from server.scim.errors import InvalidValue, ScimError
from server.scim.resource import are_required
from server.store.names import ids_by_name, types_by_id
from server.store.transaction import WriteTransaction, transacted
from server.transfer.headings import settle_primary
from server.transfer.lines import LineError, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from server.directory import Answer, Transaction
    from server.provider import Caller, ServiceProvider
    from server.scim.schema import ResourceType
    from server.store.database import Database
    from server.store.names import Read

BATCH: Final = 500
"""Rows per transaction: about 50 ms, for which an endpoint's own writes wait."""

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that could not be taken, or not as a whole."""

    line: int
    sentence: str


@dataclass(slots=True)
class ImportReport:
    """What became of a file so far."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    """Attributes that Perch does not know, and in how many rows they stood."""


class Importer:
    """Imports one file; ``only_new`` leaves alone who exists already."""

    def __init__(
        self, database: Database, provider: ServiceProvider, caller: Caller, *, only_new: bool = False
    ) -> None:
        self.report = ImportReport()
        self._database = database
        self._provider = provider
        self._caller = caller
        self._only_new = only_new
        self._lines: dict[tuple[str, str], int] = {}
        """The line on which each name of this file stands."""
        self._ids: dict[str, str] = {}
        """Ids here of those that the file knows by another id."""

    def run(self, rows: Iterable[Row | LineError]) -> Iterator[list[Problem]]:
        """Import all rows, and yield after each transaction what could not be taken in it.

        Raises StoreUnavailable; what was yielded before stays imported.
        """
        remaining = iter(rows)
        while batch := list(islice(remaining, BATCH)):
            problems = [Problem(row.line, str(row)) for row in batch if isinstance(row, LineError)]
            self.report.counts[Outcome.FAILED] += len(problems)
            readable = [row for row in batch if isinstance(row, Row)]
            if readable:
                steps = self._database.commit(transacted(partial(self._write, readable)))
                for row, step in zip(readable, steps, strict=True):
                    problems += self._note(row, step)
            yield sorted(problems, key=lambda problem: problem.line)

    def _note(self, row: Row, step: _Step) -> list[Problem]:
        self.report.counts[step.outcome] += 1
        self.report.ignored.update(step.ignored)
        if step.outcome is not Outcome.FAILED:
            self.report.counts[Outcome.FAILED] += len(step.problems)
            self._lines[step.name] = row.line
            if step.sent_id:
                self._ids[step.sent_id] = step.resource_id
        return step.problems

    def _write(self, rows: list[Row], transaction: Transaction) -> list[_Step]:
        """Take a batch inside the writer's transaction; it may run twice and keeps nothing but its result."""
        assert isinstance(transaction, WriteTransaction)
        batch = _Batch(
            self._provider,
            self._caller,
            transaction,
            self._only_new,
            ChainMap({}, self._lines),
            ChainMap({}, self._ids),
        )
        batch.look_up(rows)
        return [batch.take(row) for row in rows]


@dataclass(slots=True)
class _Batch:
    """Rows that share one transaction; ``lines`` and ``ids`` say what came before them in the file."""

    provider: ServiceProvider
    caller: Caller
    transaction: WriteTransaction
    only_new: bool
    lines: ChainMap[tuple[str, str], int]
    ids: ChainMap[str, str]
    by_name: dict[tuple[str, str], str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    def look_up(self, rows: Sequence[Row]) -> None:
        """Find out in three statements who is there already."""
        for kind in ("User", "Group"):
            names = [name for row in rows if row.kind == kind and (name := _name(row))]
            found = ids_by_name(self._read, kind, names)
            self.by_name.update({(kind, name): resource_id for name, resource_id in found.items()})
        self.types = types_by_id(self._read, [sent for row in rows if (sent := _sent_id(row))])

    @property
    def _read(self) -> Read:
        return self.transaction.connection.execute

    def take(self, row: Row) -> _Step:
        """Take one row as a whole, or not at all."""
        step = _Step((row.kind, _name(row) or ""), _text(row.document.get("id")))
        try:
            with self.transaction.attempt():
                self._take(row, step)
        except (ScimError, _Refused) as error:
            step.outcome = Outcome.FAILED
            step.problems = [Problem(row.line, _worded(error))]
        else:
            self.lines[step.name] = row.line
            if step.sent_id:
                self.ids[step.sent_id] = step.resource_id
        return step

    def _take(self, row: Row, step: _Step) -> None:
        before = self.lines.get(step.name)
        if before is not None:
            raise _Refused(f"The same name stands on line {before}: only that line was imported.")
        if step.sent_id in self.ids:
            raise _Refused(f"The id {step.sent_id} stands on a line before: only that line was imported.")
        sent = _sent_id(row)
        existing = self.by_name.get(step.name) or (sent if sent and self.types.get(sent) == row.kind else None)
        if existing is not None and self.only_new:
            step.outcome, step.resource_id = Outcome.SKIPPED, existing
            return
        document = {name: value for name, value in row.document.items() if name not in {"id", "schemas"}}
        if "members" in document:
            document["members"] = self._members(row, step)
        registry = self.provider.registry
        resource_type = registry.user if row.kind == "User" else registry.group
        if existing is None:
            _settle(document)
            new_id = sent if sent not in self.types else None
            answer = self.provider.create(resource_type, document, self.caller, new_id)(self.transaction)
            step.outcome = Outcome.CREATED
        else:
            answer = self._merge(resource_type, existing, row, document)
            step.outcome = Outcome.UNCHANGED if answer.meaning.startswith("left ") else Outcome.UPDATED
        step.resource_id = answer.resource_id or ""
        step.ignored = [name for name in answer.ignored if not name.startswith("members ")]

    def _merge(self, resource_type: ResourceType, resource_id: str, row: Row, document: dict[str, Any]) -> Answer:
        stored = self.transaction.find(resource_type.name, resource_id, linked=False)
        assert stored is not None
        current = orjson.loads(stored.document)
        merged = merge(current, document, row.typed, {name.lower(): name for name in current})
        had = current.get("emails")
        if not had or _has_primary(had):
            _settle(merged)
        return self.provider.replace(resource_type, resource_id, merged, self.caller)(self.transaction)

    def _members(self, row: Row, step: _Step) -> list[dict[str, Any]]:
        """Find members by the ids or names that the file gives; who is not there is a problem of the line."""
        members = row.document["members"]
        listed = [one if isinstance(one, dict) else {"value": one} for one in _listed(members)]
        references = [_text(one.get("value")) or _text(one.get("display")) for one in listed]
        types = types_by_id(self._read, references)
        names = [*references, *(_text(one.get("display")) for one in listed)]
        named = {**ids_by_name(self._read, "Group", names), **ids_by_name(self._read, "User", names)}
        found = []
        for index, (one, reference) in enumerate(zip(listed, references, strict=True)):
            display = _text(one.get("display"))
            member_id = self.ids.get(reference) or (reference if reference in types else None)
            member_id = member_id or named.get(reference.casefold()) or named.get(display.casefold())
            if member_id is None:
                line = row.member_lines[index] if row.member_lines else row.line
                sentence = f"There is no user and no group {display or reference!r} to be a member."
                step.problems.append(Problem(line, sentence))
            else:
                found.append({**one, "value": member_id})
        return found


def _name(row: Row) -> str | None:
    wanted = "username" if row.kind == "User" else "displayname"
    value = next((value for name, value in row.document.items() if name.lower() == wanted), None)
    return value.casefold() if isinstance(value, str) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _settle(document: dict[str, Any]) -> None:
    """Let one address be the primary one where the file leaves that open, without touching the row."""
    emails = document.get("emails")
    if isinstance(emails, list) and all(isinstance(one, dict) for one in emails):
        document["emails"] = [dict(one) for one in emails]
        settle_primary(document["emails"])


def _worded(error: ScimError | _Refused) -> str:
    """Say why a row is refused; what is missing is the file's to give, and no mapping of Okta's."""
    if isinstance(error, InvalidValue) and error.missing:
        return f"{are_required(error.missing)}: the file has to give {'them' if len(error.missing) > 1 else 'it'}."
    return str(error)


def _has_primary(values: Any) -> bool:
    return any(isinstance(one, dict) and one.get("primary") for one in _listed(values))


class _Refused(Exception):
    """A row that is refused for a reason of the file's own."""


@dataclass(slots=True)
class _Step:
    """What became of one row; ``name`` is (kind, folded name)."""

    name: tuple[str, str]
    sent_id: str
    outcome: Outcome = Outcome.FAILED
    resource_id: str = ""
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def _sent_id(row: Row) -> str | None:
    """Give the id in the file, where it could be one of ours: it is kept, so that Okta's links stay true."""
    sent = row.document.get("id")
    return sent if isinstance(sent, str) and _UUID.fullmatch(sent) else None


def merge(
    current: dict[str, Any], document: dict[str, Any], typed: frozenset[str], spelling: dict[str, str]
) -> dict[str, Any]:
    """Put what a row names over what is there: attribute by attribute, within complex ones part by part."""
    merged = dict(current)
    for sent, value in document.items():
        name = spelling.get(sent.lower(), sent)
        before = current.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            merged[name] = merge(before, value, typed, {inner.lower(): inner for inner in before})
        elif name in typed and isinstance(value, list) and isinstance(before, list):
            merged[name] = _merge_typed(before, value)
        elif isinstance(value, list) and isinstance(before, list):
            kept = _merge_values(before, value)
            if not _same(before, kept):
                merged[name] = kept
        else:
            merged[name] = value
    return merged


def _merge_values(before: list[Any], given: list[Any]) -> list[Any]:
    """Take the values that a file gives, each with what it leaves open (a type, whether it is the primary one)."""
    remaining = [one for one in before if isinstance(one, dict)]
    names_primary = _has_primary(given)
    merged: list[Any] = []
    for one in given:
        same = _counterpart(remaining, one) if isinstance(one, dict) else None
        if same is None:
            merged.append(one)
            continue
        remaining.remove(same)
        # Only one can be the primary value (RFC 7643 section 2.4), and the file knows which.
        stays = {key: each for key, each in same.items() if key != "primary" or not names_primary}
        merged.append(stays | one)
    return merged


def _counterpart(values: list[dict[str, Any]], given: dict[str, Any]) -> dict[str, Any] | None:
    """Find the same value, of the same type before any other."""
    same = [one for one in values if "value" in given and one.get("value") == given["value"]]
    return next((one for one in same if one.get("type") == given.get("type")), same[0] if same else None)


def _same(before: list[Any], value: list[Any]) -> bool:
    """Compare two lists as sets: the order of values means nothing (RFC 7643 section 2.4)."""
    return len(before) == len(value) and all(one in before for one in value)


def _merge_typed(before: list[Any], given: list[dict[str, Any]]) -> list[Any]:
    merged = [dict(one) if isinstance(one, dict) else one for one in before]
    for one in given:
        same = next((each for each in merged if isinstance(each, dict) and each.get("type") == one["type"]), None)
        if same is None:
            merged.append(dict(one))
        else:
            same.update(one)
    return merged
