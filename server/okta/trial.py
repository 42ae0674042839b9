"""Okta's own connection test, played from here, and whether Okta's cloud could reach an address at all.

Belongs here: what kept a connection from working, in words with a remedy. Must not know: Perch's own state; it
looks from outside, as Okta does. A trial waits for the network: call it on a background thread.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from server.okta.dialogues import OktaClient
from server.okta.features import OWN_AGENT
from server.okta.wire import Wire

if TYPE_CHECKING:
    from server.okta.scenario import Step

PATIENCE: Final = 10.0
"""Seconds that a trial waits for an answer; Okta waits 60, a person at a button does not."""


class Cause(StrEnum):
    """Why a connection did not work."""

    NONE = "none"
    """It works."""
    ADDRESS = "address"
    """It is no base URL."""
    NAME = "name"
    """The host's name is not known."""
    REFUSED = "refused"
    """Nobody listens there."""
    UNREACHABLE = "unreachable"
    """There is no way to the host."""
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    """TLS works, but its certificate is not to be trusted."""
    TLS = "tls"
    """What answers speaks no TLS, or another one."""
    NOT_HTTP = "not http"
    """What answers speaks no HTTP, perhaps TLS."""
    TOKEN = "token"  # noqa: S105 -- a word, no token
    """401: the token is not accepted."""
    FORBIDDEN = "forbidden"
    HOST = "host"
    """421: Perch does not answer under this host's name."""
    PATH = "path"
    """404: there is no SCIM below this path."""
    REDIRECT = "redirect"
    GATEWAY = "gateway"
    """502 to 504: a proxy or tunnel is there, Perch behind it is not."""
    NOT_SCIM = "not scim"
    """Something answers that is no SCIM server."""
    BUSY = "busy"
    """429."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a trial."""

    ok: bool
    cause: Cause
    sentence: str
    """What happened."""
    remedy: str
    """What to do about it; empty when nothing."""
    steps: tuple[Step, ...] = ()
    """The requests that were made, each with Okta's own verdict on the answer."""


_WORDS: Final[dict[Cause, tuple[str, str]]] = {
    Cause.ADDRESS: ("The address holds characters that none may have.", "Copy the base URL that Perch shows."),
    Cause.NAME: (
        "The name {host} is not known.",
        "Check it for typos. A tunnel's name exists while the tunnel runs; a new one may take minutes to be known.",
    ),
    Cause.REFUSED: (
        "Nothing listens at {host}.",
        "Start the endpoint, and check the port. With a proxy or tunnel: start that as well.",
    ),
    Cause.UNREACHABLE: ("There is no way to {host}.", "Check the address, the network and its firewall."),
    Cause.TIMEOUT: (
        "{host} did not answer within {seconds} seconds.",
        "A firewall may swallow the request, or the proxy or tunnel has lost Perch. Okta gives up after 60 seconds.",
    ),
    Cause.CERTIFICATE: (
        "The certificate of {host} is not trusted: {reason}.",
        (
            "Okta's cloud accepts certificates of public authorities only: let the proxy or tunnel fetch one for this "
            "name. An on-prem agent accepts what was imported into its Java trust store."
        ),
    ),
    Cause.TLS: (
        "What answers at {host} does not speak TLS as https:// needs it.",
        "Without a certificate Perch speaks plain HTTP: use http:// for its port then, https:// for a proxy before it.",
    ),
    Cause.NOT_HTTP: (
        "What answers at {host} does not speak HTTP.",
        "Check the port. If it is a port for https, let the address begin with https://.",
    ),
    Cause.TOKEN: (
        "The endpoint answers, but does not accept this token.",
        "Choose one that works, or generate a new one and paste it into Okta.",
    ),
    Cause.FORBIDDEN: (
        "The request was refused ({status}).",
        "Something before Perch may ask for a log-in of its own: let it pass /scim/v2 through.",
    ),
    Cause.HOST: (
        "Perch was reached, but does not answer under the name {host}.",
        "Set the public URL to the address that Okta uses, and let the proxy or tunnel keep the Host header.",
    ),
    Cause.PATH: (
        "There is no SCIM at this address ({status}).",
        "The base URL ends in /scim/v2; a proxy has to pass that path on unchanged.",
    ),
    Cause.REDIRECT: (
        "The server sends callers on to another address ({status}), which Okta does not follow.",
        "Give Okta the address that answers by itself, usually the one with https://.",
    ),
    Cause.GATEWAY: (
        "A proxy or tunnel answers at {host}, but does not reach Perch behind it ({status}).",
        "Start the endpoint, and check the address and port to which the proxy or tunnel passes requests on.",
    ),
    Cause.NOT_SCIM: (
        "Something answers at {host}, but it is not a SCIM server.",
        "Check host, port and path: Perch's base URL ends in /scim/v2. A tunnel's warning page looks like this, too.",
    ),
    Cause.BUSY: (
        "The endpoint asked for a pause (429).",
        "Too many bad tokens came from this address, or too many requests. Wait a minute and try again.",
    ),
}


