"""Migrations: numbered, each once, in one transaction, after a backup."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.faults import FaultCode, StoreUnavailable
from server.store import database, migration
from server.store.database import Database
from server.store.webhooks import Webhooks
from server.webhook.subscription import SecretPlace, Webhook
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.mark.parametrize("family", ["perch", "activity"])
def test_migrations_are_numbered_without_gaps(family: str) -> None:
    assert [number for number, _ in migration.migrations(family)] == list(
        range(1, len(migration.migrations(family)) + 1)
    )


def test_a_script_is_split_at_statements_and_a_trigger_is_one() -> None:
    script = """
    -- a comment; with a semicolon
    CREATE TABLE a (b TEXT DEFAULT ';');
    CREATE TRIGGER t AFTER INSERT ON a BEGIN
        DELETE FROM a;
        DELETE FROM a;
    END;
    """
    first, second = migration.statements(script)
    assert "CREATE TABLE" in first
    assert second.strip().startswith("CREATE TRIGGER")


def with_migrations(monkeypatch: pytest.MonkeyPatch, *scripts: str) -> None:
    monkeypatch.setattr(migration, "migrations", lambda _family: list(enumerate(scripts, 1)))


def test_an_upgrade_runs_what_is_new_and_keeps_a_backup_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "perch.db"
    with_migrations(monkeypatch, "CREATE TABLE a (b);\nINSERT INTO a VALUES (1);\n")
    Database.open(path, "perch").close()
    with_migrations(monkeypatch, "CREATE TABLE nonsense;\n", "INSERT INTO a VALUES (2);\n")
    upgraded = Database.open(path, "perch")
    assert upgraded.read("SELECT b FROM a") == [(1,), (2,)]
    upgraded.close()
    backup = sqlite3.connect(tmp_path / "perch.db.before-0002")
    assert backup.execute("SELECT b FROM a").fetchall() == [(1,)]
    assert migration.version(backup) == 1
    backup.close()


def test_a_migration_that_fails_leaves_nothing_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "perch.db"
    with_migrations(monkeypatch, "CREATE TABLE a (b);\n")
    Database.open(path, "perch").close()
    with_migrations(monkeypatch, "", "INSERT INTO a VALUES (2);\nINSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(Exception, match="store_failed"):
        Database.open(path, "perch")
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT b FROM a").fetchall() == []
    assert migration.version(connection) == 1
    connection.close()


def test_a_database_that_is_new_gets_all_its_tables_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_migrations(monkeypatch, "CREATE TABLE a (b);\n", "INSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(StoreUnavailable):
        Database.open(tmp_path / "perch.db", "perch")
    with_migrations(monkeypatch, "CREATE TABLE a (b);\n", "CREATE TABLE c (d);\n")
    Database.open(tmp_path / "perch.db", "perch").close()
    assert not list(tmp_path.glob("*.before-*"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions elsewhere")
def test_the_backup_is_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_migrations(monkeypatch, "CREATE TABLE a (b);\n")
    Database.open(tmp_path / "perch.db", "perch").close()
    with_migrations(monkeypatch, "", "INSERT INTO a VALUES (2);\n")
    previous = os.umask(0)
    try:
        Database.open(tmp_path / "perch.db", "perch").close()
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "perch.db.before-0002").stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part"))


def values(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT b FROM a ORDER BY b")]


def test_a_backup_that_is_there_is_not_replaced_and_not_made_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "perch.db"
    with_migrations(monkeypatch, "CREATE TABLE a (b);\n")
    Database.open(path, "perch").close()

    def fail() -> None:
        with_migrations(monkeypatch, "", "INSERT INTO nowhere VALUES (1);\n")
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                Database.open(path, "perch")

    fail()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO a VALUES (1)")
    fail()
    with_migrations(monkeypatch, "", "INSERT INTO a VALUES (2);\n")
    Database.open(path, "perch").close()
    found = {one.name: values(one) for one in tmp_path.glob("*.before-*")}
    assert found == {"perch.db.before-0002": [], "perch.db.before-0002-2": [1]}
    assert values(path) == [1, 2]


def test_who_waited_while_another_migrated_makes_no_backup_of_the_new_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "perch.db"
    with_migrations(monkeypatch, "CREATE TABLE a (b);\nINSERT INTO a VALUES (1);\n")
    Database.open(path, "perch").close()
    with_migrations(monkeypatch, "", "INSERT INTO a VALUES (2);\n")
    others: list[str] = []

    def another_is_faster(statement: str) -> None:
        if statement.startswith(("BEGIN", "VACUUM")) and not others:
            others.append(statement)
            Database.open(path, "perch").close()

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.set_trace_callback(another_is_faster)
        migration.migrate(connection, path, "perch")
    assert others
    assert {one.name: values(one) for one in tmp_path.glob("*.before-*")} == {"perch.db.before-0002": [1]}
    assert values(path) == [1, 2]


def test_who_waited_while_a_newer_program_migrated_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "perch.db"
    with_migrations(monkeypatch, "CREATE TABLE a (b);\n")
    Database.open(path, "perch").close()
    with_migrations(monkeypatch, "", "INSERT INTO a VALUES (2);\n")

    def newer_is_faster(statement: str) -> None:
        if statement.startswith("BEGIN"):
            with closing(sqlite3.connect(path)) as newer:
                newer.execute("PRAGMA user_version = 9")

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.set_trace_callback(newer_is_faster)
        with pytest.raises(StoreUnavailable) as caught:
            migration.migrate(connection, path, "perch")
    assert caught.value.code is FaultCode.DATABASE_NEWER
    assert values(path) == []


def test_an_upgrade_waits_longer_than_a_write_for_whoever_is_upgrading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "perch.db"
    with_migrations(monkeypatch, "CREATE TABLE a (b);\n")
    Database.open(path, "perch").close()
    with_migrations(monkeypatch, "", "INSERT INTO a VALUES (2);\n")
    waits = threading.Event()
    statements: list[str] = []

    def seen(statement: str) -> None:
        statements.append(statement)
        if statement.startswith("BEGIN"):
            waits.set()

    with (
        closing(sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)) as connection,
        closing(sqlite3.connect(path, isolation_level=None)) as busy,
        ThreadPoolExecutor(1) as pool,
    ):
        busy.execute("BEGIN IMMEDIATE")
        connection.set_trace_callback(seen)
        done = pool.submit(migration.migrate, connection, path, "perch")
        assert waits.wait(10)
        busy.execute("ROLLBACK")
        done.result(10)
        assert connection.execute("PRAGMA busy_timeout").fetchone() == (0,)
    (begun,) = (number for number, statement in enumerate(statements) if statement.startswith("BEGIN"))
    # Who held the place may have let it go before it was asked for: a second way to see it.
    assert statements[begun - 1] == f"PRAGMA busy_timeout = {migration._PATIENCE}"
    assert values(path) == [2]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, RuntimeError])
def test_whatever_stops_a_migration_undoes_it_and_lets_the_file_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    path = tmp_path / "perch.db"
    with_migrations(monkeypatch, "CREATE TABLE a (b);\n")
    Database.open(path, "perch").close()
    with_migrations(monkeypatch, "", "INSERT INTO a VALUES (2);\n")
    opened: list[sqlite3.Connection] = []
    connect = database._connect

    def watched(path: Path, *, read_only: bool) -> sqlite3.Connection:
        opened.append(connect(path, read_only=read_only))
        return opened[-1]

    def interrupted(sql: str) -> Iterator[str]:
        yield sql
        raise interruption

    monkeypatch.setattr(database, "_connect", watched)
    with monkeypatch.context() as now:
        now.setattr(migration, "statements", interrupted)
        with pytest.raises(interruption):
            Database.open(path, "perch")
    (connection,) = opened
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
    assert values(path) == []
    with closing(sqlite3.connect(path)) as raw:
        monkeypatch.setattr(migration, "statements", interrupted)
        with pytest.raises(interruption):
            migration.migrate(raw, path, "perch")
        assert not raw.in_transaction


def test_a_backup_that_cannot_be_made_stops_the_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "perch.db"
    with_migrations(monkeypatch, "CREATE TABLE a (b);\n")
    Database.open(path, "perch").close()
    with_migrations(monkeypatch, "", "INSERT INTO a VALUES (2);\n")
    # Where the copy is to be written is something that cannot be removed as a file.
    (tmp_path / "perch.db.before-0002.part").mkdir()
    with pytest.raises(StoreUnavailable) as caught:
        Database.open(path, "perch")
    assert caught.value.code is FaultCode.FOLDER_UNWRITABLE
    assert values(path) == []


def test_processes_that_start_together_migrate_once(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from server.store.database import Database;"
        "Database.open(pathlib.Path(sys.argv[1]), 'perch').close()"
    )
    processes = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "perch.db")]) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4


def test_a_database_from_before_webhooks_keeps_its_content_and_can_have_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ServerConfig(required=("userName",))
    everything = migration.migrations
    with monkeypatch.context() as before:
        before.setattr(migration, "migrations", lambda family: everything(family)[:2])
        with Workspace.open(tmp_path, config) as workspace:
            ada = workspace.create("User", {"userName": "ada"}).resource_id
            group = workspace.create("Group", {"displayName": "Engines", "members": [{"value": ada}]}).resource_id
            secret = workspace.tokens.create("Okta", actor="tests").secret
            workspace.set_active("ada", active=False)
            written = workspace.changes()
    with Workspace.open(tmp_path, config) as workspace:
        assert workspace.show("User", "ada")["active"] is False
        assert [one.id for one in workspace.members(group)] == [ada]
        assert [one.last_four for one in workspace.tokens.tokens()] == [secret[-4:]]
        assert workspace.changes() == written
        webhooks = Webhooks(workspace.database)
        assert webhooks.listed() == []
        webhooks.add(Webhook("w1", "https://a.example/", SecretPlace.KEYRING, "", "", "tests", 0))
        assert webhooks.backlog(webhooks.listed()[0]).ahead == 3
    with closing(sqlite3.connect(tmp_path / "perch.db.before-0003")) as copy:
        assert migration.version(copy) == 2
        assert copy.execute("SELECT count(*) FROM change").fetchone() == (3,)
