from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.faults import StoreUnavailable
from server.store.census import Census, census, sqlite_version
from server.store.migration import migrations
from server.workspace import DATABASE

if TYPE_CHECKING:
    from pathlib import Path

    from server.workspace import Workspace


def person(name: str) -> dict[str, object]:
    return {
        "userName": name,
        "name": {"givenName": name, "familyName": "X"},
        "emails": [{"value": f"{name}@example.com"}],
    }


def test_everything_is_counted(workspace: Workspace) -> None:
    ada, _ = (workspace.create("User", person(name)) for name in ("ada", "alan"))
    workspace.create("Group", {"displayName": "G", "members": [{"value": ada.resource_id}]})
    workspace.set_active("alan", active=False)
    workspace.tokens.create("Okta", actor="tests")
    newest = migrations("perch")[-1][0]
    assert census(workspace.folder / DATABASE) == Census(
        schema=newest, people=2, active=1, groups=1, memberships=1, tokens=1, changes=4
    )


def test_what_an_older_schema_lacks_counts_as_none_and_the_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE resource (type, active); PRAGMA user_version = 1;")
        connection.execute("INSERT INTO resource VALUES ('User', 1)")
        connection.commit()
    before = path.read_bytes()
    assert census(path) == Census(1, 1, 1, 0, 0, 0, 0)
    assert path.read_bytes() == before


def test_sqlite_is_named(workspace: Workspace) -> None:
    assert sqlite_version(workspace.folder / DATABASE) == sqlite3.sqlite_version


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("nothing of the kind" * 100)
    with pytest.raises(StoreUnavailable):
        census(tmp_path / "text")
