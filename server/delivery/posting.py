"""One POST after the other to one address, over a connection that is kept while both sides like it.

Belongs here: what counts as arrived, what as refused, what as nobody there. Must not know: events, retries.
Redirects are not followed: who may be told is decided here and not by who is told.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE: Final = 10.0
"""Seconds that a consumer may take for each step: to be connected to, to take the event, to answer."""
DEADLINE: Final = 30.0
"""Seconds that a whole delivery may take."""
ANSWER: Final = 65_536
"""Bytes of an answer that are read; a connection with more is closed."""


class Refused(Exception):
    """The consumer was reached and did not take it; the text says what it did."""


class Unreachable(Refused):
    """Nobody was there to take it: no name, no connection, no trusted certificate."""


class Post:
    """Sends bodies to one address. One thread sends; any other may end it."""

    def __init__(self, url: str, *, patience: float = PATIENCE, deadline: float = DEADLINE) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._context = ssl.create_default_context() if parts.scheme == "https" else None
        self._patience = patience
        self._deadline = deadline
        self._connection: http.client.HTTPConnection | None = None
        self._lock = threading.Lock()
        self._begun: float | None = None
        self._ended = False

    def send(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Deliver one body; returns once the consumer has answered 2xx. Raises Unreachable, Refused."""
        with self._lock:
            self._begun = time.monotonic()
        try:
            status = self._answered(body, headers)
        finally:
            with self._lock:
                self._begun = None
        if 300 <= status < 400:
            raise Refused(f"answered {status}: redirects are not followed, give the address that it leads to")
        if not 200 <= status < 300:
            raise Refused(f"answered {status}")

    def close(self) -> None:
        """Close the connection; the next delivery opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def end(self) -> None:
        """Break off what is under way, and send nothing any more; from any thread."""
        self._ended = True
        self._break_off()

    def expire(self, now: float) -> None:
        """Break off a delivery that has taken too long (``now`` by the monotonic clock); from any thread."""
        with self._lock:
            late = self._begun is not None and now - self._begun > self._deadline
        if late:
            self._break_off()

    def _break_off(self) -> None:
        connection = self._connection
        sock = None if connection is None else connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _answered(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Send over the kept connection or else over a new one, and give the answer's status."""
        if self._connection is not None:
            try:
                return self._exchange(self._connection, body, headers)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if isinstance(error, TimeoutError):
                    raise Refused("did not answer in time") from error
                # It was closed between two deliveries, as idle ones are; whatever was read is sent again.
        connection = self._connected()
        try:
            return self._exchange(connection, body, headers)
        except TimeoutError as error:
            self.close()
            raise Refused("did not answer in time") from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Refused("hung up without an answer, or with one that is no HTTP") from error

    def _connected(self) -> http.client.HTTPConnection:
        if self._ended:
            raise Unreachable("is not told any more: Perch is stopping")
        connection: http.client.HTTPConnection
        if self._context is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=self._patience)
        else:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=self._patience, context=self._context
            )
        try:
            connection.connect()
        except (OSError, ValueError) as error:
            connection.close()
            raise Unreachable(_why(error)) from error
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        return connection

    def _exchange(self, connection: http.client.HTTPConnection, body: bytes, headers: Mapping[str, str]) -> int:
        connection.request("POST", self._target, body, dict(headers))
        response = connection.getresponse()
        with response:
            rest = response.read(ANSWER)
            if len(rest) >= ANSWER or response.will_close:
                self.close()
            return response.status


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"has a certificate that is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return "does not speak TLS as it should"
    if isinstance(error, socket.gaierror):
        return "has a name that is not known"
    if isinstance(error, TimeoutError):
        return "cannot be connected to in time"
    if isinstance(error, ConnectionRefusedError):
        return "refuses the connection: nothing listens there"
    return "cannot be connected to"
