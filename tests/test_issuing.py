from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from server.issuing import TokenIssuer
from server.records import Access, Refusal, TokenStatus
from server.tokens import (
    LONGEST_OVERLAP,
    Authenticator,
    TokenRule,
    TokenRuleError,
    digest,
    is_well_formed,
    later,
    status,
    timestamp,
)
from tests.memory_token_store import MemoryTokenStore

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime.fromisoformat("2026-11-23T20:48:31.123Z").timestamp()


class Clock:
    def __init__(self) -> None:
        self.seconds = START

    def __call__(self) -> float:
        return self.seconds

    def advance(self, **duration: float) -> None:
        self.seconds += timedelta(**duration).total_seconds()

    @property
    def now(self) -> str:
        return timestamp(self.seconds)


class Office:
    """An issuer, its store and its clock."""

    def __init__(self, cap: int = 50) -> None:
        numbers = count(1)
        self.clock = Clock()
        self.store = MemoryTokenStore()
        self.issuer = TokenIssuer(self.store, clock=self.clock, new_id=lambda: f"token-{next(numbers)}", cap=cap)

    def status(self, token_id: str) -> TokenStatus:
        token = self.store.get(token_id)
        assert token is not None
        return status(token, self.clock.now)

    def history(self, token_id: str) -> list[tuple[str, str]]:
        return [(event.event, event.actor) for event in self.issuer.history(token_id)]


@pytest.fixture
def office() -> Office:
    return Office()


def refused(rule: TokenRule, wish: Callable[[], object]) -> str:
    with pytest.raises(TokenRuleError) as caught:
        wish()
    assert caught.value.rule is rule
    return str(caught.value)


# Create


def test_a_new_token_is_active_and_shows_its_secret_once(office: Office) -> None:
    issued = office.issuer.create(" Okta  production ", actor="cli:ada")
    assert is_well_formed(issued.secret.encode())
    assert issued.secret.startswith("perch_live_")
    token = issued.token
    assert (token.label, token.access, token.expires) == ("Okta production", Access.READ_WRITE, None)
    assert (token.created, token.created_by, token.last_four) == (
        office.clock.now,
        "cli:ada",
        issued.secret[-4:],
    )
    assert token.digest == digest(issued.secret)
    assert office.store.tokens() == [token]
    assert office.history(token.id) == [("created", "cli:ada")]


def test_neither_the_store_nor_a_repr_holds_the_secret(office: Office) -> None:
    issued = office.issuer.create("Okta", actor="cli:ada")
    body = issued.secret[11:54]
    for text in (repr(issued), str(issued), f"{issued}", repr(office.store.kept), repr(office.store.written)):
        assert body not in text


def test_a_test_token_that_only_reads_and_ends(office: Office) -> None:
    issued = office.issuer.create("demo", actor="a", access=Access.READ_ONLY, expires="90d", test=True)
    assert issued.secret.startswith("perch_test_")
    assert issued.token.prefix == "perch_test_"
    assert issued.token.access is Access.READ_ONLY
    assert issued.token.expires == later(office.clock.now, timedelta(days=90))


def test_a_working_tokens_label_is_taken_whatever_its_case(office: Office) -> None:
    first = office.issuer.create("Okta", actor="a")
    assert "rotate it" in refused(TokenRule.LABEL_TAKEN, lambda: office.issuer.create("OKTA ", actor="a"))
    office.issuer.revoke(first.token.id, actor="a")
    assert office.issuer.create("okta", actor="a").token.label == "okta"


def test_the_cap_counts_active_tokens_only() -> None:
    office = Office(cap=2)
    first = office.issuer.create("one", actor="a")
    office.issuer.create("two", actor="a", expires="1d")
    assert "revoke one" in refused(TokenRule.TOO_MANY, lambda: office.issuer.create("three", actor="a"))
    office.issuer.rotate(first.token.id, actor="a")
    refused(TokenRule.TOO_MANY, lambda: office.issuer.create("three", actor="a"))
    office.clock.advance(days=1)
    office.issuer.create("three", actor="a")


def test_a_refused_wish_leaves_no_trace(office: Office) -> None:
    refused(TokenRule.LABEL, lambda: office.issuer.create(" ", actor="a"))
    refused(TokenRule.EXPIRY, lambda: office.issuer.create("x", actor="a", expires="tomorrow"))
    assert office.store.tokens() == []
    assert office.store.written == []


# Rotate


