"""People and groups as rows of tables: searched as somebody types, sorted, read in parts, however many there are.

Belongs here: what a table of the desktop asks, answered from SQLite alone. Must not know: the protocol, widgets.
May be called from any thread, one call at a time; what waits can be given up (``cancelled``).
"""

from __future__ import annotations

import sqlite3
import threading
from array import array
from collections import OrderedDict
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict

import orjson

from server.faults import Superseded
from server.records import GroupRow, MemberRow, PersonRow, Source
from server.store import paging
from server.store.database import translate
from server.store.people_snapshot import (
    DEPARTMENT,
    EMAIL,
    NAME,
    OF_OKTA,
    PLAIN,
    SHOWN_EMAIL,
    TITLE,
    PeopleSnapshot,
    plain_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Unpack

    from server.store.database import Database

    Cancelled = Callable[[], bool]
    Key = tuple[object, ...]

PeopleSort = Literal["name", "userName", "email", "title", "department", "active", "source", "created", "modified"]
GroupsSort = Literal["name", "members", "source", "created", "modified", "externalId"]

_STEPS: Final = 20_000
"""Virtual machine steps between two looks at ``cancelled``: less than a millisecond."""
_KEPT: Final = 6
"""Results kept, for the next part of the same table; 0.8 MB for 100 000 rows."""
_WORDS: Final = 8
"""Words of a search that are looked for."""

_PERSON = f"""
SELECT r.seq, r.id, json_extract(r.document, '$.userName'), r.label, coalesce({EMAIL}, ''), coalesce({TITLE}, ''),
    coalesce({DEPARTMENT}, ''), r.active IS NOT 0, iif({OF_OKTA}, 'okta', 'here'), r.external_id, r.created, r.modified
FROM json_each(?) j CROSS JOIN resource r ON r.seq = j.value
"""  # noqa: S608 -- our own constants
_GROUP = f"""
SELECT r.seq, r.id, r.label, r.member_count, iif({OF_OKTA}, 'okta', 'here'), r.external_id, r.created, r.modified
FROM json_each(?) j CROSS JOIN resource r ON r.seq = j.value
"""  # noqa: S608 -- our own constants
_MEMBER = """
SELECT r.id, r.type, r.label, iif(r.type = 'User', json_extract(r.document, '$.userName'), r.label), r.active IS NOT 0
FROM json_each(?) j CROSS JOIN resource r ON r.seq = j.value
"""
_GROUP_SEQ = "(SELECT seq FROM main.resource WHERE id = ? AND type = 'Group')"
_IN_GROUP = f"p.seq IN (SELECT member_seq FROM main.member WHERE group_seq = {_GROUP_SEQ})"  # noqa: S608 -- our own
_FOUND_PERSON = "instr(p.found_by, ?{0})"

_PEOPLE_ORDERS: Final[dict[str, str]] = {
    "name": "p.name {0}, p.seq {0}",
    "userName": "p.user_name {0}, p.seq {0}",
    "email": f"{SHOWN_EMAIL.format('p.')} {{0}} NULLS LAST, p.name, p.seq",
    "title": "p.title {0} NULLS LAST, p.name, p.seq",
    "department": "p.department {0} NULLS LAST, p.name, p.seq",
    "active": "p.active {1}, p.name, p.seq",
    "source": "p.okta {1}, p.name, p.seq",
    "created": "p.seq {0}",
    "modified": "p.modified {0}, p.seq {0}",
}
"""{0} is the direction, {1} the other one: active before deactivated, Okta's before ours."""
_GROUPS_ORDERS: Final[dict[str, str]] = {
    "name": f"{NAME} {{0}}, r.seq {{0}}",
    "members": f"r.member_count {{0}}, {NAME}, r.seq",
    "source": f"{OF_OKTA} {{1}}, {NAME}, r.seq",
    "created": "r.seq {0}",
    "modified": "r.modified {0}, r.seq {0}",
    "externalId": f"r.external_id {{0}} NULLS LAST, {NAME}, r.seq",
}

# The first look at the table needs no snapshot where an index has the order: nobody's name is beyond ASCII or is
# anything else than the displayName.
_NAMES_ARE_PLAIN = """
SELECT count(*), sum(length(display_name) <> length(CAST(display_name AS BLOB)))
FROM resource INDEXED BY resource_by_display_name WHERE type = 'User' AND display_name IS NOT NULL
"""
_FIRST: Final[dict[str, str]] = {
    "plain": "SELECT seq FROM resource INDEXED BY resource_by_display_name "
    "WHERE type = 'User' AND display_name IS NOT NULL ORDER BY display_name, seq LIMIT ? OFFSET ?",
    "name": f"SELECT r.seq FROM resource r WHERE r.type = 'User' ORDER BY {NAME}, r.seq LIMIT ? OFFSET ?",  # noqa: S608 -- our own
}
_AT_FIRST: Final = 1_000
"""Rows from the beginning that are the first look."""


class PeopleFilters(TypedDict, total=False):
    """Whom a table of people shows; all that are given must hold."""

    active: bool | None
    source: Source | None
    group_id: str | None
    cancelled: Cancelled | None
    """Asked again and again while a search takes long; True ends it with Superseded."""


class PeopleWindow(PeopleFilters, total=False):
    """Which part of a table of people is wanted, in which order; ``limit`` is 200 where nothing is said."""

    sort: PeopleSort
    descending: bool
    offset: int
    limit: int


class GroupsFilters(TypedDict, total=False):
    """Which groups a table shows."""

    source: Source | None
    cancelled: Cancelled | None


class GroupsWindow(GroupsFilters, total=False):
    """Which part of a table of groups is wanted, in which order; ``limit`` is 200 where nothing is said."""

    sort: GroupsSort
    descending: bool
    offset: int
    limit: int


class Browser:
    """Reads the tables of one workspace over a connection of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._closing = False
        self._connection: sqlite3.Connection | None = None
        self._snapshot: PeopleSnapshot | None = None
        self._results: OrderedDict[Key, tuple[int, array[int]]] = OrderedDict()

    def close(self) -> None:
        """End what is being read, before the database closes the connection under it."""
        self._closing = True
        with self._lock:
            if self._connection is not None:
                self._connection.close()

    # -- people ------------------------------------------------------------------------------------

    def warm(self) -> None:
        """Prepare for the first search (a third of a second for 100 000 people), once somebody is likely to."""
        with self._reading(None) as connection:
            self._caught_up(connection)

    def people(self, search: str = "", **wanted: Unpack[PeopleWindow]) -> list[PersonRow]:
        """List a part of those in whose name, userName or e-mail addresses each word of ``search`` stands.

        Without a look at capitals and accents; by name where no ``sort`` is given, who has no value last. Raises
        Superseded, StoreUnavailable.
        """
        offset, limit = wanted.get("offset", 0), wanted.get("limit", 200)
        with self._reading(wanted.get("cancelled")) as connection:
            part: Sequence[int] | None = None
            if not _is_narrowed(search, wanted) and offset + limit <= _AT_FIRST:
                part = self._first_people(connection, wanted, offset, limit)
            if part is None:
                sort, descending = wanted.get("sort", "name"), wanted.get("descending", False)
                part = self._people(connection, search, wanted, sort, descending=descending)[offset : offset + limit]
            rows = connection.execute(_PERSON, (_json(part),))
            return [PersonRow(*(*row[:7], bool(row[7]), *row[8:])) for row in rows]

    def count_people(self, search: str = "", **wanted: Unpack[PeopleFilters]) -> int:
        """Count those whom `people` lists in all; free after a part of them was listed, or without a filter."""
        with self._reading(wanted.get("cancelled")) as connection:
            if not _is_narrowed(search, wanted):
                return paging.total(connection, "User")
            return len(self._people(connection, search, wanted, None))

    def _first_people(
        self, connection: sqlite3.Connection, wanted: PeopleWindow, offset: int, limit: int
    ) -> list[int] | None:
        """Give the beginning of the whole list by name without a snapshot, while there is none."""
        if self._snapshot is None or self._snapshot.is_made or wanted.get("sort", "name") != "name":
            return None
        if wanted.get("descending"):
            return None
        named, beyond_ascii = connection.execute(_NAMES_ARE_PLAIN).fetchone()
        order = "plain" if not beyond_ascii and named == paging.total(connection, "User") else "name"
        return [seq for (seq,) in connection.execute(_FIRST[order], (limit, offset))]

    def _people(
        self,
        connection: sqlite3.Connection,
        search: str,
        wanted: PeopleFilters,
        sort: PeopleSort | None,
        *,
        descending: bool = False,
    ) -> Sequence[int]:
        """Find everybody who is wanted, in order; no ``sort`` is any order."""
        words = _words(search)
        active, source, group = wanted.get("active"), wanted.get("source"), wanted.get("group_id")
        conditions = [_FOUND_PERSON.replace("{0}", str(number)) for number in range(1, len(words) + 1)]
        parameters: list[Any] = [*words]
        for condition, value in (
            ("p.active = ?", active),
            ("p.okta = ?", None if source is None else source == "okta"),
            (_IN_GROUP, group),
        ):
            if value is not None:
                parameters.append(value)
                conditions.append(condition.replace("?", f"?{len(parameters)}"))
        order = _PEOPLE_ORDERS[sort or "name"].format(*_directions(descending=descending))
        sql = f"SELECT p.seq FROM temp.person p WHERE {' AND '.join(conditions) or '1'} ORDER BY {order}"  # noqa: S608 -- our own

        def find() -> Sequence[int]:
            self._caught_up(connection).index(sort or "name")
            return _gathered(connection, sql, parameters)

        what = ("people", words, active, source, group)
        return self._kept(connection, what, order if sort else None, find)

    # -- groups ------------------------------------------------------------------------------------

    def groups(self, search: str = "", **wanted: Unpack[GroupsWindow]) -> list[GroupRow]:
        """List a part of the groups in whose name each word of ``search`` stands; raises as `people`."""
        offset, limit = wanted.get("offset", 0), wanted.get("limit", 200)
        with self._reading(wanted.get("cancelled")) as connection:
            sort, descending = wanted.get("sort", "name"), wanted.get("descending", False)
            found = self._groups(connection, search, wanted, sort, descending=descending)
            return _group_rows(connection, found[offset : offset + limit])

    def count_groups(self, search: str = "", **wanted: Unpack[GroupsFilters]) -> int:
        """Count the groups that `groups` lists in all."""
        with self._reading(wanted.get("cancelled")) as connection:
            if not _words(search) and wanted.get("source") is None:
                return paging.total(connection, "Group")
            return len(self._groups(connection, search, wanted, None))

    def group(self, group_id: str) -> GroupRow | None:
        """Give one group as a row; None where there is none."""
        sql = "SELECT seq FROM resource WHERE id = ? AND type = 'Group'"
        with self._reading(None) as connection:
            return next(iter(_group_rows(connection, _gathered(connection, sql, [group_id]))), None)

    def _groups(
        self,
        connection: sqlite3.Connection,
        search: str,
        wanted: GroupsFilters,
        sort: GroupsSort | None,
        *,
        descending: bool = False,
    ) -> Sequence[int]:
        words, source = _words(search), wanted.get("source")
        conditions = [f"instr({NAME}, ?)"] * len(words)
        parameters: list[Any] = [*words]
        if source is not None:
            conditions.append(f"{OF_OKTA} = ?")
            parameters.append(source == "okta")
        order = _GROUPS_ORDERS[sort or "name"].format(*_directions(descending=descending))
        where = " AND ".join(["r.type = 'Group'", *conditions])
        sql = f"SELECT r.seq FROM resource r WHERE {where} ORDER BY {order}"  # noqa: S608 -- our own constants
        return self._kept(
            connection,
            ("groups", words, source),
            order if sort else None,
            lambda: _gathered(connection, sql, parameters),
        )

    # -- who belongs where -------------------------------------------------------------------------

    def members(
        self, group_id: str, search: str = "", offset: int = 0, limit: int = 200, cancelled: Cancelled | None = None
    ) -> list[MemberRow]:
        """List a part of a group's members by name, people and groups; none where there is no such group."""
        with self._reading(cancelled) as connection:
            part = self._members(connection, group_id, search)[offset : offset + limit]
            rows = connection.execute(_MEMBER, (_json(part),))
            return [MemberRow(*(*row[:4], bool(row[4]))) for row in rows]

    def count_members(self, group_id: str, search: str = "", cancelled: Cancelled | None = None) -> int:
        """Count those whom `members` lists in all."""
        with self._reading(cancelled) as connection:
            return len(self._members(connection, group_id, search))

    def _members(self, connection: sqlite3.Connection, group_id: str, search: str) -> Sequence[int]:
        words = _words(search)
        found = f"(instr({NAME}, ?) OR instr({PLAIN.format('r.unique_name')}, ?))"
        where = " AND ".join([f"m.group_seq = {_GROUP_SEQ}", *[found] * len(words)])
        sql = f"SELECT r.seq FROM member m JOIN resource r ON r.seq = m.member_seq WHERE {where} ORDER BY {NAME}, r.seq"  # noqa: S608 -- our own
        parameters = [group_id, *(word for word in words for _ in range(2))]
        return self._kept(connection, ("members", group_id, words), "", lambda: _gathered(connection, sql, parameters))

    def groups_of(self, member_id: str) -> list[GroupRow]:
        """List the groups that a person, or a group, is in, by name."""
        sql = f"""SELECT r.seq FROM member m JOIN resource r ON r.seq = m.group_seq
            WHERE m.member_seq = (SELECT seq FROM resource WHERE id = ?) ORDER BY {NAME}, r.seq"""  # noqa: S608 -- our own
        with self._reading(None) as connection:
            return _group_rows(connection, _gathered(connection, sql, [member_id]))

    # -- shared ------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self, cancelled: Cancelled | None) -> Iterator[sqlite3.Connection]:
        """See one commit through several statements; nobody else uses the connection meanwhile."""
        with self._lock:
            # Whoever has waited for a longer search may not be wanted any more.
            if cancelled is not None and cancelled():
                raise Superseded
            if self._connection is None:
                self._connection = self._database.another_reader().connection
                self._snapshot = PeopleSnapshot(self._connection)
            connection = self._connection
            try:
                connection.set_progress_handler(
                    lambda: self._closing or (cancelled is not None and cancelled()), _STEPS
                )
                connection.execute("BEGIN")
                yield connection
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                    raise Superseded from error
                raise translate(error, self._database.path) from error
            finally:
                # Also after an interrupted search: what the snapshot had taken in stays taken in.
                with suppress(sqlite3.ProgrammingError):
                    connection.set_progress_handler(None, 0)
                    if connection.in_transaction:
                        connection.execute("COMMIT")

    def _caught_up(self, connection: sqlite3.Connection) -> PeopleSnapshot:
        assert self._snapshot is not None
        try:
            self._snapshot.catch_up(_generation(connection))
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return self._snapshot

    def _kept(
        self, connection: sqlite3.Connection, what: Key, order: str | None, find: Callable[[], Sequence[int]]
    ) -> Sequence[int]:
        """Give a result that is kept, while nothing has changed; ``order`` None takes any."""
        generation = _generation(connection)
        for key, (as_of, seqs) in self._results.items():
            if as_of == generation and key[0] == what and (order is None or key[1] == order):
                self._results.move_to_end(key)
                return seqs
        found = array("q", find())
        self._results[what, order] = generation, found
        while len(self._results) > _KEPT:
            self._results.popitem(last=False)
        return found


def _generation(connection: sqlite3.Connection) -> int:
    """Name the state: each change of the directory appends to the audit in the same transaction."""
    generation: int = connection.execute("SELECT coalesce(max(seq), 0) FROM change").fetchone()[0]
    return generation


def _gathered(connection: sqlite3.Connection, sql: str, parameters: Sequence[Any]) -> Sequence[int]:
    """Read numbers as one text: 100 000 rows would take the interpreter lock 100 000 times."""
    text = connection.execute(f"SELECT group_concat(seq) FROM ({sql})", parameters).fetchone()[0]  # noqa: S608 -- our own
    found: list[int] = orjson.loads(f"[{text or ''}]")
    return found


def _group_rows(connection: sqlite3.Connection, seqs: Sequence[int]) -> list[GroupRow]:
    return [GroupRow(*row) for row in connection.execute(_GROUP, (_json(seqs),))]


def _words(search: str) -> tuple[str, ...]:
    return tuple(plain_text(search).split()[:_WORDS])


def _is_narrowed(search: str, wanted: PeopleFilters) -> bool:
    names: tuple[Literal["active", "source", "group_id"], ...] = ("active", "source", "group_id")
    return bool(_words(search)) or any(wanted.get(name) is not None for name in names)


def _directions(*, descending: bool) -> tuple[str, str]:
    return ("DESC", "ASC") if descending else ("ASC", "DESC")


def _json(seqs: Sequence[int]) -> str:
    return orjson.dumps(list(seqs)).decode()
