from __future__ import annotations

import base64
import string
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from server.records import Access, Refusal, Token, TokenStatus
from server.tokens import (
    LABEL_LENGTH,
    Authenticator,
    LastUses,
    TokenChange,
    TokenRule,
    TokenRuleError,
    TokenUse,
    check,
    checksum,
    digest,
    expires_soon,
    generate,
    is_well_formed,
    later,
    parse,
    parse_duration,
    parse_expiry,
    parse_label,
    status,
    timestamp,
)
from tests.memory_token_store import MemoryTokenStore

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = "2026-11-23T20:48:31.123Z"
NOW_SECONDS = datetime.fromisoformat(NOW).timestamp()
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
secrets_of_ours = st.builds(
    lambda test, random: generate(test, lambda _: random), st.booleans(), st.binary(min_size=32, max_size=32)
)


def token(**changes: object) -> Token:
    plain = Token(
        id="7f3a",
        label="Okta",
        test=False,
        access=Access.READ_WRITE,
        digest=b"\0" * 32,
        last_four="wxyz",
        created="2026-11-01T00:00:00.000Z",
        created_by="test",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # each test names a field of its own


# Format


@pytest.mark.parametrize(("test", "prefix"), [(False, "perch_live_"), (True, "perch_test_")])
def test_a_secret_is_prefix_43_characters_and_6_of_checksum(test: bool, prefix: str) -> None:
    secret = generate(test)
    assert secret.startswith(prefix)
    assert len(secret) == 11 + 43 + 6
    assert set(secret.removeprefix(prefix)) <= set(BASE62)


def test_the_checksum_is_the_crc32_of_all_before_it_in_base62() -> None:
    secret = generate(test=False, random=lambda size: bytes(range(size)))
    value = 0
    for character in secret[-6:]:
        value = value * 62 + BASE62.index(character)
    assert value == crc32(secret[:-6].encode())
    assert secret == "perch_live_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf2X6szk"


def test_256_random_bits_always_fit_43_characters() -> None:
    largest = generate(test=True, random=lambda size: b"\xff" * size)
    smallest = generate(test=True, random=bytes)
    assert len(largest) == len(smallest) == 60
    assert smallest[11:54] == "0" * 43


def test_no_two_secrets_are_alike() -> None:
    assert len({generate(test=False) for _ in range(1000)}) == 1000


@given(secrets_of_ours)
def test_every_secret_of_ours_is_well_formed(secret: str) -> None:
    assert is_well_formed(secret.encode())


@given(secrets_of_ours, st.integers(0, 59), st.integers(0, 255))
def test_any_one_corrupted_character_is_malformed(secret: str, position: int, byte: int) -> None:
    corrupted = bytearray(secret.encode())
    assume(corrupted[position] != byte)
    corrupted[position] = byte
    assert parse(b"Bearer " + bytes(corrupted)) in (Refusal.MALFORMED, Refusal.MISSING)
    assert not is_well_formed(bytes(corrupted))


@given(secrets_of_ours, st.integers(0, 58))
def test_two_swapped_characters_are_malformed(secret: str, position: int) -> None:
    swapped = list(secret)
    swapped[position], swapped[position + 1] = swapped[position + 1], swapped[position]
    assume("".join(swapped) != secret)
    assert parse("".join(swapped).encode()) is Refusal.MALFORMED


@given(secrets_of_ours, st.integers(0, 59))
def test_a_secret_cut_short_or_pasted_with_a_double_is_malformed(secret: str, position: int) -> None:
    assert parse((secret[:position] + secret[position + 1 :]).encode()) is Refusal.MALFORMED
    assert parse((secret[:position] + secret[position] + secret[position:]).encode()) is Refusal.MALFORMED


def test_a_live_secret_does_not_pass_for_a_test_one() -> None:
    assert parse(generate(test=False).replace("live", "test").encode()) is Refusal.MALFORMED


def test_a_checksum_alone_does_not_make_foreign_characters_a_token() -> None:
    checked = b"perch_live_" + b"-" * 43
    assert not is_well_formed(checked + checksum(checked))


# The Authorization header


@pytest.mark.parametrize(
    "shape",
    [
        "Bearer {}",
        "bearer {}",
        "BEARER {}",
        "{}",
        "  {}  ",
        "Bearer   {} ",
        "Bearer\t{}",
        "Bearer Bearer {}",
    ],
)
def test_the_secret_is_found_in_every_shape_that_okta_sends(shape: str) -> None:
    secret = generate(test=True)
    assert parse(shape.format(secret).encode()) == secret.encode()


@pytest.mark.parametrize("scheme", ["Basic", "BASIC", "basic"])
def test_basic_carries_the_secret_as_its_password(scheme: str) -> None:
    secret = generate(test=False)
    for user in ("", "okta"):
        credentials = base64.b64encode(f"{user}:{secret}".encode()).decode()
        assert parse(f"{scheme} {credentials}".encode()) == secret.encode()


def test_a_setting_can_refuse_the_secret_as_a_password() -> None:
    secret = generate(test=False)
    credentials = b"Basic " + base64.b64encode(f"okta:{secret}".encode())
    assert parse(credentials, basic=False) is Refusal.MALFORMED
    assert parse(secret.encode(), basic=False) == secret.encode()
    known = token(digest=digest(secret))
    assert Authenticator(store_with(known)).authenticate(credentials, NOW_SECONDS) is known
    assert Authenticator(store_with(known), basic=False).authenticate(credentials, NOW_SECONDS) is Refusal.MALFORMED


@pytest.mark.parametrize("header", [None, b"", b"   ", b"Bearer", b"Bearer ", b"bearer bearer"])
def test_nothing_sent_is_missing(header: bytes | None) -> None:
    assert parse(header) is Refusal.MISSING


@pytest.mark.parametrize(
    "header",
    [
        b"non-token",
        b"Bearer x",
        b"Basic !!!",
        b"Basic bm8gY29sb24=",
        b"Digest username=x",
        b"Bearer a b",
        b"Bearer \xff\xfe",
        b"Bearer " + b"A" * 100_000,
    ],
)
def test_what_cannot_be_a_token_is_malformed(header: bytes) -> None:
    assert parse(header) is Refusal.MALFORMED


@given(st.binary(max_size=200))
def test_no_header_breaks_the_parser(header: bytes) -> None:
    assert parse(header) in (Refusal.MALFORMED, Refusal.MISSING)


# Life


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, TokenStatus.ACTIVE),
        ({"expires": later(NOW, timedelta(milliseconds=1))}, TokenStatus.ACTIVE),
        ({"expires": NOW}, TokenStatus.EXPIRED),
        ({"expires": later(NOW, timedelta(days=1)), "replaced_by": "9"}, TokenStatus.ROTATING),
        ({"expires": NOW, "replaced_by": "9"}, TokenStatus.EXPIRED),
        ({"revoked": "2026-11-02T00:00:00.000Z"}, TokenStatus.REVOKED),
        ({"revoked": NOW, "expires": NOW, "replaced_by": "9"}, TokenStatus.REVOKED),
    ],
)
def test_status_follows_from_the_token_and_the_moment(changes: dict[str, object], expected: TokenStatus) -> None:
    assert status(token(**changes), NOW) is expected


