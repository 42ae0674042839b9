"""Reading the audit: who changed what, and when; written by ``transaction`` with each change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.records import ChangeRecord

if TYPE_CHECKING:
    from server.store.database import Database

_COLUMNS = "seq, at, actor, resource_id, resource_type, operation, summary, before, after"
_OF_ONE = f"SELECT {_COLUMNS} FROM change WHERE resource_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?"  # noqa: S608 -- our own column names
_OF_ALL = f"SELECT {_COLUMNS} FROM change WHERE seq < ? ORDER BY seq DESC LIMIT ?"  # noqa: S608 -- our own column names
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
