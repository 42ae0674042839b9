from __future__ import annotations

from desktop import webhook_words


def test_a_machine_is_named_with_its_port() -> None:
    assert webhook_words.host("https://consumer.example.com:8443/perch?key=a") == "consumer.example.com:8443"
    assert webhook_words.host("nonsense") == "nonsense"


def test_what_a_consumer_did_is_a_sentence() -> None:
    assert webhook_words.deed("answered 503") == "Answered 503"
    assert webhook_words.sentence("answered 503") == "It answered 503."
    assert webhook_words.sentence("The keyring is locked: unlock it.") == "The keyring is locked: unlock it."


def test_events_are_counted() -> None:
    assert [webhook_words.events(number) for number in (1, 2)] == ["1 event", "2 events"]
