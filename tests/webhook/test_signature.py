"""A signature says who sent it and when: HMAC-SHA-256 as RFC 4231 has it."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from server.webhook.signature import HEADER, TOLERANCE, headers, is_signed, signature

AT = 1_764_000_000
SECRET, BODY = "a-secret-of-the-tests", b'{"id":"1"}'


def test_the_header_is_what_the_readme_lets_a_consumer_compute() -> None:
    expected = hmac.new(SECRET.encode(), f"{AT}.".encode() + BODY, hashlib.sha256).hexdigest()
    assert signature(SECRET, BODY, AT) == f"t={AT},v1={expected}"


def test_a_signature_holds_for_its_body_its_secret_and_its_time_only() -> None:
    value = signature(SECRET, BODY, AT)
    assert is_signed(SECRET, value, BODY, AT + TOLERANCE)
    assert not is_signed(SECRET, value, BODY + b" ", AT)
    assert not is_signed(SECRET + "x", value, BODY, AT)
    assert not is_signed(SECRET, value, BODY, AT + TOLERANCE + 1)
    assert not is_signed(SECRET, value.replace(str(AT), str(AT + 1)), BODY, AT)


@pytest.mark.parametrize(
    "value", ["", "t=1,v1=", "v1=aa", f"t={AT}", "t=x,v1=" + "0" * 64, "t=1,v1=" + "0" * 64 + "\n"]
)
def test_what_is_no_signature_does_not_hold(value: str) -> None:
    assert not is_signed(SECRET, value, BODY, AT)


def test_the_headers_name_the_webhook_and_the_event_and_not_the_secret() -> None:
    found = headers("w1", "7-12345678", BODY, SECRET, AT)
    assert found[HEADER] == signature(SECRET, BODY, AT)
    assert (found["Perch-Webhook"], found["Perch-Event"]) == ("w1", "7-12345678")
    assert SECRET not in str(found)
