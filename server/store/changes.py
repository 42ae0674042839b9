"""Reading the audit: who changed what, and when; written by ``transaction`` with each change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.records import ChangeRecord

if TYPE_CHECKING:
    from server.store.database import Database
    from server.store.names import Read

_COLUMNS = "seq, at, actor, resource_id, resource_type, operation, summary, before, after"
_OF_ONE = f"SELECT {_COLUMNS} FROM change WHERE resource_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?"  # noqa: S608 -- our own column names
_OF_ALL = f"SELECT {_COLUMNS} FROM change WHERE seq < ? ORDER BY seq DESC LIMIT ?"  # noqa: S608 -- our own column names
_ONE = f"SELECT {_COLUMNS} FROM change WHERE seq = ?"  # noqa: S608 -- our own column names
_SINCE = f"SELECT {_COLUMNS} FROM change WHERE resource_id = ? AND seq > ? ORDER BY seq DESC"  # noqa: S608 -- our own column names
_NO_END = 2**63 - 1


def changes(
    database: Database, resource_id: str | None = None, *, limit: int = 100, before_seq: int | None = None
) -> list[ChangeRecord]:
    """List changes of one resource, or of all, the newest first; ``before_seq`` pages towards the past.

    Raises StoreUnavailable.
    """
    end = _NO_END if before_seq is None else before_seq
    if resource_id is None:
        rows = database.read(_OF_ALL, (end, limit))
    else:
        rows = database.read(_OF_ONE, (resource_id, end, limit))
    return [ChangeRecord(*row) for row in rows]


def change_of(read: Read, seq: int) -> ChangeRecord | None:
    """Give one change; ``read`` runs a SELECT, as in ``names``."""
    return next((ChangeRecord(*row) for row in read(_ONE, (seq,))), None)


def changes_since(read: Read, resource_id: str, seq: int) -> list[ChangeRecord]:
    """List the changes of a resource after one of them, the newest first; ``read`` as in :func:`change_of`."""
    return [ChangeRecord(*row) for row in read(_SINCE, (resource_id, seq))]


def newest(database: Database) -> int:
    """Give the number of the newest change; 0 where nothing has changed yet. Raises StoreUnavailable."""
    return int(database.read("SELECT coalesce(max(seq), 0) FROM change", ())[0][0])


def numbers_of(database: Database, actor: str, after: int, until: int) -> list[int]:
    """List the changes that somebody made between two others, the newest first. Raises StoreUnavailable."""
    sql = "SELECT seq FROM change WHERE seq > ? AND seq <= ? AND actor = ? ORDER BY seq DESC"
    return [seq for (seq,) in database.read(sql, (after, until, actor))]
