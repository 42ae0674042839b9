"""Reading the activity: which exchanges, which features were seen, how busy it was.

Belongs here: the chunks of activity.db as records, and the filters over them. Must not know: how a record
comes to be written. Every function reads what is committed, from any process, and no more chunks than it must.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

import orjson

from server.records import ActivityRecord, Refusal, Sighting
from server.store.activity_batch import ANSWER_OMITTED, REQUEST_OMITTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.store.database import Database

    Row = list[Any]
    """The values of a record, in the order in which ``activity_batch`` wrote them."""
    Condition = Callable[[int, str, Row], bool]
    """(seq, run, row) -> whether it is what was asked for."""

BODY_OMITTED: Final = "[not kept: of many successful requests at once, only the newest keep this body]"
"""Stands in place of a body that was left out in a rush, so that nobody takes it for an empty one."""

_REQUEST_ID: Final = re.compile(r"([0-9a-z]+)-([0-9a-f]{1,15})")
_AT, _NUMBER, _METHOD, _STATUS = 0, 1, 2, 5
_OMITTED, _ANSWER = 15, 17
_COMPARED: Final = {"token_id": 7, "feature": 11, "resource_id": 12}
_TEXTS: Final = (3, 4, 10, 16, 17)
"""Path, query, meaning and the two bodies."""

_CHUNK: Final = "SELECT first, last, run, headers, records FROM chunk"
_FORWARDS: Final = f"{_CHUNK} WHERE last > ? AND first < ? AND until >= ? ORDER BY last LIMIT ?"
_BACKWARDS: Final = f"{_CHUNK} WHERE last > ? AND first < ? AND until >= ? ORDER BY last DESC LIMIT ?"
_NEWEST: Final = "SELECT max(last) FROM chunk"
_ONE: Final = f"{_CHUNK} WHERE last >= ? ORDER BY last LIMIT 1"
_MOST_AT_ONCE: Final = 16
"""Chunks read by one statement; the first reads one, which is often enough."""
_ENDLESS: Final = 2**63 - 1


def instant(milliseconds: int) -> str:
    """Write milliseconds since the epoch as the records do: ``2026-11-23T20:48:31.123Z``."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


class Filters(TypedDict, total=False):
    """What :func:`recent` may be asked to look for; all that are given must hold."""

    after_seq: int | None
    """Only what came after it, in order of arrival (to follow the log)."""
    before_seq: int | None
    """Only what came before it (to page towards the past)."""
    errors_only: bool
    """Only what was answered with 400 or above."""
    status_class: int | None
    """The first digit of the status: 2, 3, 4 or 5."""
    token_id: str | None
    text: str | None
    """Looked for without case in path, query, meaning and bodies; a request id finds its request."""
    method: str | None
    resource_id: str | None
    feature: str | None
    since: str | None
    """ISO 8601, UTC unless it says otherwise."""


def recent(database: Database, keep: int, limit: int = 100, **filters: Unpack[Filters]) -> list[ActivityRecord]:
    """List at most ``limit`` of the newest ``keep`` exchanges: the newest first, from ``after_seq`` on the oldest.

    Raises ValueError where ``since`` is not ISO 8601, StoreUnavailable.
    """
    return [
        _record(seq, run, headers[row[-1]], row) for seq, run, headers, row in _found(database, keep, limit, filters)
    ]


def listed(database: Database, keep: int, limit: int = 100, **filters: Unpack[Filters]) -> list[ActivityRecord]:
    """List as :func:`recent`, for a list: without headers, agent and bodies, but for the answer where one failed."""
    return [
        _record(seq, run, "", [*row[:_OMITTED], 0, None, row[_ANSWER] if row[_STATUS] >= 400 else None, row[-1]])
        for seq, run, _, row in _found(database, keep, limit, filters)
    ]


def newest(database: Database, keep: int) -> int:
    """Give the number of the newest exchange; 0 where there is none."""
    found: int | None = database.read(_NEWEST)[0][0]
    return (found or 0) if keep else 0


def _found(database: Database, keep: int, limit: int, filters: Filters) -> Iterator[tuple[int, str, list[str], Row]]:
    conditions = list(_conditions(filters))
    rows = _rows(database, keep, filters)
    found = (one for one in rows if all(condition(one[0], one[1], one[3]) for condition in conditions))
    return islice(found, max(limit, 0))


