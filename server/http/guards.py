"""Who may talk to the endpoint at all: hosts it answers for, addresses that guess tokens, tokens that hurry.

And whose requests are worth keeping, where no token came with them.

Everything here is bounded: an attacker who changes addresses or hosts fills no memory.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlsplit

from server.scim.errors import Forbidden, Misdirected, TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

V = TypeVar("V")

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
REMEMBERED = 4_096
"""Hosts, addresses or tokens kept in one table."""


class _Table(Generic[V]):
    """A mapping that forgets the longest unused key when it is full."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._entries: OrderedDict[str, V] = OrderedDict()

    def get(self, key: str) -> V | None:
        return self._entries.get(key)

    def set(self, key: str, value: V) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)


class HostGuard:
    """Refuses requests for other hosts (DNS rebinding) and from web pages (Origin)."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._given = LOOPBACK | {host.lower() for host in hosts}
        self._hosts = self._given
        self._known: _Table[bool] = _Table(256)

    @classmethod
    def of(cls, host: str, public_url: str | None) -> HostGuard:
        """Allow loopback, the address listened on, and the public URL's host."""
        hosts = [] if host in {"0.0.0.0", "::", ""} else [f"[{host}]" if ":" in host else host]  # noqa: S104 -- compared
        if public_url is not None and (name := urlsplit(public_url).hostname):
            hosts.append(f"[{name}]" if ":" in name else name)
        return cls(hosts)

    def answer_for(self, names: Iterable[str]) -> None:
        """Allow the names of the certificate as well, instead of those of an earlier one; `*.example.com` is none.

        No other site can lead a client here under such a name: the handshake has proven that it is ours.
        """
        self._hosts = self._given | {f"[{name}]" if ":" in name else name.lower() for name in names}
        self._known = _Table(256)

    def check(self, host: str | None, origin: str | None) -> None:
        """Raise Misdirected for a host that is not ours, Forbidden for a request that a web page made."""
        if host is None or not self._allows(host):
            raise Misdirected(
                f"This server does not answer for host {host or 'none'}. Start it with --public-url to let it."
            )
        if origin is not None:
            raise Forbidden("Requests from web pages are refused: the Origin header must not be sent.")

    def _allows(self, host: str) -> bool:
        known = self._known.get(host)
        if known is None:
            name = host if host.endswith("]") else host.rpartition(":")[0] or host
            known = name.lower().rstrip(".") in self._hosts
            self._known.set(host, known)
        return known


class _Counter:
    """Counts what an address does within a window of time, which begins with the first."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._counted: _Table[tuple[int, float]] = _Table()

    def count(self, address: str) -> tuple[int, float]:
        """Count one more; give how many there are now, and for how many seconds the window stays open."""
        now = self._clock()
        who = _household(address)
        number, since = self._counted.get(who) or (0, now)
        if now - since >= self._seconds:
            number, since = 0, now
        self._counted.set(who, (number + 1, since))
        return number + 1, since + self._seconds - now


def _household(address: str) -> str:
    """Give what stands for an address: whoever has one of IPv6 has the 2^64 beside it, too (RFC 6177)."""
    if ":" not in address:
        return address
    try:
        found = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    return str(found.ipv4_mapped or ipaddress.IPv6Address(int(found) >> 64 << 64))


class GuessGuard:
    """Slows an address down that keeps sending bad tokens; a valid token is never slowed down."""

    def __init__(self, clock: Callable[[], float], *, allowed: int, seconds: float) -> None:
        self._allowed = allowed
        self._failures = _Counter(clock, seconds)

    def failed(self, address: str) -> None:
        """Note a bad token; raises TooManyRequests once the address has sent too many within the window."""
        number, left = self._failures.count(address)
        if number > self._allowed:
            wait = max(1, math.ceil(left))
            raise TooManyRequests(
                f"Too many requests with a bad token from this address: wait {wait} seconds, then check the token.",
                headers={"Retry-After": str(wait)},
            )


class StrangerGuard:
    """Tells how many requests that were not let in are kept of one address.

    The activity holds the newest requests only: whoever has no token must not be able to wash out those of Okta.
    """

    def __init__(self, clock: Callable[[], float], *, kept: int, seconds: float) -> None:
        self._kept = kept
        self._requests = _Counter(clock, seconds)

    def left(self, address: str) -> int:
        """Give how many more may be kept after this one, within the window; below 0 this one is not to be."""
        number, _ = self._requests.count(address)
        return self._kept - number


class RateGuard:
    """At most so many requests a minute per token, in a burst or evenly; 0 is no limit."""

    def __init__(self, clock: Callable[[], float], per_minute: int) -> None:
        self._clock = clock
        self._burst = per_minute
        self._rate = per_minute / 60
        self._buckets: _Table[tuple[float, float]] = _Table()

    def check(self, token_id: str) -> None:
        """Take one request from the token's bucket; raises TooManyRequests with whole seconds (OKTA.md A37)."""
        if not self._burst:
            return
        now = self._clock()
        level, at = self._buckets.get(token_id) or (self._burst, now)
        level = min(self._burst, level + (now - at) * self._rate)
        if level < 1:
            self._buckets.set(token_id, (level, now))
            wait = max(1, math.ceil((1 - level) / self._rate))
            raise TooManyRequests(
                f"This token may send {self._burst} requests a minute: wait {wait} seconds.",
                headers={"Retry-After": str(wait)},
            )
        self._buckets.set(token_id, (level - 1, now))
