"""Dates and times as instants: text of any fraction and offset, compared exactly (RFC 7643 §2.3.5).

Belongs here: reading xsd:dateTime and ordering what was read. Must not know: the present time, attributes.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    # A plus sign that was not percent-encoded arrives as a space.
    r"(?:[Zz]|([+\- ])([0-9]{2}):?([0-9]{2}))?)?"
)
_DAY = 86_400
_LAST_DAY = date.max.toordinal()


class Instant(NamedTuple):
    """A moment: whole seconds since the beginning of the year 1, UTC, and the decimal digits after the point.

    The digits end in no zero, so that their order as text is their order as fractions.
    """

    seconds: int
    fraction: str

    def sortable(self) -> str:
        """Give text that is ordered as the instants are."""
        # Offsets reach one day beyond the years 1 to 9999: nothing is negative.
        return f"{self.seconds:012d}.{self.fraction}"


@lru_cache(maxsize=1024)
def parse_instant(text: str) -> Instant | None:
    """Read a date and time; None where it is none.

    Without an offset it is UTC; without a time it is the day's first moment. Entra writes seven digits and an
    offset (OKTA.md C14), Okta's agent whole seconds (OKTA.md B5).
    """
    match = _DATE_TIME.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, offset_hour, offset_minute = match.groups()
    try:
        days = date(int(year), int(month), int(day)).toordinal()
    except ValueError:
        return None
    seconds = int(hour or 0) * 3600 + int(minute or 0) * 60 + int(second or 0)
    digits = (fraction or "").rstrip("0")
    if int(minute or 0) > 59 or int(second or 0) > 59 or seconds > _DAY or (seconds == _DAY and digits):
        return None
    if sign:
        if int(offset_hour) > 23 or int(offset_minute) > 59:
            return None
        offset = int(offset_hour) * 3600 + int(offset_minute) * 60
        seconds += offset if sign == "-" else -offset
    return Instant(days * _DAY + seconds, digits)


def milliseconds(instant: Instant, rounding: Literal["down", "up"]) -> tuple[str, bool]:
    """Give ``2026-11-23T20:48:31.123Z``, rounded, and whether the instant is exactly that.

    Beyond the years 1 to 9999 it is text that is smaller or greater than any such date.
    """
    number = instant.seconds * 1000 + int(instant.fraction[:3].ljust(3, "0"))
    exact = len(instant.fraction) <= 3
    if rounding == "up" and not exact:
        number += 1
    seconds, thousandths = divmod(number, 1000)
    days, seconds = divmod(seconds, _DAY)
    if days < 1:
        return "", exact
    if days > _LAST_DAY:
        return "~", exact
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    day = date.fromordinal(days).isoformat()
    return f"{day}T{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}Z", exact
