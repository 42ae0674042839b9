"""A webhook's life as a host leads it: added with a secret, tried, listed with how it fares, given up, removed."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.consumers import Added, Consumers, Fare
from server.faults import Fault, FaultCode
from server.store.changes import changes
from server.store.webhooks import Settlement, Webhooks
from server.vault import Outcome, Vault
from server.webhook.event import event_id
from server.webhook.secret import SecretKeeper, service_name
from server.webhook.subscription import Letter, Misfit, SecretPlace, UnfitWebhook
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.consumer import Consumer
    from tests.gnome_keyring import SecretService

URL = "https://consumer.example.com/perch?key=a"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with one change."""
    with Workspace.open(tmp_path / "data", ServerConfig(required=("userName",)), actor="tests") as opened:
        opened.create("User", {"userName": "ada"})
        yield opened


def add(workspace: Workspace, url: str = URL, *, from_start: bool = False) -> Added:
    added = workspace.webhooks.add(url, SecretPlace.FILE, from_start=from_start)
    assert added is not None
    return added


def settle(workspace: Workspace, added: Added, *, dead: bool, problem: str = "") -> None:
    """Let the only change be in the outbox."""
    (change,) = changes(workspace.database)
    letter = Letter(change.seq, change.resource_id, 0, attempts=9, dead=dead, problem="answered 500")
    since = "2026-11-24T00:00:00.000Z" if problem else None
    done = Settlement(change.seq, letters=[letter], failing_since=since, problem=problem)
    Webhooks(workspace.database).settle(added.webhook.id, done)


def test_a_file_that_nobody_named_is_private_in_the_data_folder_and_goes_with_the_webhook(workspace: Workspace) -> None:
    added = add(workspace)
    path = Path(added.webhook.secret_name)
    assert path.is_relative_to(workspace.folder)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert added.secret is not None
    assert added.secret not in repr(added)
    assert workspace.webhooks.secret(added.webhook.id) == added.secret
    assert workspace.webhooks.remove(added.webhook.id) is None
    assert not path.exists()
    assert workspace.webhooks.listed() == []


