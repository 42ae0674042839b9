"""Frozen values that a host (HTTP, command line, desktop) may hold; they know nothing of where they came from.

Times are UTC in ISO 8601 with milliseconds (``2026-11-23T20:48:31.123Z``), durations microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal


class Access(StrEnum):
    """What a token may do."""

    READ_WRITE = "read-write"
    READ_ONLY = "read-only"


class TokenStatus(StrEnum):
    """Where a token stands in its life."""

    ACTIVE = "active"
    ROTATING = "rotating"
    """Replaced; still valid until its overlap ends."""
    EXPIRED = "expired"
    REVOKED = "revoked"


class Refusal(StrEnum):
    """Why a token was refused (activity only; the client is told no more than 401 or 403)."""

    MISSING = "missing"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    READ_ONLY = "read-only"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the database knows it: never the secret, only SHA-256, prefix and last four."""

    id: str
    label: str
    test: bool
    access: Access
    digest: bytes = field(repr=False)
    last_four: str
    created: str
    created_by: str
    expires: str | None = None
    """The moment it stops working; None is never. Rotation shortens it to the end of the overlap."""
    revoked: str | None = None
    replaced_by: str | None = None
    last_used: str | None = None
    last_address: str | None = None
    last_agent: str | None = None
    keyring: str = "absent"
    """Outcome of the last attempt to keep the admin's copy (``vault.Outcome``)."""

    @property
    def prefix(self) -> str:
        """The visible beginning: ``perch_live_`` or ``perch_test_``."""
        return "perch_test_" if self.test else "perch_live_"


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """One line of a token's history."""

    token_id: str
    at: str
    event: str
    """created, stored, rotated, revoked, expired, first used …"""
    actor: str
    detail: str = ""


@dataclass(slots=True)
class Exchange:
    """One request and its answer as the endpoint saw them, raw: redacted only on its way to the disk.

    Built on the request path, so it holds references and does no work.
    """

    at: float
    """Seconds since the epoch."""
    duration: int
    """Microseconds from the first byte handled to the answer handed to the transport."""
    method: str
    target: str
    """The request target as sent: path and query."""
    status: int
    number: int = 0
    """The request's number in this process; the request id is made of it."""
    token_id: str | None = None
    address: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    request_body: bytes | None = None
    response_body: bytes | None = None
    scim_type: str | None = None
    meaning: str = ""
    resource_id: str | None = None
    ignored: tuple[str, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class ActivityRecord:
    """One request as kept in activity.db: redacted, bodies capped."""

    seq: int
    at: str
    request_id: str
    method: str
    path: str
    query: str
    status: int
    duration: int
    token_id: str | None
    address: str
    agent: str
    scim_type: str | None
    meaning: str
    feature: str | None
    resource_id: str | None
    ignored: tuple[str, ...]
    refusal: Refusal | None
    headers: tuple[tuple[str, str], ...] = ()
    request_body: str | None = None
    response_body: str | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """First and last time that a feature of Okta's was seen, and by which token."""

    feature: str
    first: str
    last: str
    count: int
    token_id: str | None


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One row of the append-only audit: who changed what, from what to what."""

    seq: int
    at: str
    actor: str
    resource_id: str
    resource_type: str
    operation: str
    """create, replace, modify, delete."""
    summary: str
    before: str | None
    after: str | None


Source = Literal["okta", "here"]
"""Where a person or group comes from: Okta, when a token created it or it has an externalId; else from here."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as a row of a table."""

    seq: int
    id: str
    user_name: str
    display_name: str
    """What a person calls them: the displayName, else the formatted name, else the userName."""
    email: str
    """The primary e-mail address, else the first; empty where there is none, as title and department are."""
    title: str
    department: str
    active: bool
    source: Source
    external_id: str | None
    created: str
    modified: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as a row of a table."""

    seq: int
    id: str
    display_name: str
    member_count: int
    source: Source
    external_id: str | None
    created: str
    modified: str


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of a group as a row of a table; ``kind`` is User or Group."""

    id: str
    kind: str
    display_name: str
    user_name: str
    """A person's userName, a group's displayName."""
    active: bool
    """Whether the person is active; a group always is."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute that a change touched; None where there was, or is, no value."""

    path: str
    """In the words of a SCIM path: ``name.givenName``, ``emails[type eq "work"].value``, ``members``."""
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of a list: how many there are in all, and these, as a client would see them."""

    total: int
    resources: list[dict[str, Any]]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a write."""

    resource_id: str
    meaning: str
    """In words, as the audit has it."""
    ignored: tuple[str, ...] = ()
    """What the write named and Perch does not know."""