def _rows(database: Database, keep: int, filters: Filters) -> Iterator[tuple[int, str, list[str], Row]]:
    """Walk through the ring in the order asked for, no further than its reader; (seq, run, headers, row)."""
    after, before = filters.get("after_seq"), filters.get("before_seq")
    low = max(_edge(database, keep), after or 0)
    high = _ENDLESS if before is None else before
    since = _since(filters) or 0
    backwards = after is None
    at_once = 1
    while True:
        chunks = database.read(_BACKWARDS if backwards else _FORWARDS, (low, high, since, at_once))
        for first, last, run, header_texts, records in chunks:
            headers: list[str] = orjson.loads(header_texts)
            rows: list[Row] = orjson.loads(records)
            numbers = range(max(low + 1, first), min(high - 1, last) + 1)
            for seq in reversed(numbers) if backwards else numbers:
                yield seq, run, headers, rows[seq - first]
            if backwards:
                high = first
            else:
                low = last
        if len(chunks) < at_once:
            return
        at_once = min(at_once * 2, _MOST_AT_ONCE)


def _edge(database: Database, keep: int) -> int:
    """Give the newest number that is beyond the ring: chunks are forgotten whole, so some of it may be there."""
    last: int | None = database.read(_NEWEST)[0][0]
    return 0 if last is None else last - keep


def _since(filters: Filters) -> int | None:
    since = filters.get("since")
    if since is None:
        return None
    moment = datetime.fromisoformat(since)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def _conditions(filters: Filters) -> Iterator[Condition]:
    for name, column in _COMPARED.items():
        value = filters.get(name)
        if value is not None:
            yield _equals(column, value)
    method = filters.get("method")
    if method is not None:
        yield _equals(_METHOD, method.upper())
    if filters.get("errors_only"):
        yield lambda _seq, _run, row: row[_STATUS] >= 400
    status_class = filters.get("status_class")
    if status_class is not None:
        yield lambda _seq, _run, row: bool(row[_STATUS] // 100 == status_class)
    since = _since(filters)
    if since is not None:
        yield lambda _seq, _run, row: row[_AT] >= since
    text = filters.get("text")
    if text:
        yield _mentions(text)


def _equals(column: int, value: object) -> Condition:
    return lambda _seq, _run, row: bool(row[column] == value)


def _mentions(text: str) -> Condition:
    """Look for a text without case; for a request id also by run and number."""
    folded = text.casefold()
    match = _REQUEST_ID.fullmatch(text.strip())
    request = (match[1], int(match[2], 16)) if match else None

    def mentioned(_seq: int, run: str, row: Row) -> bool:
        return (run, row[_NUMBER]) == request or any(
            folded in row[column].casefold() for column in _TEXTS if row[column] is not None
        )

    return mentioned


def get(database: Database, keep: int, seq: int) -> ActivityRecord | None:
    """Give one exchange; None once the ring has passed over it."""
    for first, _, run, headers, records in database.read(_ONE, (seq,)):
        if seq >= first and seq > _edge(database, keep):
            row = orjson.loads(records)[seq - first]
            return _record(seq, run, orjson.loads(headers)[row[-1]], row)
    return None


def sightings(database: Database) -> list[Sighting]:
    """List the features seen, in the order in which they were first seen."""
    rows = database.read("SELECT feature, first_at, last_at, count, token_id FROM sighting ORDER BY first_at, place")
    return [
        Sighting(feature=feature, first=instant(first), last=instant(last), count=count, token_id=token_id)
        for feature, first, last, count, token_id in rows
    ]


def requests_per_minute(database: Database, minutes: int, now: float, *, errors_only: bool = False) -> list[int]:
    """Count requests (or errors) in each of the last ``minutes`` minutes, the one at ``now`` included."""
    newest = int(now // 60)
    counted = {
        minute: errors if errors_only else requests
        for minute, requests, errors in database.read(
            "SELECT minute, requests, errors FROM minute WHERE minute > ?", (newest - minutes,)
        )
    }
    return [counted.get(minute, 0) for minute in range(newest - minutes + 1, newest + 1)]


def _record(seq: int, run: str, header_lines: str, row: Row) -> ActivityRecord:
    (
        at,
        number,
        method,
        path,
        query,
        status,
        duration,
        token_id,
        address,
        scim_type,
        meaning,
        feature,
        resource_id,
        ignored,
        refusal,
        body_omitted,
        request_body,
        response_body,
        _,
    ) = row
    headers = tuple(
        (name, value) for name, colon, value in (line.partition(": ") for line in header_lines.split("\n")) if colon
    )
    return ActivityRecord(
        seq=seq,
        at=instant(at),
        request_id=f"{run}-{number:x}",
        method=method,
        path=path,
        query=query,
        status=status,
        duration=duration,
        token_id=token_id,
        address=address,
        agent=next((value for name, value in headers if name.lower() == "user-agent"), ""),
        scim_type=scim_type,
        meaning=meaning,
        feature=feature,
        resource_id=resource_id,
        ignored=tuple(ignored or ()),
        refusal=Refusal(refusal) if refusal else None,
        headers=headers,
        request_body=BODY_OMITTED if body_omitted & REQUEST_OMITTED else request_body,
        response_body=BODY_OMITTED if body_omitted & ANSWER_OMITTED else response_body,
    )
