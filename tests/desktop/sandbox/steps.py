"""Requests as if Okta had sent them, and generators of them, for tests in which no server is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.okta.features import Feature
from server.okta.scenario import Step
from server.okta.verdicts import Asked, verdict
from server.okta.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Generator

PERSON = b'{"id":"01a20b45-a692-70ea-987f-90990b9f0001","userName":"ada@acme.example","active":true}'
PATH = "/Users/01a20b45-a692-70ea-987f-90990b9f0001"


def a_step(
    method: str = "GET",
    target: str = PATH,
    status: int = 200,
    *,
    reason: str = "OK",
    body: bytes | None = None,
    answer: bytes = PERSON,
    asked: Asked = Asked.READ,
    feature: Feature = Feature.PUSH_PROFILE_UPDATE,
) -> Step:
    """Make a request that was answered, judged as Okta would."""
    judged = verdict(status, answer, asked, reason=reason)
    return Step(feature, method, target, body, Answer(status, reason, answer, 1_200), judged)


def refused() -> Step:
    """Make a create that was answered with a conflict."""
    error = b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","detail":"userName is taken"}'
    return a_step(
        "POST",
        "/Users",
        409,
        reason="Conflict",
        body=b'{"userName":"ada@acme.example","password":"abcd1234"}',
        answer=error,
        asked=Asked.CREATE_USER,
        feature=Feature.PUSH_NEW_USER,
    )


def some_steps(*steps: Step, outcome: object = "done") -> Generator[Step, None, object]:
    """Play steps that are there already."""
    yield from steps
    return outcome
