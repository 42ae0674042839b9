"""However tokens are guessed and from however many addresses, whoever has a valid one does not notice."""

from __future__ import annotations

import base64
import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from server.http.guards import REMEMBERED, GuessGuard
from server.scim.errors import TooManyRequests
from server.tokens import generate
from tests.http.client import Wire, message

if TYPE_CHECKING:
    from tests.endpoint import RunningEndpoint, Serve
    from tests.http.client import Answer

USERS = "/Users?startIndex=1&count=2"


def guesses() -> dict[str, str]:
    """Give a wrong token in every form in which a right one is taken, and in forms that are none."""
    token = generate(test=False)
    password = base64.b64encode(f"okta:{token}".encode()).decode()
    return {
        "bearer": f"Bearer {token}",
        "bare": token,
        "twice": f"Bearer Bearer {token}",
        "basic": f"Basic {password}",
        "not base64": "Basic !!!!",
        "typo": f"Bearer {token[:-1]}",
        "malformed": "Bearer " + "x" * 4_000,
        "other scheme": 'Digest username="okta"',
        "octets": "Bearer \u00ff\u00fe",
    }


def guessed(wire: Wire, running: RunningEndpoint, header: str, client: str | None = None) -> Answer:
    forwarded = {} if client is None else {"X-Forwarded-For": client}
    head = message(running, "GET", USERS, headers={"Authorization": "@", **forwarded})
    wire.send(head.replace(b"@", header.encode("latin-1")))
    return wire.answer()


def test_every_wrong_token_gets_the_same_answer_and_counts(serve: Serve) -> None:
    running = serve(environ={"PERCH_BAD_TOKEN_LIMIT": str(len(guesses())), "PERCH_BAD_TOKEN_PENALTY": "3600"})
    with Wire(running.port) as wire:
        answers = [guessed(wire, running, header) for header in guesses().values()]
        assert {answer.status for answer in answers} == {401}
        assert len({answer.body for answer in answers}) == 1, "nothing tells how near a guess was"
        assert len({frozenset(answer.headers.items() - {("date", answer.headers["date"])}) for answer in answers}) == 1
        for header in guesses().values():
            assert guessed(wire, running, header).status == 429
        assert guessed(wire, running, f"Bearer {running.token}").status == 200


def storm(running: RunningEndpoint, seen: Counter[int], stop: threading.Event) -> None:
    with Wire(running.port) as wire:
        while not stop.is_set():
            for header in guesses().values():
                seen[guessed(wire, running, header).status] += 1


@pytest.mark.soak
def test_a_storm_of_guesses_never_hits_a_valid_token_from_the_same_address(serve: Serve) -> None:
    running = serve(environ={"PERCH_BAD_TOKEN_LIMIT": "20"})
    stop = threading.Event()
    seen: list[Counter[int]] = [Counter(), Counter()]
    guessers = [threading.Thread(target=storm, args=(running, one, stop)) for one in seen]
    for guesser in guessers:
        guesser.start()
    try:
        with Wire(running.port) as wire:
            for _ in range(200):
                wire.send(message(running, "GET", USERS))
                assert wire.answer().status == 200
            while not all(one[429] for one in seen):
                pass
            wire.send(message(running, "GET", USERS))
            assert wire.answer().status == 200
    finally:
        stop.set()
        for guesser in guessers:
            guesser.join()
    assert sum((one for one in seen), Counter()).keys() == {401, 429}


def test_a_hundred_thousand_addresses_are_not_remembered() -> None:
    guard = GuessGuard(lambda: 0.0, allowed=1, seconds=60)
    for number in range(100_000):
        guard.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(guard._failures._counted._entries) == REMEMBERED
    with pytest.raises(TooManyRequests):
        guard.failed("10.1.134.159")
    guard.failed("10.0.0.0")


def resident(running: RunningEndpoint) -> int:
    with open(f"/proc/{running.process.pid}/statm", encoding="ascii") as file:  # noqa: PTH123 -- one number, often
        return int(file.read().split()[1]) * 4_096


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_guesses_from_a_hundred_thousand_addresses_cost_no_memory(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    running = serve(environ={"PERCH_TRUSTED_PROXIES": "127.0.0.1", "PERCH_BAD_TOKEN_LIMIT": "2"})
    memory = []
    headers = list(guesses().values())
    begin = time.monotonic()
    with Wire(running.port) as wire:
        for number in range(100_000):
            client = f"203.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            assert guessed(wire, running, headers[number % len(headers)], client).status == 401
            if number % 1_000 == 0:
                assert guessed(wire, running, f"Bearer {running.token}", client).status == 200
                memory.append(resident(running))
        statuses = [guessed(wire, running, headers[0], "198.51.100.1").status for _ in range(3)]
        assert statuses == [401, 401, 429], "the newest is still held back"
    seconds = time.monotonic() - begin
    with capsys.disabled():
        print(f"\n100,000 guesses in {seconds:.0f} s; MB meanwhile: {[one // 1_000_000 for one in memory[::10]]}")
    assert memory[-1] <= 1.1 * memory[20]
