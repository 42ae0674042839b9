from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.overview.attention import concerns_of
from server.records import Access, Token
from server.workspace import token_life

NOW = "2026-11-24T12:00:00.000Z"
TOKEN = Token(
    "t1",
    "Okta production",
    test=False,
    access=Access.READ_WRITE,
    digest=b"",
    last_four="k3Qz",
    created="2026-11-01T12:00:00.000Z",
    created_by="cli:ada",
    last_used="2026-11-24T11:00:00.000Z",
    last_agent="Okta SCIM Client 1.0.0",
    keyring="stored",
)


@pytest.mark.parametrize(
    ("token", "reason", "tone"),
    [
        (replace(TOKEN, expires="2026-11-30T12:00:00.000Z"), "Expires in 6 days", "warn"),
        (replace(TOKEN, expires="2026-11-25T12:00:00.000Z"), "Expires in 1 day", "err"),
        (replace(TOKEN, expires="2026-11-22T12:00:00.000Z"), "Expired 2 days ago: whoever has it is refused", "err"),
        (replace(TOKEN, last_used=None), "Never used", "info"),
        (replace(TOKEN, keyring="locked"), "No copy in the keyring", "neutral"),
        (replace(TOKEN, last_used=None, keyring="absent"), "Never used · No copy in the keyring", "info"),
    ],
)
def test_each_reason_in_words(token: Token, reason: str, tone: str) -> None:
    (concern,) = concerns_of([token], {}, NOW)
    assert (concern.reason, concern.tone) == (reason, tone)
    assert (concern.title, concern.page, concern.target) == ("Okta production", "tokens", "t1")


@pytest.mark.parametrize(
    "token",
    [
        TOKEN,
        replace(TOKEN, expires="2027-11-24T12:00:00.000Z"),
        replace(TOKEN, revoked="2026-11-24T11:30:00.000Z", keyring="absent"),
        replace(TOKEN, test=True, last_used=None, keyring="absent"),
        replace(TOKEN, expires="2026-11-22T12:00:00.000Z", last_used=None),
        replace(TOKEN, expires="2026-06-22T12:00:00.000Z"),
    ],
    ids=["well", "far", "revoked", "test", "expired unused", "expired long ago"],
)
def test_what_needs_nothing_is_not_listed(token: Token) -> None:
    assert concerns_of([token], {}, NOW) == []


def rotated(**new: str | None) -> tuple[list[Token], dict[str, token_life.Rotation]]:
    old = replace(TOKEN, replaced_by="t2", expires="2026-12-01T12:00:00.000Z")
    successor = replace(TOKEN, id="t2", last_used=new.get("used"))
    return [old, successor], {"t1": token_life.rotation_state(old, successor, new.get("used"))}


def test_who_has_not_switched_is_told_once() -> None:
    (concern,) = concerns_of(*rotated(), NOW)
    assert concern.target == "t1"
    assert concern.reason == "Okta still uses the old one · ends in 7 days"


def test_who_has_switched_needs_nothing() -> None:
    assert concerns_of(*rotated(used="2026-11-24T11:30:00.000Z"), NOW) == []


def test_the_most_pressing_is_first() -> None:
    tokens = [
        replace(TOKEN, id="copy", keyring="failed"),
        replace(TOKEN, id="unused", last_used=None),
        replace(TOKEN, id="soon", expires="2026-11-30T12:00:00.000Z"),
        replace(TOKEN, id="over", expires="2026-11-22T12:00:00.000Z"),
    ]
    assert [concern.target for concern in concerns_of(tokens, {}, NOW)] == ["over", "soon", "unused", "copy"]
