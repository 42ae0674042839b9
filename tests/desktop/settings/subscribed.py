"""Webhooks as the tests of the settings have them: with a secret in a file, a consumer that knows it, a past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.store.changes import changes
from server.store.webhooks import Settlement, Webhooks
from server.webhook.subscription import Letter, SecretPlace

if TYPE_CHECKING:
    from server.workspace import Added, Consumer, Workspace
    from tests.consumer import Consumer as Listening

URL = "https://consumer.example.com/perch?key=a"
SINCE = "2026-11-24T00:00:00.000Z"


def add(workspace: Workspace, url: str = URL, *, from_start: bool = False) -> Added:
    added = workspace.webhooks.add(url, SecretPlace.FILE, from_start=from_start)
    assert added is not None
    return added


def introduce(workspace: Workspace, listening: Listening) -> Added:
    """Add the address of a consumer, and let it know the secret."""
    added = add(workspace, listening.url)
    listening.kill()
    listening.secret = added.secret or ""
    listening.start()
    return added


def people(workspace: Workspace, number: int) -> None:
    for one in range(number):
        name = f"person{one}@acme.example"
        body = {"userName": name, "name": {"givenName": "Ada", "familyName": "L"}, "emails": [{"value": name}]}
        workspace.create("User", body)


def outbox(workspace: Workspace, webhook_id: str, *, dead: int = 0, waiting: int = 0, problem: str = "") -> None:
    """Let the oldest changes be given up, and the next ones wait."""
    listed = changes(workspace.database)[::-1][: dead + waiting]
    letters = [
        Letter(
            change.seq, change.resource_id, 0, attempts=60, next_at=2**53, dead=number < dead, problem="answered 500"
        )
        for number, change in enumerate(listed)
    ]
    done = Settlement(listed[-1].seq if listed else 0, letters=letters, problem=problem)
    done.failing_since = SINCE if problem else None
    Webhooks(workspace.database).settle(webhook_id, done)


def only(workspace: Workspace) -> Consumer:
    (one,) = workspace.webhooks.listed()
    return one
