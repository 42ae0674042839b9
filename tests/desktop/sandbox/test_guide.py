from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from desktop.sandbox.guide import Guide, Part
from desktop.sandbox.player import Player, Playing
from server.okta.tenant import Outcome
from server.okta.tour import Stage, Unmet
from tests.desktop.sandbox.steps import a_step, some_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[Player]:
    made = Player()
    made.tempo.speed = 200.0
    yield made
    assert made.end()


@pytest.fixture
def guide(player: Player) -> Iterator[Guide]:
    made = Guide(player)
    made.set_stages([stage("connection"), stage("push_users"), stage("update")])
    yield made
    made.stop()


def stage(key: str, check: Callable[[Any], str] | None = None) -> Stage:
    """Make a stage of one request."""
    return Stage(
        key=key,
        title=key,
        story="What happens.",
        look_at="There.",
        subjects=(),
        play=lambda: some_steps(a_step(), outcome=key),  # type: ignore[arg-type,return-value] # any outcome will do
        check=check or (lambda outcome: f"{outcome} came true"),
    )


def listen(guide: Guide) -> list[object]:
    """Write down what a guide tells."""
    told: list[object] = []
    guide.stage_begun.connect(lambda number: told.append(("begun", number)))
    guide.stage_ended.connect(lambda number, sentence, ok: told.append((number, sentence, ok)))
    guide.finished.connect(lambda: told.append("finished"))
    return told


def test_the_whole_tour_from_the_first_story_to_the_last_result(guide: Guide, qtbot: QtBot) -> None:
    told = listen(guide)
    with qtbot.waitSignal(guide.finished):
        guide.play()
    assert told == [
        ("begun", 0),
        (0, "connection came true", True),
        ("begun", 1),
        (1, "push_users came true", True),
        ("begun", 2),
        (2, "update came true", True),
        "finished",
    ]
    assert guide.is_over
    assert guide.state is Playing.IDLE


def test_a_pause_in_a_story_holds_the_first_request_back(guide: Guide, player: Player, qtbot: QtBot) -> None:
    guide.play()
    guide.pause()
    qtbot.waitUntil(lambda: guide._is_due)
    assert guide.part is Part.STORY
    assert player.state is Playing.IDLE
    with qtbot.waitSignal(guide.finished):
        guide.play()


def test_step_by_step_through_a_stage(guide: Guide, player: Player, qtbot: QtBot) -> None:
    guide.step()
    assert (guide.number, guide.part, guide.state) == (0, Part.STORY, Playing.PAUSED)
    with qtbot.waitSignal(player.step_played):
        guide.step()
    qtbot.waitUntil(lambda: player.state is Playing.PAUSED)
    with qtbot.waitSignal(guide.stage_ended):
        guide.step()
    assert guide.part is Part.RESULT
    guide.step()
    assert (guide.number, guide.part) == (1, Part.STORY)


def test_what_does_not_come_true_ends_the_tour_and_says_so(guide: Guide, qtbot: QtBot) -> None:
    def unmet(_: object) -> str:
        raise Unmet("Ada is not in Perch.")

    guide.set_stages([stage("connection", unmet), stage("update")])
    with qtbot.waitSignal(guide.stage_ended) as told:
        guide.play()
    assert told.args == [0, "Ada is not in Perch.", False]
    assert guide.state is Playing.IDLE
    assert not guide.is_over


def test_a_stage_can_be_told_again_after_the_tour(guide: Guide, qtbot: QtBot) -> None:
    with qtbot.waitSignal(guide.finished):
        guide.play()
    guide.show_stage(1)
    assert (guide.number, guide.part, guide.state) == (1, Part.STORY, Playing.PAUSED)
    with qtbot.waitSignal(guide.finished):
        guide.play()


def test_the_same_stage_is_told_again_after_the_tour_was_left(guide: Guide, qtbot: QtBot) -> None:
    with qtbot.waitSignal(guide.stage_ended):
        guide.play()
    qtbot.waitUntil(lambda: guide.number == 1)
    guide.stop()
    assert guide.state is Playing.IDLE
    with qtbot.waitSignal(guide.stage_begun) as told:
        guide.play()
    assert told.args == [1]


def test_what_okta_did_not_get_past_ends_the_tour_in_its_words(guide: Guide, qtbot: QtBot) -> None:
    bad = Outcome(ok=False, sentence="Unauthorized. Errors reported by remote server: no such token")
    broken = replace(stage("connection"), play=lambda: some_steps(a_step(), outcome=bad))  # type: ignore[arg-type,return-value] # as above
    guide.set_stages([broken, stage("update")])
    with qtbot.waitSignal(guide.stage_ended) as told:
        guide.play()
    assert told.args == [0, bad.sentence, False]
