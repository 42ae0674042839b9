from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.sandbox.flight import Flight
from desktop.sandbox.tempo import Tempo
from tests.desktop.sandbox.steps import a_step, refused

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def flight(qtbot: QtBot) -> Flight:
    tempo = Tempo()
    tempo.speed = 20.0
    made = Flight(tempo)
    qtbot.addWidget(made)
    made.resize(340, 120)
    made.show()
    return made


def test_a_request_reaches_perch_and_then_its_answer_okta(flight: Flight, qtbot: QtBot) -> None:
    told: list[str] = []
    flight.delivered.connect(lambda _: told.append("delivered"))
    flight.returned.connect(lambda _: told.append("returned"))
    with qtbot.waitSignal(flight.returned):
        flight.fly(a_step())
    assert told == ["delivered", "returned"]
    assert not flight.is_flying


def test_its_speed_is_the_tempos(flight: Flight) -> None:
    flight._tempo.speed = 1.0
    flight.fly(a_step())
    slow = flight._going.duration()
    flight._tempo.speed = 4.0
    flight.fly(a_step())
    assert (slow, flight._going.duration()) == (550, 138)


def test_the_next_request_lets_the_one_in_flight_arrive(flight: Flight, qtbot: QtBot) -> None:
    flight._tempo.speed = 0.01
    arrived: list[object] = []
    flight.returned.connect(arrived.append)
    first = a_step("GET")
    flight.fly(first)
    flight.fly(refused())
    assert arrived == [first]
    assert flight.is_flying


def test_what_flies_can_be_heard_and_seen(flight: Flight) -> None:
    empty = flight.grab().toImage()
    flight.fly(refused())
    assert flight.accessibleDescription() == "POST /Users, answered 409 Conflict"
    flight.settle()
    assert flight.grab().toImage() != empty
    flight.forget()
    assert flight.grab().toImage() == empty


def test_a_wait_for_an_answer_is_shown(flight: Flight) -> None:
    empty = flight.grab().toImage()
    flight.wait(waiting=True)
    assert flight.grab().toImage() != empty
