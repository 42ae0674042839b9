"""A request as one row of the table: when, what it meant, by which token, how it ended, how long it took.

Belongs here: words and cells of a row. Must not know: where rows come from, who shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

from PySide6.QtCore import QCoreApplication

from desktop.widgets import when
from desktop.widgets.table_model import Cell, Column
from server.okta import verdicts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.records import ActivityRecord

METHOD_TONES: Final = {"GET": "info", "HEAD": "info", "POST": "ok", "PUT": "warn", "PATCH": "warn", "DELETE": "err"}
TIME, METHOD, REQUEST, TOKEN, STATUS, TOOK = range(6)
"""The table's columns."""
BASE_PATH: Final = "/scim/v2"


def tr(text: str) -> str:
    """Translate a word of this module."""
    return QCoreApplication.translate("activity", text)


def columns() -> tuple[Column, ...]:
    """Give the table's columns."""
    return (
        Column(tr("Time"), 92),
        Column(tr("Method"), 88),
        Column(tr("What it meant")),
        Column(tr("Token"), 150),
        Column(tr("Status"), 70),
        Column(tr("Took"), 84),
    )


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
    short = path.removeprefix(BASE_PATH) or path
    # A filter is full of escapes that only a wire needs; a stray percent sign stays as it is.
    return f"{short}?{readable(query)}" if query else short


def readable(query: str) -> str:
    """Undo the escapes of a query for a person, where that leaves one line of text."""
    text = unquote_plus(query, errors="replace")
    return text if text.isprintable() else query


def words(record: ActivityRecord) -> str:
    """Say what a request meant, or why it was refused."""
    if record.refusal is not None:
        return tr("Refused: {why}").format(why=tr(_REFUSED[record.refusal.value]))
    if record.status >= 400:
        told = verdicts.detail((record.response_body or "").encode())
        if record.meaning:
            return capital(record.meaning)
        return tr("Refused: {why}").format(why=told or record.scim_type or tr("see the answer"))
    return (
        capital(record.meaning)
        if record.meaning
        else tr("{method} {path}").format(method=record.method, path=shown_target(record.path, ""))
    )


_REFUSED: Final = {
    "missing": "no token came with it",
    "malformed": "what came is no token of Perch",
    "unknown": "this token is unknown here",
    "expired": "the token has expired",
    "revoked": "the token is revoked",
    "read-only": "the token may only read",
}


def capital(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def token_words(token_id: str | None, refusal: str, labels: Mapping[str, str]) -> str:
    """Name the token that a request came with."""
    if token_id is not None:
        return labels.get(token_id) or tr("a removed token")
    return {"missing": tr("no token"), "malformed": tr("no valid token"), "unknown": tr("unknown token")}.get(
        refusal, "—"
    )


def status_tone(status: int) -> str:
    """Colour a status: refused for want of a right is as bad as broken."""
    if status >= 500 or status in {401, 403}:
        return "err"
    return "warn" if status >= 400 else "ok"


def moment(at: str, now: datetime | None = None) -> str:
    """Give the time of day; before today the day too."""
    today = (now or datetime.now(UTC)).astimezone().date()
    then = when.instant(at).astimezone().date()
    return when.clock(at) if then == today else f"{when.day(at).rpartition(',')[0]} {when.clock(at)[:5]}"


def cells(row: Row, labels: Mapping[str, str]) -> tuple[Cell, ...]:
    """Give the cells of a row."""
    return (
        Cell(moment(row.at), "muted"),
        Cell(row.method, "pill", METHOD_TONES.get(row.method, "neutral")),
        Cell(row.words, "said", detail=row.target),
        Cell(token_words(row.token_id, row.refusal, labels), "muted"),
        Cell(str(row.status), "status", status_tone(row.status)),
        Cell(when.took(row.duration), "muted"),
    )
