"""Reading the activity: which exchanges, which features were seen, how busy it was.

Belongs here: the columns of activity.db as records, and the filters over them. Must not know: how a record
comes to be written. Every function reads what is committed, from any process.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

import orjson

from server.records import ActivityRecord, Refusal, Sighting
from server.store.activity_batch import ANSWER_OMITTED, REQUEST_OMITTED

if TYPE_CHECKING:
    from server.store.database import Database

BODY_OMITTED: Final = "[not kept: of many successful requests at once, only the newest keep this body]"
"""Stands in place of a body that was left out in a rush, so that nobody takes it for an empty one."""

_REQUEST_ID: Final = re.compile(r"([0-9a-z]+)-([0-9a-f]{1,15})")
_COMPARED: Final = {
    "after_seq": "seq > ?",
    "before_seq": "seq < ?",
    "token_id": "token_id = ?",
    "method": "method = upper(?)",
    "resource_id": "resource_id = ?",
    "feature": "feature = ?",
}
_TEXT_COLUMNS: Final = ("path", "query", "meaning", "request_body", "response_body")


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
    token_id: str | None
    text: str | None
    """Looked for without case in path, query, meaning and bodies; a request id finds its request."""
    method: str | None
    resource_id: str | None
    feature: str | None
    since: str | None
    """ISO 8601, UTC unless it says otherwise."""


def recent(database: Database, limit: int = 100, **filters: Unpack[Filters]) -> list[ActivityRecord]:
    """List at most ``limit`` exchanges: the newest first, or from ``after_seq`` onwards the oldest first.

    Raises ValueError where ``since`` is not ISO 8601, StoreUnavailable.
    """
    conditions, parameters = _conditions(filters)
    order = "DESC" if filters.get("after_seq") is None else "ASC"
    rows = database.read(
        f"SELECT seq, record FROM exchange WHERE {' AND '.join(conditions)} ORDER BY seq {order} LIMIT ?",  # noqa: S608 -- our own words only; every value is a parameter
        (*parameters, limit),
    )
    return [_record(*row) for row in rows]


def _conditions(filters: Filters) -> tuple[list[str], list[Any]]:
    conditions = ["TRUE"]
    parameters: list[Any] = []
    for name, condition in _COMPARED.items():
        value = filters.get(name)
        if value is not None:
            conditions.append(condition)
            parameters.append(value)
    if filters.get("errors_only"):
        conditions.append("status >= 400")
    since = filters.get("since")
    if since is not None:
        moment = datetime.fromisoformat(since)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        conditions.append("at >= ?")
        parameters.append(round(moment.timestamp() * 1000))
    text = filters.get("text")
    if text:
        alternatives = [rf"{column} LIKE ? ESCAPE '\'" for column in _TEXT_COLUMNS]
        parameters += ["%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"] * len(alternatives)
        if match := _REQUEST_ID.fullmatch(text.strip()):
            alternatives.append("(run = ? AND number = ?)")
            parameters += [match[1], int(match[2], 16)]
        conditions.append(f"({' OR '.join(alternatives)})")
    return conditions, parameters


def get(database: Database, seq: int) -> ActivityRecord | None:
    """Give one exchange; None once the ring has passed over it."""
    rows = database.read("SELECT seq, record FROM exchange WHERE seq = ?", (seq,))
    return _record(*rows[0]) if rows else None


def sightings(database: Database) -> list[Sighting]:
    """List the features seen, in the order in which they were first seen."""
    rows = database.read("SELECT feature, first_at, last_at, count, token_id FROM sighting ORDER BY first_at, feature")
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


def _record(seq: int, record: str) -> ActivityRecord:
    (
        at,
        run,
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
        header_lines,
        body_omitted,
        request_body,
        response_body,
    ) = orjson.loads(record)
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
