"""What the service provider needs of a store: the values that cross between them, and the protocols.

The arrow points from SQLite to these rules: ``store`` implements them, a test may implement them with a dict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from server.scim.filter import Filter
    from server.scim.members import MemberChange
    from server.scim.schema import ResourceType, Target

T = TypeVar("T")


class TooLong(Exception):
    """The event loop may not wait for this answer; ask again from a reader thread with ``inline=False``."""


class Stored(NamedTuple):
    """A resource as its row: finished JSON, and what depends on other rows beside it."""

    seq: int
    id: str
    document: str
    version: int
    created: str
    modified: str
    label: str
    member_count: int
    linked: str | None
    """JSON of the elements of ``groups`` (a person's) or ``members`` (a group's), without brackets.

    U+001F stands for the base URL in each ``$ref``.
    """


class Draft(NamedTuple):
    """A resource on its way into the store: the document, and the columns that are looked up."""

    document: str
    unique_name: str
    external_id: str | None
    display_name: str | None
    active: bool | None
    label: str
    emails: tuple[str, ...]
    name: str
    """userName or displayName as sent."""


class NameTaken(Exception):
    """Another resource of this type holds the unique name."""


@dataclass(frozen=True, slots=True)
class MemberOutcome:
    """What a change of members did: ids added, removed, and asked for but not found."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    redisplayed: int = 0


class Window(NamedTuple):
    """Which part of a result is wanted: by position (``start_index``, from 1) or after a resource (``after``)."""

    size: int
    start_index: int = 1
    after: tuple[int, int] | None = None
    """(seq of the last resource seen, its position from 1); (0, 0) for the first page of a cursor."""


class Page(NamedTuple):
    """A part of a result: how many there are in all, these ones, and where they end."""

    total: int
    resources: list[tuple[ResourceType, Stored]]
    end: tuple[int, int] | None
    """(seq, position) of the last resource here when more follow, else None."""


class Selection(NamedTuple):
    """What is asked for: types in order, a filter for each, and an order other than that of creation."""

    resource_types: tuple[ResourceType, ...]
    filters: tuple[Filter | None, ...]
    sort_by: tuple[Target | None, ...] = ()
    descending: bool = False


class Transaction(Protocol):
    """Inside the one write transaction; everything done here becomes durable together or not at all."""

    def find(self, resource_type: str, resource_id: str, *, linked: bool = True) -> Stored | None:
        """Read a resource as this transaction sees it; ``linked`` False leaves groups and members out."""

    def insert(self, resource_type: str, resource_id: str, draft: Draft, at: str) -> Stored:
        """Add a resource; raises NameTaken."""

    def update(self, stored: Stored, previous: Draft, draft: Draft, at: str) -> Stored:
        """Replace a resource's document and columns; ``previous`` is what they are. Raises NameTaken."""

    def touch(self, stored: Stored, at: str) -> Stored:
        """Give a group whose members changed a new version."""

    def delete(self, resource_type: str, stored: Stored, at: str) -> None:
        """Remove a resource and every membership it has."""

    def groups_of(self, seq: int) -> list[tuple[str, str]]:
        """List id and name of the groups that a person or group is in, the oldest first."""

    def change_members(self, group_seq: int, change: MemberChange) -> MemberOutcome:
        """Apply one change to a group's members; ids that do not exist are skipped and reported."""

    def record(
        self,
        at: str,
        actor: str,
        resource: tuple[str, str],
        operation: str,
        summary: str,
        before: str | None,
        after: str | None,
    ) -> None:
        """Append to the audit; ``resource`` is (type, id)."""

    def attempt(self) -> AbstractContextManager[None]:
        """Open a savepoint: what happens inside is undone if it raises."""


class ResourceStore(Protocol):
    """Reads, each of the latest commit."""

    def find(self, resource_type: str, resource_id: str, *, linked: bool, inline: bool) -> Stored | None:
        """Read one resource; raises TooLong when ``inline`` and its members are too many for the event loop."""

    def select(self, selection: Selection, window: Window, *, linked: bool, inline: bool) -> Page:
        """Read a page; raises TooLong when ``inline`` and no index serves it, TooMany when the time is up."""


@dataclass(slots=True)
class Answer:
    """What to tell the client, and what it meant."""

    status: int
    body: bytes = b""
    etag: str | None = None
    location: str | None = None
    resource_id: str | None = None
    meaning: str = ""
    ignored: Sequence[str] = ()


Operation = Callable[[Transaction], T]
"""What is left of a request once all that needs no database is done: runs inside the write transaction."""

Later = Callable[[], Answer]
"""An answer that takes longer than the event loop may wait: call it on a reader thread."""
