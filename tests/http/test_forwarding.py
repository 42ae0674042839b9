"""Who is meant by a request that a proxy passes on, and whose word is taken for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from server.config import ServerConfig
from server.http.forwarding import HOPS, TrustedProxies
from server.workspace import Workspace
from tests.http.client import ask

if TYPE_CHECKING:
    from tests.endpoint import RunningEndpoint, Serve

PROXY = "10.0.0.1"
PROXIES = TrustedProxies([PROXY, "192.168.0.0/16", "2001:db8::/32"])


def client(*headers: tuple[str, str]) -> str:
    return PROXIES.client(PROXY, CIMultiDictProxy(CIMultiDict(headers)))


def x_forwarded_for(value: str) -> str:
    return client(("X-Forwarded-For", value))


def forwarded(value: str) -> str:
    return client(("Forwarded", value))


def test_an_address_is_listed_by_itself_or_by_its_network() -> None:
    assert PROXIES
    assert not TrustedProxies([])
    assert PROXIES.has(PROXY)
    assert PROXIES.has("192.168.7.7")
    assert PROXIES.has("::ffff:10.0.0.1")
    assert PROXIES.has("2001:db8::5%eth0")
    assert not PROXIES.has("10.0.0.2")
    assert not PROXIES.has("")


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 192.168.1.1", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9, 192.168.1.1", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db9::1]:4711", "2001:db9::1"),
        ("2001:db9::1", "2001:db9::1"),
        ("192.168.1.2, 192.168.1.1", "192.168.1.2"),
        ("203.0.113.9, unknown, 192.168.1.1", "192.168.1.1"),
        ("unknown", PROXY),
        ("", PROXY),
        ("<script>", PROXY),
    ],
)
def test_the_first_from_the_end_that_is_no_proxy_of_ours_is_the_client(value: str, meant: str) -> None:
    assert x_forwarded_for(value) == meant


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("for=203.0.113.9", "203.0.113.9"),
        ("For=203.0.113.9;proto=https;by=10.0.0.1", "203.0.113.9"),
        ('proto=https; for="[2001:db9::1]:4711"', "2001:db9::1"),
        ("for=198.51.100.1, for=203.0.113.9, for=192.168.1.1", "203.0.113.9"),
        ("for=_hidden", PROXY),
        ("proto=https", PROXY),
    ],
)
def test_forwarded_says_the_same_in_its_own_grammar(value: str, meant: str) -> None:
    assert forwarded(value) == meant


def test_lines_of_a_header_are_one_list() -> None:
    assert client(("X-Forwarded-For", "198.51.100.1"), ("x-forwarded-for", "203.0.113.9")) == "203.0.113.9"


def test_two_headers_that_disagree_are_both_not_believed() -> None:
    both = ("X-Forwarded-For", "203.0.113.9")
    assert client(both, ("Forwarded", "for=203.0.113.9")) == "203.0.113.9"
    assert client(both, ("Forwarded", "for=198.51.100.1")) == PROXY


def test_without_a_header_it_is_the_proxy_itself() -> None:
    assert client() == PROXY


def test_a_header_without_end_is_read_from_its_end_only() -> None:
    assert x_forwarded_for(", ".join(["203.0.113.9"] + ["192.168.1.1"] * HOPS)) == "192.168.1.1"


def address_of(endpoint: RunningEndpoint, headers: dict[str, str]) -> str:
    """Return where the endpoint took a request to come from: what is kept beside the token's last use."""
    assert ask(endpoint, "GET", "/Users?count=0", headers=headers).status == 200
    assert endpoint.stop() == 0
    with Workspace.open(endpoint.data_dir, ServerConfig(), actor="tests") as workspace:
        return workspace.activity.recent(1)[0].address


def test_the_word_of_a_listed_proxy_is_kept_as_the_place(serve: Serve) -> None:
    running = serve(environ={"PERCH_TRUSTED_PROXIES": "127.0.0.1"})
    assert address_of(running, {"X-Forwarded-For": "203.0.113.9"}) == "203.0.113.9"


@pytest.mark.parametrize("listed", ["", "10.0.0.0/8"])
def test_nobody_else_is_believed(serve: Serve, listed: str) -> None:
    running = serve(environ={"PERCH_TRUSTED_PROXIES": listed})
    headers = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    assert address_of(running, headers) == "127.0.0.1"


def test_who_guesses_behind_a_proxy_waits_alone(serve: Serve) -> None:
    running = serve(environ={"PERCH_TRUSTED_PROXIES": "127.0.0.1", "PERCH_BAD_TOKEN_LIMIT": "1"})

    def guess(address: str) -> int:
        return ask(running, "GET", "/Users", headers={"X-Forwarded-For": address}, token="wrong").status

    assert [guess("203.0.113.9") for _ in range(3)] == [401, 429, 429]
    assert guess("203.0.113.10") == 401
    assert ask(running, "GET", "/Users", headers={"X-Forwarded-For": "203.0.113.9"}).status == 200
