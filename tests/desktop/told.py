"""Programs that a company's directory tells of its changes: one that takes all, one that refused some, one not there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.store.changes import changes
from server.store.webhooks import Settlement, Webhooks
from server.webhook.subscription import Letter, SecretPlace
from tests.consumer import Consumer, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
    listening = [_consumer(workspace, folder / name) for name in ("crm", "payroll")]
    workspace.webhooks.add(NOWHERE, SecretPlace.FILE)
    newest = changes(workspace.database, limit=len(REFUSED))
    _give_up(workspace, workspace.webhooks.listed()[1].webhook.id, folder)
    try:
        # Something to tell.
        for change in newest:
            if change.resource_type == "User" and change.operation != "delete":
                workspace.modify("User", change.resource_id, [{"op": "add", "path": "nickName", "value": "Pat"}])
        workspace.create("Group", {"displayName": "Contractors"})
        wait_until(lambda: _fare(workspace) == ["delivering", "delivering", "failing"])
        yield
    finally:
        for one in listening:
            one.kill()


def _consumer(workspace: Workspace, folder: Path) -> Consumer:
    folder.mkdir()
    made = Consumer(folder, "not-known-yet")
    made.start()
    url = f"http://127.0.0.1:{made.port}/{folder.name}"
    added = workspace.webhooks.add(url, SecretPlace.FILE)
    assert added is not None
    made.kill()
    made.secret = added.secret or ""
    made.start()
    return made


def _give_up(workspace: Workspace, webhook_id: str, folder: Path) -> None:
    del folder
    listed = [one for one in changes(workspace.database, limit=60) if one.resource_type == "User"][: len(REFUSED)]
    letters = [
        Letter(change.seq, change.resource_id, 0, attempts=60, dead=True, problem=problem)
        for change, problem in zip(listed, REFUSED, strict=True)
    ]
    cursor = max(change.seq for change in listed)
    Webhooks(workspace.database).settle(webhook_id, Settlement(cursor, letters=letters))


def _fare(workspace: Workspace) -> list[str]:
    found = workspace.webhooks.listed()
    return [str(one.fare) for one in found] if all(one.waiting == 0 for one in found[:2]) else []
