from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from server.okta.chaos import RETRY_AFTER, Chaos, Trouble
from server.okta.dialogues import Kind, OktaClient
from server.okta.person import Person
from server.okta.speech import Version
from server.okta.verdicts import ATTEMPTS
from server.okta.wire import Wire
from tests.okta.stand_in import Reply, StandIn, listing, standing_in

if TYPE_CHECKING:
    from collections.abc import Iterator

ADA = Person("ada@example.com", "Ada", "Lovelace", "ada@example.com", okta_id="00u1")
MADE = {"id": "1", "userName": "ada@example.com", "active": True}


class Between(Protocol):
    """Put a trouble between Okta and a server; closed when the test ends."""

    def __call__(self, server: StandIn, trouble: Trouble, rate: float = 1.0, **more: Any) -> Chaos: ...


@pytest.fixture
def between() -> Iterator[Between]:
    with ExitStack() as stack:

        def between(server: StandIn, trouble: Trouble, rate: float = 1.0, **more: Any) -> Chaos:
            return stack.enter_context(closing(Chaos(Wire(server.base_url, "secret"), trouble, rate=rate, **more)))

        yield between


def first_sentence(server: StandIn, chaos: Chaos) -> str:
    """What Okta's admin reads when the trouble befalls a person's way into the app, or else their way out."""
    with OktaClient(server.base_url, "secret", kind=Kind.CATALOG, wire=chaos) as okta:
        steps = list(okta.assign(ADA))
        if steps[-1].verdict.ok:
            steps += list(okta.deactivate(ADA))
    assert not steps[-1].verdict.ok
    return steps[-1].verdict.sentence


OKTA_SHOWS = {
    Trouble.WRONG_TOKEN: "Unauthorized. Errors reported by remote server: who are you?",
    Trouble.SERVER_STOPPED: "Connect to ",
    Trouble.CONFLICT: "Conflict. Errors reported by remote server: Somebody or something of this name exists already.",
    Trouble.TOO_MANY: "Too Many Requests. Okta repeats this request after 5 seconds",
    Trouble.SLOW: "Connect to ",
    Trouble.MALFORMED: "Invalid JSON: ",
    Trouble.BAD_GATEWAY: "Bad Gateway. Errors reported by remote server: Invalid JSON: Unrecognized token 'error' ...",
    Trouble.EMPTY_CREATE: "Create new user returned empty user.",
    Trouble.TEXT_NUMBERS: "Okta stops here without a message",
    Trouble.NO_PATCH: "Not Implemented. Errors reported by remote server: PATCH is not supported.",
    Trouble.SERVER_ERROR: "Internal Server Error. Errors reported by remote server: The server has failed.",
}


@pytest.mark.parametrize("trouble", list(Trouble)[1:])
def test_okta_shows_what_it_would_show(between: Between, trouble: Trouble) -> None:
    refusal = Reply(401, {"detail": "who are you?", "status": "401"})
    replies = [refusal] if trouble is Trouble.WRONG_TOKEN else [listing(), Reply(201, MADE), Reply(200, MADE)]
    with standing_in(*replies) as server:
        assert first_sentence(server, between(server, trouble)).startswith(OKTA_SHOWS[trouble])


def test_every_trouble_can_be_chosen_from_a_list() -> None:
    assert all(trouble.title and trouble.sentence.endswith(".") for trouble in Trouble)
    assert len({trouble.title for trouble in Trouble}) == len(Trouble)


def test_without_trouble_everything_passes_as_it_is(between: Between) -> None:
    with standing_in(listing()) as server:
        answer = between(server, Trouble.NONE).send("GET", "/Users?startIndex=1&count=2")
        assert (answer.status, answer.total()) == (200, 0)
        assert dict(server.received[0].headers)["Authorization"] == "Bearer secret"


def test_a_wrong_token_is_really_sent_and_the_right_one_again_afterwards(between: Between) -> None:
    with standing_in(Reply(401), listing()) as server:
        chaos = between(server, Trouble.WRONG_TOKEN)
        assert chaos.send("GET", "/Users").status == 401
        chaos.trouble = Trouble.NONE
        assert chaos.send("GET", "/Users").status == 200
        sent = [dict(one.headers)["Authorization"] for one in server.received]
        assert sent[0] != "Bearer secret"
        assert sent[1] == "Bearer secret"


@pytest.mark.parametrize(
    "trouble",
    [Trouble.SERVER_STOPPED, Trouble.CONFLICT, Trouble.TOO_MANY, Trouble.BAD_GATEWAY, Trouble.SERVER_ERROR],
)
def test_what_does_not_reach_the_server_is_unknown_to_it(between: Between, trouble: Trouble) -> None:
    with standing_in() as server:
        assert between(server, trouble).send("POST", "/Users", b"{}").status in (0, 409, 429, 500, 502)
        assert server.received == []


