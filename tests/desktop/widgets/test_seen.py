from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from desktop.widgets.seen import CHECKS, By, Seen, Sightings, whose
from server.okta.dialogues import OktaClient
from tests.desktop import company

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from server.workspace import IssuedToken

PATIENCE = 20_000


def read(desk: Desk, sightings: Sightings) -> dict[str, Seen]:
    return {seen.check.name: seen for seen in sightings.read(desk.workspace.tokens.tokens())}


def come_by(desk: Desk, token: IssuedToken) -> None:
    with OktaClient(desk.endpoint.status.local_url, token.secret) as okta:
        for _ in okta.test_connection():
            pass


@pytest.mark.parametrize(
    ("agent", "by"),
    [
        ("Okta SCIM Client 1.0.0", By.OKTA),
        ("Okta Provisioning Agent/2.1", By.OKTA),
        ("Apache-HttpClient/4.5 (Java/17)", By.OKTA),
        ("curl/8.5", By.OTHER),
        ("", By.OTHER),
    ],
)
def test_whose_a_request_is(agent: str, by: By) -> None:
    assert whose(agent, None)[0] is by


def test_only_oktas_own_request_counts(serving_desk: Desk, qtbot: QtBot) -> None:
    sightings = Sightings(serving_desk.workspace)
    assert [seen.by for seen in read(serving_desk, sightings).values()] == [None] * len(CHECKS)
    come_by(serving_desk, serving_desk.workspace.custody.issue("Sandbox", test=True))
    qtbot.waitUntil(lambda: read(serving_desk, sightings)["test"].by is By.TEST, timeout=PATIENCE)
    assert not read(serving_desk, sightings)["test"].is_done
    come_by(serving_desk, serving_desk.workspace.custody.issue("Okta production"))
    qtbot.waitUntil(lambda: read(serving_desk, sightings)["test"].is_done, timeout=PATIENCE)
    seen = read(serving_desk, sightings)["test"]
    assert (seen.token, seen.client) == ("Okta production", "Okta")
    assert sightings.last_by_okta is not None
    assert read(serving_desk, sightings)["push_users"].by is None


def test_what_was_seen_is_seen_by_who_reads_for_the_first_time(serving_desk: Desk, qtbot: QtBot) -> None:
    token = serving_desk.workspace.custody.issue("Okta production")
    with OktaClient(serving_desk.endpoint.status.local_url, token.secret) as okta:
        for _ in okta.assign(company.person(1, random.Random(3))):
            pass
    qtbot.waitUntil(
        lambda: read(serving_desk, Sightings(serving_desk.workspace))["push_users"].is_done, timeout=PATIENCE
    )


def test_after_a_rush_one_reading_is_enough(serving_desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.widgets.seen.AT_ONCE", 2)
    sightings = Sightings(serving_desk.workspace)
    token = serving_desk.workspace.custody.issue("Okta production")
    come_by(serving_desk, token)
    qtbot.waitUntil(lambda: read(serving_desk, sightings)["test"].is_done, timeout=PATIENCE)
    for _ in range(4):
        come_by(serving_desk, token)
    with OktaClient(serving_desk.endpoint.status.local_url, token.secret) as okta:
        for _ in okta.import_groups():
            pass
    activity = serving_desk.workspace.activity
    qtbot.waitUntil(lambda: "import_groups" in {seen.feature for seen in activity.sightings()}, timeout=PATIENCE)
    read(serving_desk, sightings)
    assert sightings.last_by_okta is not None
    assert sightings.last_by_okta.at == activity.recent(1)[0].at
