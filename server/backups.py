"""The backups of a data folder: made now or every day, listed, looked into, brought back.

Belongs here: where they lie, how they are named, which ones are kept. Must not know: how a file is copied safely
(``store.upkeep``), what a host shows.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from server.config import SETTINGS_FILE, ServerConfig, chosen_settings, file_settings
from server.faults import Fault, FaultCode, StoreUnavailable
from server.rehearsal import Rehearsal, TokenChanges, compared, inspected, rehearse
from server.scratch import clear_away
from server.store import upkeep
from server.store.census import Census, census
from server.store.database import Database
from server.store.serving import claimed
from server.tokens import timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

FOLDER: Final = "backups"
REHEARSAL: Final = "rehearsal-"
"""How a folder begins in which an import is tried on a copy: it lies in the data folder, as private as that."""
EVERY: Final = timedelta(days=1)
FIRST_LOOK: Final = 60.0
"""Seconds after its start at which an endpoint first looks whether a backup is due: not while it warms up."""
LOOK: Final = 900.0
"""Seconds between two looks. A computer that slept makes its backup soon after it woke."""
SPARE: Final = 100_000_000
"""Bytes that an automatic backup leaves free: a copy is worth less than the next durable write."""

_NAME: Final = re.compile(r"perch-(\d{8}-\d{6})(?:-\d+)?(-auto|-of-[0-9a-f]{8})?\.db")
_STAMP: Final = "%Y%m%d-%H%M%S"
_MOST_IN_A_SECOND: Final = 99
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


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """What a restore did; ``kept`` is where the database that was there lies now, if there was one."""

    kept: Path | None
    tokens: TokenChanges
    contents: Census | None
    """What is there now; None where it cannot be read after all."""


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
        made = self._copied(self.folder, "-auto" if automatic else "")
        self._remove_abandoned(self.folder, "perch-*.db.part*")
        return self._known(made.path)

    def into(self, folder: Path, keep: int | None = None) -> upkeep.Backup:
        """Make a backup in another folder, and then remove all but the newest `keep` that this made there before.

        Whatever else lies there stays: the name says which data folder a backup is of, by the digest of its path.
        The one just made is kept whatever the clock says. Raises Fault: folder_unwritable (also when the folder
        is not there: the disk for backups may not be mounted), and as `upkeep.backup`.
        """
        if not folder.is_dir():
            raise Fault(FaultCode.FOLDER_UNWRITABLE, str(folder))
        mark = f"-of-{hashlib.sha256(str(self._data.resolve()).encode()).hexdigest()[:8]}"
        made = self._copied(folder, mark)
        if keep is not None:
            ours = re.compile(rf"perch-\d{{8}}-\d{{6}}(?:-\d{{1,2}})?{mark}\.db")
            older = [
                one
                for one in folder.iterdir()
                if ours.fullmatch(one.name) and one != made.path and one.is_file() and not one.is_symlink()
            ]
            now = _moment(self._clock()).strftime(_STAMP)
            _remove(_dated_ahead_last(older, lambda one: one.name[len("perch-") :][: len(now)], now)[keep - 1 :])
        self._remove_abandoned(folder, f"perch-*{mark}.db.part*")
        return made

    def _copied(self, folder: Path, mark: str) -> upkeep.Backup:
        stamp, number = _moment(self._clock()).strftime(_STAMP), 1
        while True:
            again = "" if number == 1 else f"-{number}"
            try:
                return upkeep.backup(self._path, folder / f"perch-{stamp}{again}{mark}.db")
            except Fault as fault:
                # Two within a second have two names, also where two processes chose the first at once.
                if fault.code is not FaultCode.TARGET_EXISTS or number == _MOST_IN_A_SECOND:
                    raise
            number += 1

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

    def made(self, path: Path) -> str:
        """Give when a backup was made, as ``records`` writes it: its name says so, or else the file's time."""
        with suppress(ValueError):
            return self._known(path).made
        return timestamp(path.stat().st_mtime)

    def rehearse(self, path: Path) -> Rehearsal:
        """Tell what `restore` would do, and change nothing; an endpoint may serve. Raises Fault as `rehearse`."""
        return rehearse(self._path, path, self._clock())

    def restore(self, path: Path) -> BroughtBack:
        """Put a backup in the place of what is there, which is kept beside it. Tokens are as they were then.

        A workspace that is open on the folder, this process's own too, sees the new content. Raises Fault:
        already_serving (stop the endpoint first), and as `upkeep.restore`.
        """
        stamp = f"{datetime.fromtimestamp(self._clock(), UTC):%Y%m%dT%H%M%S%f}Z"
        with claimed(self._data):
            _, before = inspected(self._path)
            done = upkeep.restore(self._path, path, stamp)
            try:
                # Opened once, so that an older backup is brought up to date now and not when Okta calls.
                Database.open(self._path, "perch").close()
            except StoreUnavailable as fault:
                # It is back, and whoever opens it next brings it up to date, or says that there is no room still.
                if fault.code is not FaultCode.DISK_FULL:
                    raise
            contents, after = inspected(self._path)
        return BroughtBack(done.kept, compared(before, after or (), timestamp(self._clock())), contents)

    # -- every day ---------------------------------------------------------------------------------

    def due(self, now: float) -> bool:
        """Whether the endpoint should make one at `now` (seconds since the epoch); raises Fault (setting_invalid).

        The settings are read anew: a page may have changed them since.
        """
        if not self._settings().backup_daily or not self._path.exists():
            return False
        ages = [_moment(now) - datetime.fromisoformat(one.made) for one in self.listed() if one.automatic]
        # One dated ahead says nothing: a clock that was put back must not mean that there is no backup for a year,
        # nor one at every look, which would push out those of a week within two hours.
        return not any(timedelta() <= age < EVERY for age in ages)

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
        clear_away(REHEARSAL, self._data)
        return made

    def prune(self, keep: int) -> None:
        """Remove automatic backups but the newest `keep`.

        Those that are dated ahead are not counted and stay: the clock was wrong when they were made, or is now, and
        then they are the good ones.
        """
        now = timestamp(self._clock())
        _remove([one.path for one in self.listed() if one.automatic and one.made <= now][keep:])

    def _remove_abandoned(self, folder: Path, pattern: str) -> None:
        """Remove copies that were never finished, because their process was killed."""
        for part in folder.glob(pattern):
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
        return BackupFile(path, path.stat().st_size, f"{made:%Y-%m-%dT%H:%M:%S}.000Z", match[2] == "-auto")


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


def _dated_ahead_last(found: Sequence[Path], dated: Callable[[Path], str], now: str) -> list[Path]:
    """Give the newest first, and those dated ahead of `now` last: exactly as many stay as were asked for."""
    return sorted(found, key=lambda one: (dated(one) <= now, dated(one)), reverse=True)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
