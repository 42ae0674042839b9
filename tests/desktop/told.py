"""Programs that a company's directory tells of its changes: one that takes all, one that refused some, one not there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.store.changes import changes
from server.store.webhooks import Settlement, Webhooks
from server.webhook.subscription import Letter, SecretPlace
from tests.consumer import Consumer, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from server.records import ChangeRecord
    from server.workspace import Workspace

NOWHERE = "https://badges.acme.example/perch"
REFUSED = (
    "answered 422",
    "answered 500",
    "did not answer in time",
    "answered 500",
)


@contextmanager
def told(workspace: Workspace, folder: Path) -> Iterator[None]:
    """Add them to a workspace that is served, and wait until each fares as it does."""
    listed = [one for one in changes(workspace.database, limit=60) if one.resource_type == "User"][: len(REFUSED)]
    listening = [_consumer(workspace, folder / "crm", from_start=True), _consumer(workspace, folder / "payroll")]
    workspace.webhooks.add(NOWHERE, SecretPlace.FILE)
    _give_up(workspace, workspace.webhooks.listed()[1].webhook.id, listed)
    try:
        # Something to tell.
        workspace.modify("User", listed[0].resource_id, [{"op": "add", "path": "nickName", "value": "Pat"}])
        wait_until(lambda: _fare(workspace) == ["delivering", "delivering", "failing"])
        yield
    finally:
        for one in listening:
            one.kill()


def _consumer(workspace: Workspace, folder: Path, *, from_start: bool = False) -> Consumer:
    folder.mkdir()
    made = Consumer(folder, "not-known-yet")
    made.start()
    url = f"http://127.0.0.1:{made.port}/{folder.name}"
    added = workspace.webhooks.add(url, SecretPlace.FILE, from_start=from_start)
    assert added is not None
    made.kill()
    made.secret = added.secret or ""
    # Until it is back, nothing listens there, and Perch waits a second or two before it looks again.
    made.start()
    return made


def _give_up(workspace: Workspace, webhook_id: str, listed: Sequence[ChangeRecord]) -> None:
    letters = [
        Letter(change.seq, change.resource_id, 0, attempts=60, dead=True, problem=problem)
        for change, problem in zip(listed, REFUSED, strict=True)
    ]
    cursor = max(change.seq for change in listed)
    Webhooks(workspace.database).settle(webhook_id, Settlement(cursor, letters=letters))


def _fare(workspace: Workspace) -> list[str]:
    found = workspace.webhooks.listed()
    return [str(one.fare) for one in found] if all(one.waiting == 0 for one in found[:2]) else []
