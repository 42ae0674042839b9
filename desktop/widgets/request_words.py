"""A request in words: what it meant or why it was refused, by which token it came, and the colours of how it ended.

Belongs here: what every list of requests says alike. Must not know: where requests come from, who shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from desktop.widgets.table_model import Column
from server.config import BASE_PATH
from server.okta import verdicts
from server.records import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.records import ActivityRecord

_METHOD_TONES: Final = {"GET": "info", "HEAD": "info", "POST": "ok", "PUT": "warn", "PATCH": "warn", "DELETE": "err"}
_CALLED: Final = {
    Refusal.MISSING: "no token",
    Refusal.MALFORMED: "no valid token",
    Refusal.UNKNOWN: "unknown token",
}
_WHY: Final = {
    Refusal.MISSING: "no token came with it",
    Refusal.MALFORMED: "what came is no token of Perch",
    Refusal.UNKNOWN: "this token is unknown here",
    Refusal.EXPIRED: "the token has expired",
    Refusal.REVOKED: "the token is revoked",
    Refusal.READ_ONLY: "the token may only read",
}


def _tr(text: str) -> str:
    return QCoreApplication.translate("requests", text)


def columns(widths: Sequence[int]) -> tuple[Column, ...]:
    """Give the six columns of a list of requests, each of so many pixels (0: what is left); raises ValueError."""
    titles = (_tr("Time"), _tr("Method"), _tr("What it meant"), _tr("Token"), _tr("Status"), _tr("Took"))
    return tuple(Column(title, width) for title, width in zip(titles, widths, strict=True))


def meaning(record: ActivityRecord) -> str:
    """Say what a request meant, or why it was refused; empty where neither is known."""
    if record.refusal is not None:
        return refused(_tr(_WHY[record.refusal]))
    if record.meaning:
        return capital(record.meaning)
    if is_failure(record):
        why = verdicts.detail((record.response_body or "").encode()) or record.scim_type
        return refused(why) if why else ""
    return ""


def refused(why: str) -> str:
    """Say that a request was refused, and why."""
    return _tr("Refused: {why}").format(why=why)


def capital(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def target(path: str) -> str:
    """Leave out what every path begins with."""
    return path.removeprefix(BASE_PATH) or path


def is_failure(record: ActivityRecord) -> bool:
    """Whether it was answered with an error."""
    return record.status >= 400


def status_tone(status: int) -> str:
    """Colour a status: refused for want of a right is as bad as broken."""
    if status >= 500 or status in {401, 403}:
        return "err"
    return "warn" if status >= 400 else "ok"


def method_tone(method: str) -> str:
    """Colour a method."""
    return _METHOD_TONES.get(method, "neutral")


def token_name(token_id: str | None, refusal: str | None, labels: Mapping[str, str]) -> str:
    """Name the token that a request came with.

    ``refusal`` is a `Refusal` or nothing, ``labels`` are the names that people gave, by token id.
    """
    if token_id is not None:
        return labels.get(token_id) or _tr("a removed token")
    return _tr(_CALLED[Refusal(refusal)]) if refusal in _CALLED else "—"
