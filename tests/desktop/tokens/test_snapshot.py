from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from desktop.tokens import snapshot
from desktop.tokens.snapshot import Snapshot
from server.tokens import later, timestamp
from server.workspace import Outcome, token_life
from tests.desktop.tokens.values import token

if TYPE_CHECKING:
    from desktop.desk import Desk

NOW = timestamp(datetime.now(UTC).timestamp())


def day(number: int) -> str:
    return later(NOW, timedelta(days=number))


def labels(taken: Snapshot, **order: object) -> list[str]:
    return [one.label for one in taken.ordered(**order)]  # type: ignore[arg-type] # the tests' own shorthand


def test_it_reads_all_that_the_page_shows(desk: Desk) -> None:
    custody = desk.workspace.custody
    old = custody.issue("Okta").token
    new = custody.rotate(old.id).token
    taken = snapshot.read(desk.workspace, old.id, with_keyring=True)
    assert {one.id for one in taken.tokens} == {old.id, new.id}
    assert taken.rotations[old.id].switch is token_life.Switch.WAITING
    assert [event.event for event in taken.history] == ["created", "rotated"]
    assert taken.base_url == desk.workspace.base_url
    assert taken.probe is not None
    assert taken.probe.outcome is Outcome.ABSENT
    found = taken.find(new.id)
    assert found is not None
    assert found.label == "Okta"


def test_it_asks_the_keyring_only_when_told_and_knows_no_unknown_token(desk: Desk) -> None:
    taken = snapshot.read(desk.workspace, "gone", with_keyring=False)
    assert taken.probe is None
    assert taken.history == ()
    assert taken.find("gone") is None


def test_the_newest_come_first_and_what_ended_last() -> None:
    tokens = [
        token("oldest", created=day(-9)),
        token("revoked", created=day(-1), revoked=NOW),
        token("newest", created=day(-2)),
        token("expired", created=day(-3), expires=day(-1)),
    ]
    taken = Snapshot(NOW, tokens)
    assert labels(taken) == ["newest", "oldest", "revoked", "expired"]
    assert labels(taken, with_ended=False) == ["newest", "oldest"]
    assert taken.ended == 2


def test_what_is_being_replaced_stands_below_its_replacement() -> None:
    old = token("old", created=day(-90), replaced_by="new", expires=day(5))
    new = token("new", created=day(-2))
    taken = Snapshot(NOW, [old, token("between", created=day(-30)), new], {"old": token_life.rotation_state(old, new)})
    assert labels(taken) == ["new", "old", "between"]


def test_what_ends_with_a_replacement_is_what_it_replaces_and_still_works() -> None:
    first = token("first", replaced_by="second", expires=day(-1))
    second = token("second", replaced_by="third", expires=day(5))
    third = token("third")
    taken = Snapshot(NOW, [first, second, third])
    assert taken.revoked_with(third) == [second]
    assert taken.revoked_with(second) == []


def test_it_sorts_by_what_a_heading_says() -> None:
    tokens = [
        token("b", last_used=day(-1), expires=day(3)),
        token("A", last_used=day(-2)),
        token("c", expires=day(1)),
    ]
    taken = Snapshot(NOW, tokens)
    assert labels(taken, key="name") == ["A", "b", "c"]
    assert labels(taken, key="used", descending=True) == ["b", "A", "c"]
    assert labels(taken, key="expires") == ["c", "b", "A"]


def test_the_last_sync_is_oktas_and_nobody_elses() -> None:
    okta = token("Okta", last_used=day(-2), last_agent="Okta SCIM Client 1.0.0")
    agent = token("agent", last_used=day(-1), last_agent="Okta Provisioning Agent 2.1")
    other = token("other", last_used=NOW, last_agent="curl/8.5")
    assert Snapshot(NOW, [okta, agent, other]).last_sync == day(-1)
    assert Snapshot(NOW, [other]).last_sync is None


def test_those_that_end_soon_are_told_the_most_urgent_first() -> None:
    tokens = [token("far", expires=day(30)), token("soon", expires=day(15)), token("now", expires=day(1))]
    assert [one.label for one in Snapshot(NOW, tokens).expiring] == ["now", "soon"]
