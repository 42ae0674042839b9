"""Whether the endpoint can do its work now: the database takes a write, the disk has room.

Belongs here: the sentence for who watches. Must not know: who asks, and paths of this machine are not told.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from typing import TYPE_CHECKING

from server.checkup import NO_SPACE
from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from server.store.settings import Settings

FRESH_SECONDS = 5.0
"""How long an answer holds: who asks more often costs no write to the disk."""

PATIENCE = 3.0
"""Seconds that the write may take; Prometheus and load balancers give up after five to ten."""

MARK = "readiness_checked"
"""The setting that is written."""

_SENTENCES = {
    FaultCode.DISK_FULL: "The disk is full: nothing can be written. Free some space.",
    FaultCode.DATABASE_LOCKED: "Another program holds the database: nothing can be written. End that program.",
    FaultCode.DATABASE_CORRUPT: "The database is damaged. Bring a backup back with `perch restore`.",
    FaultCode.FOLDER_UNWRITABLE: "The database is read-only: make its folder and its files writable.",
}
_ANY_FAULT = "The database cannot be written to. `perch doctor` looks for the cause."
_SLOW = f"A write has waited for more than {PATIENCE:g} seconds: the disk or the database does not keep up."
_NO_ROOM = "The disk is almost full: {free} MB are free. Free some space before writes are refused."

logger = logging.getLogger("perch.readiness")


class Readiness:
    """Looks, and remembers for a moment what it saw; used on one event loop."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._clock = clock
        self._free = free
        self._look: asyncio.Task[str | None] | None = None
        self._begun = 0.0
        self._last: str | None = None

    async def obstacle(self) -> str | None:
        """Give what stands in the way, as a sentence with its remedy; None when there is nothing."""
        # Whoever asks while one look is under way, or just after it, shares it.
        if self._look is None or (self._look.done() and self._clock() - self._begun >= FRESH_SECONDS):
            self._begun = self._clock()
            self._look = asyncio.create_task(self._looked())
        return await asyncio.shield(self._look)

    async def _looked(self) -> str | None:
        found = await self._found()
        if found != self._last:
            logger.log(logging.INFO if found is None else logging.ERROR, "%s", found or "Ready again.")
        self._last = found
        return found

    async def _found(self) -> str | None:
        try:
            if (free := self._free(self._folder)) < NO_SPACE:
                return _NO_ROOM.format(free=free // 1_000_000)
            # A real write, to the disk and back: a transaction that is rolled back would reach no disk.
            async with asyncio.timeout(PATIENCE):
                await self._settings.mark_soon(MARK)
        except TimeoutError:
            return _SLOW
        except Fault as fault:
            return _SENTENCES.get(fault.code, _ANY_FAULT)
        except OSError:
            return _ANY_FAULT
        return None
