from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer

from desktop.signals import QuitOnSignals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication


@pytest.fixture
def listening(qapp: QApplication) -> Iterator[QuitOnSignals]:
    made = QuitOnSignals(qapp)
    yield made
    made.release()
    made.deleteLater()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("listening")
def test_a_signal_quits(qapp: QApplication, number: int) -> None:
    late: list[int] = []

    def give_up() -> None:
        late.append(1)
        qapp.quit()

    QTimer.singleShot(0, lambda: os.kill(os.getpid(), number))
    fallback = QTimer(singleShot=True, interval=20_000)
    fallback.timeout.connect(give_up)
    fallback.start()
    qapp.exec()
    assert late == []


def test_signals_are_given_back(qapp: QApplication) -> None:
    before = signal.getsignal(signal.SIGTERM)
    made = QuitOnSignals(qapp)
    assert signal.getsignal(signal.SIGTERM) is not before
    made.release()
    assert signal.getsignal(signal.SIGTERM) is before
