"""A `TokenStore` in a list, for tests of the rules that need no database."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.records import Token, TokenEvent
    from server.tokens import TokenChange, TokenStore, TokenUse


class MemoryTokenStore:
    def __init__(self) -> None:
        self.kept: dict[str, Token] = {}
        self.written: list[TokenEvent] = []
        self.changes = 0
        self.reads = 0

    def tokens(self) -> list[Token]:
        self.reads += 1
        return sorted(self.kept.values(), key=lambda token: (token.created, token.id))

    def get(self, token_id: str) -> Token | None:
        return self.kept.get(token_id)

    def generation(self) -> int:
        return self.changes

    def change(self, decide: Callable[[Sequence[Token]], TokenChange]) -> TokenChange:
        change = decide(self.tokens())
        self.kept.update((token.id, token) for token in change.tokens)
        self.written.extend(change.events)
        self.changes += bool(change.tokens)
        return change

    def touch(self, uses: Sequence[TokenUse]) -> Future[None]:
        for use in uses:
            if use.token_id in self.kept:
                used = replace(
                    self.kept[use.token_id], last_used=use.at, last_address=use.address, last_agent=use.agent
                )
                self.kept[use.token_id] = used
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def events(self, token_id: str) -> list[TokenEvent]:
        return [event for event in self.written if event.token_id == token_id]


def as_token_store(store: MemoryTokenStore) -> TokenStore:
    """Let the type checker hold the fake against the protocol."""
    return store
