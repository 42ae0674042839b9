"""Migrations: numbered, each once, in one transaction, after a backup."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.store import migration
from server.store.database import Database
from server.store.webhooks import Webhooks
from server.webhook.subscription import SecretPlace, Webhook
from server.workspace import Workspace

if TYPE_CHECKING:
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
    database = Database.open(path, "perch")
    assert database.read("SELECT b FROM a") == [(1,), (2,)]
    database.close()
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
