"""What a check-up finds that went wrong while nobody looked."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.SecretService import Keyring as SecretServiceKeyring

from server.backups import Backups
from server.config import ServerConfig
from server.finding import Finding, Level
from server.neglect import neglected
from server.store.webhooks import Settlement, Webhooks
from server.vault import Vault
from server.webhook.subscription import Letter, SecretPlace, Webhook
from server.workspace import DATABASE, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.gnome_keyring import SecretService

CONFIG = ServerConfig(required=("userName",))
NOWHERE = Vault(choose=NoKeyring)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "data", CONFIG, actor="tests") as opened:
        opened.create("User", {"userName": "ada"})
        opened.tokens.create("Okta", actor="tests")
        yield opened


def findings(workspace: Workspace, *, daily: bool = True, vault: Vault = NOWHERE, **later: float) -> list[Finding]:
    now = time.time() + timedelta(**later).total_seconds()
    return list(neglected(workspace.folder, DATABASE, vault, daily=daily, now=now))


def about(subject: str, found: list[Finding]) -> Finding:
    (one,) = [each for each in found if each.subject == subject]
    return one


def test_a_database_that_cannot_be_read_is_one_failure(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"garbage" * 1000)
    (found,) = neglected(tmp_path, DATABASE, NOWHERE, daily=True)
    assert (found.level, found.fault is not None) == (Level.FAIL, True)


def test_a_new_folder_has_nothing_to_be_told_about(workspace: Workspace) -> None:
    found = findings(workspace)
    assert [(one.level, one.subject) for one in found] == [(Level.OK, "Backups"), (Level.OK, "Clock")]
    assert "the folder is new" in found[0].sentence


def test_a_folder_in_use_without_a_daily_backup_is_a_worry_after_three_days(workspace: Workspace) -> None:
    workspace.backups.now()
    assert about("Backups", findings(workspace, days=2, hours=23)).level is Level.OK
    found = about("Backups", findings(workspace, days=3, hours=1))
    assert (found.level, found.sentence) == (Level.WARN, "there is no daily one, and they are switched on")
    assert "perch backup" in found.remedy


def test_the_newest_daily_backup_counts_for_three_days(workspace: Workspace) -> None:
    day = timedelta(days=1).total_seconds()
    Backups(workspace.folder, DATABASE, clock=lambda: time.time() + 10 * day).now(automatic=True)
    assert about("Backups", findings(workspace, days=12)).level is Level.OK
    found = about("Backups", findings(workspace, days=14))
    assert found.level is Level.WARN
    assert found.sentence.startswith("the newest daily one is of ")


def test_a_backup_that_a_wrong_clock_dated_ahead_does_not_count(workspace: Workspace) -> None:
    year = timedelta(days=365).total_seconds()
    Backups(workspace.folder, DATABASE, clock=lambda: time.time() + year).now(automatic=True)
    assert about("Backups", findings(workspace, days=4)).level is Level.WARN


def test_backups_that_are_switched_off_are_no_worry(workspace: Workspace) -> None:
    found = about("Backups", findings(workspace, daily=False, days=300))
    assert (found.level, "backup_daily" in found.sentence) == (Level.OK, True)


def test_an_entry_from_the_future_means_a_clock_that_is_or_was_wrong(workspace: Workspace) -> None:
    assert about("Clock", findings(workspace, minutes=-4)).level is Level.OK
    found = about("Clock", findings(workspace, minutes=-10))
    assert found.level is Level.WARN
    assert "NTP" in found.remedy


@pytest.mark.parametrize("what", ["resource SET modified", "token SET last_used"])
def test_it_is_enough_that_a_resource_or_a_token_is_dated_ahead(workspace: Workspace, what: str) -> None:
    with closing(sqlite3.connect(workspace.folder / DATABASE)) as connection, connection:
        connection.execute(f"UPDATE {what} = '2999-01-01T00:00:00.000Z'")
    found = about("Clock", findings(workspace))
    assert found.level is Level.WARN
    assert "2999-01-01" in found.sentence


@pytest.fixture
def webhooks(workspace: Workspace) -> Webhooks:
    found = Webhooks(workspace.database)
    at = "2026-11-24T12:00:00.000Z"
    found.add(Webhook("w1", "https://example.com/perch?key=secret", SecretPlace.FILE, "secret", at, "tests", 0))
    return found


def test_webhooks_that_arrive_are_well(workspace: Workspace, webhooks: Webhooks) -> None:
    webhooks.settle("w1", Settlement(1, [1]))
    found = about("Webhooks", findings(workspace))
    assert (found.level, found.sentence) == (Level.OK, "1, none fails and nothing was given up")


def test_a_consumer_that_fails_and_what_was_given_up_are_worries(workspace: Workspace, webhooks: Webhooks) -> None:
    letter = Letter(1, "r1", 0, attempts=30, dead=True, problem="500")
    since = "2026-11-24T12:00:00.000Z"
    webhooks.settle("w1", Settlement(1, letters=[letter], failing_since=since, problem="answers 500"))
    failing, dead = (one for one in findings(workspace) if one.subject == "Webhooks")
    assert failing.level is dead.level is Level.WARN
    assert failing.sentence == f"https://example.com/perch has not been reached since {since} (answers 500)"
    assert dead.sentence == "1 event was given up for https://example.com/perch"
    assert "perch webhook retry w1" in dead.remedy


def test_a_copy_that_outlived_its_token_is_named_until_it_is_taken_out(
    workspace: Workspace, secret_service: SecretService
) -> None:
    vault = Vault(choose=SecretServiceKeyring, patience=20.0)
    issued = workspace.tokens.create("leaked", actor="tests")
    workspace.tokens.note_keyring(issued.token.id, vault.store(issued.token.id, issued.secret), actor="tests")
    assert not [one for one in findings(workspace, vault=vault) if one.subject == "Keyring"]
    workspace.tokens.revoke(issued.token.id, actor="tests")
    found = about("Keyring", findings(workspace, vault=vault))
    assert found.level is Level.WARN
    assert "'leaked'" in found.sentence
    assert f"perch token revoke {issued.token.id}" in found.remedy
    secret_service.lock()
    try:
        assert not [one for one in findings(workspace, vault=vault) if one.subject == "Keyring"]
    finally:
        secret_service.unlock()
    vault.delete(issued.token.id)
    assert not [one for one in findings(workspace, vault=vault) if one.subject == "Keyring"]
