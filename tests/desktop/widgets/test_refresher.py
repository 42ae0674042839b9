from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.widgets.refresher import Refresher

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Reader(QObject):
    """Counts its readings, each of which takes as long as `gate` is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = 0
        self.shown: list[int] = []
        self.errors: list[Exception] = []
        self.threads: set[int] = set()
        self.is_broken = False
        self.gate = threading.Event()
        self.gate.set()

    def read(self) -> int:
        self.begun += 1
        self.threads.add(threading.get_ident())
        assert self.gate.wait(20)
        if self.is_broken:
            raise ValueError
        return self.begun

    def refresher(self, every: int = 0) -> Refresher:
        return Refresher(self, self.read, self.shown.append, self.errors.append, every=every)


def test_nothing_is_read_until_somebody_looks(qtbot: QtBot) -> None:
    reader = Reader()
    refresher = reader.refresher()
    refresher.ask()
    assert reader.begun == 0
    refresher.turn_on()
    qtbot.waitUntil(lambda: reader.shown == [1])
    assert threading.get_ident() not in reader.threads
    refresher.turn_off()
    refresher.ask()
    refresher.turn_on()
    qtbot.waitUntil(lambda: reader.shown == [1, 2])


def test_what_changes_meanwhile_is_read_once_afterwards(qtbot: QtBot) -> None:
    reader = Reader()
    refresher = reader.refresher()
    reader.gate.clear()
    refresher.turn_on()
    qtbot.waitUntil(lambda: reader.begun == 1)
    for _ in range(50):
        refresher.ask()
    reader.gate.set()
    qtbot.waitUntil(lambda: reader.shown == [1, 2])
    refresher.turn_off()
    assert reader.begun == 2


def test_an_error_is_told_and_the_next_reading_goes_on(qtbot: QtBot) -> None:
    reader = Reader()
    refresher = reader.refresher()
    reader.is_broken = True
    refresher.turn_on()
    qtbot.waitUntil(lambda: len(reader.errors) == 1)
    reader.is_broken = False
    refresher.ask()
    qtbot.waitUntil(lambda: reader.shown == [2])


def test_moments_grow_old_by_themselves(qtbot: QtBot) -> None:
    reader = Reader()
    refresher = reader.refresher(every=5)
    refresher.turn_on()
    qtbot.waitUntil(lambda: len(reader.shown) > 2)
    refresher.turn_off()