def test_both_work_during_the_overlap_and_only_the_new_one_after_it(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a")
    new = office.issuer.rotate(old.token.id, actor="b", overlap=timedelta(days=2))
    authenticator = Authenticator(office.store)

    def answers() -> list[object]:
        found = [authenticator.authenticate(issued.secret.encode(), office.clock.seconds) for issued in (old, new)]
        return [answer if isinstance(answer, Refusal) else answer.id for answer in found]

    assert answers() == [old.token.id, new.token.id]
    assert office.status(old.token.id) is TokenStatus.ROTATING
    office.clock.advance(days=2)
    assert answers() == [Refusal.EXPIRED, new.token.id]
    assert office.status(old.token.id) is TokenStatus.EXPIRED
    assert office.history(old.token.id) == [("created", "a"), ("rotated", "b"), ("expired", "perch")]
    assert office.history(new.token.id) == [("created", "b")]


def test_the_new_token_inherits_label_access_kind_and_lifetime(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a", access=Access.READ_ONLY, expires="90d", test=True).token
    office.clock.advance(days=80)
    new = office.issuer.rotate(old.id, actor="a").token
    assert (new.label, new.access, new.test) == (old.label, old.access, old.test)
    assert new.expires == later(office.clock.now, timedelta(days=90))
    assert new.id != old.id
    assert new.digest != old.digest


def test_the_overlap_never_lengthens_a_life(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a", expires="3d").token
    office.issuer.rotate(old.id, actor="a", overlap=timedelta(days=7))
    kept = office.store.get(old.id)
    assert kept is not None
    assert kept.expires == old.expires


def test_an_overlap_of_nothing_ends_the_old_one_now(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a").token
    office.issuer.rotate(old.id, actor="a", overlap=timedelta())
    assert office.status(old.id) is TokenStatus.EXPIRED


def test_a_rotation_can_change_the_expiry(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a", expires="90d").token
    assert office.issuer.rotate(old.id, actor="a", expires="never").token.expires is None


def test_an_expired_token_can_be_rotated_and_stays_expired(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a", expires="1d").token
    office.clock.advance(days=5)
    new = office.issuer.rotate(old.id, actor="a").token
    assert office.status(old.id) is TokenStatus.EXPIRED
    assert new.expires == later(office.clock.now, timedelta(days=1))


def test_an_expired_token_cannot_be_rotated_past_the_cap() -> None:
    office = Office(cap=1)
    old = office.issuer.create("one", actor="a", expires="1d").token
    office.clock.advance(days=2)
    office.issuer.create("two", actor="a")
    refused(TokenRule.TOO_MANY, lambda: office.issuer.rotate(old.id, actor="a"))


def test_a_token_is_replaced_once_and_a_revoked_one_never(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a").token
    new = office.issuer.rotate(old.id, actor="a").token
    assert new.id in refused(TokenRule.ENDED, lambda: office.issuer.rotate(old.id, actor="a"))
    office.issuer.revoke(new.id, actor="a")
    assert "create a new one" in refused(TokenRule.ENDED, lambda: office.issuer.rotate(new.id, actor="a"))


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), LONGEST_OVERLAP + timedelta(seconds=1)])
def test_an_overlap_has_its_limits(office: Office, overlap: timedelta) -> None:
    old = office.issuer.create("Okta", actor="a").token
    refused(TokenRule.OVERLAP, lambda: office.issuer.rotate(old.id, actor="a", overlap=overlap))
    assert office.status(old.id) is TokenStatus.ACTIVE


# Revoke


def test_a_revoked_token_is_refused_at_once_and_for_good(office: Office) -> None:
    issued = office.issuer.create("Okta", actor="a")
    authenticator = Authenticator(office.store)
    (revoked,) = office.issuer.revoke(issued.token.id, actor="b")
    assert revoked.revoked == office.clock.now
    assert authenticator.refresh()
    assert authenticator.authenticate(issued.secret.encode(), office.clock.seconds) is Refusal.REVOKED
    assert office.history(issued.token.id) == [("created", "a"), ("revoked", "b")]


def test_revoking_twice_is_revoking_once(office: Office) -> None:
    token = office.issuer.create("Okta", actor="a").token
    first = office.issuer.revoke(token.id, actor="a")
    generation = office.store.generation()
    office.clock.advance(hours=1)
    assert office.issuer.revoke(token.id, actor="b") == first
    assert office.store.generation() == generation
    assert len(office.issuer.history(token.id)) == 2


def test_revoking_the_replacement_ends_the_one_it_replaces_with_it(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a")
    new = office.issuer.rotate(old.token.id, actor="a")
    authenticator = Authenticator(office.store)
    ended = office.issuer.revoke(new.token.id, actor="b")
    assert [token.id for token in ended] == [new.token.id, old.token.id]
    authenticator.refresh()
    for issued in (old, new):
        answer = authenticator.authenticate(issued.secret.encode(), office.clock.seconds)
        assert answer is Refusal.REVOKED
    assert office.history(old.token.id)[-1] == ("revoked", "b")


def test_revoking_ends_every_one_of_a_token_rotated_again_and_again(office: Office) -> None:
    first = office.issuer.create("Okta", actor="a").token
    second = office.issuer.rotate(first.id, actor="a").token
    third = office.issuer.rotate(second.id, actor="a").token
    ended = office.issuer.revoke(third.id, actor="a")
    assert [token.id for token in ended] == [third.id, second.id, first.id]


def test_one_that_works_no_more_is_left_as_it_ended(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a").token
    new = office.issuer.rotate(old.id, actor="a", overlap=timedelta(days=1)).token
    office.clock.advance(days=1)
    assert [token.id for token in office.issuer.revoke(new.id, actor="a")] == [new.id]
    assert office.status(old.id) is TokenStatus.EXPIRED


def test_revoking_the_one_being_replaced_leaves_its_replacement(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a").token
    new = office.issuer.rotate(old.id, actor="a").token
    assert [token.id for token in office.issuer.revoke(old.id, actor="a")] == [old.id]
    assert office.status(new.id) is TokenStatus.ACTIVE


# Find, keyring, history


def test_an_admin_names_a_token_by_id_beginning_or_label(office: Office) -> None:
    first = office.issuer.create("Okta", actor="a").token
    office.issuer.create("Entra", actor="a")
    assert office.issuer.find("token-1") == first
    assert office.issuer.find(" okta ") == first
    assert "token-1" in refused(TokenRule.AMBIGUOUS, lambda: office.issuer.find("token"))
    for nothing in ("", "tok", "Azure"):
        refused(TokenRule.UNKNOWN, lambda nothing=nothing: office.issuer.find(nothing))  # type: ignore[misc]  # binds now


def test_a_label_means_the_newest_of_a_rotation(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a").token
    new = office.issuer.rotate(old.id, actor="a").token
    assert office.issuer.find("okta") == new
    office.issuer.revoke(new.id, actor="a")
    assert office.issuer.find("okta").id == new.id


def test_a_label_means_what_still_works_of_a_rotation_before_what_ended(office: Office) -> None:
    old = office.issuer.create("Okta", actor="a").token
    new = office.issuer.rotate(old.id, actor="a").token
    # As a workspace has it whose replacement alone was revoked.
    office.store.kept[new.id] = replace(new, revoked=office.clock.now)
    assert office.issuer.find("okta").id == old.id
    assert [token.id for token in office.issuer.revoke(new.id, actor="a")] == [new.id, old.id]


def test_a_label_that_was_given_again_after_its_end_is_ambiguous_once_both_have_ended(office: Office) -> None:
    for _ in range(2):
        office.issuer.revoke(office.issuer.create("Okta", actor="a").token.id, actor="a")
    assert "token-2" in refused(TokenRule.AMBIGUOUS, lambda: office.issuer.find("okta"))


def test_the_keyrings_outcome_is_kept_and_enters_the_history(office: Office) -> None:
    token = office.issuer.create("Okta", actor="a").token
    for outcome in ("locked", "stored"):
        office.issuer.note_keyring(token.id, outcome, actor="a")
    kept = office.store.get(token.id)
    assert kept is not None
    assert kept.keyring == "stored"
    assert office.history(token.id) == [("created", "a"), ("not kept", "a"), ("stored", "a")]
    assert office.issuer.history(token.id)[1].detail == "no copy in the keyring: locked"


def test_a_copy_that_cannot_be_removed_is_still_known_to_be_there(office: Office) -> None:
    token = office.issuer.create("Okta", actor="a").token
    office.issuer.note_keyring(token.id, "stored", actor="a")
    assert office.issuer.note_removal(token.id, "locked", actor="b").keyring == "stored"
    assert office.issuer.note_removal(token.id, "absent", actor="b").keyring == "absent"
    assert office.history(token.id)[2:] == [("copy left", "b"), ("forgotten", "b")]
    stored = office.store.get(token.id)
    assert stored is not None
    assert stored.keyring == "absent"


def test_an_expiry_stands_in_the_history_at_its_own_moment(office: Office) -> None:
    token = office.issuer.create("Okta", actor="a", expires="1d").token
    office.clock.advance(days=3)
    office.issuer.note_keyring(token.id, "stored", actor="a")
    assert office.history(token.id) == [("created", "a"), ("expired", "perch"), ("stored", "a")]


def test_an_unknown_token_is_refused_everywhere(office: Office) -> None:
    issuer = office.issuer
    for wish in (
        lambda: issuer.rotate("nobody", actor="a"),
        lambda: issuer.revoke("nobody", actor="a"),
        lambda: issuer.note_keyring("nobody", "stored", actor="a"),
        lambda: issuer.note_removal("nobody", "absent", actor="a"),
        lambda: issuer.history("nobody"),
    ):
        refused(TokenRule.UNKNOWN, wish)


def test_ids_are_unguessably_many() -> None:
    issuer = TokenIssuer(MemoryTokenStore(), cap=200)
    ids = {issuer.create(str(number), actor="a").token.id for number in range(200)}
    assert len(ids) == 200
    assert {len(token_id) for token_id in ids} == {12}
