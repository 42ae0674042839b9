"""Which addresses a webhook may have, and how its back-off grows."""

from __future__ import annotations

import pytest

from server.webhook.subscription import (
    LONGEST_PAUSE,
    SecretPlace,
    UnfitWebhook,
    Webhook,
    checked_url,
    found,
    pause,
    shown_url,
)


def webhook(identity: str, url: str) -> Webhook:
    return Webhook(identity, url, SecretPlace.KEYRING, "", "", "", 0)


@pytest.mark.parametrize(
    "url",
    [
        "https://consumer.example.com/perch",
        "https://consumer.example.com:8443/?key=a",
        "http://127.0.0.1:9000/hook",
        "http://[::1]/hook",
        "http://localhost/hook",
    ],
)
def test_https_and_this_machine_are_fit(url: str) -> None:
    assert checked_url(f" {url} ", plain_http=False) == url


def test_another_machine_without_tls_needs_to_be_allowed() -> None:
    with pytest.raises(UnfitWebhook, match="--plain-http"):
        checked_url("http://consumer.example.com/", plain_http=False)
    assert checked_url("http://consumer.example.com/", plain_http=True) == "http://consumer.example.com/"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "consumer.example.com",
        "ftp://consumer.example.com/",
        "https:///hook",
        "https://consumer.example.com:0/",
        "https://consumer.example.com:99999/",
        "https://user:password@consumer.example.com/",
        "https://consumer.example.com/#part",
        "https://consumer.example.com/a b",
        "https://consumer.example.com/\r\nX: y",
        "https://bücher.example/",
        "https://[::1",
    ],
)
def test_other_addresses_are_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(UnfitWebhook) as caught:
        checked_url(url, plain_http=True)
    assert "password@" not in str(caught.value)


def test_the_wait_doubles_up_to_a_limit_and_chance_takes_up_to_half_of_it() -> None:
    assert [pause(number, 0.0) for number in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert pause(3, 1.0) == 2
    assert pause(1000, 0.0) == LONGEST_PAUSE
    assert pause(1000, 0.0, 60.0) == 60


def test_a_query_that_may_hold_a_secret_is_not_shown() -> None:
    assert shown_url("https://consumer.example.com/hook?key=a") == "https://consumer.example.com/hook"


def test_a_webhook_is_found_by_its_address_or_the_beginning_of_its_id() -> None:
    one, other = webhook("abc1", "https://a.example/"), webhook("abd2", "https://b.example/")
    assert found([one, other], "abc") is one
    assert found([one, other], "https://b.example/") is other
    with pytest.raises(UnfitWebhook, match="2 webhooks are meant by 'ab'"):
        found([one, other], "ab")
    for reference in ("x", ""):
        with pytest.raises(UnfitWebhook, match="There is no webhook"):
            found([one, other], reference)
