"""Tokens together with the admin's copies of them: made, kept in the keyring, shown again, replaced and ended.

Belongs here: which step of a token's life touches its copy, and what its history then says. Must not know: the
keyring itself (``vault``), what a host shows. Call it on a background thread: a keyring may ask a person first.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

from server.faults import Fault
from server.records import Access
from server.token_life import Rotation, first_use, rotation_state
from server.tokens import OVERLAP, TokenRuleError, timestamp
from server.vault import Kept, Outcome, Probe, Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from server.issuing import IssuedToken, TokenIssuer
    from server.records import Token

logger = logging.getLogger("perch")

_MAY_BE_KEPT: Final = frozenset({Outcome.STORED, Outcome.TOO_SLOW, Outcome.FAILED})
"""Outcomes after which the keyring may hold a copy, which is then to be taken away with the token."""


class Custody:
    """Makes and ends tokens with their copies; `actor` is who wished it, such as ``desktop (ada)``.

    Every method may be called on any thread. ``patience`` is how many seconds the call waits for the keyring;
    None is the vault's own.
    """

    def __init__(self, issuer: TokenIssuer, actor: str, vault: Vault | None = None) -> None:
        self._issuer = issuer
        self._actor = actor
        self._vault = vault or Vault()

    def issue(
        self, label: str, *, access: Access = Access.READ_WRITE, expires: str = "never", test: bool = False
    ) -> IssuedToken:
        """Make a token, which works at once; `keep` then keeps its copy. Raises TokenRuleError, StoreUnavailable."""
        return self._issuer.create(label, actor=self._actor, access=access, expires=expires, test=test)

    def rotate(self, token_id: str, *, overlap: timedelta = OVERLAP, expires: str | None = None) -> IssuedToken:
        """Replace a token by a new one; both work during `overlap`. Raises TokenRuleError, StoreUnavailable."""
        return self._issuer.rotate(token_id, actor=self._actor, overlap=overlap, expires=expires)

    def keep(
        self,
        issued: IssuedToken,
        *,
        patience: float | None = None,
        settled: Callable[[Outcome], None] | None = None,
    ) -> Outcome:
        """Keep the copy of a token just made, and note in its history what became of that; may be tried again.

        TOO_SLOW leaves the keyring to answer later (a person may still be typing a password): what it answers
        then is noted too, and told to `settled`, on the keyring's thread.

        Raises TokenRuleError (UNKNOWN), StoreUnavailable.
        """
        noted = threading.Event()

        def answered(outcome: Outcome) -> None:
            # After TOO_SLOW has been noted, which it replaces.
            noted.wait()
            try:
                self._issuer.note_keyring(issued.token.id, outcome, actor=self._actor)
            except (Fault, TokenRuleError) as error:
                # The workspace was closed meanwhile: the copy is where it is, only the history does not say so.
                logger.warning("What the keyring did at last (%s) could not be noted: %s", outcome, error)
            if settled is not None:
                settled(outcome)

        try:
            outcome = self._vault.store(issued.token.id, issued.secret, patience=patience, late=answered)
            self._issuer.note_keyring(issued.token.id, outcome, actor=self._actor)
        finally:
            noted.set()
        return outcome

    def secret(self, token_id: str, *, patience: float | None = None) -> Kept:
        """Read the copy of a token, asking a person to unlock the keyring where that is needed."""
        return self._vault.fetch(token_id, patience=patience)

    def revoke(self, token_id: str, *, patience: float | None = None) -> list[Token]:
        """End a token and those it replaces at once, then take their copies out where nobody has to be asked.

        Returns the token, then those that ended with it. A copy that stays is worthless, and the history says
        that it stays. Revoking again changes nothing but tries to remove a copy that stayed. Raises
        TokenRuleError (UNKNOWN), StoreUnavailable.
        """
        # All have ended before the first copy is looked for: a keyring may take its time.
        revoked = self._issuer.revoke(token_id, actor=self._actor)
        return [self._without_copy(token, patience) for token in revoked]

    def _without_copy(self, token: Token, patience: float | None) -> Token:
        if token.keyring not in _MAY_BE_KEPT:
            return token
        outcome = self._vault.delete(token.id, ask=False, patience=patience)
        return self._issuer.note_removal(token.id, outcome, actor=self._actor)

    def rotation(self, token_id: str) -> Rotation | None:
        """Tell how far a replaced token's client has switched to the new one; None when it was not replaced.

        Raises TokenRuleError (UNKNOWN).
        """
        tokens = {token.id: token for token in self._issuer.tokens()}
        old = tokens.get(token_id) or self._issuer.find(token_id)
        new = tokens.get(old.replaced_by or "")
        return None if new is None else rotation_state(old, new, first_use(self._issuer.history(new.id)))

    def probe(self, *, patience: float | None = None) -> Probe:
        """Tell whether copies can be kept now, and in which keyring, without asking anybody."""
        return self._vault.probe(patience=patience)

    @staticmethod
    def now() -> str:
        """Give this moment as tokens have theirs."""
        return timestamp(time.time())
