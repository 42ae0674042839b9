from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QThread

from desktop.sandbox.player import Player, Playing
from tests.desktop.sandbox.steps import a_step, some_steps

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from pytestqt.qtbot import QtBot

FIRST, SECOND, THIRD = a_step("GET"), a_step("PUT"), a_step("PATCH")


class Log:
    """What a player told."""

    def __init__(self, player: Player) -> None:
        self.steps: list[object] = []
        self.ends: list[object] = []
        self.failures: list[object] = []
        player.step_played.connect(self.steps.append)
        player.ended.connect(self.ends.append)
        player.failed.connect(self.failures.append)


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[Player]:
    made = Player()
    made.tempo.speed = 100.0
    yield made
    assert made.end()


@pytest.fixture
def log(player: Player) -> Log:
    return Log(player)


def test_each_request_is_told_and_then_the_end(player: Player, log: Log, qtbot: QtBot) -> None:
    with qtbot.waitSignal(player.ended):
        player.play(some_steps(FIRST, SECOND, outcome="provisioned"))
    assert log.steps == [FIRST, SECOND]
    assert log.ends == ["provisioned"]
    assert player.state is Playing.IDLE


def test_requests_are_sent_on_another_thread(player: Player, qtbot: QtBot) -> None:
    here = QThread.currentThread()
    seen: list[bool] = []

    def steps() -> Generator[Any, None, None]:
        seen.append(QThread.currentThread() is here)
        yield FIRST

    with qtbot.waitSignal(player.ended):
        player.play(steps())
    assert seen == [False]


def test_a_pause_lets_the_request_under_way_be_told_and_sends_no_other(player: Player, log: Log, qtbot: QtBot) -> None:
    player.step_played.connect(player.pause)
    with qtbot.waitSignal(player.step_played):
        player.play(some_steps(FIRST, SECOND))
    qtbot.waitUntil(lambda: player._is_due)
    assert player.state is Playing.PAUSED
    assert log.steps == [FIRST]
    with qtbot.waitSignal(player.ended):
        player.step_played.disconnect(player.pause)
        player.resume()
    assert log.steps == [FIRST, SECOND]


def test_one_step_at_a_time(player: Player, log: Log, qtbot: QtBot) -> None:
    with qtbot.waitSignal(player.step_played):
        player.play(some_steps(FIRST, SECOND, THIRD), paused=True)
    assert player.state is Playing.PAUSED
    with qtbot.waitSignal(player.step_played):
        player.step()
    assert log.steps == [FIRST, SECOND]
    assert player.state is Playing.PAUSED


def test_a_faster_tempo_shortens_the_gap(player: Player, qtbot: QtBot) -> None:
    player.tempo.speed = 1.0
    with qtbot.waitSignal(player.step_played):
        player.play(some_steps(FIRST, SECOND))
    assert player._gap.interval() == 1700
    player.stop()
    player.tempo.speed = 4.0
    with qtbot.waitSignal(player.step_played):
        player.play(some_steps(FIRST, SECOND))
    assert player._gap.interval() == 425


def test_what_breaks_is_told_and_nothing_more_comes(player: Player, log: Log, qtbot: QtBot) -> None:
    def breaks() -> Generator[Any, None, None]:
        yield FIRST
        raise LookupError("no such person")

    with qtbot.waitSignal(player.failed):
        player.play(breaks())
    assert [str(one) for one in log.failures] == ["no such person"]
    assert log.ends == []
    assert player.state is Playing.IDLE


def test_stopping_ends_a_wait_of_oktas_and_nothing_is_told(player: Player, log: Log, qtbot: QtBot) -> None:
    player.tempo.speed = 0.001
    begun = threading.Event()

    def waits() -> Generator[Any, None, None]:
        begun.set()
        player.tempo.pace(300)
        yield FIRST

    player.play(waits())
    assert begun.wait(5)
    player.stop()
    qtbot.waitUntil(lambda: not player.is_busy)
    assert (log.steps, log.ends, log.failures) == ([], [], [])


def test_what_is_played_next_begins_when_the_request_under_way_is_answered(
    player: Player, log: Log, qtbot: QtBot
) -> None:
    begun, answered = threading.Event(), threading.Event()
    overlap: list[bool] = []

    def slow() -> Generator[Any, None, None]:
        begun.set()
        answered.wait(5)
        yield FIRST

    def following() -> Generator[Any, None, None]:
        overlap.append(not answered.is_set())
        yield SECOND

    player.play(slow())
    assert begun.wait(5)
    player.play(following())
    answered.set()
    qtbot.waitUntil(lambda: log.steps == [SECOND])
    assert overlap == [False]


def test_the_end_of_the_window_waits_for_the_request_under_way(player: Player) -> None:
    begun, answered = threading.Event(), threading.Event()

    def slow() -> Generator[Any, None, None]:
        begun.set()
        answered.wait(5)
        yield FIRST

    player.play(slow())
    assert begun.wait(5)
    threading.Timer(0.05, answered.set).start()
    assert player.end()
    assert answered.is_set()


def test_no_request_is_sent_while_both_sides_are_put_back(player: Player, log: Log, qtbot: QtBot) -> None:
    with player.at_rest():
        player.play(some_steps(FIRST))
        assert log.steps == []
    with qtbot.waitSignal(player.ended):
        pass
    assert log.steps == [FIRST]
