"""What is done to people, one or many, on a background thread, and how all of it is undone at once.

Belongs here: the calls of the workspace and the changes they left. Must not know: widgets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from server.workspace import ScimError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from server.workspace import Workspace

T = TypeVar("T")
PART = 500
"""People whose ids are read at once."""
_LOOKED_AT = 5
_GONE = 404


@dataclass(slots=True)
class Deed:
    """What has been done so far; filled on the thread that does it, so that half of it can be undone, too."""

    changes: list[int] = field(default_factory=list)
    """Numbers of the audit, in order."""
    done: int = 0
    unchanged: int = 0
    """Those with whom there was nothing to do, or who are gone."""

    def undo(self, workspace: Workspace, report: Callable[[int, int], None]) -> int:
        """Put everything back, the last first; gives how many changes. Raises ScimError for a single one only."""
        undone = 0
        for number, seq in enumerate(reversed(list(self.changes))):
            report(number, len(self.changes))
            try:
                workspace.revert(seq)
                undone += 1
            except ScimError:
                # Of many, who was changed again by somebody else stays as they are now.
                if len(self.changes) == 1:
                    raise
        return undone


def tracked(workspace: Workspace, resource_id: str, act: Callable[[], T]) -> tuple[T, int | None]:
    """Do something to a person; give with the result the number of the change it left, None where it left none."""
    before = max((one.seq for one in workspace.changes(resource_id, limit=1)), default=0)
    result = act()
    return result, newest_own(workspace, resource_id, before)


def newest_own(workspace: Workspace, resource_id: str, after: int = 0) -> int | None:
    """Give the number of the newest change that was made from here."""
    changes = workspace.changes(resource_id, limit=_LOOKED_AT)
    return next((one.seq for one in changes if one.seq > after and one.actor == workspace.actor), None)


def read_ids(read: Callable[[int, int], Sequence[str]], ranges: Iterable[tuple[int, int]]) -> list[str]:
    """Give the ids of rows by their numbers; ``read`` takes offset and limit."""
    return [
        one
        for top, bottom in ranges
        for first in range(top, bottom + 1, PART)
        for one in read(first, min(PART, bottom + 1 - first))
    ]


def set_active(
    workspace: Workspace, ids: Sequence[str], deed: Deed, report: Callable[[int, int], None], *, active: bool
) -> Deed:
    """Deactivate or reactivate people; raises Cancelled between two of them."""
    return _each(workspace, ids, deed, report, lambda one: workspace.set_active(one, active=active))


def delete(workspace: Workspace, ids: Sequence[str], deed: Deed, report: Callable[[int, int], None]) -> Deed:
    """Delete people with their memberships; raises Cancelled between two of them."""
    return _each(workspace, ids, deed, report, lambda one: workspace.delete("User", one))


def _each(
    workspace: Workspace,
    ids: Sequence[str],
    deed: Deed,
    report: Callable[[int, int], None],
    act: Callable[[str], object],
) -> Deed:
    for number, one in enumerate(ids):
        report(number, len(ids))
        _do(workspace, one, deed, act)
    return deed


def _do(workspace: Workspace, one: str, deed: Deed, act: Callable[[str], object]) -> None:
    seq = None
    try:
        _, seq = tracked(workspace, one, lambda: act(one))
    except ScimError as error:
        # Somebody else was faster.
        if error.status != _GONE:
            raise
    if seq is None:
        deed.unchanged += 1
    else:
        deed.changes.append(seq)
        deed.done += 1
