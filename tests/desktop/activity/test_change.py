from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desktop.activity.change import change_of
from server.workspace import Workspace
from tests.desktop.activity.exchanges import kept
from tests.http.client import person

if TYPE_CHECKING:
    from pathlib import Path

    from server.records import ActivityRecord


def now() -> str:
    return datetime.now(UTC).isoformat()


def put(resource_id: str, **values: object) -> ActivityRecord:
    return kept(**{"method": "PUT", "resource_id": resource_id, "token_id": "t1", "at": now(), **values})


def test_a_request_finds_what_it_changed(workspace: Workspace, tmp_path: Path) -> None:
    ada = workspace.create("User", person("ada")).resource_id
    with Workspace.open(tmp_path, workspace.config, actor="token t1") as okta:
        okta.replace("User", ada, person("ada", title="Countess"))
        found = change_of(workspace, put(ada))
        okta.replace("User", ada, person("ada", title="Lady"))
    assert found is not None
    assert [(one.path, one.before, one.after) for one in found.differences] == [("title", None, "Countess")]
    assert change_of(workspace, put(ada, token_id="t2")) is None
    assert change_of(workspace, put(ada, at="2020-01-01T00:00:00.000Z")) is None


def test_a_change_beyond_a_long_history_is_found(workspace: Workspace, tmp_path: Path) -> None:
    ada = workspace.create("User", person("ada")).resource_id
    with Workspace.open(tmp_path, workspace.config, actor="token t1") as okta:
        okta.replace("User", ada, person("ada", title="first"))
        at = now()
    for number in range(101):
        workspace.replace("User", ada, person("ada", title=f"t{number}"))
    found = change_of(workspace, put(ada, at=at))
    assert found is not None
    assert found.differences[0].after == "first"


def test_reads_and_refused_requests_changed_nothing(workspace: Workspace) -> None:
    ada = workspace.create("User", person("ada")).resource_id
    assert change_of(workspace, put(ada, method="GET")) is None
    assert change_of(workspace, put(ada, status=409)) is None
    assert change_of(workspace, kept(method="PUT", resource_id=None)) is None
