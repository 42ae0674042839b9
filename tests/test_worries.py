"""What somebody has to see to, as facts that every host words for itself."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from server.backups import Backups
from server.config import ServerConfig
from server.faults import StoreUnavailable
from server.store.webhooks import Settlement, Webhooks
from server.webhook.subscription import SecretPlace
from server.workspace import DATABASE, Workspace
from server.worries import Worries, backup_standing, certificate_standing, worries
from tests.certificates import NAME, files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = ServerConfig(required=("userName",))
TLS = ServerConfig(tls_cert="tls/certificate.pem", tls_key="tls/key.pem")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "data", CONFIG, actor="tests") as opened:
        opened.create("User", {"userName": "ada"})
        yield opened


def looked(workspace: Workspace, config: ServerConfig = CONFIG, **later: float) -> Worries:
    now = datetime.now(UTC) + timedelta(**later)
    return worries(config, workspace.folder, workspace.folder / DATABASE, workspace.backups, now)


def test_a_new_folder_has_nothing_to_see_to(workspace: Workspace) -> None:
    assert workspace.worries() == Worries()


def test_a_database_that_cannot_be_read_is_a_fault(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "other.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreUnavailable):
        worries(CONFIG, tmp_path, tmp_path / "other.db", workspace.backups, datetime.now(UTC))


def test_daily_backups_are_missed_after_three_days_if_they_are_switched_on(workspace: Workspace) -> None:
    workspace.backups.now()
    assert looked(workspace, days=2, hours=23).backup is None
    found = looked(workspace, days=3, hours=1).backup
    assert found is not None
    assert found.newest is None
    assert looked(workspace, ServerConfig(backup_daily=False), days=30).backup is None


def test_the_newest_daily_backup_counts(workspace: Workspace) -> None:
    now = datetime.now(UTC)
    Backups(workspace.folder, DATABASE, clock=lambda: time.time() + timedelta(days=10).total_seconds()).now(
        automatic=True
    )
    assert not backup_standing(workspace.backups, now, now + timedelta(days=12)).is_overdue
    found = looked(workspace, days=14).backup
    assert found is not None
    assert found.newest is not None
    assert (found.newest - now).days in {9, 10}


@pytest.mark.parametrize(("days", "within"), [(45, None), (29, 30), (6, 7), (-1, 7)])
def test_a_certificate_is_to_be_seen_to_in_time(workspace: Workspace, days: int, within: int | None) -> None:
    now = datetime.now(UTC)
    files(workspace.folder / "tls", now=now + timedelta(days=days - 100), days=100)
    found = certificate_standing(TLS, workspace.folder, now)
    assert found is not None
    assert (found.within, found.has_ended) == (within, days < 0)
    assert NAME in found.names
    assert (looked(workspace, TLS).certificate is None) == (within is None)


def test_without_tls_there_is_no_certificate(workspace: Workspace) -> None:
    assert certificate_standing(CONFIG, workspace.folder, datetime.now(UTC)) is None


def test_a_certificate_that_cannot_be_used_is_told_and_hides_nothing_else(workspace: Workspace) -> None:
    found = looked(workspace, TLS, days=4)
    assert found.unusable is not None
    assert found.certificate is None
    assert found.backup is not None


def test_consumers_that_fail_or_gave_up_are_to_be_seen_to(workspace: Workspace) -> None:
    added = workspace.webhooks.add("https://consumer.example.com/", SecretPlace.ENVIRONMENT, "NAME")
    assert added is not None
    assert workspace.worries().consumers == ()
    done = Settlement(0, failing_since="2026-11-24T00:00:00.000Z", problem="answered 500")
    Webhooks(workspace.database).settle(added.webhook.id, done)
    (one,) = workspace.worries().consumers
    assert (one.id, one.problem, one.dead) == (added.webhook.id, "answered 500", 0)
