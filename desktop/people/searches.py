"""What was asked for, and how the table reads it; a search that another one overtakes is given up at once.

Belongs here: the calls that fill the table. Must not know: widgets.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from desktop.widgets.table_model import Source as Reading

if TYPE_CHECKING:
    from server.records import PersonRow, Source
    from server.workspace import Workspace


Sort = Literal["name", "userName", "email", "title", "department", "active", "source", "created", "modified"]
"""By what the workspace sorts people; a column that can be sorted by names one of them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for."""

    text: str = ""
    active: bool | None = None
    source: Source | None = None
    group_id: str | None = None

    @property
    def is_everybody(self) -> bool:
        """Whether nobody is left out."""
        return self == Wanted()


class Searches:
    """Makes one reading after the other; only the newest goes on."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._given_up = threading.Event()

    def ask(self, wanted: Wanted, sort: Sort, *, descending: bool) -> Reading:
        """Give what reads the list; the one before gives up wherever it is."""
        self._given_up.set()
        self._given_up = threading.Event()
        workspace, cancelled = self._workspace, self._given_up.is_set

        def page(offset: int, limit: int) -> list[PersonRow]:
            return workspace.people(
                wanted.text,
                active=wanted.active,
                source=wanted.source,
                group_id=wanted.group_id,
                sort=sort,
                descending=descending,
                offset=offset,
                limit=limit,
                cancelled=cancelled,
            )

        def count() -> int:
            if not wanted.is_everybody:
                # Found and sorted once: after that to count them costs nothing.
                page(0, 0)
            return workspace.count_people(
                wanted.text,
                active=wanted.active,
                source=wanted.source,
                group_id=wanted.group_id,
                cancelled=cancelled,
            )

        return Reading(count, page)
