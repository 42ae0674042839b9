from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.overview.attention import concerns_of, concerns_of_worries
from server.faults import Fault, FaultCode
from server.records import Access, Token
from server.store.standing import Consumer
from server.workspace import Worries, token_life
from server.worries import BackupStanding, CertificateStanding

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


MOMENT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def certificate(days: int) -> Worries:
    ends = MOMENT + timedelta(days=days)
    within = 7 if days <= 7 else 30
    return Worries(certificate=CertificateStanding(Path("tls/certificate.pem"), ends, (), days < 0, within))


@pytest.mark.parametrize(
    ("worries", "title", "reason", "tone", "target"),
    [
        (certificate(20), "The certificate ends in 20 days", "Replace certificate.pem", "warn", "tls_cert"),
        (certificate(2), "The certificate ends in 2 days", "Replace certificate.pem", "err", "tls_cert"),
        (certificate(-3), "The certificate ended 3 days ago", "Replace certificate.pem", "err", "tls_cert"),
        (
            Worries(unusable=Fault(FaultCode.SETTING_INVALID, "tls_key = …: it is not the key")),
            "The certificate cannot be used",
            "it is not the key",
            "err",
            "tls_cert",
        ),
        (
            Worries(BackupStanding(MOMENT - timedelta(days=5), MOMENT - timedelta(days=9), is_overdue=True)),
            "No daily backup for 5 days",
            "disk has room",
            "warn",
            "data",
        ),
        (
            Worries(BackupStanding(None, MOMENT - timedelta(days=9), is_overdue=True)),
            "No daily backup yet, in 9 days",
            "disk has room",
            "warn",
            "data",
        ),
        (
            Worries(
                consumers=(Consumer("w1", "https://c.example/p?k=a", "2026-11-24T10:00:00.000Z", "answered 500", 0),)
            ),
            "The webhook to c.example fails",
            "Answered 500 · began 2 h ago",
            "err",
            "webhooks:w1",
        ),
        (
            Worries(consumers=(Consumer("w1", "https://c.example/p", None, "", 1),)),
            "1 event was given up",
            "The webhook to c.example was not told of it",
            "warn",
            "webhooks:w1:given-up",
        ),
        (
            Worries(consumers=(Consumer("w1", "https://c.example/p", None, "", 3),)),
            "3 events were given up",
            "The webhook to c.example was not told of them",
            "warn",
            "webhooks:w1:given-up",
        ),
    ],
)
def test_each_worry_in_words_and_where_it_leads(
    worries: Worries, title: str, reason: str, tone: str, target: str
) -> None:
    (concern,) = concerns_of_worries(worries, NOW)
    assert (concern.title, concern.tone, concern.page, concern.target) == (title, tone, "settings", target)
    assert reason in concern.reason


def test_a_consumer_that_fails_and_gave_up_is_two_concerns_and_what_is_well_is_none() -> None:
    both = Consumer("w1", "https://c.example/p", "2026-11-24T10:00:00.000Z", "answered 500", 3)
    assert len(concerns_of_worries(Worries(consumers=(both,)), NOW)) == 2
    assert concerns_of_worries(Worries(), NOW) == []
