from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.overview.reading import Reader
from server.okta.dialogues import OktaClient
from server.okta.person import Person
from server.store.webhooks import Settlement, Webhooks
from server.tokens import TokenUse
from server.webhook.subscription import SecretPlace
from tests.desktop import company
from tests.desktop.overview.conftest import PATIENCE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


ADA = Person("ada@acme.example", "Ada", "Lovelace", "ada@acme.example")


def test_an_empty_workspace(desk: Desk) -> None:
    found = Reader(desk.workspace).read()
    assert (found.tokens, found.people.total, found.groups.total) == (0, 0, 0)
    assert found.sync is None
    assert found.failure is None
    assert sum(found.requests) == 0
    assert len(found.requests) == len(found.errors) == 60
    assert found.base_url.endswith("/scim/v2")


def test_a_company_is_counted_and_its_tokens_are_looked_through(desk: Desk) -> None:
    company.settle(desk.workspace, 30)
    found = Reader(desk.workspace).read()
    assert found.people.total == found.people.today == 33
    assert found.people.active + found.people.deactivated == 33
    assert (found.groups.total, found.groups.today, found.groups.here) == (5, 5, 1)
    assert [(one.title, one.tone) for one in found.concerns] == [
        ("Okta preview", "warn"),
        ("Audit export", "info"),
        ("Okta EU", "info"),
        ("Okta EU", "neutral"),
    ]


def test_webhooks_that_fail_are_among_the_concerns(desk: Desk) -> None:
    added = desk.workspace.webhooks.add("https://consumer.example.com/", SecretPlace.ENVIRONMENT, "NAME")
    assert added is not None
    desk.workspace.custody.issue("Audit export")
    done = Settlement(0, failing_since="2026-11-24T00:00:00.000Z", problem="answered 500")
    Webhooks(desk.workspace.database).settle(added.webhook.id, done)
    found = Reader(desk.workspace).read()
    assert found.concerns[0].target == f"webhooks:{added.webhook.id}"
    assert found.concerns[1].page == "tokens"


def test_what_changes_is_counted_again(desk: Desk) -> None:
    reader = Reader(desk.workspace)
    assert reader.read().people.total == 0
    made = desk.workspace.create("User", company.body(ADA)).resource_id
    assert reader.read().people.active == 1
    desk.workspace.set_active(made, active=False)
    assert reader.read().people.deactivated == 1
    desk.workspace.create("Group", {"displayName": "Design"})
    assert reader.read().groups.total == 1
    desk.workspace.delete("User", made)
    assert reader.read().people.total == 0


def test_okta_is_told_from_others_and_failures_are_found(serving_desk: Desk, qtbot: QtBot) -> None:
    workspace = serving_desk.workspace
    token = workspace.custody.issue("Okta production")
    reader = Reader(workspace)
    company.settle(workspace, 5)
    company.play(serving_desk.endpoint.status.local_url, token)
    qtbot.waitUntil(lambda: sum(reader.read().errors) == 2, timeout=PATIENCE)
    found = reader.read()
    assert found.sync is not None
    assert found.sync.token == "Okta production"
    assert found.sync.meaning.startswith("Refused: User already exists")
    assert found.failure is not None
    assert found.failure.status == 401
    assert found.recent[0].seq == found.failure.seq
    with OktaClient(serving_desk.endpoint.status.local_url, token.secret) as okta:
        for _ in okta.test_connection():
            pass
    qtbot.waitUntil(lambda: "Listed" in getattr(reader.read().sync, "meaning", ""), timeout=PATIENCE)


def test_where_the_activity_has_forgotten_okta_the_token_remembers(desk: Desk) -> None:
    workspace = desk.workspace
    token = workspace.custody.issue("Okta production").token
    at = workspace.custody.now()
    workspace.token_store.touch([TokenUse(token.id, at, "10.0.0.7", "Okta SCIM Client 1.0.0")]).result()
    sync = Reader(workspace).read().sync
    assert sync is not None
    assert (sync.at, sync.meaning, sync.token) == (at, "", "Okta production")