@pytest.mark.parametrize(
    ("changes", "needs_write", "refusal"),
    [
        ({}, True, None),
        ({"access": Access.READ_ONLY}, False, None),
        ({"access": Access.READ_ONLY}, True, Refusal.READ_ONLY),
        ({"access": Access.READ_ONLY, "expires": NOW}, True, Refusal.EXPIRED),
        ({"expires": NOW}, False, Refusal.EXPIRED),
        ({"revoked": NOW}, False, Refusal.REVOKED),
        ({"expires": later(NOW, timedelta(days=1)), "replaced_by": "9"}, True, None),
    ],
)
def test_a_token_is_refused_for_its_first_reason(
    changes: dict[str, object], needs_write: bool, refusal: Refusal | None
) -> None:
    assert check(token(**changes), NOW, needs_write=needs_write) is refusal


@pytest.mark.parametrize(
    ("days", "changes", "soon"),
    [
        (19, {}, True),
        (21, {}, False),
        (-1, {}, False),
        (5, {"replaced_by": "9"}, False),
        (5, {"revoked": NOW}, False),
    ],
)
def test_an_active_token_warns_twenty_days_ahead(days: int, changes: dict[str, object], soon: bool) -> None:
    assert expires_soon(token(expires=later(NOW, timedelta(days=days)), **changes), NOW) is soon


