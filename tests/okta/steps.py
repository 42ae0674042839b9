"""Steps as a simulation would have played them, made of a request and the answer that a test wants."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from server.okta.features import Feature
from server.okta.scenario import Step
from server.okta.verdicts import ERROR_URN, Asked, verdict
from server.okta.wire import Answer


def step(
    request: str,
    status: int,
    answered: Any = None,
    *,
    sent: Any = None,
    asked: Asked = Asked.READ,
    milliseconds: float = 1,
    headers: dict[str, str] | None = None,
) -> Step:
    """``request`` is a request line; ``answered`` bytes, or something to be sent as JSON, or None for no body."""
    method, _, target = request.partition(" ")
    body = answered if isinstance(answered, bytes) else b"" if answered is None else json.dumps(answered).encode()
    reason = HTTPStatus(status).phrase if status else "Connect to here failed: Connection refused"
    answer = Answer(status, reason, body, int(milliseconds * 1000), headers or {})
    judged = verdict(status, body, asked, reason=reason, seconds=milliseconds / 1000)
    request_body = None if sent is None else json.dumps(sent).encode()
    return Step(Feature.DISCOVERY, method, target, request_body, answer, judged)


def error(status: int, /, **more: Any) -> dict[str, Any]:
    """Write the body of a proper SCIM Error."""
    return {"schemas": [ERROR_URN], "status": str(status), "detail": "no", **more}


def listing(*resources: Any, **more: Any) -> dict[str, Any]:
    """Write the body of a proper list."""
    count = len(resources)
    return {"totalResults": count, "startIndex": 1, "itemsPerPage": count, "Resources": list(resources), **more}
