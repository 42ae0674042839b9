from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.connect.snapshot import Snapshot, read, usable
from desktop.widgets.seen import Sightings
from server.records import Access
from tests.desktop.connect.conftest import PUBLIC, issue, okta, play

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


def labels(desk: Desk) -> list[str]:
    workspace = desk.workspace
    return [token.label for token in usable(workspace.tokens.tokens(), workspace.custody.now())]


def test_only_tokens_that_work_and_may_write_are_offered_tests_last(desk: Desk) -> None:
    custody = desk.workspace.custody
    issue(desk, "Trying", test=True)
    issue(desk, "Reading", access=Access.READ_ONLY)
    custody.revoke(issue(desk, "Gone").token.id)
    issue(desk, "Production")
    assert labels(desk) == ["Production", "Trying"]


def test_a_token_that_is_being_replaced_comes_after_its_replacement(desk: Desk) -> None:
    old = issue(desk, "Production")
    new = desk.workspace.custody.rotate(old.token.id)
    tokens = usable(desk.workspace.tokens.tokens(), desk.workspace.custody.now())
    assert [token.id for token in tokens] == [new.token.id, old.token.id]


def test_what_was_used_last_is_offered_first(serving_desk: Desk, qtbot: QtBot) -> None:
    used = issue(serving_desk, "Used")
    issue(serving_desk, "Unused")
    with okta(serving_desk, used) as client:
        play(client.test_connection())
    qtbot.waitUntil(lambda: labels(serving_desk) == ["Used", "Unused"], timeout=20_000)


def test_the_addresses_are_those_of_the_settings(desk: Desk) -> None:
    desk.workspace.save_settings({"public_url": PUBLIC, "port": 7001})
    taken = read(desk.workspace, Sightings(desk.workspace))
    assert taken.base_url == f"{PUBLIC}/scim/v2"
    assert taken.direct_url == "http://127.0.0.1:7001/scim/v2"
    assert (taken.public_url, taken.is_fixed) == (PUBLIC, False)


@pytest.mark.parametrize(
    ("host", "public_url", "local_url", "expected"),
    [
        ("127.0.0.1", PUBLIC, "http://127.0.0.1:7001/scim/v2", "http://127.0.0.1:7001/scim/v2"),
        ("127.0.0.1", "", "", "http://direct/scim/v2"),
        ("0.0.0.0", "http://perch.lan:7643", "http://127.0.0.1:7643/scim/v2", "http://perch.lan:7643/scim/v2"),
    ],
)
def test_an_agent_comes_straight_to_perch(host: str, public_url: str, local_url: str, expected: str) -> None:
    taken = Snapshot(host=host, public_url=public_url, direct_url="http://direct/scim/v2")
    assert taken.agent_url(local_url) == expected


def test_a_refusal_is_told_until_okta_comes_with_a_token_that_works(serving_desk: Desk, qtbot: QtBot) -> None:
    workspace = serving_desk.workspace
    gone, works = issue(serving_desk, "Gone"), issue(serving_desk, "Works")
    workspace.custody.revoke(gone.token.id)
    sightings = Sightings(workspace)
    with okta(serving_desk, gone) as client:
        play(client.test_connection())
    qtbot.waitUntil(lambda: read(workspace, sightings).refused is not None, timeout=20_000)
    assert read(workspace, sightings).last_good is None
    with okta(serving_desk, works) as client:
        play(client.test_connection())
    qtbot.waitUntil(lambda: read(workspace, sightings).refused is None, timeout=20_000)
    taken = read(workspace, sightings)
    assert taken.last_good is not None
    assert taken.label_of(taken.last_good.token_id) == "Works"
    assert taken.label_of(None) == "—"
