"""Reads what a page shows, in the background, as often as it changes and no more often than it is read.

Belongs here: when to read. Must not know: what is read, or how it is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer

from desktop import background

if TYPE_CHECKING:
    from collections.abc import Callable

BREATH: Final = 120
"""Milliseconds between the end of one reading and the next, however much happens meanwhile."""


class Refresher(QObject):
    """Calls `read` on another thread and `show` with what it gave; only while it is `on`."""

    def __init__(
        self,
        owner: QObject,
        read: Callable[[], Any],
        show: Callable[[Any], None],
        failed: Callable[[Exception], None],
        *,
        every: int = 0,
    ) -> None:
        """Take what to do; ``every`` so many milliseconds it is done unasked, because moments in words grow old."""
        super().__init__(owner)
        self._read = read
        self._show = show
        self._failed = failed
        self._is_on = False
        self._is_reading = False
        self._is_stale = True
        self._breath = QTimer(self, singleShot=True, interval=BREATH)
        self._breath.timeout.connect(self._begin)
        self._clock = QTimer(self, interval=every)
        self._clock.timeout.connect(self.ask)

    def ask(self) -> None:
        """Read again: at once, after what is being read, or when the page is shown."""
        self._is_stale = True
        if not self._breath.isActive():
            self._begin()

    def turn_on(self) -> None:
        """Hear that somebody looks."""
        self._is_on = True
        if self._clock.interval():
            self._clock.start()
        self.ask()

    def turn_off(self) -> None:
        """Hear that nobody looks; what is being read is still shown."""
        self._is_on = False
        self._clock.stop()

    def _begin(self) -> None:
        if self._is_on and self._is_stale and not self._is_reading:
            self._is_stale = False
            self._is_reading = True
            background.run(self, self._read, self._done, self._gave_up)

    def _done(self, found: object) -> None:
        self._is_reading = False
        self._show(found)
        self._breath.start()

    def _gave_up(self, error: Exception) -> None:
        self._is_reading = False
        self._failed(error)
        self._breath.start()
