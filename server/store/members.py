"""Members as rows: the SQL that adds, removes and replaces them in sets, and turns them back into JSON.

Every statement takes its ids as one JSON array, so that a list of fifty thousand is one statement, not fifty thousand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from server.directory import MemberOutcome
from server.scim.filter import value_matches
from server.scim.members import (
    AddMembers,
    Member,
    MemberChange,
    RedisplayMembers,
    RemoveMatching,
    RemoveMembers,
    ReplaceMembers,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from server.scim.filter import Filter

LATER = "iif(modified < ?1, ?1, strftime('%Y-%m-%dT%H:%M:%fZ', modified, '+0.001 seconds'))"
"""When a group that others' changes touch was modified: at the first parameter, and later than before in any case."""

_GROUP = """'{"value":"' || g.id || '","$ref":"' || char(31) || '/Groups/' || g.id
                    || '","display":' || json_quote(g.label) || ',"type":"direct"}'"""
GROUPS_OF = f"""
SELECT group_concat({_GROUP})
FROM (SELECT group_seq FROM member WHERE member_seq = {{seq}} ORDER BY group_seq) m
JOIN resource g ON g.seq = m.group_seq
"""  # noqa: S608 -- our own constants
"""JSON of a person's groups; U+001F stands for the base URL, ``{seq}`` for what holds the person's seq."""

MEMBERS_OF = """
SELECT group_concat('{"value":"' || member_id || '","$ref":"' || char(31) || '/' || kind || 's/' || member_id || '"'
                    || iif(display IS NULL, '', ',"display":' || json_quote(display))
                    || ',"type":"' || kind || '"}')
FROM (SELECT member_id, display, kind FROM member INDEXED BY member_by_group WHERE group_seq = {seq} ORDER BY seq)
"""
"""JSON of a group's members in the order they came."""

_GROUPS = GROUPS_OF.replace("{seq}", "?")
_MEMBERS = MEMBERS_OF.replace("{seq}", "?")

_USER_NAME = "iif(r.type = 'User', json_extract(r.document, '$.userName'), r.label)"

_ADD_ONE = f"""
INSERT OR IGNORE INTO member (group_seq, member_seq, member_id, display, kind)
SELECT ?1, r.seq, r.id, coalesce(?3, {_USER_NAME}), r.type FROM resource r WHERE r.id = ?2 AND r.seq <> ?1
"""  # noqa: S608 -- our own constants
_ADD = f"""
INSERT OR IGNORE INTO member (group_seq, member_seq, member_id, display, kind)
SELECT ?1, r.seq, r.id, coalesce(json_extract(j.value, '$[1]'), {_USER_NAME}), r.type
FROM json_each(?2) j CROSS JOIN resource r ON r.id = json_extract(j.value, '$[0]')
WHERE r.seq <> ?1
RETURNING member_id
"""  # noqa: S608 -- our own constants
_UNKNOWN = """
SELECT j.value FROM json_each(?2) j
WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = j.value AND r.seq <> ?1)
"""
_REMOVE_ONE = """
DELETE FROM member WHERE member_seq = (SELECT seq FROM resource WHERE id = ?2) AND group_seq = ?1
"""
_REMOVE = """
DELETE FROM member WHERE group_seq = ?1 AND member_seq IN (
    SELECT r.seq FROM json_each(?2) j CROSS JOIN resource r ON r.id = j.value)
RETURNING member_id
"""
_KEEP_ONLY = """
DELETE FROM member WHERE group_seq = ?1 AND member_id NOT IN (SELECT value FROM json_each(?2)) RETURNING member_id
"""
# Materialised, so that each person is looked up once: a sub-query in the WHERE was asked again for every pair, and a
# group of 10,000 that was sent once more kept the writer for 42 seconds.
_SHOW = """
UPDATE member SET display = w.display FROM (
    WITH told AS MATERIALIZED (
        SELECT r.seq AS seq, json_extract(j.value, '$[1]') AS display
        FROM json_each(?2) j CROSS JOIN resource r ON r.id = json_extract(j.value, '$[0]'))
    SELECT seq, display FROM told) w
WHERE member.group_seq = ?1 AND member.member_seq = w.seq AND member.display IS NOT w.display
"""


def linked(connection: sqlite3.Connection, resource_type: str, seq: int) -> str | None:
    """Give the JSON of a person's groups, or of a group's members, without brackets; None where there are none."""
    text: str | None = connection.execute(_GROUPS if resource_type == "User" else _MEMBERS, (seq,)).fetchone()[0]
    return text


