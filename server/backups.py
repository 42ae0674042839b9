"""The backups of a data folder: made now or every day, listed, looked into, brought back.

Belongs here: where they lie, how they are named, which ones are kept. Must not know: how a file is copied safely
(``store.upkeep``), what a host shows.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from server.config import SETTINGS_FILE, ServerConfig, chosen_settings, file_settings
from server.faults import Fault, FaultCode
from server.store import upkeep
from server.store.census import Census, census
from server.store.database import Database
from server.store.serving import claimed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLDER: Final = "backups"
EVERY: Final = timedelta(days=1)
FIRST_LOOK: Final = 60.0
"""Seconds after its start at which an endpoint first looks whether a backup is due: not while it warms up."""
LOOK: Final = 900.0
"""Seconds between two looks. A computer that slept makes its backup soon after it woke."""
SPARE: Final = 100_000_000
"""Bytes that an automatic backup leaves free: a copy is worth less than the next durable write."""

_NAME: Final = re.compile(r"perch-(\d{8}-\d{6})(?:-\d+)?(-auto)?\.db")
_STAMP: Final = "%Y%m%d-%H%M%S"
_ABANDONED: Final = 3600.0
"""Seconds after which an unfinished copy belongs to nobody any more."""

logger = logging.getLogger("perch")


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup that can be brought back."""

    path: Path
    size: int
    """Bytes."""
    made: str
    """When, as ``records`` writes it."""
    automatic: bool
    """Whether the endpoint made it by itself, and will remove it when it is one too many."""


class Backups:
    """The backups of one data folder; `database` is the name of its file. Any thread may call."""

    def __init__(self, folder: Path, database: str, *, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder / FOLDER
        self._data = folder
        self._path = folder / database
        self._clock = clock

    def now(self, *, automatic: bool = False) -> BackupFile:
        """Make a backup now, also while an endpoint serves; raises Fault as `upkeep.backup`."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Fault(FaultCode.FOLDER_UNWRITABLE, str(self._data)) from error
        stamp = datetime.fromtimestamp(self._clock(), UTC).strftime(_STAMP)
        mark = "-auto" if automatic else ""
        names = (f"perch-{stamp}{again}{mark}.db" for again in ("", *(f"-{number}" for number in range(2, 100))))
        # Two within a second have two names.
        target = next(path for name in names if not (path := self.folder / name).exists())
        return self._known(upkeep.backup(self._path, target).path)

    def listed(self) -> list[BackupFile]:
        """List the backups in the folder, the newest first."""
        found = []
        with suppress(OSError):
            for path in self.folder.iterdir():
                # It may be another's file, or be removed meanwhile.
                with suppress(OSError, ValueError):
                    found.append(self._known(path))
        return sorted(found, key=lambda one: (one.made, one.path.name), reverse=True)

    def contents(self, path: Path) -> Census:
        """Count what a backup would bring back; raises Fault (backup_unusable, newer_than_program)."""
        upkeep.check_source(path)
        return census(path)

    def restore(self, path: Path) -> upkeep.Restored:
        """Put a backup in the place of what is there, which is kept beside it. Tokens are as they were then.

        A workspace that is open on the folder, this process's own too, sees the new content. Raises Fault:
        already_serving (stop the endpoint first), and as `upkeep.restore`.
        """
        stamp = f"{datetime.fromtimestamp(self._clock(), UTC):%Y%m%dT%H%M%S%f}Z"
        with claimed(self._data):
            done = upkeep.restore(self._path, path, stamp)
            # Opened once, so that an older backup is brought up to date now and not when Okta calls.
            Database.open(self._path, "perch").close()
        return done

    # -- every day ---------------------------------------------------------------------------------

    def due(self, now: float) -> bool:
        """Whether the endpoint should make one at `now` (seconds since the epoch); raises Fault (setting_invalid).

        The settings are read anew: a page may have changed them since.
        """
        if not self._settings().backup_daily or not self._path.exists():
            return False
        newest = next((one.made for one in self.listed() if one.automatic), None)
        # A clock that was put back must not mean that there is no backup for a year.
        return newest is None or not timedelta() <= _moment(now) - datetime.fromisoformat(newest) < EVERY

    def daily(self) -> BackupFile | None:
        """Make the day's backup if one is due, and remove automatic ones beyond those kept; None when none was made.

        Raises Fault; disk_full when it would leave too little room, before anything is written.
        """
        if not self.due(self._clock()):
            return None
        needed = upkeep.size(self._path) + SPARE
        if shutil.disk_usage(self._data).free < needed:
            raise Fault(FaultCode.DISK_FULL, f"{self.folder} (an automatic backup needs {needed / 1e6:,.0f} MB)")
        made = self.now(automatic=True)
        self.prune(self._settings().backup_keep)
        return made

    def prune(self, keep: int) -> None:
        """Remove automatic backups but the newest `keep`, and copies that were never finished."""
        for old in [one for one in self.listed() if one.automatic][keep:]:
            with suppress(OSError):
                old.path.unlink()
        for part in self.folder.glob("perch-*.db.part"):
            with suppress(OSError):
                if self._clock() - part.stat().st_mtime > _ABANDONED:
                    part.unlink()

    def _settings(self) -> ServerConfig:
        path = self._data / SETTINGS_FILE
        chosen = chosen_settings(path, file_settings(path))
        return ServerConfig(**{name: value for name, (value, _) in chosen.items()})

    def _known(self, path: Path) -> BackupFile:
        match = _NAME.fullmatch(path.name)
        if match is None:
            raise ValueError(f"{path} is not named as a backup of ours")
        made = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
        return BackupFile(path, path.stat().st_size, f"{made:%Y-%m-%dT%H:%M:%S}.000Z", match[2] is not None)


async def keep_daily(backups: Backups, *, first: float = FIRST_LOOK, every: float = LOOK) -> None:
    """Make the daily backup, on a thread, for as long as the endpoint runs; what goes wrong is logged, once each."""
    told = ""
    await asyncio.sleep(first)
    while True:
        try:
            made = await asyncio.to_thread(backups.daily)
        except (Fault, OSError) as error:
            if str(error) != told:
                told = str(error)
                logger.warning("No daily backup was made: %s", error)
        else:
            told = ""
            if made is not None:
                logger.info("The daily backup is %s (%s bytes).", made.path, f"{made.size:,}")
        await asyncio.sleep(every)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
