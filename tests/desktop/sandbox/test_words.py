from __future__ import annotations

import pytest

from desktop.sandbox.words import answered, gist_of, path_of, said, step_tone
from tests.desktop.sandbox.steps import PATH, a_step, refused


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/Users?startIndex=1&count=2", "/Users?startIndex=1&count=2"),
        (PATH, "/Users/01a20b…"),
        (
            "/Users?filter=userName%20eq%20%22ada%40acme.example%22&startIndex=1&count=100",
            '/Users?userName eq "ada@acme.example"',
        ),
        ("/Groups/01a20b45-a692-70ea", "/Groups/01a20b…"),
        ("/ServiceProviderConfig", "/ServiceProviderConfig"),
    ],
)
def test_a_path_as_a_person_reads_it(target: str, shown: str) -> None:
    assert path_of(a_step("GET", target)) == shown


def test_an_answer_in_a_few_words_and_a_colour() -> None:
    assert (answered(a_step()), step_tone(a_step())) == ("200 OK", "ok")
    assert (answered(refused()), step_tone(refused())) == ("409 Conflict", "err")
    silent = a_step(status=0, reason="Connect failed", answer=b"")
    assert (answered(silent), step_tone(silent)) == ("No answer", "err")


def test_what_okta_does_not_get_past_is_red_even_when_the_status_is_good() -> None:
    assert step_tone(a_step(answer=b"<html>")) == "err"


@pytest.mark.parametrize(
    ("body", "gist"),
    [
        (None, ""),
        (b"{", ""),
        (b"[]", ""),
        (b'{"userName":"ada@acme.example","active":true}', "ada"),
        (b'{"userName":"ada@acme.example","active":false}', "active: false, ada"),
        (b'{"displayName":"Sales","members":[{"value":"1"}]}', "Sales, 1 member"),
        (b'{"Operations":[{"op":"replace","value":{"active":false}}]}', "active: false"),
        (b'{"Operations":[{"op":"replace","value":{"password":"hunter2"}}]}', 'password: "••••"'),
        (b'{"Operations":[{"op":"replace","value":{"id":"1","displayName":"Sales"}}]}', 'displayName: "Sales"'),
        (
            (
                b'{"Operations":[{"op":"remove","path":"members[value eq \\"1\\"]"},'
                b'{"op":"add","path":"members","value":[{"value":"2"},{"value":"3"}]}]}'
            ),
            "remove 1 member, add 2 members",
        ),
    ],
)
def test_what_a_body_is_about_in_a_word(body: bytes | None, gist: str) -> None:
    assert gist_of(body) == gist


def test_a_request_says_what_it_is_about() -> None:
    assert said(refused()) == "/Users  ada"
    assert said(a_step()) == "/Users/01a20b…"
