from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QProgressBar, QWidget

from desktop import background
from desktop.background import Task
from desktop.widgets.waiting import Waiting

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_it_shows_how_far_the_work_is_and_goes_with_it(qtbot: QtBot) -> None:
    holder, owner, watched, go = QWidget(), QObject(), threading.Event(), threading.Event()
    qtbot.addWidget(holder)
    waiting = Waiting()
    waiting.setParent(holder)
    holder.show()
    task = Task()

    def work() -> None:
        watched.wait(20)
        task.report(30, 100)
        go.wait(20)

    background.run(owner, work, task=task)
    waiting.wait_for(task, "Importing…")
    watched.set()
    bar = waiting.findChild(QProgressBar)
    assert isinstance(bar, QProgressBar)
    assert bar.accessibleName() == "Importing…"
    qtbot.waitUntil(lambda: (bar.value(), bar.maximum()) == (30, 100))
    assert waiting.isVisible()
    go.set()
    qtbot.waitUntil(lambda: not waiting.isVisible())


def test_cancel_ends_the_waiting_at_once(qtbot: QtBot) -> None:
    holder, owner, go = QWidget(), QObject(), threading.Event()
    qtbot.addWidget(holder)
    waiting = Waiting()
    waiting.setParent(holder)
    holder.show()
    done: list[object] = []
    waiting.wait_for(background.run(owner, lambda: go.wait(20), done.append), "Waiting for your keyring…")
    with qtbot.waitSignal(waiting.cancelled):
        qtbot.mouseClick(waiting.cancel_button, Qt.MouseButton.LeftButton)
    assert not waiting.isVisible()
    go.set()
    assert done == []
