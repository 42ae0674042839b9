"""What the service provider adds to a resource on its way in: its id, the time, the columns that are looked up."""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from server.directory import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.scim.schema import ResourceType

_DAY = 86_400_000_000_000
"""In nanoseconds, as what follows."""

_BEGAN = time.time_ns() - time.monotonic_ns()
"""What the clock, as it was when the process began, is ahead of the one that only goes on."""


def new_resource_id() -> str:
    """Give an id that grows with time (UUID version 7, RFC 9562 §5.7).

    Neighbours in time are neighbours in the index, so that a batch of new resources writes one page of it, not one
    page each.
    """
    value = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10))
    value = value & ~(0xF000 << 64) & ~(0xC000 << 48) | (0x7000 << 64) | (0x8000 << 48)
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def timestamp(after: str = "") -> str:
    """Give the present as every column and document holds it: UTC, three digits, ``Z``.

    It is later than ``after``, another such moment, whatever the clock says: an import that asks for what was modified
    since it last looked (OKTA.md B5) misses nothing that a clock set back would hide. A clock that is set back by up
    to a day while the process runs is not followed, for the same reason; one that was further ahead was wrong.
    """
    now = time.time_ns()
    steady = _BEGAN + time.monotonic_ns()
    if now < steady < now + _DAY:
        now = steady
    moment = _written(now // 1_000_000)
    if moment > after:
        return moment
    return _written(round(datetime.fromisoformat(after).timestamp() * 1000) + 1)


def _written(milliseconds: int) -> str:
    second, fraction = divmod(milliseconds, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(second))}.{fraction:03d}Z"


def draft_of(document: Mapping[str, Any], resource_type: ResourceType, text: str | None = None) -> Draft:
    """Make the row of a canonical document: finished JSON (``text``, where it exists), and what filters look up."""
    if text is None:
        text = orjson.dumps(document).decode()
    external_id = document.get("externalId")
    if resource_type.name == "Group":
        display = document["displayName"]
        return Draft(text, display.casefold(), external_id, None, None, display, (), display)
    user_name = document["userName"]
    display = document.get("displayName")
    label = display or document.get("name", {}).get("formatted") or user_name
    emails = emails_of(document)
    return Draft(
        text,
        user_name.casefold(),
        external_id,
        display and display.casefold(),
        document.get("active"),
        label,
        emails,
        user_name,
    )


def is_same(document: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Compare documents as JSON does: the order of names says nothing, but 1 is not true."""
    if document != other:
        return False
    sort = orjson.OPT_SORT_KEYS
    return orjson.dumps(document, option=sort) == orjson.dumps(other, option=sort)


def emails_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """List a person's e-mail addresses as they are looked up: folded, each once."""
    return tuple({email["value"].casefold(): None for email in document.get("emails", ()) if "value" in email})
