"""What ``perch restore --check`` tells: what a restore would bring back, end, and let in again.

Belongs here: words. Must not know: how it is found out (``server.rehearsal``).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from server.cli.invocation import Failure
from server.cli.messages import worded
from server.cli.output import BAD, CAREFUL, GOOD, moment, say, show_details, show_json, size
from server.faults import Fault
from server.store.serving import serving

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from server.backups import Backups
    from server.records import Token
    from server.rehearsal import Rehearsal, TokenChanges
    from server.store.census import Census


def rehearsed(backups: Backups, folder: Path, file: Path, *, as_json: bool) -> None:
    """Rehearse a restore and tell what it would do; raises Failure when it could not be done."""
    try:
        found = backups.rehearse(file)
    except Fault as fault:
        if as_json:
            show_json({"restorable": False, "problem": worded(fault)})
        raise Failure(worded(fault)) from fault
    made, host = backups.made(file), serving(folder)
    if as_json:
        show_json(_document(found, made, is_serving=host is not None))
    else:
        _show(found, made)
    if not found.has_room:
        sentence = f"{size(found.needed)} must be free and {size(found.free)} are: free some space before you restore."
        raise Failure(f"It could not be restored now: {sentence}")
    if host is not None:
        say("An endpoint serves the folder: stop it before you restore.", style=CAREFUL)
    if not as_json:
        say("It can be restored. Nothing was changed.", style=GOOD)


def warn_of_tokens(tokens: TokenChanges, one_does: str, several_do: str) -> None:
    """Name the tokens that a restore lets in again, each with the command that ends it."""
    if tokens.returning:
        number = len(tokens.returning)
        what = f"1 token that had ended {one_does}" if number == 1 else f"{number} tokens that had ended {several_do}"
        say(f"{what}: if it was revoked because it leaked, end it again after the restore.", style=BAD)
        for token in tokens.returning:
            say(f"  {_named(token)}: perch token revoke {token.id}", style=BAD)
    if tokens.unknown:
        say("Of these tokens the folder knows nothing, or cannot be read; they would be let in:", style=CAREFUL)
        for token in tokens.unknown:
            say(f"  {_named(token)}: perch token revoke {token.id}", style=CAREFUL)


def _show(found: Rehearsal, made: str) -> None:
    then, now = found.backup, found.now
    show_details(
        [
            ("Made", moment(made)),
            *(
                (name, f"{getattr(then, key):,} in the backup, {_number(now, key)} now")
                for name, key in (("People", "people"), ("Groups", "groups"), ("Tokens", "tokens"))
            ),
            ("Schema", then.schema),
            ("Disk space", f"{size(found.needed)} needed at most, {size(found.free)} free"),
        ]
    )
    for token in found.tokens.ending:
        say(f"Would stop working: {_named(token)}, {_reason(token)}.", style=CAREFUL)
    warn_of_tokens(found.tokens, "would work again", "would work again")


def _number(now: Census | None, key: str) -> str:
    return "none that can be read" if now is None else f"{getattr(now, key):,}"


def _named(token: Token) -> str:
    return f"{token.label!r} ({token.prefix}…{token.last_four})"


def _reason(token: Token) -> str:
    return f"made {moment(token.created)}"


def _document(found: Rehearsal, made: str, *, is_serving: bool) -> dict[str, Any]:
    return {
        "restorable": found.has_room,
        "made": made,
        "backup": asdict(found.backup),
        "now": None if found.now is None else asdict(found.now),
        "tokens_ending": _listed(found.tokens.ending),
        "tokens_returning": _listed(found.tokens.returning),
        "tokens_unknown": _listed(found.tokens.unknown),
        "bytes_needed": found.needed,
        "bytes_free": found.free,
        "serving": is_serving,
    }


def _listed(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "label": one.label,
            "last_four": one.last_four,
            "revoked": one.revoked,
            "expires": one.expires,
        }
        for one in tokens
    ]
