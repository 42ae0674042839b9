"""A rehearsal of a restore: what it would bring back, end and set free again, told before anything is touched.

Belongs here: the comparison of a backup with what is in the folder now. Must not know: how a host words it, how the
real restore is done (``backups``).
"""

from __future__ import annotations

import errno
import shutil
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.faults import Fault, FaultCode
from server.records import TokenStatus
from server.scratch import scratch
from server.store import migration, upkeep
from server.store.census import census
from server.store.database import Database
from server.store.tokens import tokens_of
from server.tokens import status, timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from server.records import Token
    from server.store.census import Census

_WORKING: Final = frozenset({TokenStatus.ACTIVE, TokenStatus.ROTATING})


@dataclass(frozen=True, slots=True)
class TokenChanges:
    """What a restore does to tokens, by what they are at one moment."""

    ending: tuple[Token, ...]
    """Work in the folder and would not any more."""
    returning: tuple[Token, ...]
    """Were revoked or ended since the backup and would work again: whoever had a leaked one is let in."""
    unknown: tuple[Token, ...]
    """Would work, and the folder has never heard of them, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a restore would do."""

    backup: Census
    """After it was brought to the newest schema; ``schema`` is what it had before."""
    now: Census | None
    """The same of the folder; None when there is nothing, or nothing that can be read."""
    tokens: TokenChanges
    needed: int
    """Bytes that the restore takes at most, until it is done."""
    free: int

    @property
    def has_room(self) -> bool:
        """Whether the disk has as much as that."""
        return self.free >= self.needed


def rehearse(path: Path, source: Path, now: float | None = None) -> Rehearsal:
    """Restore a backup into a temporary place that only its owner may enter, and compare it with the database `path`.

    Neither file is changed and the place is gone afterwards, whatever happens; an endpoint may serve meanwhile. It
    is the system's temporary folder (``TMPDIR``). Raises Fault: backup_unusable, newer_than_program, disk_full.
    """
    moment = timestamp(time.time() if now is None else now)
    with scratch("perch-rehearsal-") as folder:
        copy = folder / "perch.db"
        _copy(source, copy)
        try:
            upkeep.check_source(copy)
        except Fault as fault:
            # Who asked knows the file by its own name.
            raise Fault(fault.code, fault.detail.replace(str(copy), str(source))) from fault
        schema, size = census(copy).schema, upkeep.size(copy)
        Database.open(copy, "perch").close()
        if upkeep.check(copy):
            raise Fault(FaultCode.BACKUP_UNUSABLE, str(source))
        found, tokens = census(copy), tokens_of(copy)
        steps = sum(number > schema for number, _ in migration.migrations(upkeep.FAMILY))
    there, present = inspected(path)
    return Rehearsal(
        replace(found, schema=schema),
        there,
        compared(present, tokens, moment),
        # What is there is kept, the backup goes through the log into its place, and each migration keeps a copy.
        upkeep.size(path) + (2 + steps) * size,
        shutil.disk_usage(path.parent).free,
    )


def _copy(source: Path, target: Path) -> None:
    """Copy a file and its log byte by byte: SQLite would leave files beside the source."""
    if not source.is_file():
        raise Fault(FaultCode.BACKUP_UNUSABLE, str(source))
    for suffix in ("", "-wal"):
        part = source.with_name(source.name + suffix)
        if not part.is_file():
            continue
        try:
            shutil.copyfile(part, target.with_name(target.name + suffix))
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise Fault(FaultCode.DISK_FULL, str(target.parent)) from error
            raise Fault(FaultCode.BACKUP_UNUSABLE, str(source)) from error


def inspected(path: Path) -> tuple[Census | None, list[Token] | None]:
    """Count what is in a database file and list its tokens; None where there is none or it cannot be read."""
    if not path.exists():
        return None, None
    try:
        return census(path), tokens_of(path)
    except Fault:
        return None, None


def compared(now: Sequence[Token] | None, then: Sequence[Token], moment: str) -> TokenChanges:
    """Tell what becomes of tokens when those of `now` (None: not known) are replaced by those of `then`."""
    present = {token.id: token for token in now or ()}
    working = {token.id for token in then if status(token, moment) in _WORKING}
    return TokenChanges(
        tuple(one for one in present.values() if status(one, moment) in _WORKING and one.id not in working),
        tuple(
            present[one.id]
            for one in then
            if one.id in working and one.id in present and status(present[one.id], moment) not in _WORKING
        ),
        tuple(one for one in then if one.id in working and one.id not in present),
    )
