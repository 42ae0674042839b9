"""Requests for the tests of the inspector: kept records as values, a log filled without an endpoint, a real client."""

from __future__ import annotations

import http.client
import json
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from server.records import Exchange
from tests import activity_records
from tests.http.client import Answer, received

if TYPE_CHECKING:
    from desktop.desk import Desk
    from server.workspace import IssuedToken, Workspace

PATIENCE: Final = 10_000
CANARY: Final = "canary-Tr0ub4dor"
"""A password that must be found nowhere."""
kept = activity_records.kept


def log(workspace: Workspace, count: int = 1, **values: Any) -> None:
    """Write requests into the log, as an endpoint does."""
    given: dict[str, Any] = {
        "at": time.time(),
        "duration": 900,
        "method": "GET",
        "target": "/scim/v2/Users",
        "status": 200,
        "address": "127.0.0.1",
        "meaning": "listed users",
        "headers": ((b"User-Agent", b"Okta SCIM Client 1.0.0"),),
        **values,
    }
    for number in range(count):
        workspace.activity.record(Exchange(**{"number": number + 1, **given}))
    workspace.activity.flush()


def issue(desk: Desk, label: str = "Okta production") -> IssuedToken:
    """Make a token."""
    return desk.workspace.custody.issue(label)


def ask(desk: Desk, secret: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """Send one request to the desk's endpoint."""
    url = urlsplit(desk.endpoint.status.local_url)
    sent = {"Authorization": f"Bearer {secret}", "User-Agent": "Okta SCIM Client 1.0.0", **headers}
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    if data is not None:
        sent.setdefault("Content-Type", "application/scim+json")
    with closing(http.client.HTTPConnection(str(url.hostname), url.port, timeout=20)) as connection:
        connection.request(method, url.path + path, data, sent)
        return received(connection.getresponse())
