"""The export of every day: people and groups as files in a folder, for whoever reads files.

Belongs here: when one is due, how the files are named, which are kept. Must not know: formats (``transfer``).
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
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
        newest = next(iter(sorted(_complete(folder, config.export_format), reverse=True)), None)
        now = datetime.fromtimestamp(self._clock(), UTC)
        # A clock that was put back must not mean that there is none for a year.
        if newest is not None and timedelta() <= now - _moment(newest) < EVERY:
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
                for line in exported_lines(self._workspace, kinds, config.export_format, config.export_base):
                    target.write(line)
                target.flush()
                os.fsync(target.fileno())
            written.append(path)
        self._prune(folder, config)
        return written

    @staticmethod
    def _prune(folder: Path, config: ServerConfig) -> None:
        """Remove the files of all but the newest exports of this format; those of another format stay."""
        stamps = sorted(_complete(folder, config.export_format), reverse=True)
        for stamp in stamps[config.export_keep :]:
            for path, _ in _files(folder, stamp, config.export_format):
                with suppress(OSError):
                    path.unlink()

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
