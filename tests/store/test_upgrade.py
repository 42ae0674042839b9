"""A database of every earlier schema, with real data in it, keeps each row when this program opens it, even if killed."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from server.config import ServerConfig
from server.records import Exchange
from server.store import migration
from server.store.activity import ActivityLog
from server.store.database import Database, Family
from server.store.webhooks import Webhooks
from server.webhook.subscription import SecretPlace, Webhook
from server.workspace import ACTIVITY, DATABASE, Workspace
from tests.endpoint import clean_up, start
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endpoint import RunningEndpoint, Serve

FAMILIES: tuple[Family, ...] = ("perch", "activity")
FILES = {"perch": DATABASE, "activity": ACTIVITY}
NEWEST = {family: migration.migrations(family)[-1][0] for family in FAMILIES}
EVERY = [(family, number) for family in FAMILIES for number in range(1, NEWEST[family] + 1)]
"""Each schema that there ever was, today's too: a new migration is in it by itself."""

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Lived:
    """A folder of today's that has been used."""

    folder: Path
    secret: str
    """Of a token that works."""


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("lived")
    with Workspace.open(folder, ServerConfig(required=("userName",)), actor="tests") as workspace:
        secret = workspace.tokens.create("Okta", actor="tests").secret
        old = workspace.tokens.create("Old", actor="tests")
        workspace.tokens.revoke(old.token.id, actor="tests")
        workspace.tokens.rotate(workspace.tokens.create("Rotating", actor="tests").token.id, actor="tests")
        people = [
            workspace.create(
                "User",
                {
                    "userName": f"Ädå{number}@Example.com",
                    "externalId": f"00u{number}",
                    "displayName": f"Ada {number}",
                    "name": {"givenName": "Ada", "familyName": f"№ {number}"},
                    "emails": [{"value": f"Ada{number}@example.com", "primary": True}],
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Engines"},
                    "urn:okta:example:1.0:user:custom": {"crew": ["blue", number]},
                },
            ).resource_id
            for number in range(12)
        ]
        for name, members in (("Everybody", people), ("Few", people[:3]), ("Nobody", [])):
            workspace.create("Group", {"displayName": name, "members": [{"value": one} for one in members]})
        workspace.create("Group", {"displayName": "Outer"})
        workspace.add_members("Outer", ["Few", people[4]])
        workspace.set_active(people[1], active=False)
        workspace.remove_members("Few", [people[0]])
        workspace.delete("User", people[2])
        webhooks = Webhooks(workspace.database)
        webhooks.add(Webhook("w1", "https://a.example/", SecretPlace.KEYRING, "", "", "tests", 0))
        (change,) = workspace.changes(limit=1)
        workspace.database.commit(
            lambda connection: connection.execute(
                "INSERT INTO delivery VALUES ('w1', ?, ?, 1, 2, 3, 0, 'no answer')", (change.seq, change.resource_id)
            )
        )
        workspace.database.commit(
            lambda connection: connection.execute("INSERT INTO setting VALUES ('of a host', '1')")
        )
    log = ActivityLog.open(folder / ACTIVITY)
    for number in range(30):
        log.record(Exchange(time.time(), 300, "GET", "/scim/v2/Users", 200, number, meaning="listed users"))
    log.close()
    with closing(sqlite3.connect(folder / ACTIVITY)) as connection, connection:
        connection.execute("INSERT INTO sighting VALUES (1, 'import', 1, 2, 3, 't1')")
    return Lived(folder, secret)


def tables(connection: sqlite3.Connection, schema: str = "main") -> dict[str, list[str]]:
    """Name the columns of each table."""
    names = [
        name
        for (name,) in connection.execute(
            f"SELECT name FROM {schema}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_stat%' ORDER BY name"
        )
    ]
    return {
        name: [row[1] for row in connection.execute(f"PRAGMA {schema}.table_info({name})")]
        # The rows of people and groups count themselves; what was counted then replaces it.
        for name in sorted(names, key=lambda name: name != "resource")
    }


def made_of(lived: Lived, folder: Path, family: Family, number: int) -> Path:
    """Make a database as it was at an earlier schema: its migrations, and of today's rows what it had columns for."""
    path = folder / FILES[family]
    with pytest.MonkeyPatch.context() as then:
        everything = migration.migrations
        then.setattr(migration, "migrations", lambda family: everything(family)[:number])
        Database.open(path, family).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ATTACH ? AS today", (str(lived.folder / FILES[family]),))
        today = tables(connection, "today")
        for table, columns in tables(connection).items():
            kept = ", ".join(one for one in columns if one in today.get(table, ()))
            if kept:
                if table == "sqlite_sequence":
                    connection.execute("DELETE FROM sqlite_sequence")
                connection.execute(f"INSERT OR REPLACE INTO {table} ({kept}) SELECT {kept} FROM today.{table}")
        if family == "perch":
            connection.execute(f"DELETE FROM setting WHERE key IN ({', '.join(map(repr, settings_after(number)))})")
        connection.commit()
    return path


def settings_after(number: int) -> set[str]:
    """Name the settings that later migrations bring."""
    keys: set[str] = set()
    found: set[str] = set()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for each, sql in migration.migrations("perch"):
            for statement in migration.statements(sql):
                connection.execute(statement)
            found = {key for (key,) in connection.execute("SELECT key FROM setting")}
            keys = found if each <= number else keys
    return found - keys


def columns_of(path: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(path)) as connection:
        return tables(connection)


