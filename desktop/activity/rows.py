"""A request as one row of the table: when, what it meant, by which token, how it ended, how long it took.

Belongs here: words and cells of a row. Must not know: where rows come from, who shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from PySide6.QtCore import QCoreApplication

from desktop.widgets import request_words, when
from desktop.widgets.table_model import Cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop.widgets.table_model import Column
    from server.records import ActivityRecord

TIME, METHOD, REQUEST, TOKEN, STATUS, TOOK = range(6)
"""The table's columns."""


def columns() -> tuple[Column, ...]:
    """Give the table's columns."""
    return request_words.columns((92, 88, 0, 150, 70, 84))


@dataclass(frozen=True, slots=True)
class Row:
    """What the table holds of a request: not its bodies, of which twenty thousand would be a lot."""

    seq: int
    at: str
    request_id: str
    method: str
    path: str
    query: str
    status: int
    duration: int
    token_id: str | None
    refusal: str
    resource_id: str | None
    feature: str | None
    words: str

    @property
    def target(self) -> str:
        """What was asked for, without what every path begins with."""
        return shown_target(self.path, self.query)


def row_of(record: ActivityRecord) -> Row:
    """Make a row."""
    return Row(
        seq=record.seq,
        at=record.at,
        request_id=record.request_id,
        method=record.method,
        path=record.path,
        query=record.query,
        status=record.status,
        duration=record.duration,
        token_id=record.token_id,
        refusal=str(record.refusal or ""),
        resource_id=record.resource_id,
        feature=record.feature,
        words=words(record),
    )


def shown_target(path: str, query: str) -> str:
    """Write path and query as one reads them."""
    short = request_words.target(path)
    # A filter is full of escapes that only a wire needs; a stray percent sign stays as it is.
    return f"{short}?{readable(query)}" if query else short


def readable(query: str) -> str:
    """Undo the escapes of a query for a person, where that leaves one line of text."""
    text = unquote_plus(query, errors="replace")
    return text if text.isprintable() else query


def words(record: ActivityRecord) -> str:
    """Say what a request meant, or why it was refused."""
    known = request_words.meaning(record)
    if known or not request_words.is_failure(record):
        return known or f"{record.method} {shown_target(record.path, '')}"
    return request_words.refused(QCoreApplication.translate("activity", "see the answer"))


def moment(at: str, now: datetime | None = None) -> str:
    """Give the time of day; before today the day too."""
    today = (now or datetime.now(UTC)).astimezone().date()
    then = when.instant(at).astimezone().date()
    return when.clock(at) if then == today else f"{when.day(at).rpartition(',')[0]} {when.clock(at)[:5]}"


def cells(row: Row, labels: Mapping[str, str]) -> tuple[Cell, ...]:
    """Give the cells of a row."""
    return (
        Cell(moment(row.at), "muted"),
        Cell(row.method, "pill", request_words.method_tone(row.method)),
        Cell(row.words, "said", detail=row.target),
        Cell(request_words.token_name(row.token_id, row.refusal, labels), "muted"),
        Cell(str(row.status), "status", request_words.status_tone(row.status)),
        Cell(when.took(row.duration), "muted"),
    )
