from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.faults import StoreUnavailable
from server.store.changes import changes
from server.store.migration import migrations
from server.store.standing import Consumer, standing
from server.store.webhooks import Settlement, Webhooks
from server.webhook.subscription import Letter, SecretPlace, Webhook
from server.workspace import DATABASE

if TYPE_CHECKING:
    from pathlib import Path

    from server.workspace import Workspace

AT = "2026-11-24T12:00:00.000Z"


def test_an_empty_workspace_has_no_moments_and_no_consumers(workspace: Workspace) -> None:
    found = standing(workspace.folder / DATABASE)
    assert (found.moments, found.consumers) == ((), ())


def test_changes_resources_and_tokens_are_dated(workspace: Workspace) -> None:
    workspace.create("Group", {"displayName": "G"})
    (change,) = changes(workspace.database)
    token = workspace.tokens.create("Okta", actor="tests").token
    moments = standing(workspace.folder / DATABASE).moments
    assert set(moments) == {change.at, token.created}


def test_a_consumer_is_told_with_what_was_given_up(workspace: Workspace) -> None:
    webhooks = Webhooks(workspace.database)
    webhooks.add(Webhook("w1", "https://example.com/perch", SecretPlace.FILE, "secret", AT, "tests", 0))
    letters = [Letter(number, "r", 0, dead=number < 3) for number in range(1, 4)]
    webhooks.settle("w1", Settlement(3, letters=letters, failing_since=AT, problem="answers 500"))
    assert standing(workspace.folder / DATABASE).consumers == (
        Consumer("w1", "https://example.com/perch", AT, "answers 500", 2),
    )


def test_a_file_of_the_first_schema_is_read_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(migrations("perch")[0][1])
    before = path.read_bytes()
    assert standing(path).consumers == ()
    assert path.read_bytes() == before


def test_what_is_no_database_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreUnavailable):
        standing(tmp_path / "text")
