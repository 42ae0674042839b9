"""``perch serve`` as a process: ready, found, kept alone, stopped."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.endpoint import RunningEndpoint


def test_it_serves(endpoint: RunningEndpoint) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=30)
    connection.request("GET", "/scim/v2/Users", headers={"Authorization": f"Bearer {endpoint.token}"})
    assert connection.getresponse().status == 200
    connection.close()
