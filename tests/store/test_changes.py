"""The audit, read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.faults import Fault
from server.store.changes import change_of, changes, changes_since, newest, numbers_of
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path, ServerConfig(required=("userName",)), actor="tests") as opened:
        yield opened


def test_every_change_says_who_what_and_from_what_to_what(workspace: Workspace) -> None:
    ada = workspace.create("User", {"userName": "ada", "title": "Ms"}).resource_id
    workspace.modify("User", "ada", [{"op": "replace", "path": "title", "value": "Countess"}])
    workspace.delete("User", "ada")
    deleted, modified, created = changes(workspace.database, ada)
    assert [one.operation for one in (created, modified, deleted)] == ["create", "modify", "delete"]
    assert {one.actor for one in (created, modified, deleted)} == {"tests"}
    assert created.before is None
    assert created.after is not None
    assert json.loads(created.after)["title"] == "Ms"
    assert modified.before == created.after
    assert modified.after is not None
    assert json.loads(modified.after)["title"] == "Countess"
    assert deleted.after is None
    assert modified.summary == "updated user ada"
    assert modified.resource_type == "User"


def test_pages_go_towards_the_past(workspace: Workspace) -> None:
    for number in range(5):
        workspace.create("User", {"userName": f"user{number}"})
    newest = changes(workspace.database, limit=2)
    assert [one.summary for one in newest] == ["created user user4", "created user user3"]
    older = changes(workspace.database, limit=2, before_seq=newest[-1].seq)
    assert [one.summary for one in older] == ["created user user2", "created user user1"]


def test_one_change_and_what_came_after_it(workspace: Workspace) -> None:
    ada = workspace.create("User", {"userName": "ada"}).resource_id
    workspace.create("User", {"userName": "alan"})
    for active in (False, True):
        workspace.set_active("ada", active=active)
    read = workspace.database.read
    reactivated, deactivated, created = changes(workspace.database, ada)
    assert change_of(read, created.seq) == created
    assert change_of(read, 4711) is None
    assert changes_since(read, ada, created.seq) == [reactivated, deactivated]
    assert workspace.database.commit(lambda writer: changes_since(writer.execute, ada, reactivated.seq)) == []


def test_what_changed_nothing_is_not_recorded(workspace: Workspace) -> None:
    ada = workspace.create("User", {"userName": "ada"}).resource_id
    workspace.set_active("ada", active=True)
    assert len(changes(workspace.database, ada)) == 1


def test_the_audit_cannot_be_rewritten(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada"})
    with pytest.raises(Fault, match="append-only"):
        workspace.database.commit(lambda connection: connection.execute("UPDATE change SET actor = 'nobody'"))
    assert workspace.changes()[0].actor == "tests"


def test_the_changes_of_one_actor_between_two_others(workspace: Workspace) -> None:
    assert newest(workspace.database) == 0
    workspace.create("User", {"userName": "ada"})
    before = newest(workspace.database)
    workspace.create("User", {"userName": "alan"})
    workspace.actor = "somebody else"
    workspace.create("User", {"userName": "grace"})
    workspace.actor = "tests"
    workspace.delete("User", "alan")
    until = newest(workspace.database)
    workspace.delete("User", "ada")
    assert numbers_of(workspace.database, "tests", before, until) == [until, before + 1]
