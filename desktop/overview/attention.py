"""What wants something of an admin: tokens, webhooks, the certificate, backups; why, and how pressing it is.

Belongs here: facts and their words. Must not know: widgets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from desktop import webhook_words
from desktop.widgets import when
from server.records import TokenStatus
from server.workspace import Outcome, token_life

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.records import Token
    from server.workspace import Worries

LATELY: Final = 30
"""Days that an expired token, which somebody had used, is worth a line."""
WEBHOOK: Final = "share-network"
"""The icon of what is about a webhook."""
_RANKS: Final = {"err": 0, "warn": 1, "info": 2, "neutral": 3}


def tr(text: str) -> str:
    """Translate a sentence of this module."""
    return QCoreApplication.translate("attention", text)


@dataclass(frozen=True, slots=True)
class Concern:
    """One line of the list: what it is about, why, in which tone, and where more of it is."""

    title: str
    reason: str
    tone: str
    page: str
    target: str | int
    icon: str = "key"


def concerns_of(tokens: Sequence[Token], rotations: Mapping[str, token_life.Rotation], now: str) -> list[Concern]:
    """List the tokens that need attention, the most pressing first; ``rotations`` by the id of the old token."""
    waiting = {rotation.new.id for rotation in rotations.values()}
    found = []
    for token in tokens:
        reasons = _reasons(token, rotations.get(token.id), now, is_awaited=token.id in waiting)
        if reasons:
            tone = reasons[0][1]
            reason = " · ".join(text for text, _ in reasons)
            found.append(Concern(token.label, reason, tone, "tokens", token.id))
    return ranked(found)


def concerns_of_worries(worries: Worries, now: str) -> list[Concern]:
    """List what needs attention beside the tokens, the most pressing first."""
    return ranked([*_of_certificate(worries, now), *_of_backup(worries, now), *_of_consumers(worries, now)])


def ranked(found: Sequence[Concern]) -> list[Concern]:
    """Put the most pressing first; what is as pressing goes by name."""
    return sorted(found, key=lambda concern: (_RANKS[concern.tone], concern.title.casefold()))


def _of_certificate(worries: Worries, now: str) -> list[Concern]:
    found, unusable = worries.certificate, worries.unusable
    if unusable is not None:
        title = tr("The certificate cannot be used")
        return [Concern(title, unusable.detail, "err", "settings", "tls_cert", "shield-check")]
    if found is None:
        return []
    moment, ends = when.instant(now), found.ends.isoformat()
    if found.has_ended:
        title = tr("The certificate ended {ago}").format(ago=when.ago(ends, moment))
    else:
        title = tr("The certificate ends {until}").format(until=when.until(ends, moment))
    reason = tr("Replace {file}: it is taken up by itself").format(file=found.certificate.name)
    return [Concern(title, reason, "err" if found.is_urgent else "warn", "settings", "tls_cert", "shield-check")]


def _of_backup(worries: Worries, now: str) -> list[Concern]:
    if worries.backup is None:
        return []
    newest = worries.backup.newest
    moment = when.instant(now)
    title = (
        tr("No daily backup yet, in {days} days").format(days=(moment - worries.backup.since).days)
        if newest is None
        else tr("No daily backup for {days} days").format(days=(moment - newest).days)
    )
    reason = tr("Made while Perch serves and the disk has room")
    return [Concern(title, reason, "warn", "settings", "data", "database")]


def _of_consumers(worries: Worries, now: str) -> list[Concern]:
    found = []
    for one in worries.consumers:
        if one.failing_since is not None:
            title = tr("The webhook to {host} fails").format(host=webhook_words.host(one.url))
            ago = when.ago(one.failing_since, when.instant(now))
            reason = tr("{deed} · began {ago}").format(deed=webhook_words.deed(one.problem), ago=ago)
            found.append(Concern(title, reason, "err", "settings", f"webhooks:{one.id}", WEBHOOK))
        if one.dead:
            title = tr("1 event was given up") if one.dead == 1 else tr("{events} were given up")
            title = title.format(events=webhook_words.events(one.dead))
            words = (
                tr("The webhook to {host} was not told of it")
                if one.dead == 1
                else tr("The webhook to {host} was not told of them")
            )
            reason = words.format(host=webhook_words.host(one.url))
            found.append(Concern(title, reason, "warn", "settings", f"webhooks:{one.id}:given-up", WEBHOOK))
    return found


def _reasons(
    token: Token, rotation: token_life.Rotation | None, now: str, *, is_awaited: bool
) -> list[tuple[str, str]]:
    """Give why and how pressing, the worst first."""
    status = token_life.status(token, now)
    if status is TokenStatus.EXPIRED:
        return _expired(token, now)
    if status is TokenStatus.ROTATING:
        return [] if rotation is None else _rotating(rotation, now)
    if status is not TokenStatus.ACTIVE:
        return []
    reasons = []
    if token_life.expires_soon(token, now):
        tone = "err" if (token_life.days_left(token, now) or 0) < 2 else "warn"
        reasons.append((tr("Expires {until}").format(until=when.until(token.expires, when.instant(now))), tone))
    # A test token is for trying things out, and a replacement is told of with what it replaces.
    if not token.test:
        if token.last_used is None and not is_awaited:
            reasons.append((tr("Never used"), "info"))
        if token.keyring != Outcome.STORED:
            reasons.append((tr("No copy in the keyring"), "neutral"))
    return reasons


def _expired(token: Token, now: str) -> list[tuple[str, str]]:
    is_missed = token.replaced_by is None and token.last_used is not None and token.expires is not None
    if not is_missed or (when.instant(now) - when.instant(token.expires or now)).days > LATELY:
        return []
    ago = when.ago(token.expires, when.instant(now))
    return [(tr("Expired {ago}: whoever has it is refused").format(ago=ago), "err")]


def _rotating(rotation: token_life.Rotation, now: str) -> list[tuple[str, str]]:
    if rotation.switch is token_life.Switch.SWITCHED:
        return []
    moment = when.instant(now)
    ends = when.until(rotation.ends, moment)
    use = token_life.last_use(rotation.old, now)
    if use is None:
        return [(tr("Being replaced, neither is used yet · ends {until}").format(until=ends), "info")]
    client = use.client or tr("The client")
    return [(tr("{client} still uses the old one · ends {until}").format(client=client, until=ends), "warn")]
