"""``perch webhook``: added with a secret that is seen once, tried, listed with what ails it, removed."""

from __future__ import annotations

import json
import stat
import sys
from typing import TYPE_CHECKING, Any

import pytest

from server.config import ServerConfig
from server.store.changes import changes
from server.store.webhooks import Settlement, Webhooks
from server.webhook.event import event_id
from server.webhook.secret import service_name
from server.webhook.subscription import Letter
from server.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.command_line import CommandLine
    from tests.consumer import Consumer
    from tests.gnome_keyring import SecretService

URL = "https://consumer.example.com/perch"
FILE_MODE = 0o600


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    return tmp_path / "secret"


@pytest.fixture
def added(perch: CommandLine, secret_file: Path) -> str:
    """The id of a webhook, added to a directory with one change."""
    perch("user", "create", "ada@example.com", "--given", "Ada", "--family", "Lovelace")
    perch("webhook", "add", URL, "--secret-file", str(secret_file), "--from-start")
    identity: str = listed(perch)[0]["id"]
    return identity


def listed(perch: CommandLine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(perch("webhook", "list", "--json").out)
    return found


def give_up(perch: CommandLine, identity: str) -> str:
    """Let the outbox hold a dead letter, and return its event's id."""
    with Workspace.open(perch.folder, ServerConfig()) as workspace:
        (change,) = changes(workspace.database)
        letter = Letter(change.seq, change.resource_id, 0, attempts=9, dead=True, problem="answered 500")
        Webhooks(workspace.database).settle(identity, Settlement(change.seq, letters=[letter]))
        return event_id(change)


def test_the_secret_is_printed_once_alone_and_kept_in_a_private_file(perch: CommandLine, secret_file: Path) -> None:
    ended = perch("webhook", "add", URL, "--secret-file", str(secret_file))
    assert ended.out.strip() == secret_file.read_text("utf-8").strip()
    if sys.platform != "win32":
        assert stat.S_IMODE(secret_file.stat().st_mode) == FILE_MODE
    assert ended.out.strip() not in ended.err
    assert ended.out.strip().encode() not in (perch.folder / "perch.db").read_bytes()
    assert perch("webhook", "add", f"{URL}2", "--secret-file", str(secret_file)).out == ""


def test_one_begins_with_the_next_change_or_with_the_first(perch: CommandLine, secret_file: Path) -> None:
    perch("user", "create", "ada@example.com", "--given", "Ada", "--family", "Lovelace")
    perch("webhook", "add", URL, "--secret-file", str(secret_file))
    perch("webhook", "add", f"{URL}2", "--secret-env", "CONSUMER_SECRET", "--from-start")
    assert [(one["ahead"], one["secret_place"]) for one in listed(perch)] == [(0, "file"), (1, "environment")]


def test_without_a_keyring_the_way_out_is_named_and_nothing_is_added(perch: CommandLine) -> None:
    assert "--secret-file" in perch.refused("webhook", "add", URL)
    assert listed(perch) == []


def test_the_keyring_keeps_the_secret_until_the_webhook_is_removed(
    perch: CommandLine, secret_service: SecretService
) -> None:
    # As processes of their own: keyring remembers for the life of a process which keyring it found first.
    assert perch.process("webhook", "add", URL).out.startswith("perch_webhook_")
    name = service_name(listed(perch)[0]["id"])
    assert name in secret_service.services()
    ended = perch.process("webhook", "remove", URL)
    assert name not in secret_service.services()
    assert "is told no more" in ended.err
    assert "may still be" not in ended.err
    assert listed(perch) == []


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("http://consumer.example.com/",), "--plain-http"),
        (("consumer.example.com",), "https://"),
        (("https://me:secret@consumer.example.com/",), "no user"),
    ],
)
def test_an_unfit_address_is_refused(perch: CommandLine, arguments: tuple[str, ...], remedy: str) -> None:
    said = perch.refused("webhook", "add", *arguments, "--secret-env", "NAME")
    assert remedy in said
    assert "me:secret" not in said


def test_the_same_address_is_not_added_twice(perch: CommandLine, added: str) -> None:
    assert "already" in perch.refused("webhook", "add", URL, "--secret-env", "NAME")


def test_two_places_for_a_secret_are_one_too_many(perch: CommandLine) -> None:
    assert perch.run("webhook", "add", URL, "--secret-env", "A", "--secret-file", "b").exit_code == 2


def test_a_trial_says_what_the_consumer_answers(perch: CommandLine, consumer: Consumer, secret_file: Path) -> None:
    secret_file.touch(0o600)
    secret_file.write_text(consumer.secret, "utf-8")
    perch("webhook", "add", consumer.url, "--secret-file", str(secret_file))
    assert "took it" in perch("webhook", "test", consumer.url).err
    (told,) = consumer.told()
    assert (told.type, told.is_signed) == ("webhook.test", True)
    consumer.kill()
    assert "nothing listens there" in perch.refused("webhook", "test", consumer.url)


def test_a_list_shows_what_ails_a_webhook(perch: CommandLine, added: str) -> None:
    assert perch("webhook", "list").out.split("\t")[:6] == [added, URL, "works", "0", "1", "0"]
    with Workspace.open(perch.folder, ServerConfig()) as workspace:
        settlement = Settlement(0, failing_since="2026-11-24T00:00:00.000Z", problem="answered 500")
        Webhooks(workspace.database).settle(added, settlement)
    assert "since 2026-11-24T00:00:00.000Z: answered 500" in perch("webhook", "list").out


def test_what_was_given_up_is_listed_and_sent_again(perch: CommandLine, added: str) -> None:
    assert perch("webhook", "dead").out == ""
    assert "Nothing was given up" in perch("webhook", "retry", added).err
    event = give_up(perch, added)
    (row,) = json.loads(perch("webhook", "dead", added, "--json").out)
    assert (row["event"], row["type"], row["problem"]) == (event, "user.created", "answered 500")
    assert "no event's id" in perch.refused("webhook", "retry", added, "nonsense")
    assert "not among" in perch.refused("webhook", "retry", added, f"9{event}")
    assert "1 event will be sent again" in perch("webhook", "retry", added, event).err
    assert json.loads(perch("webhook", "dead", "--json").out) == []
    assert [(one["waiting"], one["dead"]) for one in listed(perch)] == [(1, 0)]


def test_what_is_removed_is_not_found_any_more(perch: CommandLine, added: str, secret_file: Path) -> None:
    assert added in perch("webhook", "remove", added[:6]).err
    assert secret_file.exists()
    for command in ("remove", "test", "retry", "dead"):
        assert "perch webhook list" in perch.refused("webhook", command, added)