def groups_as_elements(connection: sqlite3.Connection, groups: Iterable[int]) -> dict[int, str]:
    """Give the JSON element that stands for each of these groups in a person's ``groups``, by the group's seq."""
    rows = connection.execute(
        f"SELECT g.seq, {_GROUP} FROM json_each(?) j CROSS JOIN resource g ON g.seq = j.value",  # noqa: S608 -- our own
        (_json(groups),),
    )
    return dict(rows.fetchall())


def change(connection: sqlite3.Connection, group_seq: int, change: MemberChange) -> MemberOutcome:
    """Apply one change; ids that do not exist (and the group's own) are skipped and reported (OKTA.md A13)."""
    if isinstance(change, AddMembers):
        return _add(connection, group_seq, change.members)
    if isinstance(change, RemoveMembers):
        return MemberOutcome(removed=_remove(connection, group_seq, change.ids))
    if isinstance(change, ReplaceMembers):
        return _replace(connection, group_seq, change.members)
    if isinstance(change, RemoveMatching):
        ids = _matching(connection, group_seq, change.filter)
        return MemberOutcome(removed=_remove(connection, group_seq, ids) if ids else ())
    assert isinstance(change, RedisplayMembers)
    ids = _matching(connection, group_seq, change.filter)
    return MemberOutcome(redisplayed=_show(connection, group_seq, [(i, change.display) for i in ids]))


def _json(values: Iterable[Any]) -> str:
    return orjson.dumps(list(values)).decode()


def _add(connection: sqlite3.Connection, group_seq: int, added: Sequence[Member]) -> MemberOutcome:
    if len(added) == 1:
        member = added[0]
        if connection.execute(_ADD_ONE, (group_seq, member.value, member.display)).rowcount == 1:
            return MemberOutcome(added=(member.value,))
        new: tuple[str, ...] = ()
    else:
        rows = connection.execute(_ADD, (group_seq, _json((m.value, m.display) for m in added))).fetchall()
        new = tuple(row[0] for row in rows)
        if len(new) == len(added):
            return MemberOutcome(added=new)
    # Only now, when somebody was a member already or does not exist, it is worth asking who.
    unknown = connection.execute(_UNKNOWN, (group_seq, _json(m.value for m in added))).fetchall()
    fresh = set(new)
    shown = _show(connection, group_seq, [(m.value, m.display) for m in added if m.display and m.value not in fresh])
    return MemberOutcome(added=new, unknown=tuple(row[0] for row in unknown), redisplayed=shown)


def _remove(connection: sqlite3.Connection, group_seq: int, ids: Sequence[str]) -> tuple[str, ...]:
    if len(ids) == 1:
        cursor = connection.execute(_REMOVE_ONE, (group_seq, ids[0]))
        return tuple(ids) if cursor.rowcount == 1 else ()
    rows = connection.execute(_REMOVE, (group_seq, _json(ids))).fetchall()
    return tuple(row[0] for row in rows)


def _replace(connection: sqlite3.Connection, group_seq: int, wanted: Sequence[Member]) -> MemberOutcome:
    """Make the list what was sent as a set difference: who stays keeps the row and the place."""
    rows = connection.execute(_KEEP_ONLY, (group_seq, _json(m.value for m in wanted))).fetchall()
    removed = tuple(row[0] for row in rows)
    if not wanted:
        return MemberOutcome(removed=removed)
    outcome = _add(connection, group_seq, wanted)
    return MemberOutcome(outcome.added, removed, outcome.unknown, outcome.redisplayed)


def _matching(connection: sqlite3.Connection, group_seq: int, filter_: Filter) -> list[str]:
    rows = connection.execute("SELECT member_id, display, kind FROM member WHERE group_seq = ?", (group_seq,))
    return [
        member_id
        for member_id, display, kind in rows
        if value_matches(filter_, {"value": member_id, "display": display, "type": kind})
    ]


def _show(connection: sqlite3.Connection, group_seq: int, displays: Sequence[tuple[str, str | None]]) -> int:
    return connection.execute(_SHOW, (group_seq, _json(displays))).rowcount if displays else 0


def rename(connection: sqlite3.Connection, seq: int, before: str, at: str) -> None:
    """Let groups show a member's new name where they showed the old one (OKTA.md A57: as sent, or derived)."""
    groups = connection.execute(
        f"""UPDATE member SET display = (SELECT {_USER_NAME} FROM resource r WHERE r.seq = ?1)
            WHERE member_seq = ?1 AND display = ?2 RETURNING group_seq""",  # noqa: S608 -- our own constants
        (seq, before),
    ).fetchall()
    # What a group shows has changed, and so its entity tag must.
    connection.executemany(
        f"UPDATE resource SET version = version + 1, modified = {LATER} WHERE seq = ?2",  # noqa: S608 -- our own
        [(at, group) for (group,) in groups],
    )