def test_a_token_without_an_end_never_warns() -> None:
    assert not expires_soon(token(), NOW)


@given(st.floats(0, 32_000_000_000), st.floats(0, 32_000_000_000))
def test_times_order_as_text_as_they_do_in_time(one: float, two: float) -> None:
    assume(abs(one - two) > 0.001)
    assert (timestamp(one) < timestamp(two)) is (one < two)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        (" 90D ", timedelta(days=90)),
        ("2w", timedelta(weeks=2)),
        ("0", timedelta()),
    ],
)
def test_durations_are_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "d", "90", "1.5h", "-1d", "90y", "9 d", "\u0663d", "99999999999999d", "never"])
def test_other_durations_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"90d|shorter"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("never", None),
        (" Never ", None),
        ("90d", "2027-02-21T20:48:31.123Z"),
        ("12h", "2026-11-24T08:48:31.123Z"),
        ("2027-01-31", "2027-02-01T00:00:00.000Z"),
        ("2026-11-23", "2026-11-24T00:00:00.000Z"),
        ("2027-01-31T12:00", "2027-01-31T12:00:00.000Z"),
        ("2027-01-31T12:00:00+02:00", "2027-01-31T10:00:00.000Z"),
        ("2027-01-31 12:00:00Z", "2027-01-31T12:00:00.000Z"),
    ],
)
def test_an_expiry_is_never_a_duration_or_a_date(text: str, expected: str | None) -> None:
    assert parse_expiry(text, NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "90",
        "0d",
        "0",
        "2026-11-22",
        "2020-01-01T00:00Z",
        "9999-12-31",
        "999999999999w",
        "31.01.2027",
    ],
)
def test_other_expiries_are_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(TokenRuleError, match=r"such as 90d|give a later one") as caught:
        parse_expiry(text, NOW)
    assert caught.value.rule is TokenRule.EXPIRY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Okta", "Okta"),
        ("  Okta \n production ", "Okta production"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("x" * LABEL_LENGTH, "x" * LABEL_LENGTH),
    ],
)
def test_labels_are_normalised(text: str, expected: str) -> None:
    assert parse_label(text) == expected


@pytest.mark.parametrize("text", ["", " \t\n", "x" * (LABEL_LENGTH + 1), "a\x00b", "a\x1b[31mb", "a\u202eb"])
def test_labels_that_nobody_could_read_are_refused(text: str) -> None:
    with pytest.raises(TokenRuleError) as caught:
        parse_label(text)
    assert caught.value.rule is TokenRule.LABEL


# Recognising


def store_with(*tokens: Token) -> MemoryTokenStore:
    store = MemoryTokenStore()
    add(store, tokens)
    return store


def add(store: MemoryTokenStore, tokens: Sequence[Token]) -> None:
    store.change(lambda _: TokenChange(tuple(tokens), ()))


def header_and_token(**changes: object) -> tuple[bytes, Token]:
    secret = generate(test=False)
    return b"Bearer " + secret.encode(), token(digest=digest(secret), **changes)


def test_a_known_secret_is_its_token() -> None:
    header, known = header_and_token()
    assert Authenticator(store_with(known)).authenticate(header, NOW_SECONDS) is known


def test_a_well_formed_stranger_is_unknown() -> None:
    _, known = header_and_token()
    stranger = b"Bearer " + generate(test=False).encode()
    authenticator = Authenticator(store_with(known))
    assert authenticator.authenticate(stranger, NOW_SECONDS) is Refusal.UNKNOWN
    assert authenticator.identify(stranger) is None


