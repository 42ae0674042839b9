"""The export of every day: people and groups as files in a folder, for whoever reads files.

Belongs here: when one is due, how the files are named, which are kept. Must not know: formats (``transfer``).
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from server.config import SETTINGS_FILE, ServerConfig, chosen_settings, file_settings
from server.faults import Fault
from server.file_export import exported_lines, written_file
from server.file_import import FileUnusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from server.workspace import Kind, Workspace

FIRST_LOOK: Final = 90.0
"""Seconds after its start at which an endpoint first looks whether an export is due: not while it makes a backup."""
LOOK: Final = 900.0
EVERY: Final = timedelta(days=1)

LINES_BETWEEN_LOOKS: Final = 1_000
SPARE: Final = 100_000_000
"""Bytes that an export leaves free on the disk of the directory: a file is worth less than the next durable write."""
ABANDONED: Final = 3600.0
"""Seconds after which an unfinished file belongs to nobody any more."""

_STAMP: Final = "%Y%m%d-%H%M%S"
_NAME: Final = re.compile(r"perch-(\d{8}-\d{6})(-users|-groups)?\.(csv|jsonl|ldif)")

logger = logging.getLogger("perch")


class DailyExport:
    """The exports of a workspace. Any thread may call, one at a time."""

    def __init__(self, workspace: Workspace, *, clock: Callable[[], float] = time.time) -> None:
        self._workspace = workspace
        self._clock = clock

    def run_if_due(self) -> list[Path]:
        """Write the day's files if they are due and remove those beyond the kept ones; give what was written.

        The settings are read anew: somebody may have changed them since. Raises Fault, FileUnusable.
        """
        config = self._settings()
        if config.export_daily is None:
            return []
        folder = self._workspace.folder / config.export_daily
        now = datetime.fromtimestamp(self._clock(), UTC)
        # One that is dated ahead says nothing: after a clock was put back there would be none for a year, or one at
        # each look.
        if any(timedelta() <= now - _moment(stamp) < EVERY for stamp in _complete(folder, config.export_format)):
            return []
        return self._write(folder, config, f"{now:{_STAMP}}")

    def _write(self, folder: Path, config: ServerConfig, stamp: str) -> list[Path]:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise FileUnusable(
                f"{folder} cannot be made ({error.strerror}): choose another folder for export_daily."
            ) from error
        written = []
        for path, kinds in _files(folder, stamp, config.export_format):
            with written_file(path, mark=config.export_format == "csv") as target:
                lines = exported_lines(self._workspace, kinds, config.export_format, config.export_base)
                for number, line in enumerate(lines):
                    if number % LINES_BETWEEN_LOOKS == 0:
                        self._leave_room(folder)
                    target.write(line)
                target.flush()
                os.fsync(target.fileno())
            written.append(path)
        self._prune(folder, config, stamp)
        return written

    def _leave_room(self, folder: Path) -> None:
        """Stop before the directory beside it cannot be written any more; raises FileUnusable."""
        with suppress(OSError):
            if folder.stat().st_dev == self._workspace.folder.stat().st_dev and shutil.disk_usage(folder).free < SPARE:
                raise FileUnusable(
                    f"{folder} is on the disk of the directory, which would have less than {SPARE // 1_000_000} MB "
                    "left: free some space, or choose a folder elsewhere for export_daily."
                )

    def _prune(self, folder: Path, config: ServerConfig, now: str) -> None:
        """Remove the files of all but the newest exports of this format, and what was never finished.

        Those of another format stay, and so do those that are dated ahead, which are not counted: what is made after a
        clock was put back is older than they.
        """
        stamps = sorted((one for one in _complete(folder, config.export_format) if one <= now), reverse=True)
        for stamp in stamps[config.export_keep :]:
            for path, _ in _files(folder, stamp, config.export_format):
                with suppress(OSError):
                    path.unlink()
        for part in folder.glob("perch-*.part"):
            with suppress(OSError):
                is_ours = _NAME.fullmatch(part.stem) is not None
                if is_ours and self._clock() - part.stat().st_mtime > ABANDONED:
                    part.unlink()

    def _settings(self) -> ServerConfig:
        path = self._workspace.folder / SETTINGS_FILE
        chosen = chosen_settings(path, file_settings(path))
        return ServerConfig(**{name: value for name, (value, _) in chosen.items()})


async def keep_exporting(exports: DailyExport, *, first: float = FIRST_LOOK, every: float = LOOK) -> None:
    """Export every day, on a thread, for as long as the endpoint runs; what goes wrong is logged, once each."""
    told = ""
    await asyncio.sleep(first)
    while True:
        try:
            written = await asyncio.to_thread(exports.run_if_due)
        except (Fault, FileUnusable, OSError) as error:
            if str(error) != told:
                told = str(error)
                logger.warning("No daily export was made: %s", error)
        else:
            told = ""
            if written:
                logger.info("The daily export is in %s.", ", ".join(map(str, written)))
        await asyncio.sleep(every)


def _files(folder: Path, stamp: str, form: str) -> list[tuple[Path, tuple[Kind, ...]]]:
    """Give the files of one export and what each holds; the last one is there only when all are whole."""
    if form == "csv":
        return [
            (folder / f"perch-{stamp}-users.csv", ("User",)),
            (folder / f"perch-{stamp}-groups.csv", ("Group",)),
        ]
    return [(folder / f"perch-{stamp}.{form}", ("User", "Group"))]


def _complete(folder: Path, form: str) -> set[str]:
    """Give the stamps of the exports that are there, whole."""
    found: set[str] = set()
    with suppress(OSError):
        for path in folder.iterdir():
            match = _NAME.fullmatch(path.name)
            if match is not None and match[3] == form and match[2] != "-users":
                with suppress(ValueError):
                    _moment(match[1])
                    found.add(match[1])
    return found


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
