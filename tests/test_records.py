"""Values that hosts hold: what they never show."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from server.records import Access, Exchange, Token


def token(*, test: bool = False) -> Token:
    return Token("t1", "Okta", test, Access.READ_WRITE, b"\x07" * 32, "wxyz", "2026-11-23T20:48:31.123Z", "cli")


def test_a_digest_is_not_written_into_a_log_by_accident() -> None:
    text = f"{token()!r} {token()}"
    assert "digest" not in text
    assert repr(b"\x07" * 32) not in text
    assert "last_four='wxyz'" in text


def test_a_tokens_beginning_tells_what_it_is_for() -> None:
    assert (token().prefix, token(test=True).prefix) == ("perch_live_", "perch_test_")


def test_a_token_cannot_be_changed_in_passing() -> None:
    with pytest.raises(FrozenInstanceError):
        token().revoked = None  # type: ignore[misc]  # that is the point


def test_two_exchanges_share_nothing() -> None:
    first, second = (Exchange(0.0, 1, "GET", "/scim/v2/Users", 200) for _ in range(2))
    first.ignored = (*first.ignored, "shoeSize")
    assert second.ignored == ()
