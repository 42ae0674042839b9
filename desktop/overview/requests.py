"""A request as one line: when, what it meant or why it was refused, by which token, how it ended.

Belongs here: words and cells. Must not know: where requests come from, who shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.widgets import request_words, when
from desktop.widgets.table_model import Cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop.widgets.table_model import Column
    from server.records import ActivityRecord


def columns() -> tuple[Column, ...]:
    """Give the columns of the list."""
    return request_words.columns((92, 92, 0, 160, 64, 88))


def words(record: ActivityRecord) -> str:
    """Say what a request meant, or why it was refused."""
    return request_words.meaning(record) or f"{record.method} {request_words.target(record.path)}"


def moment(at: str, today: str) -> str:
    """Give the time of day; before ``today`` (a moment of it) the day."""
    if when.day(at) == when.day(today):
        return when.clock(at)
    return when.day(at).rpartition(",")[0]


def cells(record: ActivityRecord, labels: Mapping[str, str], today: str) -> tuple[Cell, ...]:
    """Give the cells of a line."""
    target = request_words.target(record.path)
    return (
        Cell(moment(record.at, today), "muted", tip=when.exact(record.at)),
        Cell(record.method, "pill", request_words.method_tone(record.method), tip=f"{record.method} {target}"),
        Cell(words(record), tip=f"{words(record)}\n{record.method} {target}"),
        Cell(request_words.token_name(record.token_id, record.refusal, labels), "muted"),
        Cell(str(record.status), "status", request_words.status_tone(record.status)),
        Cell(when.took(record.duration), "muted"),
    )
