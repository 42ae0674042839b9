"""Reads rows of the log: the newest, those before, those after, without ever reading the whole of it at once.

Belongs here: calls of the workspace, made on a background thread. Must not know: widgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from desktop.activity.rows import Row, row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desktop.activity.wanted import Wanted
    from server.records import ActivityRecord
    from server.workspace import Workspace

PAGE: Final = 200
"""Rows read at once."""
FAR_BEHIND: Final = 4_000
"""Requests that came since the last look, beyond which not even those that are wanted are sought among them."""


class Page(NamedTuple):
    """A part of the list, the newest first."""

    rows: list[Row]
    head: int
    """The newest number that the log had, wanted or not."""
    has_older: bool


class Newer(NamedTuple):
    """What came since the last look, the newest first."""

    rows: list[Row]
    head: int
    is_gap: bool
    """More came than was read: the list has to begin anew."""


def head(workspace: Workspace) -> int:
    """Give the newest number of the log, 0 where there is none."""
    return workspace.activity.newest()


def newest(workspace: Workspace, wanted: Wanted, *, through: int | None = None, limit: int = PAGE) -> Page:
    """Read the newest that are wanted; with ``through`` as many as it takes to have that one among them."""
    end = head(workspace)
    found = _before(workspace, wanted, end + 1, limit)
    rows = [row_of(record) for record in found]
    more = len(found) == limit
    while through is not None and more and rows[-1].seq > through:
        page = _before(workspace, wanted, rows[-1].seq, PAGE)
        rows += map(row_of, page)
        more = len(page) == PAGE
    return Page(rows, end, more)


def older(workspace: Workspace, wanted: Wanted, before: int) -> Page:
    """Read the next that are wanted before a number."""
    found = _before(workspace, wanted, before, PAGE)
    return Page([row_of(record) for record in found], 0, len(found) == PAGE)


def newer(workspace: Workspace, wanted: Wanted, since: int, most: int = FAR_BEHIND) -> Newer:
    """Read what is wanted of what came after a number; more than ``most`` rows are a gap."""
    end = head(workspace)
    # Before what was seen: another log stands in the folder.
    if end < since or end - since > (min(most, FAR_BEHIND) if wanted.is_everything else FAR_BEHIND):
        return Newer([], end, is_gap=True)
    records: list[ActivityRecord] = []
    last = since
    while last < end:
        page = workspace.activity.listed(PAGE, **wanted.asked(), after_seq=last, before_seq=end + 1)
        records += [record for record in page if wanted.takes(record)]
        if len(records) > most:
            return Newer([], end, is_gap=True)
        if len(page) < PAGE:
            break
        last = page[-1].seq
    return Newer([row_of(record) for record in reversed(records)], end, is_gap=False)


def walk(
    workspace: Workspace, wanted: Wanted, report: Callable[[int, int], None] | None = None
) -> Iterator[ActivityRecord]:
    """Yield all that are wanted, whole, the newest first; reports how much of the log was looked at."""
    end = head(workspace)
    total = min(end, workspace.config.activity_keep)
    before = end + 1
    while True:
        page = workspace.activity.recent(PAGE, **wanted.asked(), before_seq=before)
        yield from (record for record in page if wanted.takes(record))
        if len(page) < PAGE:
            break
        before = page[-1].seq
        if report is not None:
            report(min(end + 1 - before, total), total)
    if report is not None:
        report(total, total)


def _before(workspace: Workspace, wanted: Wanted, before: int, limit: int) -> list[ActivityRecord]:
    found: list[ActivityRecord] = []
    filters: dict[str, Any] = wanted.asked()
    size = PAGE if wanted.direction else limit
    while len(found) < limit:
        page = workspace.activity.listed(size, **filters, before_seq=before)
        found += [record for record in page if wanted.takes(record)]
        if len(page) < size:
            break
        before = page[-1].seq
    return found[:limit]