@given(secrets_of_ours, st.integers(0, 59), st.sampled_from(BASE62))
def test_a_typo_is_told_as_malformed_and_never_as_unknown(secret: str, position: int, character: str) -> None:
    assume(secret[position] != character)
    authenticator = Authenticator(store_with(token(digest=digest(secret))))
    typo = secret[:position] + character + secret[position + 1 :]
    for header in (b"Bearer " + typo.encode(), typo.encode()):
        assert authenticator.authenticate(header, NOW_SECONDS) is Refusal.MALFORMED
        assert authenticator.identify(header) is None
    assert isinstance(authenticator.authenticate(secret.encode(), NOW_SECONDS), Token)


def test_a_token_works_until_the_millisecond_it_ends() -> None:
    header, known = header_and_token(expires=NOW)
    authenticator = Authenticator(store_with(known))
    assert authenticator.authenticate(header, NOW_SECONDS - 0.001) is known
    assert authenticator.authenticate(header, NOW_SECONDS) is Refusal.EXPIRED


def test_ended_tokens_are_refused_with_the_reason_and_can_be_named() -> None:
    for changes, refusal in (
        ({"expires": NOW}, Refusal.EXPIRED),
        ({"revoked": NOW}, Refusal.REVOKED),
        ({"revoked": NOW, "expires": NOW}, Refusal.REVOKED),
    ):
        header, known = header_and_token(**changes)
        authenticator = Authenticator(store_with(known))
        assert authenticator.authenticate(header, NOW_SECONDS + 1) is refusal
        assert authenticator.identify(header) is known


def test_a_missing_header_is_missing() -> None:
    authenticator = Authenticator(MemoryTokenStore())
    assert authenticator.authenticate(None, NOW_SECONDS) is Refusal.MISSING
    assert authenticator.identify(None) is None


def test_a_revocation_is_seen_at_the_next_refresh() -> None:
    header, known = header_and_token()
    store = store_with(known)
    authenticator = Authenticator(store)
    add(store, [replace(known, revoked=NOW)])
    assert authenticator.refresh()
    assert authenticator.authenticate(header, NOW_SECONDS) is Refusal.REVOKED


def test_a_refresh_without_a_change_reads_no_token() -> None:
    store = store_with(token())
    authenticator = Authenticator(store)
    store.touch([TokenUse("7f3a", NOW, "127.0.0.1", "Okta")])
    reads = store.reads
    assert not authenticator.refresh()
    assert store.reads == reads


def test_a_change_during_a_refresh_is_not_missed() -> None:
    header, known = header_and_token()

    class Racing(MemoryTokenStore):
        def tokens(self) -> list[Token]:
            before = super().tokens()
            if not self.kept:
                self.kept[known.id] = known
                self.changes += 1
            return before

    store = Racing()
    authenticator = Authenticator(store)
    assert authenticator.authenticate(header, NOW_SECONDS) is Refusal.UNKNOWN
    assert authenticator.refresh()
    assert authenticator.authenticate(header, NOW_SECONDS) is known


# Last used


def test_the_last_use_of_each_token_is_drained_once() -> None:
    uses = LastUses()
    uses.note("one", NOW_SECONDS - 5, "10.0.0.1", "old")
    uses.note("one", NOW_SECONDS, "10.0.0.2", "Okta SCIM Client 1.0.0")
    uses.note("two", NOW_SECONDS, "10.0.0.3", "x" * 500)
    uses.note("three", NOW_SECONDS, "10.0.0.4", "bytes of no text: \udcff")
    assert uses.drain() == [
        TokenUse("one", NOW, "10.0.0.2", "Okta SCIM Client 1.0.0"),
        TokenUse("two", NOW, "10.0.0.3", "x" * 200),
        TokenUse("three", NOW, "10.0.0.4", "bytes of no text: \\udcff"),
    ]
    assert uses.drain() == []


def test_a_token_does_not_show_its_digest() -> None:
    assert "digest" not in repr(token())
