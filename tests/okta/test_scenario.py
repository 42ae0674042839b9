"""Steps, and how a scenario ends where Okta does not go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.okta.features import Feature
from server.okta.scenario import Step, Stopped, scenario
from server.okta.verdicts import Verdict
from server.okta.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Generator

GOOD = Verdict(ok=True, sentence="Found 1.", source="OKTA.md 1.4")


def step(target: str = "/Users?startIndex=1&count=2", status: int = 200) -> Step:
    answer = Answer(status, "OK", b"{}", 1_234)
    return Step(Feature.CONNECTION_TEST, "GET", target, None, answer, GOOD)


@scenario
def two_steps(found: str, *, stopped: bool) -> Generator[Step, None, str]:
    """Play two steps."""
    yield step("/1")
    if stopped:
        raise Stopped
    yield step("/2")
    return found


def played(steps: Generator[Step, None, str | None]) -> tuple[list[str], str | None]:
    lines: list[str] = []
    while True:
        try:
            lines.append(next(steps).target)
        except StopIteration as end:
            return lines, end.value


def test_a_step_says_what_was_asked_and_how_it_went() -> None:
    one = step(status=0)
    assert one.request_line == "GET /Users?startIndex=1&count=2"
    assert (one.status, one.duration) == (0, 1_234)


def test_a_scenario_that_okta_gets_through_gives_what_it_found() -> None:
    assert played(two_steps("17", stopped=False)) == (["/1", "/2"], "17")


def test_a_scenario_that_stops_ends_quietly_and_found_nothing() -> None:
    assert played(two_steps("17", stopped=True)) == (["/1"], None)


def test_a_bug_inside_a_scenario_is_not_taken_for_its_end() -> None:
    @scenario
    def broken() -> Generator[Step, None, str]:
        yield step()
        raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        played(broken())


def test_nothing_is_asked_before_the_first_step_is_wanted() -> None:
    asked: list[str] = []

    @scenario
    def asking() -> Generator[Step, None, str]:
        asked.append("asked")
        yield step()
        return ""

    steps = asking()
    assert asked == []
    next(steps)
    assert asked == ["asked"]


def test_a_scenario_keeps_its_name_and_its_words() -> None:
    assert (two_steps.__name__, two_steps.__doc__) == ("two_steps", "Play two steps.")
