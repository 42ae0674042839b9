"""A check-up finds what is wrong, names the remedy, and changes nothing."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as NullKeyring
from keyring.backends.SecretService import Keyring as SecretServiceKeyring

from server.checkup import check_up
from server.config import ServerConfig
from server.faults import FaultCode
from server.finding import Finding, Level
from server.store import migration
from server.store.database import Database
from server.store.serving import LOCK_FILE, claimed
from server.vault import Vault
from server.workspace import ACTIVITY, DATABASE, Workspace
from tests.certificates import NAME, Files, files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gnome_keyring import SecretService


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("PERCH_PORT", str(port))
    place = tmp_path / "data"
    with Workspace.open(place, ServerConfig(), actor="tests") as workspace:
        workspace.tokens.create("Okta", actor="tests")
    return place


def findings(folder: Path, vault: Vault | None = None) -> dict[str, Finding]:
    vault = vault or Vault(choose=NoKeyring)
    return {one.subject: one for one in check_up(folder, DATABASE, ACTIVITY, vault)}


def test_a_healthy_folder(folder: Path) -> None:
    found = findings(folder)
    assert list(found) == [
        "Data folder",
        "Settings",
        "Database",
        "Activity",
        "Disk space",
        "Keyring",
        "Endpoint",
        "Tokens",
        "Backups",
        "Clock",
    ]
    assert {name for name, one in found.items() if one.level is not Level.OK} == {"Keyring"}
    assert "1 working" in found["Tokens"].sentence


def test_a_mistyped_variable_and_a_url_that_okta_refuses_are_worries(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERCH_PROT", "1")
    monkeypatch.setenv("PERCH_PUBLIC_URL", "https://a_b.example.com")
    worries = [one for one in check_up(folder, DATABASE, ACTIVITY, Vault(choose=NoKeyring)) if one.level is Level.WARN]
    assert [one.subject for one in worries] == ["Settings", "Public URL", "Keyring"]
    assert "PERCH_PROT" in worries[0].sentence
    assert "PERCH_PORT" in worries[0].remedy
    assert "underscore" in worries[1].sentence


def test_a_folder_before_its_first_use(tmp_path: Path) -> None:
    found = findings(tmp_path)
    assert found["Database"].level is Level.OK
    assert "Tokens" not in found
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_others_may_enter(folder: Path) -> None:
    folder.chmod(0o755)
    assert findings(folder)["Data folder"].level is Level.WARN
    assert "chmod 700" in findings(folder)["Data folder"].remedy


def test_a_setting_that_cannot_be(folder: Path) -> None:
    (folder / "perch.toml").write_text("prot = 1")
    found = findings(folder)["Settings"]
    assert found.level is Level.FAIL
    assert found.fault is not None
    assert found.fault.code is FaultCode.SETTING_INVALID


@pytest.mark.parametrize(
    ("damage", "code"), [("garbage", FaultCode.DATABASE_CORRUPT), ("newer", FaultCode.DATABASE_NEWER)]
)
def test_a_database_that_cannot_be_used(folder: Path, damage: str, code: FaultCode) -> None:
    path = folder / DATABASE
    if damage == "garbage":
        path.write_bytes(b"garbage" * 1000)
    else:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 9999")
    found = findings(folder)
    assert found["Database"].level is Level.FAIL
    assert found["Database"].fault is not None
    assert found["Database"].fault.code is code
    assert "Tokens" not in found


@pytest.mark.parametrize("number", range(1, migration.migrations("perch")[-1][0]))
def test_an_older_schema_is_named_and_left_as_it_is(folder: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = migration.migrations
    (folder / DATABASE).unlink()
    with monkeypatch.context() as then:
        then.setattr(migration, "migrations", lambda family: everything(family)[:number])
        Database.open(folder / DATABASE, "perch").close()
    before = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}
    found = findings(folder)
    assert found["Database"].level is Level.OK
    assert f"schema {number}, " in found["Database"].sentence
    assert "; will be brought up to date, after a backup, when Perch next opens it" in found["Database"].sentence
    assert found["Tokens"].sentence == "none works"
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert not list(folder.glob("*.before-*"))


def test_a_damaged_log_is_a_worry_only(folder: Path) -> None:
    (folder / ACTIVITY).write_bytes(b"garbage" * 1000)
    found = findings(folder)
    assert found["Activity"].level is Level.WARN
    assert "Delete it" in found["Activity"].remedy
    assert found["Database"].level is Level.OK


@pytest.mark.parametrize(("free", "level"), [(10**7, Level.FAIL), (10**8, Level.WARN), (10**10, Level.OK)])
def test_a_disk_that_fills_up(folder: Path, free: int, level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(shutil.disk_usage(folder))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12 - free, free))
    assert findings(folder)["Disk space"].level is level


def test_a_keyring_that_keeps_nothing(folder: Path) -> None:
    found = findings(folder, Vault(choose=NullKeyring))["Keyring"]
    assert found.level is Level.WARN
    assert "null" in found.sentence


def test_a_keyring_that_is_there(folder: Path, secret_service: SecretService) -> None:
    assert secret_service.bus
    assert findings(folder, Vault(choose=SecretServiceKeyring))["Keyring"].level is Level.OK


def test_a_keyring_that_is_locked(folder: Path, locked_secret_service: SecretService) -> None:
    assert locked_secret_service.bus
    found = findings(folder, Vault(choose=SecretServiceKeyring))["Keyring"]
    assert (found.level, found.sentence) == (Level.WARN, "is locked")


def test_a_port_that_is_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        monkeypatch.setenv("PERCH_PORT", str(taken.getsockname()[1]))
        found = findings(folder)["Endpoint"]
    assert found.level is Level.WARN
    assert found.fault is not None
    assert found.fault.code is FaultCode.PORT_IN_USE


def test_an_endpoint_that_serves_is_named(folder: Path) -> None:
    with claimed(folder) as claim:
        assert findings(folder)["Endpoint"].sentence == "serves this folder"
        claim.announce("https://x/scim/v2", "http://127.0.0.1:1/scim/v2", "2026-11-23T20:48:31.123Z")
        assert "https://x/scim/v2" in findings(folder)["Endpoint"].sentence


@pytest.mark.parametrize(("expires", "words"), [("12h", "1 day"), ("5d", "7 days"), ("19d", "20 days"), ("21d", None)])
def test_tokens_are_worried_about_in_time(tmp_path: Path, expires: str, words: str | None) -> None:
    with Workspace.open(tmp_path, ServerConfig(), actor="tests") as workspace:
        workspace.tokens.create("Okta", actor="tests", expires=expires)
    found = findings(tmp_path)["Tokens"]
    if words is None:
        assert found.level is Level.OK
    else:
        assert found.level is Level.WARN
        assert f"within {words} " in found.sentence
        assert "rotate" in found.remedy


def test_a_folder_without_a_working_token(folder: Path) -> None:
    with Workspace.open(folder, ServerConfig(), actor="tests") as workspace:
        workspace.tokens.revoke(workspace.tokens.find("Okta").id, actor="tests")
    assert findings(folder)["Tokens"].sentence == "none works"


@pytest.fixture
def secured(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.setenv("PERCH_TLS_CERT", "tls/certificate.pem")
    monkeypatch.setenv("PERCH_TLS_KEY", "tls/key.pem")
    return files(folder / "tls")


def test_a_certificate_that_is_good_is_named_with_its_names(folder: Path, secured: Files) -> None:
    found = findings(folder)
    assert found["TLS"].level is Level.OK
    assert NAME in found["TLS"].sentence
    assert "TLS key" not in found
    assert secured.key.exists()


@pytest.mark.parametrize(
    ("days", "level", "words"),
    [
        (45, Level.OK, "is good until"),
        (29, Level.WARN, "ends within 30 days"),
        (6, Level.FAIL, "ends within 7 days"),
        (-1, Level.FAIL, "ended on"),
    ],
)
def test_a_certificate_is_worried_about_in_time(
    folder: Path, secured: Files, days: int, level: Level, words: str
) -> None:
    files(secured.folder, now=datetime.now(UTC) + timedelta(days=days - 100), days=100)
    found = findings(folder)["TLS"]
    assert found.level is level
    assert words in found.sentence
    assert bool(found.remedy) == (level is not Level.OK)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_key_that_others_may_read_is_a_worry(folder: Path, secured: Files) -> None:
    secured.key.chmod(0o644)
    found = findings(folder)
    assert (found["TLS key"].level, found["TLS"].level) == (Level.WARN, Level.OK)
    assert found["TLS key"].remedy == f"Run chmod 600 {secured.key}."


def test_a_pair_that_does_not_fit_is_a_failure(folder: Path, secured: Files, tmp_path: Path) -> None:
    secured.take(files(tmp_path / "other"), certificate=False)
    found = findings(folder)["TLS"]
    assert found.level is Level.FAIL
    assert found.fault is not None
    assert "it is not the key of the first certificate" in found.fault.detail


def test_a_lock_that_is_not_ours_is_one_failure_and_the_rest_is_looked_at(folder: Path) -> None:
    (folder / LOCK_FILE).mkdir()
    found = findings(folder)
    assert found["Endpoint"].level is Level.FAIL
    assert str(folder / LOCK_FILE) in found["Endpoint"].sentence
    assert "chown" in found["Endpoint"].remedy
    assert found["Tokens"].level is Level.OK


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_an_address_that_is_not_of_this_machine_is_not_called_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("PERCH_HOST", host)
    monkeypatch.setenv("PERCH_INSECURE_BIND", "true")
    found = findings(folder)["Endpoint"]
    assert found.level is Level.FAIL
    assert found.fault is not None
    assert found.fault.code is FaultCode.ADDRESS_UNUSABLE
    assert host in found.fault.detail


def test_what_a_command_of_roots_left_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ACTIVITY).write_bytes(b"")
    access = os.access
    (folder / "key.pem").write_bytes(b"")
    closed = {folder / ACTIVITY, folder / "key.pem"}
    monkeypatch.setattr(os, "access", lambda path, mode: path not in closed and access(path, mode))
    found = findings(folder)
    assert found["Data folder"].level is Level.FAIL
    assert found["Data folder"].sentence.startswith(f"{ACTIVITY} in {folder} cannot be")
    assert "chown" in found["Data folder"].remedy
    assert found["Database"].level is Level.OK
