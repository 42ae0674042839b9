"""The read side of the directory: one resource, one page, each of the latest commit.

Belongs here: SELECTs over people and groups, and the decision whether the event loop may wait for one. Must not know:
the protocol; ``filter_sql`` turns filters into WHERE, ``paging`` finds positions.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from server.directory import Page, Selection, Stored, TooLong, Window
from server.scim.errors import TooMany
from server.store import paging
from server.store.database import translate
from server.store.filter_sql import CompiledFilter, compile_filter, sort_expression
from server.store.members import groups_as_elements
from server.store.members import linked as members_of
from server.store.rows import FIND, columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.scim.schema import ResourceType
    from server.store.database import Database
    from server.store.reading import Reader

INLINE_MEMBERS = 1_000
"""Members (in all groups of a page) that the event loop may serialise itself; about half a millisecond."""

INLINE_ROWS = 200
"""Rows that an indexed filter may match before the answer is made on a reader thread."""

SCAN_SECONDS = 10.0
"""Time budget of one scan; Okta gives up after 60 s."""

_STEPS = 50_000
"""Virtual machine steps between two looks at the clock: about a millisecond."""


_PLAIN_SELECT = (
    f"SELECT {columns('User', linked=False)} FROM resource r INDEXED BY resource_by_type "  # noqa: S608 -- our own
    "WHERE r.type = ? AND r.seq >= ? ORDER BY r.seq LIMIT ?"
)


def _with_groups(connection: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Add their groups to people who stand together: each group is read once, not once for each of its members."""
    if not rows:
        return rows
    memberships = connection.execute(
        "SELECT member_seq, group_seq FROM member WHERE member_seq BETWEEN ? AND ? ORDER BY member_seq, group_seq",
        (rows[0][0], rows[-1][0]),
    ).fetchall()
    if not memberships:
        return rows
    groups = groups_as_elements(connection, {group for _, group in memberships})
    linked: dict[int, list[str]] = {}
    for member, group in memberships:
        linked.setdefault(member, []).append(groups[group])
    return [(*row[:-1], ",".join(linked[row[0]])) if row[0] in linked else row for row in rows]


@lru_cache(256)
def _indexed_select(resource_type: str, where: str, *, links: bool) -> str:
    """Make the SELECT of an indexed filter; kept, because sqlite3 finds a prepared statement by the same text."""
    return (
        f"SELECT {columns(resource_type, linked=links)} FROM resource r "  # noqa: S608 -- our own constants
        f"WHERE r.type = ? AND {where} ORDER BY r.seq LIMIT {INLINE_ROWS + 1}"
    )