_LOOK: Final = "If it was Perch that answered, its activity shows the request, the answer and why."


def try_connection(
    base_url: str, secret: str, *, timeout: float = PATIENCE, context: ssl.SSLContext | None = None
) -> Trial:
    """Send what Okta's *Test Connector Configuration* sends and say what came of it (OKTA.md 1.3).

    ``context`` says which certificates are trusted instead of the public ones, as an agent on this network may.
    """
    # Looked at first: what a header cannot carry would be quoted by the error that refuses it.
    if not (secret.isascii() and secret.isprintable()):
        return _failed(Cause.TOKEN, "This is no token: it holds characters that none has.", _WORDS[Cause.TOKEN][1])
    try:
        wire = Wire(base_url.strip(), secret, timeout=timeout, context=context)
        # What is tried from here is not Okta: it must not turn any sign of Okta's green.
        wire.agent = f"{OWN_AGENT} connection test"
        with OktaClient(wire.base_url, secret, wire=wire) as client:
            steps = tuple(client.test_connection())
    except ValueError:
        return _failed(Cause.ADDRESS, f"{base_url!r} is no base URL.", "Use one like https://scim.example.com/scim/v2.")
    last = steps[-1]
    if last.verdict.ok:
        found = f"The endpoint answers and accepts the token ({last.duration / 1000:,.0f} ms)."
        return Trial(ok=True, cause=Cause.NONE, sentence=found, remedy="", steps=steps)
    cause = _cause(last)
    if cause not in _WORDS:
        return Trial(ok=False, cause=cause, sentence=last.verdict.sentence, remedy=_LOOK, steps=steps)
    sentence, remedy = _WORDS[cause]
    facts = {"host": wire.host, "status": last.status, "seconds": f"{timeout:g}", "reason": _reason(last)}
    return Trial(ok=False, cause=cause, sentence=sentence.format(**facts), remedy=remedy, steps=steps)


def _failed(cause: Cause, sentence: str, remedy: str) -> Trial:
    return Trial(ok=False, cause=cause, sentence=sentence, remedy=remedy)


_BY_STATUS: Final = {
    401: Cause.TOKEN,
    403: Cause.FORBIDDEN,
    404: Cause.PATH,
    421: Cause.HOST,
    429: Cause.BUSY,
    502: Cause.GATEWAY,
    503: Cause.GATEWAY,
    504: Cause.GATEWAY,
}


def _cause(step: Step) -> Cause:
    status, failure = step.status, step.answer.failure
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    # RFC 7644 section 3.12: another version than 2 in the path.
    if status == 400 and step.answer.document().get("scimType") == "invalidVers":
        return Cause.PATH
    if 300 <= status < 400:
        return Cause.REDIRECT
    if 200 <= status < 300:
        return Cause.NOT_SCIM
    match failure:
        case TimeoutError():
            return Cause.TIMEOUT
        case ssl.SSLCertVerificationError():
            return Cause.CERTIFICATE
        case ssl.SSLError():
            return Cause.TLS
        case socket.gaierror():
            return Cause.NAME
        case ConnectionRefusedError():
            return Cause.REFUSED
        case http.client.InvalidURL():
            return Cause.ADDRESS
        case http.client.HTTPException() | ConnectionResetError():
            return Cause.NOT_HTTP
        case OSError():
            return Cause.UNREACHABLE
    return Cause.OTHER