@pytest.mark.parametrize("trouble", [Trouble.SLOW, Trouble.MALFORMED, Trouble.EMPTY_CREATE])
def test_what_befalls_an_answer_has_happened_on_the_server(between: Between, trouble: Trouble) -> None:
    with standing_in(Reply(201, MADE)) as server:
        between(server, trouble).send("POST", "/Users", b"{}")
        assert server.lines == ["POST /scim/v2/Users"]


def test_a_stopped_server_is_told_by_its_own_name(between: Between) -> None:
    with standing_in() as server:
        answer = between(server, Trouble.SERVER_STOPPED).send("GET", "/Users")
        host = server.base_url.removeprefix("http://").partition("/")[0]
        assert answer.reason.startswith(f"Connect to {host} failed: ")
        assert isinstance(answer.failure, ConnectionRefusedError)


def test_a_slow_answer_is_late_and_beyond_a_minute_is_none(between: Between) -> None:
    waited: list[float] = []
    with standing_in(listing(), listing()) as server:
        chaos = between(server, Trouble.SLOW, pace=waited.append, delay=2.0)
        late = chaos.send("GET", "/Users")
        assert late.status == 200
        assert late.duration >= 2_000_000
        lost = between(server, Trouble.SLOW, pace=waited.append).send("GET", "/Users")
        assert (lost.status, lost.duration) == (0, 60_000_000)
    assert waited == [2.0, 61.0]


def test_too_many_requests_are_waited_for_and_given_up_after_ten_tries(between: Between) -> None:
    waited: list[float] = []
    with standing_in() as server:
        chaos = between(server, Trouble.TOO_MANY)
        with OktaClient(server.base_url, "secret", wire=chaos, pace=waited.append) as okta:
            steps = list(okta.test_connection())
    assert len(steps) == ATTEMPTS
    assert waited == [RETRY_AFTER] * (ATTEMPTS - 1)


def test_a_rate_hits_some_requests_always_the_same_ones(between: Between) -> None:
    def hit(rate: float) -> list[int]:
        with standing_in(*[listing()] * 40) as server:
            chaos = between(server, Trouble.BAD_GATEWAY, rate)
            return [chaos.send("GET", "/Users").status for _ in range(40)]

    some = hit(0.5)
    assert some == hit(0.5)
    assert 10 < some.count(502) < 30
    assert hit(0.0) == [200] * 40


def test_reading_goes_on_where_only_writing_is_in_conflict(between: Between) -> None:
    with standing_in(listing()) as server:
        assert between(server, Trouble.CONFLICT).send("GET", "/Users").status == 200


def test_only_lists_have_numbers_to_be_written_as_text(between: Between) -> None:
    with standing_in(Reply(200, MADE), Reply(404, b"gone")) as server:
        chaos = between(server, Trouble.TEXT_NUMBERS)
        assert chaos.send("GET", "/Users/1").document() == MADE
        assert chaos.send("GET", "/Users/2").body == b"gone"


def test_a_closed_connection_opens_again(between: Between) -> None:
    with standing_in(listing(), listing()) as server:
        chaos = between(server, Trouble.NONE)
        chaos.send("GET", "/Users")
        chaos.close()
        chaos.send("GET", "/Users")
        assert server.connections == 2
        chaos.close()


@pytest.mark.parametrize("trouble", [Trouble.CONFLICT, Trouble.SERVER_ERROR, Trouble.TOO_MANY, Trouble.NO_PATCH])
def test_in_1_1_an_error_has_its_form(trouble: Trouble) -> None:
    with (
        standing_in() as server,
        closing(Chaos(Wire(server.base_url, "secret", version=Version.ONE), trouble)) as chaos,
    ):
        answer = chaos.send("PATCH", "/Users/1", b"{}")
    assert answer.version is Version.ONE
    assert answer.headers["content-type"] == "application/json"
    assert answer.document()["Errors"][0]["code"] == answer.status


def test_in_1_1_numbers_become_text_and_names_stay() -> None:
    entry = {"id": "1", "urn:scim:schemas:extension:enterprise:1.0": {"manager": {"managerId": "2"}}}
    listed = Reply(200, {"schemas": ["urn:scim:schemas:core:1.0"], "totalResults": 1, "Resources": [entry]})
    with standing_in(listed) as server:
        wire = Wire(server.base_url, "secret", version=Version.ONE)
        with closing(Chaos(wire, Trouble.TEXT_NUMBERS)) as chaos:
            answer = chaos.send("GET", "/Users")
    assert b'"totalResults":"1"' in answer.body
    assert b"managerId" in answer.body
