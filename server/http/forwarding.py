"""Whose request a proxy passes on: X-Forwarded-For and Forwarded (RFC 7239), believed from listed addresses only."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from server.http.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from multidict import CIMultiDictProxy

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

HOPS: Final = 32
"""Entries of a header that are looked at, from its end: nobody has more proxies of their own."""


class TrustedProxies:
    """The addresses and networks whose word is taken."""

    def __init__(self, listed: Iterable[str]) -> None:
        """Take addresses and networks as the setting holds them."""
        self._networks = [ipaddress.ip_network(one) for one in listed]

    def __bool__(self) -> bool:
        return bool(self._networks)

    def has(self, address: str) -> bool:
        """Tell whether an address is one of them."""
        found = _address(address)
        return found is not None and self._has(found)

    def client(self, peer: str, headers: CIMultiDictProxy[str]) -> str:
        """Name the client of a request that one of these proxies passes on; ``peer`` where its word is no good.

        From the end of the header, as each proxy adds whom it heard: the first that is none of ours is the client.
        """
        told = [
            self._client(peer, chain) for chain in (_x_forwarded_for(headers), _forwarded(headers)) if chain is not None
        ]
        # A proxy of one header may let the client's own version of the other one through.
        return told[0] if told and all(one == told[0] for one in told) else peer

    def _client(self, peer: str, chain: list[str]) -> str:
        client = peer
        for entry in reversed(chain[-HOPS:]):
            found = _address(entry)
            if found is None:
                break
            client = str(found)
            if not self._has(found):
                break
        return client

    def _has(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


class ForwardedRequest(Request):
    """A request that came through a trusted proxy: `remote` is whom the proxy speaks for."""

    __slots__ = ("_remote",)

    @property
    def remote(self) -> str:
        """The client's address, as the proxy tells it."""
        try:
            return self._remote
        except AttributeError:
            peer = self.protocol.address
            self._remote: str = self.protocol.proxies.client(peer, self.headers)
            return self._remote


def _x_forwarded_for(headers: CIMultiDictProxy[str]) -> list[str] | None:
    lines = headers.getall("X-Forwarded-For", None)
    return None if lines is None else [entry.strip() for line in lines for entry in line.split(",")]


def _forwarded(headers: CIMultiDictProxy[str]) -> list[str] | None:
    lines = headers.getall("Forwarded", None)
    if lines is None:
        return None
    chain = []
    for element in ",".join(lines).split(","):
        pairs = (pair.partition("=") for pair in element.split(";"))
        chain.append(next((value.strip() for name, _, value in pairs if name.strip().lower() == "for"), ""))
    return chain


def _address(entry: str) -> Address | None:
    """Read an entry, with or without a port; None for what hides its address (RFC 7239 section 6)."""
    text = entry.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if found.version == 6 else found
