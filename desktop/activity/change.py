"""What a request changed: its line of the audit, found by who and when, attribute by attribute.

Belongs here: which change belongs to which request. Must not know: widgets.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from desktop.activity.wanted import is_write
from desktop.widgets.when import instant

if TYPE_CHECKING:
    from server.records import ActivityRecord, ChangeRecord, Difference
    from server.workspace import Workspace

_OPERATIONS: Final = {"POST": "create", "PUT": "replace", "PATCH": "modify", "DELETE": "delete"}
_SLACK: Final = timedelta(milliseconds=250)
"""How far the clock of the audit and that of the log are apart for one request, waiting aside."""
_PART: Final = 100


class Changed(NamedTuple):
    """A change and what it touched."""

    change: ChangeRecord
    differences: list[Difference]


def change_of(workspace: Workspace, record: ActivityRecord) -> Changed | None:
    """Find what a request changed; None where it changed nothing, or where the audit has no such line."""
    if record.resource_id is None or record.status >= 400 or not is_write(record.method, record.path):
        return None
    ended = instant(record.at)
    earliest, latest = ended - timedelta(microseconds=record.duration) - _SLACK, ended + _SLACK
    actor, operation = f"token {record.token_id}", _OPERATIONS[record.method]
    near: list[ChangeRecord] = []
    before: int | None = None
    while True:
        page = workspace.changes(record.resource_id, limit=_PART, before_seq=before)
        near += [
            one
            for one in page
            if one.actor == actor and one.operation == operation and earliest <= instant(one.at) <= latest
        ]
        if len(page) < _PART or instant(page[-1].at) < earliest:
            break
        before = page[-1].seq
    if not near:
        return None
    # It is written before the answer leaves: of several the one closest to that.
    found = min(near, key=lambda one: abs(ended - instant(one.at)))
    return Changed(found, workspace.difference(found))
