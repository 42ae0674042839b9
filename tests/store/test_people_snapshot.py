from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.store.people_snapshot import PeopleSnapshot, plain_text
from server.workspace import Workspace

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path, ServerConfig(required=("userName",)), actor="tests") as opened:
        yield opened


@pytest.fixture
def connection(workspace: Workspace) -> sqlite3.Connection:
    return workspace.database.another_reader().connection


@pytest.fixture
def snapshot(connection: sqlite3.Connection) -> PeopleSnapshot:
    return PeopleSnapshot(connection)


def rows(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT name, user_name, email, found_by, okta FROM temp.person ORDER BY seq").fetchall()


def generation(workspace: Workspace) -> int:
    return workspace.changes(limit=1)[0].seq


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Ada", "ada"), ("JOSÉ", "jose"), ("Straße", "strasse"), ("İstanbul", "istanbul"), ("ΣΊΣΥΦΟΣ", "σισυφοσ")],
)
def test_a_plain_text_has_neither_capitals_nor_accents(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_it_is_made_once_and_mended_after(
    workspace: Workspace, connection: sqlite3.Connection, snapshot: PeopleSnapshot
) -> None:
    workspace.create("User", {"userName": "ada@x", "displayName": "Ada É", "emails": [{"value": "ADA@x"}]})
    workspace.create("User", {"userName": "alan", "emails": [{"value": "a@x"}, {"value": "b@x"}]})
    snapshot.catch_up(generation(workspace))
    before = [("ada e", "ada@x", None, "ada e\x1fada@x", 0), ("alan", "alan", "a@x", "alan\x1falan\x1fa@x\x1fb@x", 0)]
    assert rows(connection) == before
    workspace.modify("User", "alan", [{"op": "replace", "path": "userName", "value": "Turing"}])
    workspace.delete("User", "ada@x")
    workspace.create("User", {"userName": "grace", "externalId": "00u1"})
    assert rows(connection) == before
    snapshot.catch_up(generation(workspace))
    assert rows(connection) == [
        ("turing", "turing", "a@x", "turing\x1fturing\x1fa@x\x1fb@x", 0),
        ("grace", "grace", "", "grace\x1fgrace", 1),
    ]


def test_a_search_by_name_reads_one_index_and_nothing_beside_it(
    connection: sqlite3.Connection, snapshot: PeopleSnapshot
) -> None:
    snapshot.catch_up(0)
    snapshot.index("name")
    search = "SELECT seq FROM temp.person p WHERE instr(p.found_by, ?) ORDER BY p.name, p.seq"
    plan = connection.execute(f"EXPLAIN QUERY PLAN {search}", ("ada",)).fetchall()
    assert [step[3] for step in plan] == ["SCAN p USING COVERING INDEX person_by_name"]


def test_an_older_directory_in_its_place_is_read_anew(
    workspace: Workspace, connection: sqlite3.Connection, snapshot: PeopleSnapshot
) -> None:
    workspace.create("User", {"userName": "ada"})
    snapshot.catch_up(generation(workspace) + 1)
    workspace.database.commit(lambda writer: writer.execute("UPDATE resource SET label = 'restored'"))
    snapshot.catch_up(generation(workspace))
    assert [row[0] for row in rows(connection)] == ["restored"]


@pytest.mark.parametrize("sort", ["name", "userName", "email", "title", "department", "modified"])
def test_an_index_is_made_for_a_sort(
    workspace: Workspace, connection: sqlite3.Connection, snapshot: PeopleSnapshot, sort: str
) -> None:
    workspace.create("User", {"userName": "ada"})
    snapshot.catch_up(generation(workspace))
    for _ in range(2):
        snapshot.index(sort)
    names = connection.execute("SELECT name FROM temp.sqlite_master WHERE type = 'index'").fetchall()
    assert names == [(f"person_by_{sort}",)]
    snapshot.index("active")
    assert len(connection.execute("SELECT 1 FROM temp.sqlite_master WHERE type = 'index'").fetchall()) == 1


def test_whether_it_is_made(workspace: Workspace, snapshot: PeopleSnapshot) -> None:
    workspace.create("User", {"userName": "ada"})
    seen = [snapshot.is_made]
    snapshot.catch_up(generation(workspace))
    seen.append(snapshot.is_made)
    assert seen == [False, True]