def test_a_file_of_somebody_stays(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    added = workspace.webhooks.add(URL, SecretPlace.FILE, str(path))
    assert added is not None
    workspace.webhooks.remove(added.webhook.id)
    assert path.exists()


def test_a_folder_that_cannot_be_made_is_told_and_nothing_is_added(workspace: Workspace) -> None:
    (workspace.folder / "webhooks").write_text("no folder")
    with pytest.raises((Fault, UnfitWebhook)):
        add(workspace)
    assert workspace.webhooks.listed() == []


def test_what_cannot_be_written_leaves_no_secret(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Fault(FaultCode.DISK_FULL, "the disk")

    monkeypatch.setattr(Webhooks, "add", refuse)
    with pytest.raises(Fault):
        add(workspace)
    assert list((workspace.folder / "webhooks").iterdir()) == []


def test_what_is_not_wanted_any_more_is_not_added_and_leaves_no_secret(workspace: Workspace) -> None:
    assert workspace.webhooks.add(URL, SecretPlace.FILE, is_wanted=lambda: False) is None
    assert list((workspace.folder / "webhooks").iterdir()) == []
    assert workspace.webhooks.listed() == []


def test_without_a_keyring_it_says_what_the_keyring_did(workspace: Workspace) -> None:
    with pytest.raises(UnfitWebhook) as refused:
        workspace.webhooks.add(URL)
    assert (refused.value.misfit, refused.value.outcome) == (Misfit.KEYRING, Outcome.ABSENT)


def test_the_keyring_keeps_the_secret_until_the_webhook_is_removed(
    workspace: Workspace, secret_service: SecretService
) -> None:
    from keyring.backends.SecretService import Keyring  # noqa: PLC0415 -- only there on Linux

    keeper = SecretKeeper(Vault(choose=Keyring, named=service_name))
    webhooks = Consumers(workspace.folder, workspace.database, "tests", keeper)
    added = webhooks.add(URL)
    assert added is not None
    assert webhooks.secret(added.webhook.id) == added.secret
    assert service_name(added.webhook.id) in secret_service.services()
    assert webhooks.remove(added.webhook.id) is Outcome.ABSENT
    assert service_name(added.webhook.id) not in secret_service.services()


@pytest.mark.parametrize(
    ("url", "misfit"),
    [
        ("nonsense", Misfit.ADDRESS),
        ("http://consumer.example.com/", Misfit.PLAIN_HTTP),
        (URL, Misfit.TAKEN),
    ],
)
def test_an_address_is_judged_before_anything_is_made(workspace: Workspace, url: str, misfit: Misfit) -> None:
    add(workspace)
    with pytest.raises(UnfitWebhook) as refused:
        workspace.webhooks.judge(url)
    assert refused.value.misfit is misfit
    assert "key=a" not in str(refused.value)
    assert workspace.webhooks.judge(" http://consumer.example.com/ ", plain_http=True) == "http://consumer.example.com/"


def test_one_begins_with_the_next_change_or_with_the_first(workspace: Workspace) -> None:
    assert workspace.webhooks.history() == 1
    add(workspace)
    add(workspace, f"{URL}2", from_start=True)
    assert [(one.waiting, one.fare) for one in workspace.webhooks.listed()] == [
        (0, Fare.DELIVERING),
        (1, Fare.DELIVERING),
    ]
    assert workspace.webhooks.listed()[0].place == "https://consumer.example.com/perch"


def test_how_one_fares(workspace: Workspace) -> None:
    added = add(workspace, from_start=True)
    settle(workspace, added, dead=False)
    (one,) = workspace.webhooks.listed()
    assert (one.fare, one.waiting, one.backlog.dead) == (Fare.WAITING, 1, 0)
    settle(workspace, added, dead=False, problem="answered 500")
    assert workspace.webhooks.listed()[0].fare is Fare.FAILING
    settle(workspace, added, dead=True)
    (one,) = workspace.webhooks.listed()
    assert (one.fare, one.waiting, one.backlog.dead) == (Fare.DELIVERING, 0, 1)


def test_a_trial_is_signed_and_tells_what_the_consumer_did(workspace: Workspace, consumer: Consumer) -> None:
    added = add(workspace, consumer.url)
    consumer.kill()
    trial = workspace.webhooks.test(added.webhook.id)
    assert trial.problem == "refuses the connection: nothing listens there"
    assert added.secret is not None
    consumer.secret = added.secret
    consumer.start()
    trial = workspace.webhooks.test(added.webhook.id)
    assert trial.problem == ""
    assert trial.microseconds > 0
    (told,) = consumer.told()
    assert (told.type, told.is_signed) == ("webhook.test", True)


def test_what_was_given_up_is_listed_and_sent_again(workspace: Workspace) -> None:
    added = add(workspace, from_start=True)
    settle(workspace, added, dead=True)
    (change,) = changes(workspace.database)
    (letter,) = workspace.webhooks.given_up(added.webhook.id)
    assert (letter.seq, letter.event) == (change.seq, event_id(change))
    assert (letter.type, letter.summary, letter.at) == ("user.created", change.summary, change.at)
    assert (letter.attempts, letter.problem) == (9, "answered 500")
    assert workspace.webhooks.retry(added.webhook.id, [letter.seq + 1]) == 0
    assert workspace.webhooks.retry(added.webhook.id, [letter.seq]) == 1
    assert workspace.webhooks.given_up(added.webhook.id) == []
    assert workspace.webhooks.listed()[0].waiting == 1
    settle(workspace, added, dead=True)
    assert workspace.webhooks.retry(added.webhook.id) == 1


def test_one_that_was_removed_meanwhile_is_told_as_such(workspace: Workspace) -> None:
    for step in (workspace.webhooks.remove, workspace.webhooks.test, workspace.webhooks.secret):
        with pytest.raises(UnfitWebhook, match="removed meanwhile"):
            step("gone")
