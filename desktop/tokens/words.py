"""What a token's life is called on the screen: its state, its history, who uses it, what revoking it breaks.

Belongs here: text. Must not know: widgets, or where a token comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from desktop.widgets import when
from server.records import Access, TokenStatus
from server.workspace import Outcome, token_life

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.records import Token, TokenEvent
    from server.workspace import Probe


def tr(text: str) -> str:
    """Translate a sentence of this module."""
    return QCoreApplication.translate("tokens", text)


_STATUS: Final[Mapping[TokenStatus, tuple[str, str]]] = {
    TokenStatus.ACTIVE: ("Active", "ok"),
    TokenStatus.ROTATING: ("Rotating", "info"),
    TokenStatus.EXPIRED: ("Expired", "neutral"),
    TokenStatus.REVOKED: ("Revoked", "err"),
}

_EVENTS: Final[Mapping[str, str]] = {
    "created": "Generated",
    "stored": "Copy saved to the keyring",
    "not kept": "No copy in the keyring",
    "forgotten": "Copy removed from the keyring",
    "copy left": "The worthless copy stays in the keyring",
    "rotated": "Replaced by a new token",
    "revoked": "Revoked",
    "expired": "Expired",
    "first used": "First used",
}

_WHY_NOT_KEPT: Final[Mapping[str, str]] = {
    Outcome.LOCKED: "the keyring was locked",
    Outcome.DISMISSED: "the keyring was not unlocked",
    Outcome.ABSENT: "this system had no keyring",
    Outcome.REFUSED: "the configured keyring does not protect secrets",
    Outcome.TOO_SLOW: "the keyring did not answer in time",
    Outcome.FAILED: "the keyring could not keep it",
}

_KEYRING: Final[Mapping[Outcome, tuple[str, str, str]]] = {
    Outcome.STORED: ("{keyring} unlocked", "lock-open", "ok"),
    Outcome.LOCKED: ("{keyring} locked", "lock", "warn"),
    Outcome.DISMISSED: ("{keyring} locked", "lock", "warn"),
    Outcome.ABSENT: ("No keyring on this system", "lock-open", "warn"),
    Outcome.REFUSED: ("Keyring not used: it does not protect secrets", "warning", "warn"),
    Outcome.TOO_SLOW: ("The keyring does not answer", "warning", "warn"),
    Outcome.FAILED: ("The keyring cannot be used", "warning", "warn"),
}


def _ago(moment: str | None, now: str) -> str:
    return when.ago(moment, when.instant(now))


def masked(token: Token) -> str:
    """Give what may be seen of a token."""
    return f"{token.prefix}…{token.last_four}"


def access(token: Token) -> str:
    """Say what a token may do."""
    return tr("Read only") if token.access is Access.READ_ONLY else tr("Read & write")


def has_ended(token: Token, now: str) -> bool:
    """Whether a token works no more."""
    return token_life.status(token, now) in {TokenStatus.EXPIRED, TokenStatus.REVOKED}


def state(token: Token, now: str) -> tuple[str, str]:
    """Give the word for where a token stands, and its tone."""
    if token_life.expires_soon(token, now):
        text = tr("Expires {until}").format(until=when.until(token.expires, when.instant(now)))
        return text, "err" if (token_life.days_left(token, now) or 0) < 2 else "warn"
    word, tone = _STATUS[token_life.status(token, now)]
    return tr(word), tone


def author(actor: str) -> str:
    """Name who did something: ``cli:ada`` and ``desktop (ada)`` are ada."""
    return actor.rpartition(":")[2].rpartition("(")[2].rstrip(")") or actor


def origin(token: Token) -> str:
    """Say who made a token and when."""
    return tr("created by {who} · {day}").format(who=author(token.created_by), day=when.day(token.created))


def place(use: token_life.Use) -> str:
    """Say from where and by what a token was used."""
    client = use.client or tr("an unnamed client")
    return tr("{client} from {address}").format(client=client, address=use.address) if use.address else client


def used(token: Token, now: str) -> str:
    """Say when, by whom and from where a token was used last, in full."""
    use = token_life.last_use(token, now)
    if use is None:
        return tr("Never used")
    text = tr("{moment} by {place}").format(moment=when.exact(use.at), place=place(use))
    return f"{text}\n{use.agent}" if use.agent else text


def breaks(token: Token, now: str, replacement: token_life.Rotation | None = None) -> str:
    """Say what revoking a token breaks; ``replacement`` tells how far its client is with the new one."""
    use = token_life.last_use(token, now)
    if replacement is not None and replacement.switch is token_life.Switch.SWITCHED:
        return tr("{switched}, so nothing should stop working.").format(switched=rotation(replacement, now)[0])
    if token_life.status(token, now) is TokenStatus.EXPIRED:
        return tr("It has expired already, so nothing stops working.")
    if use is None:
        return tr("Nobody has used it yet, so nothing stops working.")
    client = use.client or tr("The client")
    where = tr(" from {address}").format(address=use.address) if use.address else ""
    seen = tr("{client} used it {ago}{where}.").format(client=client, ago=_ago(use.at, now), where=where)
    if not use.is_recent:
        return f"{seen} {tr('Should it come back, its requests are refused (401).')}"
    return tr(
        "{seen} Its next request is refused (401), and nothing is provisioned here until {client} has another token."
    ).format(seen=seen, client=client)


def breaks_all(token: Token, replaced: Sequence[Token], now: str) -> str:
    """Say what revoking a token breaks together with those that it replaces and that still work."""
    # What is used most recently breaks first, and Okta may well show the old one still.
    latest = max((token, *replaced), key=lambda one: one.last_used or "")
    also = (
        tr("The token it replaced still works, and is revoked with it.")
        if len(replaced) == 1
        else tr("The {count} tokens it replaced still work, and are revoked with it.").format(count=len(replaced))
    )
    return f"{also} {breaks(latest, now)}"


def rotation(one: token_life.Rotation, now: str) -> tuple[str, str]:
    """Say whether the client has switched to the new token, and in which tone."""
    old, new = token_life.last_use(one.old, now), token_life.last_use(one.new, now)
    client = next((use.client for use in (new, old) if use is not None and use.client), tr("The client"))
    if one.switch is token_life.Switch.SWITCHED:
        return tr("{client} has switched to the new one").format(client=client), "ok"
    if one.switch is token_life.Switch.BOTH and old is not None:
        text = tr("{client} uses both: the old one {ago}, the new one since {since}")
        return text.format(client=client, ago=_ago(old.at, now), since=_ago(one.since, now)), "warn"
    if old is None:
        return tr("Neither the old nor the new one has been used yet"), "info"
    return tr("{client} is still using the old one, {ago}").format(client=client, ago=_ago(old.at, now)), "warn"


def event(line: TokenEvent) -> str:
    """Put a line of a token's history into words."""
    text = tr(_EVENTS.get(line.event, line.event))
    if line.event == "not kept":
        reason = _WHY_NOT_KEPT.get(line.detail.rpartition(": ")[2])
        return f"{text}: {tr(reason)}" if reason else text
    if line.event == "first used":
        client = token_life.client_name(line.detail)
        return tr("First used by {client}").format(client=client) if client else text
    if line.event == "created" and line.detail:
        return tr("Generated as a replacement")
    return text


def event_author(line: TokenEvent) -> str:
    """Say who did it, or for a use from where it came."""
    if line.event == "first used":
        return line.actor
    return "" if line.actor == "perch" else author(line.actor)


def copy_kept(token: Token) -> str:
    """Say whether the keyring holds a copy."""
    if token.keyring == Outcome.STORED:
        return tr("Saved to the keyring")
    # Absent is also what a token has whose copy nobody ever tried to keep.
    reason = None if token.keyring == Outcome.ABSENT else _WHY_NOT_KEPT.get(token.keyring)
    return tr("None: {reason}").format(reason=tr(reason)) if reason else tr("None")


def keyring(probe: Probe) -> tuple[str, str, str]:
    """Say how the keyring is: a sentence, an icon, a tone."""
    sentence, icon, tone = _KEYRING[probe.outcome]
    return tr(sentence).format(keyring=probe.name or tr("Keyring")), icon, tone
