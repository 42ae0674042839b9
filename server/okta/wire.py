"""One request as Okta puts it on the wire: its headers in its order, compact JSON, kept connections.

Belongs here: bytes out, bytes in. Must not know: which request comes next, what an answer means to Okta.
"""

from __future__ import annotations

import gzip
import http.client
import zlib
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote, urlsplit

import orjson

from server.okta.speech import Version, understood

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

USER_AGENT: Final = "Okta SCIM Client 1.0.0"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``status`` 0 is no answer at all; ``reason`` then says why."""

    status: int
    reason: str
    body: bytes
    duration: int
    """Microseconds from the first byte sent to the last byte read."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-cased name."""
    failure: Exception | None = field(default=None, repr=False, compare=False)
    """What kept an answer from coming, where none came."""
    version: Version = Version.TWO
    """What was spoken; ``body`` is in it."""

    def document(self) -> dict[str, Any]:
        """Give the body as an object in 2.0's names; empty where it is something else (the verdict has said so)."""
        try:
            document = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return understood(self.version, document) if isinstance(document, dict) else {}

    def resources(self) -> list[dict[str, Any]]:
        """Give the resources of a list; Okta reads the names of a list without case (OKTA.md 1.4).

        What is none is left out: the verdict on the list has said so.
        """
        listed = self._listed("resources")
        return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []

    def total(self) -> int:
        """Give ``totalResults`` of a list, 0 where there is none."""
        total: int = self._listed("totalresults") or 0
        return total

    def first(self) -> dict[str, Any] | None:
        """Give the resource that a look-up found, None where it found none."""
        return next(iter(self.resources()), None)

    def _listed(self, name: str) -> Any:
        return next((value for key, value in self.document().items() if key.lower() == name), None)


def compact(document: Mapping[str, Any], *, sort: bool = False) -> bytes:
    """Write JSON without a blank; recorded PUTs of users have their keys sorted (OKTA.md 1.5)."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS if sort else None)


def lookup(attribute: str, value: str) -> str:
    """Give the query of Okta's look-up, encoded as recorded: ``%20``, ``%22``, ``%40`` (OKTA.md 1.4)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    expression = f'{attribute} eq "{escaped}"'
    return f"filter={quote(expression, safe='')}&startIndex=1&count=100"


class Transport(Protocol):
    """What carries the requests of a scenario to a server: a connection, or something that stands in its way."""

    def send(self, method: str, target: str, body: bytes | None = None) -> Answer:
        """Send one request and read its answer; a failing network is an answer of status 0."""

    def close(self) -> None:
        """Let go of the connection; the next request opens another."""


class Wire:
    """A connection to one SCIM server, opened at the first request and kept.

    ``scheme`` is what the app puts before the token: ``Bearer``, or nothing in the header mode of catalog
    apps (OKTA.md 1.2). ``version`` decides on the headers; bodies are given in it. Not safe for two threads at once.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        scheme: str = "Bearer",
        timeout: float = 60.0,
        context: ssl.SSLContext | None = None,
        agent: str = USER_AGENT,
        version: Version = Version.TWO,
    ) -> None:
        """Take the base URL as pasted, with or without a closing slash; ``timeout`` in seconds.

        ``context`` says which certificates are trusted instead of the public ones. Raises ValueError for what is
        no base URL.
        """
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{base_url!r} is no base URL. Use one like https://scim.example.com/scim/v2.")
        self.base_url = base_url
        self.path = parts.path.rstrip("/")
        self.host = parts.netloc.rpartition("@")[2]
        self.authorization = f"{scheme} {token}".strip()
        self.agent = agent
        self.version = version
        self.connection = (
            http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=context)
            if parts.scheme == "https"
            else http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
        )

    def send(self, method: str, target: str, body: bytes | None = None) -> Answer:
        """Send one request and read its answer; a failing network is an answer of status 0.

        ``target`` follows the base path.

        A kept connection that the server has closed meanwhile is opened again once, as HTTP clients do.
        """
        started = perf_counter_ns()
        reused = self.connection.sock is not None
        try:
            try:
                return self._exchange(method, target, body, started)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection.close()
                if not reused:
                    raise
                return self._exchange(method, target, body, started)
        except TimeoutError as error:
            self.connection.close()
            return self._silence(f"Connect to {self.host} failed: Read timed out", started, error)
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            return self._silence(f"Connect to {self.host} failed: {error}", started, error)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self.connection.close()

    def _exchange(self, method: str, target: str, body: bytes | None, started: int) -> Answer:
        connection = self.connection
        connection.putrequest(method, self.path + target, skip_host=True, skip_accept_encoding=True)
        for name, value in self._headers(body):
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
        duration = (perf_counter_ns() - started) // 1000
        decoded = _decoded(content, headers)
        return Answer(response.status, response.reason, decoded, duration, headers, version=self.version)

    def _silence(self, reason: str, started: int, failure: Exception) -> Answer:
        duration = (perf_counter_ns() - started) // 1000
        return Answer(0, reason, b"", duration, failure=failure, version=self.version)

    def _headers(self, body: bytes | None) -> list[tuple[str, str]]:
        """OKTA.md 1.1: the header set of the recorded requests, in their order; a GET has no Content-Type."""
        media_type = self.version.media_type
        headers = [("Accept", media_type), ("Accept-Charset", "utf-8")]
        if body is not None:
            headers.append(("Content-Type", f"{media_type}; charset=utf-8"))
        headers += [("User-Agent", self.agent), ("Authorization", self.authorization)]
        if body is not None:
            headers.append(("Content-Length", str(len(body))))
        headers += [("Host", self.host), ("Connection", "Keep-Alive"), ("Accept-Encoding", "gzip,deflate")]
        return headers


class Connections:
    """Several connections to one server, as many as there are threads sending at once.

    Okta's bursts come over several connections (OKTA.md 1.1). ``connect`` makes one more. Each thread may send.
    """

    def __init__(self, connect: Callable[[], Transport]) -> None:
        self._connect = connect
        self._all: list[Transport] = []
        self._idle: list[Transport] = []

    def send(self, method: str, target: str, body: bytes | None = None) -> Answer:
        """Send one request over a connection that is free, and read its answer."""
        # The last one given back comes first: its socket is the least likely to have been closed meanwhile.
        try:
            chosen = self._idle.pop()
        except IndexError:
            chosen = self._connect()
            self._all.append(chosen)
        try:
            return chosen.send(method, target, body)
        finally:
            self._idle.append(chosen)

    def close(self) -> None:
        """Let go of all connections; the next requests open others."""
        for one in self._all:
            one.close()


def _decoded(content: bytes, headers: Mapping[str, str]) -> bytes:
    match headers.get("content-encoding", "").lower():
        case "gzip":
            return gzip.decompress(content)
        case "deflate":
            return zlib.decompress(content)
        case _:
            return content