class Resources:
    """Implements ``directory.ResourceStore`` over a workspace's database."""

    def __init__(self, database: Database, *, scan_seconds: float = SCAN_SECONDS) -> None:
        self._database = database
        self._scan_seconds = scan_seconds
        self._results = paging.ResultCache()

    def find(self, resource_type: str, resource_id: str, *, linked: bool, inline: bool) -> Stored | None:
        """Read one resource; raises TooLong when ``inline`` and its members are too many for the event loop."""
        whole = linked and resource_type == "User"
        try:
            with self._reader(inline=inline) as connection:
                row = connection.execute(FIND[resource_type, whole], (resource_id, resource_type)).fetchone()
                if row is None:
                    return None
                stored = Stored._make(row)
                return stored if whole or not linked else self._with_members(connection, [stored], inline=inline)[0]
        except sqlite3.Error as error:
            raise translate(error, self._database.path) from error

    def _reader(self, *, inline: bool) -> Reader:
        return self._database.reading_in_turn() if inline else self._database.reading()

    @staticmethod
    def _with_members(connection: sqlite3.Connection, groups: list[Stored], *, inline: bool) -> list[Stored]:
        if inline and sum(group.member_count for group in groups) > INLINE_MEMBERS:
            raise TooLong
        return [
            group._replace(linked=members_of(connection, "Group", group.seq)) if group.member_count else group
            for group in groups
        ]

    def select(self, selection: Selection, window: Window, *, linked: bool, inline: bool) -> Page:
        """Read a page; raises TooLong when ``inline`` and no index serves it, TooMany when the time is up."""
        try:
            with self._reader(inline=inline) as connection:
                if inline:
                    return self._select(connection, selection, window, linked=linked, inline=True)
                with _deadline(connection, self._scan_seconds):
                    return self._select(connection, selection, window, linked=linked, inline=False)
        except sqlite3.Error as error:
            is_interrupted = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
            if is_interrupted and not self._database.is_closed:
                raise TooMany(
                    f"This query needs to look at every resource and took longer than {self._scan_seconds:g} seconds: "
                    "narrow it with an indexed attribute (id, userName, externalId, displayName, emails.value)."
                ) from error
            raise translate(error, self._database.path) from error

    def _select(
        self,
        connection: sqlite3.Connection,
        selection: Selection,
        window: Window,
        *,
        linked: bool,
        inline: bool,
    ) -> Page:
        if len(selection.resource_types) == 1 and not selection.sort_by:
            resource_type, filter_ = selection.resource_types[0], selection.filters[0]
            if filter_ is None:
                with _snapshot(connection):
                    return self._plain_page(connection, resource_type, window, linked=linked, inline=inline)
            compiled = compile_filter(filter_, resource_type)
            if compiled.indexed:
                page = self._indexed_page(connection, resource_type, compiled, window, linked=linked, inline=inline)
                if page is not None:
                    return page
        if inline:
            raise TooLong
        with _snapshot(connection):
            return self._scanned_page(connection, selection, window, linked=linked)

    def _plain_page(
        self,
        connection: sqlite3.Connection,
        resource_type: ResourceType,
        window: Window,
        *,
        linked: bool,
        inline: bool,
    ) -> Page:
        """Give a part of the whole list: its place is found by the tally, its end by counting from there."""
        name = resource_type.name
        total = paging.total(connection, name)
        if window.after is None:
            position = window.start_index - 1
            first = paging.seq_at(connection, name, position) if position < total else None
        else:
            last, position = window.after
            first = last + 1
        if first is None or window.size == 0:
            return Page(total, [], None)
        rows = connection.execute(_PLAIN_SELECT, (name, first, window.size + 1)).fetchall()
        if linked and name == "User":
            rows = _with_groups(connection, rows)
        return self._page(connection, resource_type, total, rows, position, window.size, linked=linked, inline=inline)

    def _indexed_page(
        self,
        connection: sqlite3.Connection,
        resource_type: ResourceType,
        compiled: CompiledFilter,
        window: Window,
        *,
        linked: bool,
        inline: bool,
    ) -> Page | None:
        """Give a part of what an index finds; None when that is so much that it is better kept and sliced."""
        name = resource_type.name
        rows = connection.execute(
            _indexed_select(name, compiled.where, links=linked and name == "User"),
            (name, *compiled.parameters),
        ).fetchall()
        total = len(rows)
        if total > INLINE_ROWS:
            return None
        if window.after is None:
            position = window.start_index - 1
            rows = rows[position:]
        else:
            last, position = window.after
            rows = [row for row in rows if row[0] > last]
        return self._page(connection, resource_type, total, rows, position, window.size, linked=linked, inline=inline)

    def _page(
        self,
        connection: sqlite3.Connection,
        resource_type: ResourceType,
        total: int,
        rows: Sequence[tuple[Any, ...]],
        position: int,
        count: int,
        *,
        linked: bool,
        inline: bool,
    ) -> Page:
        found = [Stored._make(row) for row in rows[:count]]
        if linked and resource_type.name == "Group":
            found = self._with_members(connection, found, inline=inline)
        end = (found[-1].seq, position + len(found)) if found and len(rows) > count else None
        return Page(total, [(resource_type, stored) for stored in found], end)

    def _scanned_page(
        self, connection: sqlite3.Connection, selection: Selection, window: Window, *, linked: bool
    ) -> Page:
        """Give a part of what a scan found; the scan's result is kept until the directory changes."""
        result = self._results.get(connection, selection, self._scan)
        position = window.start_index - 1 if window.after is None else result.position_after(*window.after)
        part = result.seqs[position : position + window.size]
        found: dict[int, tuple[ResourceType, Stored]] = {}
        for resource_type in selection.resource_types:
            name = resource_type.name
            rows = connection.execute(
                f"SELECT {columns(name, linked=linked)} FROM json_each(?) j CROSS JOIN resource r ON r.seq = j.value "  # noqa: S608 -- our own constants
                "WHERE r.type = ?",
                (f"[{','.join(map(str, part))}]", name),
            )
            found.update((row[0], (resource_type, Stored._make(row))) for row in rows)
        position += len(part)
        end = (part[-1], position) if part and position < len(result.seqs) else None
        return Page(len(result.seqs), [found[seq] for seq in part if seq in found], end)

    @staticmethod
    def _scan(connection: sqlite3.Connection, selection: Selection) -> Iterator[int]:
        """Find everything selected, in order: sorted across types, else one type after the other as created."""
        parts: list[str] = []
        parameters: list[Any] = []
        for index, resource_type in enumerate(selection.resource_types):
            filter_ = selection.filters[index]
            target = selection.sort_by[index] if selection.sort_by else None
            order, order_parameters = ("NULL", ()) if target is None else sort_expression(target)
            where, where_parameters = "1", ()
            if filter_ is not None:
                where, where_parameters, _ = compile_filter(filter_, resource_type)
            parts.append(f"SELECT {index}, {order}, r.seq FROM resource r WHERE r.type = ? AND {where}")  # noqa: S608 -- our own
            parameters += (*order_parameters, resource_type.name, *where_parameters)
        # Ascending puts those without a value last (RFC 7644 §3.4.2.3), descending first.
        direction = "DESC NULLS FIRST" if selection.descending else "ASC NULLS LAST"
        by = f"2 {direction}, 3" if selection.sort_by else "1, 3"
        for row in connection.execute(f"{' UNION ALL '.join(parts)} ORDER BY {by}", parameters):
            yield row[2]


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """See one commit through several statements."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


@contextmanager
def _deadline(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Interrupt whatever runs on the connection when the time is up."""
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)
