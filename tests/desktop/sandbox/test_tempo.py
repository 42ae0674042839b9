from __future__ import annotations

import threading
import time

import pytest

from desktop.background import Cancelled
from desktop.sandbox.tempo import LONGEST, Tempo


def test_twice_as_fast_takes_half_the_time() -> None:
    tempo = Tempo()
    assert tempo.milliseconds(1.5) == 1500
    tempo.speed = 2.0
    assert tempo.milliseconds(1.5) == 750


def test_a_wait_of_oktas_passes_at_the_speed_of_the_sandbox() -> None:
    tempo = Tempo()
    tempo.speed = 4.0
    before = time.monotonic()
    tempo.pace(0.2)
    assert 0.04 <= time.monotonic() - before < 0.19


def test_five_minutes_are_shortened_and_told_in_full() -> None:
    told: list[float] = []
    tempo = Tempo(told.append)
    tempo.speed = LONGEST * 1000
    tempo.pace(300)
    assert told == [300]
    tempo.pace(0.25)
    assert told == [300]


def test_an_interrupted_wait_ends_at_once_and_so_does_each_after_it() -> None:
    tempo = Tempo()
    ended = threading.Event()

    def wait() -> None:
        with pytest.raises(Cancelled):
            tempo.pace(300)
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    tempo.interrupt()
    assert ended.wait(5)
    with pytest.raises(Cancelled):
        tempo.pace(1)
    tempo.renew()
    tempo.speed = 1000
    tempo.pace(1)
