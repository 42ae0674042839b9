from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from server.records import Access, Token, TokenEvent
from server.token_life import (
    Switch,
    client_name,
    days_left,
    due_warnings,
    first_use,
    last_use,
    rotating_out,
    rotation_state,
)

NOW = "2026-11-24T12:00:00.000Z"
TOKEN = Token(
    id="one",
    label="Okta",
    test=False,
    access=Access.READ_WRITE,
    digest=b"",
    last_four="abcd",
    created="2026-01-01T00:00:00.000Z",
    created_by="tests",
)


def ending(day: str, token_id: str = "one") -> Token:
    return replace(TOKEN, id=token_id, expires=f"2026-{day}.000Z")


def used(token_id: str, at: str | None) -> Token:
    return replace(TOKEN, id=token_id, last_used=at)


@pytest.mark.parametrize(
    ("expires", "days"),
    [
        (None, None),
        ("2026-11-24T13:00:00.000Z", 0),
        ("2026-11-25T11:59:59.000Z", 0),
        ("2026-11-25T12:00:00.000Z", 1),
        ("2026-12-14T12:00:00.000Z", 20),
        ("2026-11-01T12:00:00.000Z", 0),
    ],
)
def test_days_are_counted_whole(expires: str | None, days: int | None) -> None:
    assert days_left(replace(TOKEN, expires=expires), NOW) == days


@pytest.mark.parametrize(
    ("day", "days"),
    [
        ("12-14T12:00:01", None),
        ("12-14T12:00:00", 20),
        ("12-01T12:00:01", 20),
        ("12-01T12:00:00", 7),
        ("11-25T12:00:00", 1),
    ],
)
def test_a_warning_is_due_at_twenty_seven_and_one_day(day: str, days: int | None) -> None:
    assert [warning.days for warning in due_warnings([ending(day)], NOW, ())] == ([] if days is None else [days])


def test_each_warning_is_told_once() -> None:
    token = ending("12-01T12:00:00")
    first = due_warnings([token], NOW, ())
    assert first[0].key == ("one", 7)
    assert due_warnings([token], NOW, {first[0].key}) == []
    assert [one.days for one in due_warnings([token], NOW, {("one", 20)})] == [7]


def test_the_most_urgent_comes_first() -> None:
    tokens = [ending("12-10T00:00:00", "later"), ending("11-25T00:00:00", "soon")]
    assert [warning.token.id for warning in due_warnings(tokens, NOW, ())] == ["soon", "later"]


@pytest.mark.parametrize(
    "ended",
    [
        replace(ending("11-25T00:00:00"), replaced_by="two"),
        replace(ending("11-25T00:00:00"), revoked="2026-11-20T00:00:00.000Z"),
        ending("11-24T12:00:00"),
        TOKEN,
    ],
    ids=["replaced", "revoked", "expired", "never ends"],
)
def test_what_ends_on_purpose_or_has_ended_is_not_warned_of(ended: Token) -> None:
    assert due_warnings([ended], NOW, ()) == []


def test_what_a_token_replaces_and_still_works_is_told_the_latest_first() -> None:
    first = replace(TOKEN, id="first", replaced_by="second", expires="2026-11-25T12:00:00.000Z")
    ended = replace(TOKEN, id="second", replaced_by="third", revoked="2026-11-24T11:00:00.000Z")
    third = replace(TOKEN, id="third", replaced_by="fourth", expires="2026-11-30T12:00:00.000Z")
    tokens = [first, ended, third, replace(TOKEN, id="fourth"), replace(TOKEN, id="another")]
    assert rotating_out("fourth", tokens, NOW) == [third, first]
    assert rotating_out("first", tokens, NOW) == []


def test_until_the_new_token_is_used_the_client_has_not_switched() -> None:
    found = rotation_state(used("old", NOW), used("new", None))
    assert (found.switch, found.since) == (Switch.WAITING, None)


def test_a_client_that_left_the_old_token_has_switched() -> None:
    old, new = used("old", "2026-11-24T10:00:00.000Z"), used("new", NOW)
    assert rotation_state(old, new, "2026-11-24T11:00:00.000Z").switch is Switch.SWITCHED
    assert rotation_state(old, new).switch is Switch.SWITCHED
    assert rotation_state(used("old", None), new).switch is Switch.SWITCHED


def test_a_second_client_that_still_has_the_old_token_shows() -> None:
    old, new = used("old", "2026-11-24T11:30:00.000Z"), used("new", NOW)
    found = rotation_state(old, new, "2026-11-24T11:00:00.000Z")
    assert (found.switch, found.since) == (Switch.BOTH, "2026-11-24T11:00:00.000Z")


def test_a_rotation_ends_with_the_old_tokens_life() -> None:
    old = replace(TOKEN, expires="2026-12-01T00:00:00.000Z", replaced_by="new")
    assert rotation_state(old, TOKEN).ends == "2026-12-01T00:00:00.000Z"
    assert rotation_state(replace(old, revoked=NOW), TOKEN).ends == NOW


def test_the_first_use_is_read_off_the_history() -> None:
    history = [TokenEvent("one", "1", "created", "a"), TokenEvent("one", "2", "first used", "10.0.0.1")]
    assert first_use(history) == "2"
    assert first_use(history[:1]) is None


def test_what_revoking_breaks_is_told_by_the_last_use() -> None:
    token = replace(
        TOKEN, last_used="2026-11-24T11:58:00.000Z", last_address="10.0.0.1", last_agent="Okta SCIM Client 1.0.0"
    )
    use = last_use(token, NOW)
    assert use is not None
    assert (use.client, use.address, use.age, use.is_recent) == ("Okta", "10.0.0.1", timedelta(minutes=2), True)
    later = last_use(token, "2026-12-24T12:00:00.000Z")
    assert later is not None
    assert not later.is_recent
    assert last_use(TOKEN, NOW) is None


def test_a_clock_that_was_put_back_makes_no_negative_age() -> None:
    use = last_use(replace(TOKEN, last_used="2026-11-24T12:00:05.000Z"), NOW)
    assert use is not None
    assert use.age == timedelta()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Okta SCIM Client 1.0.0", "Okta"),
        ("Okta Provisioning Agent/2.1", "Okta's on-prem agent"),
        ("Azure-AD-Provisioning/1.0", "Microsoft Entra ID"),
        ("curl/8.5.0", "curl"),
        ("python-httpx 1", "python-httpx"),
        ("", ""),
    ],
)
def test_a_client_is_named_after_its_agent(agent: str, name: str) -> None:
    assert client_name(agent) == name
