"""One request after another as Okta asks them: judged, repeated where Okta repeats, ended where Okta ends.

Belongs here: what all scenarios have in common. Must not know: which requests a scenario makes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

from server.okta.scenario import Step, Stopped
from server.okta.speech import Version, spoken
from server.okta.verdicts import ATTEMPTS, Asked, verdict
from server.okta.wire import compact

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from server.okta.features import Feature
    from server.okta.verdicts import Verdict
    from server.okta.wire import Answer, Transport

PATCH_URN: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

PAGE: Final = 100
"""Resources per page of an import (OKTA.md 1.8)."""

BEFORE_REPLACE: Final = 0.2
"""Seconds between reading a resource and replacing it (OKTA.md 1.5)."""


class Asking:
    """A connection that is asked as Okta asks; ``pace`` is called with the seconds that Okta waits.

    ``version`` is what ``wire`` speaks. Requests are given in 2.0's names, and become the other's here.
    """

    def __init__(self, wire: Transport, pace: Callable[[float], None] | None, version: Version = Version.TWO) -> None:
        self.wire = wire
        self.version = version
        self._pace = pace

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.wire.close()

    def ask(
        self,
        feature: Feature,
        method: str,
        target: str,
        asked: Asked,
        body: bytes | None = None,
        *,
        absent: Verdict | None = None,
    ) -> Generator[Step, None, Answer]:
        """Ask one request until Okta has its answer; ``absent`` is the verdict where the server has no such thing.

        Raises Stopped where Okta does not get past the answer.
        """
        target, sent = spoken(self.version, target, body)
        for attempt in range(1, ATTEMPTS + 1):
            answer = self.wire.send(method, target, sent)
            judged = verdict(
                answer.status,
                answer.body,
                asked,
                reason=answer.reason,
                retry_after=answer.headers.get("retry-after"),
                attempt=attempt,
                seconds=answer.duration / 1e6,
                version=answer.version,
            )
            if absent is not None and answer.status in (404, 501):
                judged = absent
            yield Step(feature, method, target, sent, answer, judged, meant=body)
            if judged.ok:
                return answer
            if judged.wait is None or self._pace is None:
                break
            self._pace(judged.wait)
        raise Stopped

    def wait(self, seconds: float) -> None:
        """Let the time pass that Okta lets pass."""
        if self._pace is not None:
            self._pace(seconds)

    def read(self, feature: Feature, target: str) -> Generator[Step, None, dict[str, Any]]:
        """Read a resource that is about to be replaced."""
        answer = yield from self.ask(feature, "GET", target, Asked.READ)
        self.wait(BEFORE_REPLACE)
        return answer.document()

    def pages(self, feature: Feature, endpoint: str, query: str = "") -> Generator[Step, None, list[dict[str, Any]]]:
        """Read a list to its end: what ``totalResults`` says, or a page without anybody (OKTA.md 1.8)."""
        resources: list[dict[str, Any]] = []
        start, total = 1, 1
        while start <= total:
            target = f"{endpoint}?{query}startIndex={start}&count={PAGE}"
            answer = yield from self.ask(feature, "GET", target, Asked.LIST)
            listed = answer.resources()
            resources += listed
            total = answer.total() if listed else 0
            start += PAGE
        return resources

    def modify(
        self, feature: Feature, target: str, operations: Sequence[Mapping[str, Any]]
    ) -> Generator[Step, None, None]:
        """Send a PatchOp (RFC 7644 section 3.5.2)."""
        body = compact({"schemas": [PATCH_URN], "Operations": operations})
        yield from self.ask(feature, "PATCH", target, Asked.MODIFY, body)
