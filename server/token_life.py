"""What an admin wants to know of a token's life: the days left, whether a client has switched, what revoking breaks.

Belongs here: facts read off tokens and their history, for any host to word. Must not know: how a token is kept,
or the rules that a request is checked by (``tokens``). Moments are text as ``records`` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.records import TokenStatus
from server.tokens import (
    LONGEST_OVERLAP,
    OVERLAP,
    expires_soon,
    later,
    parse_duration,
    parse_expiry,
    rotating_out,
    status,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from server.records import Token, TokenEvent

__all__ = [
    "LONGEST_OVERLAP",
    "OVERLAP",
    "WARNINGS",
    "ExpiryWarning",
    "Rotation",
    "Switch",
    "Use",
    "client_name",
    "days_left",
    "due_warnings",
    "expires_soon",
    "first_use",
    "last_use",
    "parse_duration",
    "parse_expiry",
    "rotating_out",
    "rotation_state",
    "status",
]
"""A host reads these here; some are rules that ``tokens`` has."""

WARNINGS: Final = (1, 7, 20)
"""Days before a token's end at which an admin wants to be told, the nearest first."""

_CLIENTS: Final = (
    ("okta provisioning agent", "Okta's on-prem agent"),
    ("okta", "Okta"),
    ("azure", "Microsoft Entra ID"),
    ("microsoft", "Microsoft Entra ID"),
    ("entra", "Microsoft Entra ID"),
)


# Its end


def days_left(token: Token, now: str) -> int | None:
    """Give the whole days until a token ends, 0 on its last day and after its end; None when it never ends."""
    if token.expires is None:
        return None
    return max((_moment(token.expires) - _moment(now)).days, 0)


@dataclass(frozen=True, slots=True)
class ExpiryWarning:
    """A token that ends soon, and the nearest of the thresholds that it has passed."""

    token: Token
    days: int
    """20, 7 or 1: it ends within so many days."""

    @property
    def key(self) -> tuple[str, int]:
        """What to remember so that it is told once."""
        return self.token.id, self.days


def due_warnings(tokens: Sequence[Token], now: str, already: Collection[tuple[str, int]]) -> list[ExpiryWarning]:
    """Give the warnings to be told now, the most urgent first; ``already`` holds the keys of those told before.

    A token that was replaced ends on purpose and is not warned of. Of several thresholds passed while nobody
    looked only the nearest is told.
    """
    found = []
    for token in tokens:
        if status(token, now) is not TokenStatus.ACTIVE or token.expires is None:
            continue
        days = next((days for days in WARNINGS if token.expires <= later(now, timedelta(days=days))), None)
        if days is not None and (token.id, days) not in already:
            found.append(ExpiryWarning(token, days))
    return sorted(found, key=lambda warning: warning.token.expires or "")


# Rotation


class Switch(StrEnum):
    """Which of a replaced token and its successor the client uses."""

    WAITING = "waiting"
    """The new one was not used yet."""
    BOTH = "both"
    """The old one was used after the new one: another app, or another agent, still has it."""
    SWITCHED = "switched"
    """The old one was not used again since the new one was first used."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """How far a rotation has come."""

    old: Token
    new: Token
    switch: Switch
    since: str | None
    """When the new one was first used."""

    @property
    def ends(self) -> str | None:
        """When the old one stops working."""
        return self.old.revoked or self.old.expires


def rotation_state(old: Token, new: Token, new_first_used: str | None = None) -> Rotation:
    """Tell which of the two is used; `new_first_used` is the ``first used`` line of the new one's history.

    Without it the new one's last use stands in its place, which may call a client switched that uses both.
    """
    since = new_first_used or new.last_used
    if since is None:
        return Rotation(old, new, Switch.WAITING, None)
    switched = old.last_used is None or old.last_used < since
    return Rotation(old, new, Switch.SWITCHED if switched else Switch.BOTH, since)


def first_use(history: Sequence[TokenEvent], event: str = "first used") -> str | None:
    """Give when a token was first used, out of its history."""
    return next((line.at for line in history if line.event == event), None)


# What revoking it breaks


@dataclass(frozen=True, slots=True)
class Use:
    """Who used a token last: what would stop working if it were revoked."""

    at: str
    age: timedelta
    client: str
    """``Okta``, ``Microsoft Entra ID``, or the product that the agent names itself; empty when it named none."""
    address: str
    agent: str

    @property
    def is_recent(self) -> bool:
        """Whether the client is likely to be still at it: Okta may be silent for days, not for weeks."""
        return self.age <= timedelta(days=7)


def last_use(token: Token, now: str) -> Use | None:
    """Tell who used a token last; None when nobody ever did."""
    if token.last_used is None:
        return None
    age = max(_moment(now) - _moment(token.last_used), timedelta())
    agent = token.last_agent or ""
    return Use(token.last_used, age, client_name(agent), token.last_address or "", agent)


def client_name(agent: str) -> str:
    """Name the client behind a ``User-Agent``: ``Okta SCIM Client 1.0.0`` is Okta."""
    lowered = agent.lower()
    for mark, name in _CLIENTS:
        if mark in lowered:
            return name
    return next(iter(agent.partition("/")[0].split()), "")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
