"""How fast the sandbox plays: one speed for the animation and for the waits between Okta's requests.

Belongs here: seconds. Must not know: Qt's loop, what is played.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from desktop.background import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable

SPEEDS: Final = (0.5, 1.0, 2.0, 4.0)
REQUEST: Final = 1.7
"""Seconds from one request to the next at normal speed: a person has to see each fly."""
FLIGHT: Final = 0.55
"""Seconds that a request, or its answer, is under way on the screen."""
READING: Final = 3.0
"""Seconds to read what a stage of the tour is about, before it begins."""
LOOKING: Final = 1.8
"""Seconds to see what came of it, before the next."""
LONGEST: Final = 3.0
"""Seconds to which Okta's own long waits (five minutes after a 429) are shortened."""


class Tempo:
    """Shared by the window and by the thread that plays; a wait under way ends at once by `interrupt`."""

    def __init__(self, told: Callable[[float], None] | None = None) -> None:
        """``told`` hears, on the playing thread, of each wait that was shortened: its seconds."""
        self.speed = 1.0
        self.requested = REQUEST
        """Seconds from one request to the next at normal speed."""
        self._told = told
        self._stop = threading.Event()

    def milliseconds(self, seconds: float) -> int:
        """Give how long ``seconds`` at normal speed are now."""
        return max(round(seconds * 1000 / self.speed), 1)

    def pace(self, seconds: float) -> None:
        """Wait as Okta does before a request, as far as a person has patience; raises Cancelled."""
        if seconds > LONGEST and self._told is not None:
            self._told(seconds)
        if self._stop.wait(min(seconds, LONGEST) / self.speed):
            raise Cancelled

    def interrupt(self) -> None:
        """End each wait, now and from now on."""
        self._stop.set()

    def renew(self) -> None:
        """Wait again."""
        self._stop.clear()
