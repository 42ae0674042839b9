"""How an admin makes, replaces, finds and ends tokens, each step with its line of history.

Belongs here: what a wish changes. Must not know: SQL, the keyring, or the rules themselves (``tokens``).
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from server.records import Access, Token, TokenEvent, TokenStatus
from server.tokens import (
    ACTIVE_TOKENS,
    LONGEST_OVERLAP,
    OVERLAP,
    TokenChange,
    TokenRule,
    TokenRuleError,
    TokenStore,
    check,
    digest,
    generate,
    later,
    parse_expiry,
    parse_label,
    rotating_out,
    status,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Event(StrEnum):
    """What a line of a token's history says."""

    CREATED = "created"
    STORED = "stored"
    NOT_KEPT = "not kept"
    FORGOTTEN = "forgotten"
    COPY_LEFT = "copy left"
    ROTATED = "rotated"
    REVOKED = "revoked"
    EXPIRED = "expired"
    FIRST_USED = "first used"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token just made, and the only sight of its secret."""

    token: Token
    secret: str = field(repr=False)


class TokenIssuer:
    """Makes, replaces and ends tokens on an admin's wish; `actor` is who wished it, such as ``cli:ada``."""

    def __init__(
        self,
        store: TokenStore,
        *,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: secrets.token_hex(6),
        random: Callable[[int], bytes] = secrets.token_bytes,
        cap: int = ACTIVE_TOKENS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._random = random
        self._cap = cap

    def create(
        self,
        label: str,
        *,
        actor: str,
        access: Access = Access.READ_WRITE,
        expires: str = "never",
        test: bool = False,
    ) -> IssuedToken:
        """Make a token; `expires` is what `parse_expiry` reads.

        Raises:
            TokenRuleError: LABEL, EXPIRY, LABEL_TAKEN by a working token (without case), TOO_MANY.

        """
        now = self._now()
        label = parse_label(label)
        issued = self._issue(label, access, parse_expiry(expires, now), test=test, actor=actor, now=now)

        def decide(tokens: Sequence[Token]) -> TokenChange:
            working = [token for token in tokens if check(token, now, needs_write=False) is None]
            if any(token.label.casefold() == label.casefold() for token in working):
                raise TokenRuleError(
                    TokenRule.LABEL_TAKEN,
                    f"A working token is already named {label!r}: rotate it, or choose another label.",
                )
            self._refuse_too_many(tokens, now)
            return TokenChange((issued.token,), (_event(issued.token, now, Event.CREATED, actor),))

        self._store.change(decide)
        return issued

    def rotate(
        self, token_id: str, *, actor: str, overlap: timedelta = OVERLAP, expires: str | None = None
    ) -> IssuedToken:
        """Replace a token by a new secret of the same label, access and lifetime; both work during `overlap`.

        The old one ends with the overlap, or earlier where it would have expired. `expires` overrides the
        inherited lifetime. An expired token may be rotated too: then only the new one works.

        Raises:
            TokenRuleError: UNKNOWN, ENDED when revoked or already replaced, OVERLAP, EXPIRY, TOO_MANY.

        """
        if not timedelta() <= overlap <= LONGEST_OVERLAP:
            raise TokenRuleError(
                TokenRule.OVERLAP,
                f"The overlap must lie between 0 and {LONGEST_OVERLAP.days} days, such as 7d.",
            )
        now = self._now()
        overlap_end = later(now, overlap)
        old = self._known(token_id)
        end = _inherited_end(old, now) if expires is None else parse_expiry(expires, now)
        issued = self._issue(old.label, old.access, end, test=old.test, actor=actor, now=now)

        def decide(tokens: Sequence[Token]) -> TokenChange:
            current = _pick(tokens, token_id)
            if current.revoked is not None:
                raise TokenRuleError(TokenRule.ENDED, f"The token {old.label!r} is revoked: create a new one instead.")
            if current.replaced_by is not None:
                raise TokenRuleError(
                    TokenRule.ENDED,
                    f"The token {old.label!r} is already replaced: rotate {current.replaced_by} instead.",
                )
            if status(current, now) is TokenStatus.EXPIRED:
                self._refuse_too_many(tokens, now)
            last = overlap_end if current.expires is None else min(current.expires, overlap_end)
            replaced = replace(current, replaced_by=issued.token.id, expires=last)
            history = f"replaced by {issued.token.id}, works until {last}"
            return TokenChange(
                (issued.token, replaced),
                (
                    _event(replaced, now, Event.ROTATED, actor, history),
                    _event(issued.token, now, Event.CREATED, actor, f"replaces {replaced.id}"),
                ),
            )

        self._store.change(decide)
        return issued

    def revoke(self, token_id: str, *, actor: str) -> list[Token]:
        """End a token at once and for good, and with it those that it replaces and that still work.

        Who revokes because of a leak means them as well: Okta may still show the old one. Returns the token,
        then those that ended with it, the latest first. Revoking a revoked one changes nothing of it.

        Raises:
            TokenRuleError: UNKNOWN.

        """
        now = self._now()

        def decide(tokens: Sequence[Token]) -> TokenChange:
            token = _pick(tokens, token_id)
            working = [token] if token.revoked is None else []
            working += rotating_out(token_id, tokens, now)
            revoked = tuple(replace(one, revoked=now) for one in working)
            return TokenChange(revoked, tuple(_event(one, now, Event.REVOKED, actor) for one in revoked))

        changed = list(self._store.change(decide).tokens)
        is_new = any(one.id == token_id for one in changed)
        return changed if is_new else [self._known(token_id), *changed]

    def note_keyring(self, token_id: str, outcome: str, *, actor: str) -> None:
        """Remember what became of the admin's copy (a `vault.Outcome`), and why there is none, in the history.

        Raises:
            TokenRuleError: UNKNOWN.

        """
        now = self._now()

        def decide(tokens: Sequence[Token]) -> TokenChange:
            token = replace(_pick(tokens, token_id), keyring=str(outcome))
            if outcome == "stored":
                event = _event(token, now, Event.STORED, actor, "in the keyring")
            else:
                event = _event(token, now, Event.NOT_KEPT, actor, f"no copy in the keyring: {outcome}")
            return TokenChange((token,), (event,))

        self._store.change(decide)

    def note_removal(self, token_id: str, outcome: str, *, actor: str) -> Token:
        """Remember what became of taking the admin's copy away (a `vault.Outcome`; absent is done).

        Raises:
            TokenRuleError: UNKNOWN.

        """
        now = self._now()

        def decide(tokens: Sequence[Token]) -> TokenChange:
            token = _pick(tokens, token_id)
            if outcome != "absent":
                return TokenChange(
                    (token,), (_event(token, now, Event.COPY_LEFT, actor, f"in the keyring: {outcome}"),)
                )
            gone = replace(token, keyring=str(outcome))
            return TokenChange((gone,), (_event(gone, now, Event.FORGOTTEN, actor, "no copy in the keyring"),))

        return self._store.change(decide).tokens[0]

    def tokens(self) -> list[Token]:
        """Return every token ever made, oldest first."""
        return self._store.tokens()

    def find(self, reference: str) -> Token:
        """Return the token an admin means by an id, the beginning of one (4 characters or more) or a label.

        A label means the token of that name that works before any that ended, and of a rotation the newest.

        Raises:
            TokenRuleError: UNKNOWN, AMBIGUOUS.

        """
        tokens, now = self._store.tokens(), self._now()
        reference = reference.strip()
        exact = [token for token in tokens if token.id == reference]
        named = [token for token in tokens if token.label.casefold() == reference.casefold()]
        working = [token for token in named if check(token, now, needs_write=False) is None]
        begun = [token for token in tokens if len(reference) >= 4 and token.id.startswith(reference)]
        found = exact or _newest(working) or _newest(named) or begun
        if not found:
            raise _unknown(reference)
        if len(found) > 1:
            ids = ", ".join(token.id for token in found)
            raise TokenRuleError(TokenRule.AMBIGUOUS, f"{reference!r} means more than one token: use one of {ids}.")
        return found[0]

    def history(self, token_id: str) -> list[TokenEvent]:
        """Return a token's history, oldest first, with its expiry, which nobody had to write down.

        Raises:
            TokenRuleError: UNKNOWN.

        """
        token, now = self._known(token_id), self._now()
        events = self._store.events(token_id)
        if status(token, now) is TokenStatus.EXPIRED and token.expires is not None:
            events.append(_event(token, token.expires, Event.EXPIRED, "perch"))
            events.sort(key=lambda event: event.at)
        return events

    def _now(self) -> str:
        return timestamp(self._clock())

    def _known(self, token_id: str) -> Token:
        token = self._store.get(token_id)
        if token is None:
            raise _unknown(token_id)
        return token

    def _refuse_too_many(self, tokens: Sequence[Token], now: str) -> None:
        active = sum(status(token, now) is TokenStatus.ACTIVE for token in tokens)
        if active >= self._cap:
            raise TokenRuleError(
                TokenRule.TOO_MANY,
                f"{active} tokens are active, which is the limit: revoke one that nobody uses.",
            )

    def _issue(
        self, label: str, access: Access, expires: str | None, *, test: bool, actor: str, now: str
    ) -> IssuedToken:
        secret = generate(test, self._random)
        token = Token(
            id=self._new_id(),
            label=label,
            test=test,
            access=access,
            digest=digest(secret),
            last_four=secret[-4:],
            created=now,
            created_by=actor,
            expires=expires,
        )
        return IssuedToken(token, secret)


def _pick(tokens: Sequence[Token], token_id: str) -> Token:
    for token in tokens:
        if token.id == token_id:
            return token
    raise _unknown(token_id)


def _newest(tokens: Sequence[Token]) -> list[Token]:
    """Leave out those that another of them replaces."""
    ids = {token.id for token in tokens}
    return [token for token in tokens if token.replaced_by not in ids]


def _unknown(reference: str) -> TokenRuleError:
    return TokenRuleError(
        TokenRule.UNKNOWN, f"There is no token {reference!r}: list the tokens to see their ids and labels."
    )


def _inherited_end(old: Token, now: str) -> str | None:
    """Return the end of a token made now that lives as long as `old` was meant to."""
    if old.expires is None:
        return None
    lifetime = datetime.fromisoformat(old.expires) - datetime.fromisoformat(old.created)
    return later(now, lifetime)


def _event(token: Token, at: str, event: Event, actor: str, detail: str = "") -> TokenEvent:
    return TokenEvent(token.id, at, event, actor, detail)