def _reason(step: Step) -> str:
    failure = step.answer.failure
    return failure.verify_message if isinstance(failure, ssl.SSLCertVerificationError) else ""


# From Okta's cloud


class Hindrance(StrEnum):
    """Why Okta's cloud does not reach an address."""

    NONE = "none"
    ADDRESS = "address"
    LOOPBACK = "loopback"
    PRIVATE = "private"
    NOT_PUBLIC_NAME = "not a public name"
    NO_TLS = "no tls"
    UNDERSCORE = "underscore"
    NO_NAME = "no name"


@dataclass(frozen=True, slots=True)
class WayOut:
    """A way to let Okta reach Perch."""

    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether Okta's cloud could reach an address, as far as the address itself tells."""

    ok: bool
    hindrance: Hindrance
    reason: str
    """A sentence; empty when nothing is known to be in the way."""
    ways_out: tuple[WayOut, ...] = ()


_NOT_PUBLIC: Final = (
    "local",
    "localhost",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "test",
    "invalid",
    "example",
)
_NOT_PUBLIC_PAIRS: Final = ("home.arpa",)

_TUNNEL: Final = WayOut(
    "A tunnel",
    "cloudflared, ngrok or Tailscale Funnel gives this computer a public https:// name, and nothing has to be opened "
    "in the firewall. Good for a demonstration. Choose a name without an underscore and enter it as the public URL.",
)
_PROXY: Final = WayOut(
    "A reverse proxy",
    "Caddy, nginx or Apache with a certificate of a public authority, on this computer, passes /scim/v2 on to Perch "
    "and keeps the Host and Authorization headers. Enter its address as the public URL.",
)
_AGENT: Final = WayOut(
    "Okta's on-prem agent",
    "The Okta Provisioning Agent, on this network, calls out to Okta and talks to Perch from the inside: plain http:// "
    "and a private address will do. Its base URL ends in a slash: {agent_url}.",
)


def is_reachable_from_cloud(base_url: str) -> Reach:
    """Judge whether Okta's cloud could use a base URL, without asking the network (OKTA.md 1.2, A48).

    Okta needs https with a certificate of a public authority, and a name that the internet knows.
    """
    parts = _parts(base_url)
    if parts is None:
        return Reach(ok=False, hindrance=Hindrance.ADDRESS, reason=f"{base_url!r} is no base URL.")
    scheme, host = parts
    hindrance, reason = _hindrance(scheme, host)
    if hindrance is Hindrance.NONE:
        return Reach(ok=True, hindrance=hindrance, reason="")
    agent = WayOut(_AGENT.title, _AGENT.sentence.format(agent_url=f"{base_url.strip().rstrip('/')}/"))
    return Reach(ok=False, hindrance=hindrance, reason=reason, ways_out=(_TUNNEL, _PROXY, agent))


def _parts(base_url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(base_url.strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.rstrip(".")


def _hindrance(scheme: str, host: str) -> tuple[Hindrance, str]:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    address = mapped or address
    labels = host.split(".")
    if host == "localhost" or labels[-1] == "localhost" or (address is not None and address.is_loopback):
        return Hindrance.LOOPBACK, f"{host} is this computer itself: Okta's cloud cannot call it."
    if address is not None and not address.is_global:
        return Hindrance.PRIVATE, f"{host} exists in your own network only: Okta's cloud cannot call it."
    if address is None and (
        len(labels) == 1 or labels[-1] in _NOT_PUBLIC or ".".join(labels[-2:]) in _NOT_PUBLIC_PAIRS
    ):
        return Hindrance.NOT_PUBLIC_NAME, f"{host} is a name that only your own network knows: Okta's cloud does not."
    if scheme != "https":
        return Hindrance.NO_TLS, "Okta's cloud accepts only addresses that begin with https://."
    if "_" in host:
        return Hindrance.UNDERSCORE, f"Okta's form refuses {host}: a name there must not contain an underscore."
    if address is not None:
        return Hindrance.NO_NAME, f"{host} is a number: Okta needs a name with a certificate of a public authority."
    return Hindrance.NONE, ""
