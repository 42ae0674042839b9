"""A request as one line: when, what it meant or why it was refused, by which token, how it ended.

Belongs here: words and cells. Must not know: where requests come from, who shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from desktop.widgets import when
from desktop.widgets.table_model import Cell, Column
from server.okta import verdicts
from server.records import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.records import ActivityRecord

BASE_PATH: Final = "/scim/v2"
_TONES: Final = {"GET": "info", "HEAD": "info", "POST": "ok", "PUT": "warn", "PATCH": "warn", "DELETE": "err"}
_REFUSED: Final = {
    Refusal.MISSING: ("no token", "no token came with it"),
    Refusal.MALFORMED: ("no valid token", "what came is no token of Perch"),
    Refusal.UNKNOWN: ("unknown token", "this token is unknown here"),
    Refusal.EXPIRED: ("", "the token has expired"),
    Refusal.REVOKED: ("", "the token is revoked"),
    Refusal.READ_ONLY: ("", "the token may only read"),
}


def tr(text: str) -> str:
    """Translate a sentence of this module."""
    return QCoreApplication.translate("requests", text)


def columns() -> tuple[Column, ...]:
    """Give the columns of the list."""
    return (
        Column(tr("Time"), 92),
        Column(tr("Method"), 92),
        Column(tr("What it meant")),
        Column(tr("Token"), 160),
        Column(tr("Status"), 64),
        Column(tr("Took"), 88),
    )


def words(record: ActivityRecord) -> str:
    """Say what a request meant, or why it was refused."""
    if record.refusal is not None:
        return tr("Refused: {why}").format(why=tr(_REFUSED[record.refusal][1]))
    if record.meaning:
        return capital(record.meaning)
    if is_failure(record):
        why = verdicts.detail((record.response_body or "").encode()) or record.scim_type
        if why:
            return tr("Refused: {why}").format(why=why)
    return f"{record.method} {record.path.removeprefix(BASE_PATH) or record.path}"


def capital(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def is_failure(record: ActivityRecord) -> bool:
    """Whether it was answered with an error."""
    return record.status >= 400


def status_tone(status: int) -> str:
    """Colour a status: refused for want of a right is as bad as broken."""
    if status >= 500 or status in {401, 403}:
        return "err"
    return "warn" if status >= 400 else "ok"


def token_name(record: ActivityRecord, labels: Mapping[str, str]) -> str:
    """Name the token that a request came with."""
    if record.token_id is not None:
        return labels.get(record.token_id) or tr("a removed token")
    return "—" if record.refusal is None else tr(_REFUSED[record.refusal][0]) or "—"


def moment(at: str, today: str) -> str:
    """Give the time of day; before ``today`` (a moment of it) the day."""
    if when.day(at) == when.day(today):
        return when.clock(at)
    return when.day(at).rpartition(",")[0]


def cells(record: ActivityRecord, labels: Mapping[str, str], today: str) -> tuple[Cell, ...]:
    """Give the cells of a line."""
    target = record.path.removeprefix(BASE_PATH) or record.path
    return (
        Cell(moment(record.at, today), "muted", tip=when.exact(record.at)),
        Cell(record.method, "pill", _TONES.get(record.method, "neutral"), tip=f"{record.method} {target}"),
        Cell(words(record), tip=f"{words(record)}\n{record.method} {target}"),
        Cell(token_name(record, labels), "muted"),
        Cell(str(record.status), "status", status_tone(record.status)),
        Cell(when.took(record.duration), "muted"),
    )
