"""A window with a page of tokens for the wizard to end on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.page import Page

if TYPE_CHECKING:
    from desktop.desk import Desk

PATIENCE = 20_000
"""Milliseconds."""


class Tokens(Page):
    """Remembers what it was asked to show."""

    name, title, icon = "tokens", "Tokens", "key"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.revealed: list[object] = []

    def reveal(self, target: object) -> None:
        self.revealed.append(target)
