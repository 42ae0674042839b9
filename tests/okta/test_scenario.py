"""Steps, and how a scenario ends where Okta does not go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.okta.features import Feature
from server.okta.scenario import Step, Stopped, played, scenario
from server.okta.verdicts import Verdict
from server.okta.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Generator

GOOD = Verdict(ok=True, sentence="Found 1.", source="OKTA.md 1.4")


BAD = Verdict(ok=False, sentence="Too Many Requests.", source="OKTA.md 1.12")


def step(target: str = "/Users?startIndex=1&count=2", status: int = 200, verdict: Verdict = GOOD) -> Step:
    answer = Answer(status, "OK", b"{}", 1_234)
    return Step(Feature.CONNECTION_TEST, "GET", target, None, answer, verdict)


@scenario
def two_steps(found: str, *, stopped: bool) -> Generator[Step, None, str]:
    """Play two steps."""
    yield step("/1")
    if stopped:
        raise Stopped
    yield step("/2")
    return found


def to_the_end(steps: Generator[Step, None, str | None]) -> tuple[list[str], str | None]:
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
    assert to_the_end(two_steps("17", stopped=False)) == (["/1", "/2"], "17")


def test_a_scenario_that_stops_ends_quietly_and_found_nothing() -> None:
    assert to_the_end(two_steps("17", stopped=True)) == (["/1"], None)


def test_a_bug_inside_a_scenario_is_not_taken_for_its_end() -> None:
    @scenario
    def broken() -> Generator[Step, None, str]:
        yield step()
        raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        to_the_end(broken())


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


@scenario
def judged(*verdicts: Verdict) -> Generator[Step, None, str]:
    """Play a step for each verdict; stop after the last one that is not good."""
    for number, verdict in enumerate(verdicts):
        yield step(f"/{number}", verdict=verdict)
    if not verdicts[-1].ok:
        raise Stopped
    return "17"


def what_came_of(*verdicts: Verdict) -> tuple[str | None, Step | None]:
    """Play a scenario as an action does, and give what the action learns."""
    play = played(judged(*verdicts))
    for number, verdict in enumerate(verdicts):
        assert next(play) == step(f"/{number}", verdict=verdict)
    with pytest.raises(StopIteration) as end:
        next(play)
    found, refused = end.value.value
    return found, refused


def test_an_action_learns_what_was_found() -> None:
    assert what_came_of(GOOD, GOOD) == ("17", None)


def test_an_action_learns_which_step_okta_did_not_get_past() -> None:
    assert what_came_of(GOOD, BAD) == (None, step("/1", verdict=BAD))


def test_a_step_that_went_well_when_repeated_was_not_refused() -> None:
    assert what_came_of(BAD, GOOD) == ("17", None)


def test_an_action_that_is_given_up_ends_the_scenario_inside() -> None:
    ended: list[str] = []

    @scenario
    def endless() -> Generator[Step, None, str]:
        try:
            while True:
                yield step()
        finally:
            ended.append("ended")

    play = played(endless())
    next(play)
    assert ended == []
    play.close()
    assert ended == ["ended"]
