"""Guards: hosts, guessing addresses, hurried tokens; with a clock of the test's own."""

from __future__ import annotations

import pytest

from server.http.guards import REMEMBERED, GuessGuard, HostGuard, RateGuard, StrangerGuard
from server.scim.errors import Forbidden, Misdirected, TooManyRequests


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:7643", "localhost", "LOCALHOST:1", "[::1]:7643", "scim.example.com", "SCIM.example.com.:443"],
)
def test_loopback_and_the_public_host_are_answered(host: str) -> None:
    HostGuard.of("127.0.0.1", "https://scim.example.com/x").check(host, None)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:7643", "", None, "[::2]"]
)
def test_any_other_host_is_misdirected(host: str | None) -> None:
    guard = HostGuard.of("127.0.0.1", None)
    for _ in range(2):  # the second time from memory
        with pytest.raises(Misdirected):
            guard.check(host, None)


def test_an_address_listened_on_is_a_host_but_every_address_is_none() -> None:
    HostGuard.of("192.0.2.7", None).check("192.0.2.7:7643", None)
    HostGuard.of("2001:db8::7", None).check("[2001:db8::7]:7643", None)
    with pytest.raises(Misdirected):
        HostGuard.of("0.0.0.0", None).check("0.0.0.0:7643", None)


def test_the_names_of_the_certificate_are_hosts_until_it_is_another() -> None:
    guard = HostGuard.of("0.0.0.0", "https://scim.example.com")
    with pytest.raises(Misdirected):
        guard.check("a.example.com", None)
    guard.answer_for(["A.example.com", "2001:db8::7", "*.example.com"])
    for host in ("a.example.com:7643", "[2001:db8::7]", "scim.example.com", "localhost"):
        guard.check(host, None)
    with pytest.raises(Misdirected):
        guard.check("b.example.com", None)
    guard.answer_for([])
    with pytest.raises(Misdirected):
        guard.check("a.example.com", None)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:7643", "null"])
def test_a_web_page_is_refused_even_on_the_right_host(origin: str) -> None:
    with pytest.raises(Forbidden):
        HostGuard.of("127.0.0.1", None).check("localhost", origin)


def test_an_address_that_guesses_is_told_when_to_come_back() -> None:
    clock = Clock()
    guard = GuessGuard(clock, allowed=3, seconds=60)
    for _ in range(3):
        guard.failed("192.0.2.1")
    clock.now += 20
    with pytest.raises(TooManyRequests) as caught:
        guard.failed("192.0.2.1")
    assert caught.value.headers == {"Retry-After": "40"}
    guard.failed("192.0.2.2")
    clock.now += 41
    guard.failed("192.0.2.1")


def test_the_addresses_that_one_household_has_in_ipv6_count_as_one() -> None:
    guard = GuessGuard(Clock(), allowed=1, seconds=60)
    guard.failed("2001:db8:0:7::1")
    with pytest.raises(TooManyRequests):
        guard.failed("2001:db8:0:7:ffff::2")
    for other in ("2001:db8:0:8::1", "::ffff:192.0.2.1", "::ffff:192.0.2.2", "fe80::1%eth0", "no:address", ""):
        guard.failed(other)
    with pytest.raises(TooManyRequests):
        guard.failed("192.0.2.1")


def test_so_many_requests_of_a_stranger_are_kept_within_a_window() -> None:
    clock = Clock()
    guard = StrangerGuard(clock, kept=2, seconds=60)
    assert [guard.left("192.0.2.1") for _ in range(3)] == [1, 0, -1]
    assert guard.left("192.0.2.2") == 1
    clock.now += 60
    assert guard.left("192.0.2.1") == 1


def test_many_addresses_fill_no_memory() -> None:
    guard = GuessGuard(Clock(), allowed=3, seconds=60)
    for number in range(REMEMBERED * 2):
        guard.failed(f"address {number}")
    assert len(guard._failures._counted._entries) == REMEMBERED


def test_a_rate_limit_lets_a_burst_through_and_then_its_pace() -> None:
    clock = Clock()
    guard = RateGuard(clock, 60)
    for _ in range(60):
        guard.check("token")
    with pytest.raises(TooManyRequests) as caught:
        guard.check("token")
    assert caught.value.headers == {"Retry-After": "1"}
    guard.check("another token")
    clock.now += 2
    guard.check("token")
    guard.check("token")
    with pytest.raises(TooManyRequests):
        guard.check("token")


def test_no_rate_limit_is_no_limit() -> None:
    guard = RateGuard(Clock(), 0)
    for _ in range(10_000):
        guard.check("token")