def rows_of(path: Path, columns: dict[str, list[str]]) -> Rows:
    """Read every row, in the columns that are named."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1, 2").fetchall()
            for table, names in columns.items()
        }


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return migration.version(connection)


def is_kept(then: Rows, now: Rows) -> bool:
    """Tell whether each row is there still; a migration may add settings."""
    return all(
        rows == now[table] or (table == "setting" and set(rows) <= set(now[table])) for table, rows in then.items()
    )


def test_the_data_is_in_every_table_of_today(lived: Lived) -> None:
    for family in FAMILIES:
        path = lived.folder / FILES[family]
        empty = {table for table, rows in rows_of(path, columns_of(path)).items() if not rows}
        assert empty == set(), "a migration without data in its tables is not tested: write some in the fixture"


@pytest.mark.parametrize(("family", "number"), EVERY)
def test_every_row_of_an_earlier_schema_is_kept(lived: Lived, tmp_path: Path, family: Family, number: int) -> None:
    path = made_of(lived, tmp_path, family, number)
    columns = columns_of(path)
    before = rows_of(path, columns)
    assert version_of(path) == number
    assert all(before.values())
    Database.open(path, family).close()
    assert version_of(path) == NEWEST[family]
    assert is_kept(before, rows_of(path, columns))
    assert schema_of(path) == schema_of(lived.folder / FILES[family])
    backups = {one.name: version_of(one) for one in tmp_path.glob("*.before-*")}
    assert backups == {f"{path.name}.before-{each:04d}": each - 1 for each in range(number + 1, NEWEST[family] + 1)}
    if backups:
        assert rows_of(path.with_name(f"{path.name}.before-{number + 1:04d}"), columns) == before


def schema_of(path: Path) -> set[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(
            connection.execute(
                "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'"
            ).fetchall()
        )


def asked(endpoint: RunningEndpoint, path: str) -> Any:
    """Ask an endpoint, and give what it said without where it is."""
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=30)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {endpoint.token}"})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    assert answer.status == 200, text
    return json.loads(text.replace(f":{endpoint.port}/", "/"))


def told(endpoint: RunningEndpoint) -> list[Any]:
    """Ask for everything that there is of people, groups and changes."""
    people, groups = (asked(endpoint, f"/scim/v2/{kind}?count=100") for kind in ("Users", "Groups"))
    return [people, groups, asked(endpoint, "/changes?cursor=0")]


@pytest.fixture(scope="session")
def answers(lived: Lived, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What an endpoint of today's says of the folder as it is."""
    folder = tmp_path_factory.mktemp("today")
    shutil.copytree(lived.folder, folder / "data")
    endpoint = start(folder / "data", folder / "stderr", token=lived.secret)
    try:
        return told(endpoint)
    finally:
        clean_up(endpoint.process)


@pytest.mark.parametrize("number", range(1, NEWEST["perch"]))
def test_the_endpoint_serves_a_database_of_an_earlier_schema(
    lived: Lived, answers: list[Any], tmp_path: Path, serve: Serve, number: int
) -> None:
    path = made_of(lived, tmp_path, "perch", number)
    assert [one["totalResults"] for one in answers[:2]] == [11, 4]
    assert sorted(len(one.get("members", ())) for one in answers[1]["Resources"]) == [0, 1, 2, 11]
    # A schema without tokens has none that could be asked with: one is made first.
    has_tokens = "token" in columns_of(path)
    assert told(serve(data_dir=tmp_path, token=lived.secret if has_tokens else None)) == answers
    assert version_of(path) == NEWEST["perch"]
    assert version_of(tmp_path / f"{path.name}.before-{number + 1:04d}") == number


KILLED = """
import sys
from pathlib import Path
from server.store.database import Database
from tests.store.killing import killed_at_each_step

folder, name, family, stride = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
killed_at_each_step(folder, lambda there: Database.open(there / name, family).close(), stride)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed as on POSIX")
@pytest.mark.parametrize("stride", [4, pytest.param(1, marks=pytest.mark.soak)], ids=["some steps", "every step"])
@pytest.mark.parametrize("family", [family for family in FAMILIES if NEWEST[family] > 1])
def test_an_upgrade_that_is_killed_anywhere_leaves_one_schema_whole_and_the_backup_before_it(
    lived: Lived, tmp_path: Path, family: Family, stride: int
) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    path = made_of(lived, folder, family, 1)
    columns = columns_of(path)
    before = rows_of(path, columns)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), path.name, family, str(stride)],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ends = set()
    for left in range(1, int(done.stdout), stride):
        there = tmp_path / f"old-{left}" / path.name
        number = version_of(there)
        ends.add(number)
        assert is_kept(before, rows_of(there, columns))
        backups = {one.name: one for one in there.parent.glob("*.before-????")}
        for each in range(2, number + 1):
            assert f"{path.name}.before-{each:04d}" in backups
        for name, backup in backups.items():
            assert version_of(backup) == int(name[-4:]) - 1
            assert is_kept(before, rows_of(backup, columns))
        Database.open(there, family).close()
        assert version_of(there) == NEWEST[family]
        assert is_kept(before, rows_of(there, columns))
        assert not list(there.parent.glob("*.part*")), "what was left unfinished is gone"
        assert not list(there.parent.glob("*.before-????-2")), "the backup that was there says the same"
    assert ends == set(range(1, NEWEST[family] + 1)), "killed before, between and after the migrations"
