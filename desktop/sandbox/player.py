"""Plays what Okta does one request after the other, off the GUI thread, at a speed that a person can follow.

Belongs here: when the next request is sent. Must not know: what a request is, what it changes, how it is shown.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from desktop import background
from desktop.background import Cancelled
from desktop.sandbox.tempo import Tempo

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

PATIENCE: Final = 3.0
"""Seconds that the end of the application waits for a request under way."""


class Playing(StrEnum):
    """What a player is doing."""

    IDLE = "idle"
    PLAYING = "playing"
    PAUSED = "paused"


class Player(QObject):
    """One generator of steps at a time; everything but `end` returns at once."""

    step_played = Signal(object)
    """A Step: the request was sent and answered."""
    ended = Signal(object)
    """What the generator returned."""
    failed = Signal(object)
    """The exception that ended it; nothing more comes."""
    state_changed = Signal(object)
    """The new Playing."""
    asked = Signal()
    """A request is on its way from now on."""
    waited = Signal(float)
    """Okta waits for so many seconds, which were shortened."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tempo = Tempo(self.waited.emit)
        self.state = Playing.IDLE
        self._played: Generator[Any, None, Any] | None = None
        self._next: Generator[Any, None, Any] | None = None
        self._is_busy = False
        self._is_due = False
        self._is_single = False
        self._at_work = threading.Lock()
        self._gap = QTimer(self, singleShot=True)
        self._gap.timeout.connect(self._fall_due)

    @property
    def is_busy(self) -> bool:
        """Whether a request is on its way."""
        return self._is_busy

    def play(self, steps: Generator[Any, None, Any], *, paused: bool = False) -> None:
        """Play ``steps`` from its first; what was played before ends where it is. ``paused`` sends one request only."""
        self.stop()
        self._is_single = paused
        if self._is_busy:
            # Two requests at once would share one connection: it begins when the other is answered.
            self._next = steps
            self._tell(Playing.PLAYING)
            return
        self._begin(steps)

    def pause(self) -> None:
        """Send nothing more; a request under way is still answered and told."""
        if self.state is Playing.PLAYING:
            self._tell(Playing.PAUSED)

    def resume(self) -> None:
        """Go on."""
        if self.state is Playing.PAUSED:
            self._tell(Playing.PLAYING)
            self._is_single = False
            self._go_on()

    def step(self) -> None:
        """Send one more request while paused."""
        if self.state is Playing.PAUSED and not self._is_busy:
            self._is_single = True
            self._gap.stop()
            self._advance()

    def stop(self) -> None:
        """Give up what is played; `ended` does not come any more."""
        self._gap.stop()
        self._is_due = False
        self._next = None
        if self._is_busy:
            self.tempo.interrupt()
        elif self._played is not None:
            self._played.close()
        self._played = None
        self._tell(Playing.IDLE)

    def end(self) -> bool:
        """Stop, for the application's end: waits for a request under way, and tells whether it came to its end."""
        self.stop()
        self.tempo.interrupt()
        if not self._at_work.acquire(timeout=PATIENCE):
            return False
        self._at_work.release()
        return True

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Keep requests from being sent meanwhile; waits for the one under way, so not for the window's thread."""
        with self._at_work:
            yield

    # -- one after the other --------------------------------------------------------------------------

    def _begin(self, steps: Generator[Any, None, Any]) -> None:
        self.tempo.renew()
        self._played = steps
        self._tell(Playing.PLAYING)
        self._advance()

    def _advance(self) -> None:
        steps = self._played
        if steps is None or self._is_busy:
            return
        self._is_busy = True
        self._is_due = False
        self.asked.emit()
        background.run(self, lambda: self._next_of(steps), self._arrived, self._broke)

    def _next_of(self, steps: Generator[Any, None, Any]) -> tuple[Any, bool, Any]:
        with self._at_work:
            try:
                return steps, False, next(steps)
            except StopIteration as end:
                return steps, True, end.value

    def _arrived(self, found: tuple[Any, bool, Any]) -> None:
        steps, is_over, value = found
        self._is_busy = False
        if steps is not self._played:
            steps.close()
            self._follow()
        elif is_over:
            self._played = None
            self._tell(Playing.IDLE)
            self.ended.emit(value)
        else:
            if self._is_single:
                self._tell(Playing.PAUSED)
            self._gap.start(self.tempo.milliseconds(self.tempo.requested))
            self.step_played.emit(value)

    def _broke(self, error: Exception) -> None:
        self._is_busy = False
        if isinstance(error, Cancelled) or self._played is None:
            self._follow()
            return
        self._played = None
        self._tell(Playing.IDLE)
        self.failed.emit(error)

    def _follow(self) -> None:
        self.tempo.renew()
        following, self._next = self._next, None
        if following is not None:
            self._begin(following)

    def _fall_due(self) -> None:
        self._is_due = True
        self._go_on()

    def _go_on(self) -> None:
        if self._is_due and self.state is Playing.PLAYING:
            self._advance()

    def _tell(self, state: Playing) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)
