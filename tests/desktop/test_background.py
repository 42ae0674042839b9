from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, QThreadPool
from PySide6.QtWidgets import QApplication

from desktop import background
from desktop.background import Cancelled, Task

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot


def test_work_runs_elsewhere_and_its_result_comes_home(qtbot: QtBot) -> None:
    owner = QObject()
    seen: list[tuple[int, bool]] = []
    here = threading.get_ident()
    background.run(
        owner, threading.get_ident, lambda ident: seen.append((ident, QThread.currentThread().isMainThread()))
    )
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0] != here
    assert seen[0][1], "the result is handed over on the GUI thread"


def test_an_error_comes_home_too(qtbot: QtBot) -> None:
    owner = QObject()
    errors: list[Exception] = []
    background.run(owner, lambda: 1 // 0, None, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ZeroDivisionError)


def test_an_error_that_nobody_takes_is_logged(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    background.run(QObject(QApplication.instance()), lambda: 1 // 0)
    qtbot.waitUntil(lambda: "ZeroDivisionError" in caplog.text)


def test_a_cancelled_task_tells_nothing_but_its_end(qtbot: QtBot) -> None:
    owner = QObject()
    begun, go, gone = threading.Event(), threading.Event(), threading.Event()
    told: list[object] = []

    def work() -> None:
        begun.set()
        go.wait(20)
        gone.set()

    task = background.run(owner, work, told.append, told.append)
    qtbot.waitUntil(begun.is_set)
    with qtbot.waitSignal(task.ended):
        task.cancel()
    go.set()
    qtbot.waitUntil(gone.is_set)
    barrier: list[int] = []
    background.run(owner, lambda: 1, barrier.append)
    qtbot.waitUntil(lambda: bool(barrier))
    assert told == []


def test_long_work_reports_how_far_it_is_and_hears_that_it_is_cancelled(qtbot: QtBot) -> None:
    owner = QObject()
    task = Task()
    stopped: list[int] = []
    steps = threading.Semaphore(3)

    def work() -> None:
        for number in range(1_000_000):
            steps.acquire(timeout=20)
            try:
                task.report(number, 1_000_000)
            except Cancelled:
                stopped.append(number)
                raise

    progress: list[tuple[int, int]] = []
    task.progressed.connect(lambda done, total: progress.append((done, total)))
    background.run(owner, work, task=task)
    qtbot.waitUntil(lambda: len(progress) == 3)
    assert progress == [(0, 1_000_000), (1, 1_000_000), (2, 1_000_000)]
    task.cancel()
    steps.release()
    qtbot.waitUntil(lambda: stopped == [3])


def test_work_that_was_cancelled_before_it_began_does_not_begin(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = QObject()
    go = threading.Event()
    monkeypatch.setattr(background, "THREADS", 1)
    pool = QThreadPool.globalInstance()
    many = pool.maxThreadCount()
    pool.setMaxThreadCount(1)
    try:
        background.run(owner, lambda: go.wait(20))
        ran: list[int] = []
        background.run(owner, lambda: ran.append(1)).cancel()
        after: list[int] = []
        background.run(owner, lambda: 1, after.append)
        go.set()
        qtbot.waitUntil(lambda: bool(after))
        assert ran == []
    finally:
        pool.setMaxThreadCount(many)


def test_a_result_for_a_window_that_is_gone_is_dropped(qtbot: QtBot) -> None:
    owner = QObject()
    begun, go, done = threading.Event(), threading.Event(), threading.Event()
    told: list[object] = []

    def work() -> None:
        begun.set()
        go.wait(20)
        done.set()

    background.run(owner, work, told.append)
    qtbot.waitUntil(begun.is_set)
    owner.deleteLater()
    del owner
    QApplication.processEvents()
    go.set()
    qtbot.waitUntil(done.is_set)
    other = QObject()
    after: list[int] = []
    background.run(other, lambda: 1, after.append)
    qtbot.waitUntil(lambda: bool(after))
    assert told == []


def test_after_a_cancel_the_real_end_of_the_work_is_told_too(qtbot: QtBot) -> None:
    owner, go, begun = QObject(), threading.Event(), threading.Event()
    told: list[str] = []

    def work() -> None:
        begun.set()
        go.wait(20)
        told.append("finished the last one")

    task = background.run(owner, work, stopped=lambda: told.append("stopped"))
    qtbot.waitUntil(begun.is_set)
    with qtbot.waitSignal(task.ended):
        task.cancel()
    assert told == []
    go.set()
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == ["finished the last one", "stopped"]


def test_progress_for_a_window_that_is_gone_is_told_to_nobody(qtbot: QtBot) -> None:
    begun, go = threading.Event(), threading.Event()
    reported: list[int] = []
    owner, task = QObject(), Task()

    def work() -> None:
        begun.set()
        go.wait(20)
        for number in range(100):
            task.report(number, 100)
            reported.append(number)

    background.run(owner, work, task=task)
    qtbot.waitUntil(begun.is_set)
    with qtbot.waitSignal(owner.destroyed):
        owner.deleteLater()
    go.set()
    qtbot.waitUntil(lambda: len(reported) == 100)


def test_an_owner_that_lives_by_its_work_alone_ends_in_the_gui_thread(qtbot: QtBot) -> None:
    ended: list[bool] = []

    class Owner(QObject):
        def begin(self) -> None:
            self.destroyed.connect(lambda: ended.append(QThread.currentThread().isMainThread()))
            background.run(self, self.work, self.done)

        def work(self) -> int:
            return 1

        def done(self, _: int) -> None:
            return None

    for _ in range(50):
        Owner().begin()
    qtbot.waitUntil(lambda: len(ended) == 50)
    assert all(ended)
