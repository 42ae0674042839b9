"""Lets Python's cycle collector run in the GUI thread only: a widget that it ended in another thread would crash Qt."""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

INTERVAL: Final = 500
"""Milliseconds between two looks whether there is enough to collect."""


class GarbageCollection(QObject):
    """Takes the collector over while it lives; Python's own would run in whichever thread allocates next."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        # What was imported stays: to go through it again and again would keep the window for 25 ms each time.
        gc.freeze()
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect each generation that has had its share, as Python itself would."""
        for generation, (count, threshold) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)):
            if count > threshold:
                gc.collect(generation)

    def release(self) -> None:
        """Give the collector back."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
