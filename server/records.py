"""Frozen values that a host (HTTP, command line, desktop) may hold; they know nothing of where they came from.

Times are UTC in ISO 8601 with milliseconds (``2026-11-23T20:48:31.123Z``), durations microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


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
