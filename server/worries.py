"""What an admin has to look after, as facts: the daily backup, the certificate, the consumers that are not told.

Belongs here: when each is a worry, decided once for every host. Must not know: words, remedies, who is told. Nothing
is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from server.faults import Fault
from server.store.standing import standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from server.backups import Backups
    from server.config import ServerConfig
    from server.store.standing import Consumer

WITHOUT_BACKUP: Final = timedelta(days=3)
"""How long a folder in use may go without a daily backup: a weekend with the machine off is none."""
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far ahead of now an entry may be dated before the clock is, or was, wrong."""
CERTIFICATE_WARNINGS: Final = (7, 30)
"""Days that a certificate is good still, below which somebody has to see to it: now, and soon."""


@dataclass(frozen=True, slots=True)
class BackupStanding:
    """How it is with the daily backups that are switched on."""

    newest: datetime | None
    """When the newest of them was made, in UTC; None where there is none."""
    since: datetime
    """Since when the folder is in use."""
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class CertificateStanding:
    """How long the endpoint's certificate is good."""

    certificate: Path
    ends: datetime
    """In UTC."""
    names: tuple[str, ...]
    has_ended: bool
    within: int | None
    """The least of ``CERTIFICATE_WARNINGS`` that it ends within; None is no worry."""

    @property
    def is_urgent(self) -> bool:
        """Whether somebody has to see to it now."""
        return self.within == CERTIFICATE_WARNINGS[0]


@dataclass(frozen=True, slots=True)
class Worries:
    """What is found in a folder; what is well is None, or not there."""

    backup: BackupStanding | None = None
    certificate: CertificateStanding | None = None
    unusable: Fault | None = None
    """Why the certificate and its key cannot be used."""
    consumers: tuple[Consumer, ...] = ()
    """Those that cannot be told now, or were not told of something in the end."""


def backup_standing(backups: Backups, since: datetime, now: datetime) -> BackupStanding:
    """Look at the daily backups of a folder in use since a moment."""
    moments = (datetime.fromisoformat(one.made) for one in backups.listed() if one.automatic)
    # One that a wrong clock dated ahead says nothing of the days since.
    newest = next((one for one in moments if one - now <= CLOCK_TOLERANCE), None)
    last = since if newest is None else max(newest, since)
    return BackupStanding(newest, since, now - last > WITHOUT_BACKUP)


def certificate_standing(config: ServerConfig, folder: Path, now: datetime) -> CertificateStanding | None:
    """Look at the endpoint's certificate and key; None where it does not speak TLS. Raises Fault."""
    if config.tls_cert is None:
        return None
    from server.tls import pair_of, read_pair  # noqa: PLC0415 -- a tenth of a second, for TLS only

    pair = pair_of(config, folder)
    assert pair is not None
    found = read_pair(pair)
    within = next((days for days in CERTIFICATE_WARNINGS if found.ends - now <= timedelta(days=days)), None)
    return CertificateStanding(pair.certificate, found.ends, found.names, found.ends < now, within)


def ailing(consumers: Sequence[Consumer]) -> tuple[Consumer, ...]:
    """Give those that somebody has to see to."""
    return tuple(one for one in consumers if one.failing_since is not None or one.dead)


def worries(config: ServerConfig, folder: Path, database: Path, backups: Backups, now: datetime) -> Worries:
    """Look at all of it; raises StoreUnavailable."""
    found = standing(database)
    dated = [datetime.fromisoformat(at).astimezone(UTC) for at in found.moments]
    backup = backup_standing(backups, min(dated, default=now), now) if config.backup_daily else None
    certificate, unusable = None, None
    try:
        certificate = certificate_standing(config, folder, now)
    except Fault as fault:
        unusable = fault
    return Worries(
        backup if backup is not None and backup.is_overdue else None,
        certificate if certificate is not None and certificate.within is not None else None,
        unusable,
        ailing(found.consumers),
    )
