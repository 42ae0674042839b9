"""All that the page of tokens shows, as it was at one moment, read on a background thread.

Belongs here: reading and ordering. Must not know: how any of it looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from desktop.tokens import words
from server.records import TokenStatus
from server.workspace import TokenRuleError, token_life

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.records import Token, TokenEvent
    from server.workspace import Probe, Workspace

PROBING: Final = 3.0
"""Seconds that the keyring has to say how it is."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was read; made by `read`."""

    now: str = ""
    tokens: Sequence[Token] = ()
    rotations: Mapping[str, token_life.Rotation] = field(default_factory=dict)
    """By the id of the old token, for those that are being replaced."""
    base_url: str = ""
    history: Sequence[TokenEvent] = ()
    """Of the token that is looked at."""
    probe: Probe | None = None
    """None where the keyring was not asked this time."""

    @property
    def ended(self) -> int:
        """How many work no more."""
        return sum(words.has_ended(token, self.now) for token in self.tokens)

    @property
    def last_sync(self) -> str | None:
        """When Okta came last."""
        uses = (token_life.last_use(token, self.now) for token in self.tokens)
        return max((use.at for use in uses if use is not None and use.client.startswith("Okta")), default=None)

    def find(self, token_id: str | None) -> Token | None:
        """Give a token by its id."""
        return next((token for token in self.tokens if token.id == token_id), None)

    def revoked_with(self, token: Token) -> list[Token]:
        """Give those that it replaces and that still work, which end with it."""
        return token_life.rotating_out(token.id, self.tokens, self.now)

    def _made(self, token: Token) -> tuple[str, bool]:
        """Give when it was made; what is being replaced stands right below its replacement."""
        one = self.rotations.get(token.id)
        return (token.created, True) if one is None else (one.new.created, False)

    def ordered(self, key: str = "", *, descending: bool = False, with_ended: bool = True) -> list[Token]:
        """Sort: by itself the newest first and those that ended last."""
        listed = sorted(
            (token for token in self.tokens if with_ended or not words.has_ended(token, self.now)),
            key=self._made,
            reverse=True,
        )
        if not key:
            return sorted(listed, key=lambda token: words.has_ended(token, self.now))
        keys = {
            "name": lambda token: token.label.casefold(),
            "used": lambda token: token.last_used or "",
            "expires": lambda token: token.expires or "9999",
        }
        return sorted(listed, key=keys[key], reverse=descending)

    @property
    def expiring(self) -> list[Token]:
        """Give the tokens that end soon, the most urgent first."""
        soon = (token for token in self.tokens if token_life.expires_soon(token, self.now))
        return sorted(soon, key=lambda token: token.expires or "")


def read(workspace: Workspace, looked_at: str | None, *, with_keyring: bool) -> Snapshot:
    """Read everything; ``looked_at`` is the token whose history is wanted. Raises StoreUnavailable."""
    tokens = workspace.tokens.tokens()
    # After them, so that no use lies in the future.
    now = workspace.custody.now()
    rotations = {}
    for token in tokens:
        if token_life.status(token, now) is TokenStatus.ROTATING:
            rotation = workspace.custody.rotation(token.id)
            if rotation is not None:
                rotations[token.id] = rotation
    history: Sequence[TokenEvent] = ()
    if looked_at is not None:
        try:
            history = workspace.tokens.history(looked_at)
        except TokenRuleError:
            # It is not in this workspace (any more): a backup was restored meanwhile.
            history = ()
    probe = workspace.custody.probe(patience=PROBING) if with_keyring else None
    return Snapshot(now, tokens, rotations, workspace.base_url, tuple(history), probe)
