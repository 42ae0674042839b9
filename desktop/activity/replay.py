"""Sends a kept request to this endpoint once more and finds it again in the log.

Belongs here: bytes out, and waiting for the log on a background thread. Must not know: widgets, the keyring.
"""

from __future__ import annotations

import http.client
import secrets
import threading
from contextlib import closing
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from desktop.activity import reading
from server.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.activity.curl import Outgoing
    from server.workspace import Workspace

AGENT: Final = "Perch replay"
"""Begins as Perch's own requests do, so that a replay is never taken for something that Okta did."""
MARK: Final = "X-Perch-Replay"
"""A header by which the replay is told from others like it."""
TIMEOUT: Final = 30.0
PATIENCE: Final = 5.0
"""Seconds within which the endpoint has written the request to its log."""
_PAUSE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came back; ``status`` 0 is no answer, and ``reason`` then says why."""

    status: int
    reason: str = ""
    seq: int | None = None
    """The new request in the log; None where it did not appear there in time."""


def replay(
    workspace: Workspace, base_url: str, request: Outgoing, secret: str, is_cancelled: Callable[[], bool]
) -> Replayed:
    """Send the request with a token, then wait until the log has it."""
    since = reading.head(workspace)
    mark = secrets.token_hex(6)
    try:
        status = _send(_connection(workspace, base_url), request, secret, mark)
    except Fault as fault:
        return Replayed(0, fault.detail)
    except (OSError, http.client.HTTPException, ValueError) as error:
        # The class alone: a header's value might be quoted in the text.
        return Replayed(0, getattr(error, "strerror", None) or type(error).__name__)
    return Replayed(status, seq=_find(workspace, since, mark, is_cancelled))


def _connection(workspace: Workspace, base_url: str) -> http.client.HTTPConnection:
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT)
    # Its certificate is for the name that Okta uses, and need not be for the one by which this machine calls it.
    return http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT, context=workspace.trust(by_any_name=True))


def _send(to: http.client.HTTPConnection, request: Outgoing, secret: str, mark: str) -> int:
    with closing(to) as connection:
        own = (("Authorization", f"Bearer {secret}"), ("User-Agent", AGENT), (MARK, mark))
        body = None if request.body is None else request.body.encode()
        connection.putrequest(request.method, request.target, skip_accept_encoding=True)
        for name, value in (*request.headers, *own):
            connection.putheader(name, value.encode())
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def _find(workspace: Workspace, since: int, mark: str, is_cancelled: Callable[[], bool]) -> int | None:
    end = monotonic() + PATIENCE
    pause = threading.Event()
    while monotonic() < end and not is_cancelled():
        for record in workspace.activity.recent(reading.PAGE, after_seq=since):
            if (MARK.lower(), mark) in {(name.lower(), value) for name, value in record.headers}:
                return record.seq
            since = record.seq
        pause.wait(_PAUSE)
    return None
