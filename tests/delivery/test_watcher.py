"""Webhooks that are added, removed and told while the endpoint runs; any process may have made the change."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.config import ServerConfig
from server.delivery.courier import Perseverance
from server.delivery.watcher import Watcher
from server.faults import FaultCode, StoreUnavailable
from server.store.webhooks import Webhooks
from server.webhook.subscription import SecretPlace, Webhook
from server.workspace import Workspace
from tests.consumer import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from tests.consumer import Consumer

PERSON = {"userName": "ada", "name": {"givenName": "Ada", "familyName": "Byron"}, "emails": [{"value": "a@b.example"}]}


@contextmanager
def watching(workspace: Workspace) -> Iterator[Watcher]:
    watcher = Watcher(workspace.database, Perseverance(), look=0.01)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()


def webhook(consumer: Consumer, folder: Path) -> Webhook:
    secret = folder / "secret"
    secret.touch(0o600)
    secret.write_text(consumer.secret, "utf-8")
    return Webhook("w1", consumer.url, SecretPlace.FILE, str(secret), "2026-11-24T00:00:00.000Z", "tests", 0)


def couriers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("courier ")]


def test_a_webhook_and_a_change_of_another_process_are_noticed(
    workspace: Workspace, consumer: Consumer, tmp_path: Path
) -> None:
    with watching(workspace):
        with Workspace.open(workspace.folder, ServerConfig(), actor="another") as other:
            Webhooks(other.database).add(webhook(consumer, tmp_path))
            other.create("User", PERSON)
        wait_until(lambda: consumer.number() == 1)
        with Workspace.open(workspace.folder, ServerConfig(), actor="another") as other:
            other.set_active("ada", active=False)
        wait_until(lambda: consumer.number() == 2)
        workspace.set_active("ada", active=True)
        wait_until(lambda: consumer.number() == 3)
    assert [one.type for one in consumer.told()] == ["user.created", "user.deactivated", "user.reactivated"]
    assert couriers() == []


def test_a_removed_webhook_has_no_courier_any_more(workspace: Workspace, consumer: Consumer, tmp_path: Path) -> None:
    webhooks = Webhooks(workspace.database)
    webhooks.add(webhook(consumer, tmp_path))
    with watching(workspace):
        wait_until(couriers)
        webhooks.remove("w1")
        wait_until(lambda: not couriers())
        workspace.create("User", PERSON)
    assert consumer.number() == 0


def test_where_it_was_stopped_the_next_start_goes_on(workspace: Workspace, consumer: Consumer, tmp_path: Path) -> None:
    Webhooks(workspace.database).add(webhook(consumer, tmp_path))
    with watching(workspace):
        workspace.create("User", PERSON)
        wait_until(lambda: consumer.number() == 1)
    workspace.set_active("ada", active=False)
    with watching(workspace):
        wait_until(lambda: consumer.number() == 2)
    assert [one.type for one in consumer.told()] == ["user.created", "user.deactivated"]


def test_a_database_that_cannot_be_read_is_told_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = 0

    def broken() -> int:
        nonlocal looks
        looks += 1
        raise StoreUnavailable(FaultCode.DATABASE_LOCKED, "perch.db")

    monkeypatch.setattr(workspace.database, "data_version", broken)
    with caplog.at_level(logging.WARNING), watching(workspace):
        wait_until(lambda: looks > 3)
    assert caplog.text.count("Webhooks are not told of changes") == 1
