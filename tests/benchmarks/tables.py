"""The table of people over 100 000 rows, in the real page: first paint, each key of a search, scrolling.

A figure is the time from what a person does (the page comes to the front, a key goes down, the list is dragged) until
what they asked for is painted. Without a screen Qt paints into memory, which costs the same on our side.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from typing import TYPE_CHECKING

from server.config import ServerConfig
from server.workspace import Workspace
from tests.benchmarks import stage
from tests.benchmarks.stage import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desktop.people.page import PeoplePage

PEOPLE = 100_000
GOAL = 0.100
PATIENCE = 20
WORDS = ("ada", "lovelace 77", "ada.4242@", "example 9", "grace")
JUMPS = 60
STEPS = 300
"""Turns of the wheel, one a frame."""
FRAME = 1 / 60


def measure(folder: Path) -> Iterator[Row]:
    """Measure in a folder that may be filled."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 -- the other measurements run without Qt

    from desktop import theme  # noqa: PLC0415 -- as above

    stage.seed(folder, PEOPLE)
    application = QApplication.instance() or QApplication(["perch"])
    assert isinstance(application, QApplication)
    look = theme.install(application)
    with Workspace.open(folder, ServerConfig(), actor="desktop") as workspace:
        yield from _in_window(workspace, look)


def _in_window(workspace: Workspace, look: object) -> Iterator[Row]:
    from desktop.clipboard import Clipboard  # noqa: PLC0415 -- the other measurements run without Qt
    from desktop.desk import Desk  # noqa: PLC0415 -- as above
    from desktop.live import Live  # noqa: PLC0415 -- as above
    from desktop.people.page import PeoplePage  # noqa: PLC0415 -- as above
    from desktop.server_process import ServerProcess  # noqa: PLC0415 -- as above

    live = Live(workspace)
    page = PeoplePage(Desk(workspace, ServerProcess(workspace.folder), live, Clipboard(), look))  # type: ignore[arg-type] # a Theme
    page.resize(1012, 800)
    page.show()
    began = time.perf_counter()
    page.shown()
    _until(lambda: page.model.peek(0) is not None)
    page.table.viewport().repaint()
    yield _row("People, 100,000 rows: first paint", [time.perf_counter() - began])
    _until(lambda: page.is_ready)
    yield _row("People: a key of the search", _type(page))
    yield _row("People: dragged somewhere else", _jump(page))
    yield _row("People: longest stall while scrolling", _scroll(page), longest=True)
    page.hidden()
    page.close()


def _row(name: str, seconds: list[float], *, longest: bool = False) -> Row:
    milliseconds = sorted(second * 1e3 for second in seconds)
    if len(milliseconds) == 1 or longest:
        figure = f"{milliseconds[-1]:.1f} ms"
    else:
        at_95 = milliseconds[int(len(milliseconds) * 0.95)]
        figure = f"p50 {statistics.median(milliseconds):.1f}, p95 {at_95:.1f}, max {milliseconds[-1]:.1f} ms"
    return Row(name, figure, "", "", f"≤ {GOAL * 1e3:.0f} ms")


def _until(condition: Callable[[], bool]) -> None:
    from PySide6.QtCore import QCoreApplication, QEventLoop  # noqa: PLC0415 -- the other measurements run without Qt

    end = time.monotonic() + PATIENCE
    while not condition():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
        assert time.monotonic() < end, "the page did not answer"


def _type(page: PeoplePage) -> list[float]:
    """Type words and take them back, each key after the answer to the one before."""
    from PySide6.QtCore import Qt  # noqa: PLC0415 -- the other measurements run without Qt
    from PySide6.QtTest import QTest  # noqa: PLC0415 -- as above

    answers: list[int] = []
    page.model.modelReset.connect(lambda: answers.append(1))
    seconds = []
    for word in WORDS:
        keys: list[str | Qt.Key] = [*word, *([Qt.Key.Key_Backspace] * len(word))]
        for key in keys:
            before = len(answers)
            wanted = page.filters.wanted
            began = time.perf_counter()
            QTest.keyClick(page.filters.search, key)  # type: ignore[arg-type] # a character will do
            if page.filters.wanted == wanted:
                continue
            _until(lambda before=before: len(answers) > before)  # type: ignore[misc] # called at once
            page.table.viewport().repaint()
            seconds.append(time.perf_counter() - began)
    return seconds


def _jump(page: PeoplePage) -> list[float]:
    """Drag the list to places that were never looked at."""
    chance = random.Random(7)
    bar = page.table.verticalScrollBar()
    seconds = []
    for _ in range(JUMPS):
        began = time.perf_counter()
        bar.setValue(chance.randrange(bar.maximum()))
        page.table.viewport().repaint()
        _until(lambda: page.model.peek(page.table.rowAt(0)) is not None)
        page.table.viewport().repaint()
        seconds.append(time.perf_counter() - began)
    return seconds


def _scroll(page: PeoplePage) -> list[float]:
    """Turn the wheel frame by frame; what counts is how long a frame keeps the window."""
    bar = page.table.verticalScrollBar()
    bar.setValue(0)
    seconds = []
    for number in range(STEPS):
        frame_ends = time.perf_counter() + FRAME
        began = time.perf_counter()
        bar.setValue(number * 400)
        page.table.viewport().repaint()
        seconds.append(time.perf_counter() - began)
        _until(lambda end=frame_ends: time.perf_counter() >= end)  # type: ignore[misc] # called at once
    return seconds
