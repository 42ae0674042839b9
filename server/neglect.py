"""A check-up's look at what goes wrong while nobody looks: no backup, a wrong clock, consumers not told, copies left.

Belongs here: when that is a worry, and its remedy. Must not know: how a host shows it. Nothing is changed, and
nobody is asked for a password.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from server.backups import Backups
from server.faults import StoreUnavailable
from server.finding import Finding, Level
from server.store.standing import standing
from server.store.tokens import tokens_of
from server.vault import Outcome
from server.worries import CLOCK_TOLERANCE, ailing, backup_standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from server.records import Token
    from server.store.standing import Consumer
    from server.vault import Vault


def neglected(folder: Path, database: str, vault: Vault, *, daily: bool, now: float | None = None) -> Iterator[Finding]:
    """Yield what is found in a folder whose database is sound; ``daily`` says whether daily backups are on.

    ``now`` is in seconds since the epoch.
    """
    moment = datetime.fromtimestamp(time.time() if now is None else now, UTC)
    try:
        found, tokens = standing(folder / database), tokens_of(folder / database)
    except StoreUnavailable as fault:
        yield Finding(Level.FAIL, "History", "", fault=fault)
        return
    dated = [datetime.fromisoformat(at) for at in found.moments]
    yield _backup(Backups(folder, database), min(dated, default=moment), moment, daily=daily)
    yield _clock(max(dated, default=moment), moment)
    yield from _webhooks(found.consumers)
    yield from _copies(tokens, vault)


def _backup(backups: Backups, since: datetime, now: datetime, *, daily: bool) -> Finding:
    if not daily:
        return Finding(Level.OK, "Backups", "daily ones are switched off (backup_daily)")
    found = backup_standing(backups, since, now)
    if not found.is_overdue and found.newest is not None:
        return Finding(Level.OK, "Backups", f"the newest daily one is of {found.newest:%Y-%m-%d %H:%M} UTC")
    if not found.is_overdue:
        return Finding(Level.OK, "Backups", "no daily one yet; the folder is new")
    what = "there is no daily one" if found.newest is None else f"the newest daily one is of {found.newest:%Y-%m-%d}"
    return Finding(
        Level.WARN,
        "Backups",
        f"{what}, and they are switched on",
        "They are made while Perch serves and the disk has room: look into its log, and run perch backup now.",
    )


def _clock(latest: datetime, now: datetime) -> Finding:
    if latest - now <= CLOCK_TOLERANCE:
        return Finding(Level.OK, "Clock", "no entry is dated ahead of it")
    return Finding(
        Level.WARN,
        "Clock",
        f"it is {now:%Y-%m-%d %H:%M} UTC, and the latest entry is dated {latest:%Y-%m-%d %H:%M} UTC",
        "The clock is wrong, or was. Let the system set it (NTP): tokens end and backups are due by it.",
    )


def _webhooks(consumers: Sequence[Consumer]) -> Iterator[Finding]:
    ill = ailing(consumers)
    for one in ill:
        place = one.place
        if one.failing_since is not None:
            yield Finding(
                Level.WARN,
                "Webhooks",
                f"{place} has not been reached since {one.failing_since} ({one.problem})",
                "Mend the consumer: what waits is sent by itself then. perch webhook list shows how much it is.",
            )
        if one.dead:
            events = "1 event was" if one.dead == 1 else f"{one.dead:,} events were"
            yield Finding(
                Level.WARN,
                "Webhooks",
                f"{events} given up for {place}",
                f"Run perch webhook dead {one.id} to see why, then perch webhook retry {one.id}.",
            )
    if consumers and not ill:
        yield Finding(Level.OK, "Webhooks", f"{len(consumers)}, none fails and nothing was given up")


def _copies(tokens: Sequence[Token], vault: Vault) -> Iterator[Finding]:
    """Look for copies of revoked tokens; those of tokens that the database does not know may be another folder's."""
    ended = {token.id: token for token in tokens if token.revoked is not None and token.keyring != Outcome.ABSENT}
    left = vault.held(ended) if ended else []
    for token_id in left:
        yield Finding(
            Level.WARN,
            "Keyring",
            f"holds a copy of {ended[token_id].label!r} still, which was revoked; it opens nothing",
            f"Run perch token revoke {token_id} again: it takes the copy out.",
        )
