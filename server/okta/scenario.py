"""One request of a scenario with what came of it, and how a scenario ends.

Belongs here: the values that the player of a scenario holds. Must not know: which requests a scenario makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from server.okta.features import Feature
    from server.okta.verdicts import Verdict
    from server.okta.wire import Answer

Found = TypeVar("Found")
Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a scenario and what came of it."""

    feature: Feature
    method: str
    target: str
    """Path and query after the base URL, as sent."""
    request_body: bytes | None
    """As sent."""
    answer: Answer
    verdict: Verdict
    meant: bytes | None = None
    """The request's body in 2.0's names, where that is not what was sent."""

    @property
    def request_line(self) -> str:
        """The request in one line: ``GET /Users?startIndex=1&count=2``."""
        return f"{self.method} {self.target}"

    def sent(self) -> dict[str, Any]:
        """Give the request's body in 2.0's names; empty without one."""
        document: dict[str, Any] = orjson.loads(self.meant or self.request_body or b"{}")
        return document

    @property
    def status(self) -> int:
        """HTTP's status; 0 where no answer came."""
        return self.answer.status

    @property
    def duration(self) -> int:
        """Microseconds."""
        return self.answer.duration


class Stopped(Exception):
    """Inside a scenario: the last verdict was not good, Okta does not go on."""


def scenario(
    play: Callable[Arguments, Generator[Step, None, Found]],
) -> Callable[Arguments, Generator[Step, None, Found | None]]:
    """Let a scenario end quietly at the first step that Okta would not get past."""

    @wraps(play)
    def quietly(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Generator[Step, None, Found | None]:
        try:
            return (yield from play(*args, **kwargs))
        except Stopped:
            return None

    return quietly


def played(play: Generator[Step, None, Found | None]) -> Generator[Step, None, tuple[Found | None, Step | None]]:
    """Play a scenario on; give what it found, and the step that Okta did not get past."""
    refused = None
    try:
        while True:
            step = next(play)
            refused = None if step.verdict.ok else step
            yield step
    except StopIteration as end:
        return end.value, refused
    finally:
        play.close()
