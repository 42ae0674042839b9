"""Moments in words: "2 min ago", "in 6 days", "Mar 3, 2027 14:02"."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale


def _tr(text: str) -> str:
    return QCoreApplication.translate("when", text)


def present() -> datetime:
    """Give this moment."""
    return datetime.now(UTC)


def instant(text: str) -> datetime:
    """Read a moment as Perch writes it (ISO 8601, UTC)."""
    return datetime.fromisoformat(text)


def ago(text: str | None, now: datetime | None = None, *, never: str | None = None) -> str:
    """Say how long ago a moment was; exact ones belong into a tool tip."""
    if text is None:
        return _tr("never") if never is None else never
    seconds = ((now or present()) - instant(text)).total_seconds()
    if seconds < 0:
        return until(text, now)
    if seconds < 45:
        return _tr("just now")
    for size, most, word in ((60, 3_600, "min"), (3_600, 86_400, "h")):
        if seconds < most:
            return _tr("{number} {word} ago").format(number=max(round(seconds / size), 1), word=_tr(word))
    days = int(seconds // 86_400)
    if days <= 1:
        return _tr("yesterday")
    return _tr("{number} days ago").format(number=days) if days < 60 else day(text)


def until(text: str | None, now: datetime | None = None) -> str:
    """Say how long it is until a moment; None is never."""
    if text is None:
        return _tr("Never")
    seconds = (instant(text) - (now or present())).total_seconds()
    if seconds < 0:
        return ago(text, now)
    if seconds < 3_600:
        return _tr("in {number} min").format(number=max(round(seconds / 60), 1))
    if seconds < 86_400:
        return _tr("in {number} h").format(number=round(seconds / 3_600))
    days = round(seconds / 86_400)
    return _tr("in 1 day") if days == 1 else _tr("in {number} days").format(number=days)


def _local(text: str) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(int(instant(text).timestamp() * 1000))


def day(text: str | None) -> str:
    """Write a day in this person's way."""
    if text is None:
        return _tr("Never")
    return QLocale().toString(_local(text).date(), "MMM d, yyyy")


def clock(text: str) -> str:
    """Write a time of day to the second."""
    return _local(text).toString("HH:mm:ss")


def since(text: str, now: datetime | None = None) -> str:
    """Write a moment that something has lasted since: a time of today, or else a day."""
    moment = _local(text)
    is_today = moment.date() == _local((now or present()).isoformat()).date()
    return moment.toString("HH:mm") if is_today else day(text)


def exact(text: str | None) -> str:
    """Write day and time to the second."""
    return _tr("never") if text is None else f"{day(text)} {clock(text)}"


def took(microseconds: int) -> str:
    """Write a duration."""
    if microseconds < 1_000:
        return f"{microseconds} µs"
    return f"{microseconds / 1_000:.1f} ms" if microseconds < 1_000_000 else f"{microseconds / 1_000_000:.2f} s"
