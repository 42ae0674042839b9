from __future__ import annotations

from datetime import timedelta

import pytest

from desktop.tokens import words
from server.records import Access, TokenEvent
from server.tokens import later
from server.workspace import Outcome, Probe, token_life
from tests.desktop.tokens.values import token

NOW = "2026-11-24T12:00:00.000Z"


def ago(**span: float) -> str:
    return later(NOW, -timedelta(**span))


def ahead(**span: float) -> str:
    return later(NOW, timedelta(**span))


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, ("Active", "ok")),
        ({"expires": ahead(days=21)}, ("Active", "ok")),
        ({"expires": ahead(days=6)}, ("Expires in 6 days", "warn")),
        ({"expires": ahead(days=1, hours=1)}, ("Expires in 1 day", "err")),
        ({"expires": ahead(hours=5)}, ("Expires in 5 h", "err")),
        ({"expires": ahead(days=6), "replaced_by": "new"}, ("Rotating", "info")),
        ({"expires": ago(days=1)}, ("Expired", "neutral")),
        ({"revoked": ago(days=1)}, ("Revoked", "err")),
    ],
)
def test_where_it_stands(fields: dict[str, str], state: tuple[str, str]) -> None:
    assert words.state(token("Okta", **fields), NOW) == state


@pytest.mark.parametrize("actor", ["desktop (dana)", "cli:dana", "dana"])
def test_who_made_it(actor: str) -> None:
    made = token("Okta", created="2026-03-03T12:00:00.000Z", created_by=actor)
    assert words.origin(made) == "created by dana · Mar 3, 2026"


def test_what_may_be_seen_of_it_and_what_it_may_do() -> None:
    assert words.masked(token("Okta", test=True)) == "perch_test_…k3Qz"
    assert words.access(token("Okta")) == "Read & write"
    assert words.access(token("Okta", access=Access.READ_ONLY)) == "Read only"


def used(**fields: str) -> dict[str, str]:
    return {"last_address": "10.0.0.7", "last_agent": "Okta SCIM Client 1.0.0", **fields}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Nobody has used it yet"),
        ({"expires": ago(days=1)}, "It has expired already"),
        (used(last_used=ago(minutes=3)), "Okta used it 3 min ago from 10.0.0.7. Its next request is refused (401)"),
        (used(last_used=ago(days=41)), "Okta used it 41 days ago from 10.0.0.7. Should it come back"),
        ({"last_used": ago(minutes=3)}, "The client used it 3 min ago. Its next"),
    ],
)
def test_what_revoking_breaks(fields: dict[str, str], said: str) -> None:
    assert words.breaks(token("Okta", **fields), NOW).startswith(said)


def test_what_revoking_a_replacement_breaks_is_what_the_old_one_still_does() -> None:
    old = token("old", **used(last_used=ago(minutes=3)), replaced_by="new", expires=ahead(days=6))
    said = words.breaks_all(token("new"), [old], NOW)
    assert said.startswith("The token it replaced still works, and is revoked with it. Okta used it 3 min ago")
    assert words.breaks_all(token("new"), [old, old], NOW).startswith("The 2 tokens it replaced still work")


def test_once_okta_has_switched_revoking_breaks_nothing() -> None:
    old = token("old", **used(last_used=ago(hours=3)), replaced_by="new", expires=ahead(days=6))
    rotation = token_life.rotation_state(old, token("new", **used(last_used=ago(hours=1))), ago(hours=2))
    assert words.breaks(old, NOW, rotation) == "Okta has switched to the new one, so nothing should stop working."


@pytest.mark.parametrize(
    ("old_used", "new_used", "said"),
    [
        (None, None, ("Neither the old nor the new one has been used yet", "info")),
        (ago(minutes=3), None, ("Okta is still using the old one, 3 min ago", "warn")),
        (ago(minutes=9), ago(minutes=3), ("Okta has switched to the new one", "ok")),
        (
            ago(minutes=3),
            ago(minutes=9),
            ("Okta uses both: the old one 3 min ago, the new one since 9 min ago", "warn"),
        ),
    ],
)
def test_how_far_a_rotation_is(old_used: str | None, new_used: str | None, said: tuple[str, str]) -> None:
    old = token("old", last_used=old_used, last_agent="Okta SCIM Client 1.0.0", replaced_by="new")
    new = token("new", last_used=new_used, last_agent="Okta SCIM Client 1.0.0")
    assert words.rotation(token_life.rotation_state(old, new), NOW) == said


@pytest.mark.parametrize(
    ("event", "detail", "said"),
    [
        ("created", "", "Generated"),
        ("created", "replaces 12ab", "Generated as a replacement"),
        ("stored", "in the keyring", "Copy saved to the keyring"),
        ("not kept", "no copy in the keyring: locked", "No copy in the keyring: the keyring was locked"),
        ("first used", "Okta SCIM Client 1.0.0", "First used by Okta"),
        ("first used", "", "First used"),
        ("revoked", "", "Revoked"),
        ("a new kind", "", "a new kind"),
    ],
)
def test_a_line_of_the_history(event: str, detail: str, said: str) -> None:
    assert words.event(TokenEvent("id", NOW, event, "dana", detail)) == said


def test_every_outcome_has_its_words() -> None:
    for outcome in Outcome:
        sentence, icon, tone = words.keyring(Probe(outcome, "backend", "GNOME Keyring"))
        assert sentence
        assert icon
        assert tone in {"ok", "warn"}
        assert (tone == "ok") is (outcome is Outcome.STORED)
        assert words.copy_kept(token("Okta", keyring=str(outcome)))
    assert words.keyring(Probe(Outcome.STORED, "b", "GNOME Keyring"))[0] == "GNOME Keyring unlocked"
    assert words.keyring(Probe(Outcome.LOCKED, "b", "KWallet"))[0] == "KWallet locked"
    assert words.copy_kept(token("Okta", keyring="locked")) == "None: the keyring was locked"
    assert words.copy_kept(token("Okta", keyring="absent")) == "None", "perhaps nobody tried"
