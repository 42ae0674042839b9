"""The table of tokens: its columns, and how a token reads in them.

Belongs here: cells. Must not know: where tokens come from or what a click does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from desktop.tokens import words
from desktop.tokens.words import tr
from desktop.widgets import when
from desktop.widgets.table_model import Cell, Column
from server.records import Access, TokenStatus
from server.workspace import token_life

if TYPE_CHECKING:
    from desktop.tokens.snapshot import Snapshot
    from server.records import Token

MENU_COLUMN: Final = 6


def cells(snapshot: Snapshot, token: Token) -> list[Cell]:
    """Show a token."""
    text, tone = words.state(token, snapshot.now)
    rotation = snapshot.rotations.get(token.id)
    tip = words.rotation(rotation, snapshot.now)[0] if rotation is not None else ""
    if token_life.status(token, snapshot.now) is TokenStatus.REVOKED:
        expires, expires_tip = "—", tr("Revoked {moment}").format(moment=when.exact(token.revoked))
    else:
        expires = when.day(token.expires)
        expires_tip = when.exact(token.expires) if token.expires else tr("It works until it is revoked")
    read_only = token.access is Access.READ_ONLY
    return [
        Cell(token.label, "two", detail=words.origin(token), icon="key", tip=token.label),
        Cell(words.masked(token), "mono", tip=tr("Token {id}").format(id=token.id)),
        Cell(words.access(token), "pill", "info" if read_only else "neutral"),
        Cell(when.ago(token.last_used, when.instant(snapshot.now)), "muted", tip=words.used(token, snapshot.now)),
        Cell(expires, "muted", tip=expires_tip),
        Cell(text, "pill", tone, tip=tip),
        Cell(tr("More"), "icon", icon="dots-three", tip=tr("Actions for {name}").format(name=token.label)),
    ]


def columns() -> tuple[Column, ...]:
    """Give the columns."""
    return (
        Column(tr("Name"), 0, "name"),
        Column(tr("Token"), 148),
        Column(tr("Access"), 116),
        Column(tr("Last used"), 110, "used"),
        Column(tr("Expires"), 108, "expires"),
        Column(tr("Status"), 146),
        Column("", 48),
    )
