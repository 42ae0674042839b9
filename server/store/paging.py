"""Places in long lists: totals and positions from the tally, results of scans kept until something changes."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from server.directory import Selection
    from server.store.database import Database

KEPT_RESULTS = 8
KEPT_POSITIONS = 2_000_000
"""Positions kept in all results together: 16 MB."""


def _parity(resource_type: str) -> int:
    """Give the lowest bit of a type's keys in the tally."""
    return 1 if resource_type == "Group" else 0


def total(connection: sqlite3.Connection, resource_type: str) -> int:
    """Give how many resources of a type there are, from a handful of rows."""
    number: int = connection.execute(
        "SELECT coalesce(sum(number), 0) FROM tally_region WHERE key & 1 = ?", (_parity(resource_type),)
    ).fetchone()[0]
    return number


def totals(database: Database) -> tuple[int, int]:
    """Give how many people and how many groups there are; raises StoreUnavailable."""
    rows = database.read("SELECT key & 1, sum(number) FROM tally_region GROUP BY key & 1")
    found: dict[int, int] = dict(rows)
    return found.get(_parity("User"), 0), found.get(_parity("Group"), 0)


def seq_at(connection: sqlite3.Connection, resource_type: str, position: int) -> int | None:
    """Find the seq of the resource at ``position`` (from 0), in steps that do not grow with the position."""
    if position == 0:
        return 0
    parity = _parity(resource_type)
    rows = connection.execute("SELECT key, number FROM tally_region WHERE key & 1 = ? ORDER BY key", (parity,))
    region, position = _pass(rows, position)
    if region is None:
        return None
    # A region is 256 blocks: its keys begin at the region's own key, without the parity, times 256.
    rows = connection.execute(
        "SELECT key, number FROM tally_block WHERE key & 1 = ? AND key >= ? AND key < ? ORDER BY key",
        (parity, region >> 1 << 9, (region >> 1) + 1 << 9),
    )
    block, position = _pass(rows, position)
    if block is None:
        return None
    first = block >> 1 << 8
    row = connection.execute(
        "SELECT seq FROM resource INDEXED BY resource_by_type WHERE type = ? AND seq >= ? "
        "ORDER BY seq LIMIT 1 OFFSET ?",
        (resource_type, first, position),
    ).fetchone()
    return None if row is None else row[0]


def _pass(rows: Iterable[tuple[int, int]], position: int) -> tuple[int | None, int]:
    """Pass rows of (key, number) until the position lies within one; give its key and what is left to go in it."""
    for key, number in rows:
        if position < number:
            return key, position
        position -= number
    return None, position


class Result(NamedTuple):
    """What a scan found, in order, as of one state of the directory."""

    generation: int
    seqs: array[int]
    as_created: bool = False
    """Whether the order is that of ``seq`` itself."""

    def position_after(self, seq: int, position: int) -> int:
        """Find where the page after a resource begins; where it is gone, the place where it stood."""
        if seq == 0:
            return 0
        if 0 < position <= len(self.seqs) and self.seqs[position - 1] == seq:
            return position
        if self.as_created:
            return bisect_right(self.seqs, seq)
        try:
            return self.seqs.index(seq) + 1
        except ValueError:
            return min(max(position - 1, 0), len(self.seqs))


class ResultCache:
    """Keeps the results of the latest scans, so that page 10 000 of a filter costs what page 1 costs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._results: OrderedDict[Selection, Result] = OrderedDict()

    def get(
        self,
        connection: sqlite3.Connection,
        selection: Selection,
        scan: Callable[[sqlite3.Connection, Selection], Iterable[int]],
    ) -> Result:
        """Give the result as of now: kept, if nothing has changed since, else scanned again."""
        # Each change of the directory appends to the audit in the same transaction: its end names the state.
        generation = connection.execute("SELECT coalesce(max(seq), 0) FROM change").fetchone()[0]
        with self._lock:
            result = self._results.get(selection)
            if result is not None and result.generation == generation:
                self._results.move_to_end(selection)
                return result
        as_created = len(selection.resource_types) == 1 and not selection.sort_by
        result = Result(generation, array("q", scan(connection, selection)), as_created)
        with self._lock:
            self._results[selection] = result
            self._results.move_to_end(selection)
            while len(self._results) > KEPT_RESULTS or (
                len(self._results) > 1 and sum(len(r.seqs) for r in self._results.values()) > KEPT_POSITIONS
            ):
                self._results.popitem(last=False)
        return result
