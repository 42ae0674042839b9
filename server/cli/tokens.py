"""``perch token``: makes, shows, replaces and ends tokens; a secret goes to stdout alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from rich.text import Text

from server.cli.invocation import Commands, Failure, Invocation, pass_invocation
from server.cli.messages import KEYRING, NO_COPY
from server.cli.output import (
    BAD,
    CAREFUL,
    GOOD,
    QUIET,
    Column,
    distance,
    json_option,
    moment,
    say,
    show_details,
    show_json,
    show_table,
)
from server.config import is_loopback
from server.records import Access, Token, TokenStatus
from server.tokens import OVERLAP, expires_soon, parse_duration, status, timestamp
from server.vault import Outcome

if TYPE_CHECKING:
    from server.issuing import IssuedToken
    from server.records import TokenEvent
    from server.workspace import Workspace

COLUMNS = (
    Column("Label", "label", style="bold"),
    Column("Id", "id", style=QUIET, fixed=True),
    Column("Token", "token", fixed=True, spare=1),
    Column("Access", "access", fixed=True, spare=3),
    Column("Status", "status", fixed=True),
    Column("Expires", "expires", fixed=True),
    Column("Last used", "last_used", fixed=True, spare=2),
)
STYLES = {
    TokenStatus.ACTIVE: GOOD,
    TokenStatus.ROTATING: CAREFUL,
    TokenStatus.EXPIRED: QUIET,
    TokenStatus.REVOKED: BAD,
}


@click.group(cls=Commands)
def token() -> None:
    """Make, list, replace and revoke the tokens that Okta shows."""


@token.command()
@click.argument("label")
@click.option("--read-only", is_flag=True, help="Allow reading only (an import into Okta, no provisioning).")
@click.option("--expires", default="never", metavar="90d|DATE|never", show_default=True, help="When it stops working.")
@click.option(
    "--test",
    is_flag=True,
    help="Begin it with perch_test_: for trials, so that nobody takes it for the real one.",
)
@click.option("--no-keyring", is_flag=True, help="Keep no copy in the system's keyring.")
@pass_invocation
def create(invocation: Invocation, *, label: str, read_only: bool, expires: str, test: bool, no_keyring: bool) -> None:
    """Make a token named LABEL and print its secret, alone, on stdout."""
    with invocation.workspace() as workspace:
        issued = workspace.custody.issue(
            label,
            access=Access.READ_ONLY if read_only else Access.READ_WRITE,
            expires=expires,
            test=test,
        )
        _hand_over(workspace, issued, no_keyring=no_keyring)


def _hand_over(workspace: Workspace, issued: IssuedToken, *, no_keyring: bool) -> None:
    """Print the secret first: whatever the keyring does, it is seen."""
    made = issued.token
    click.echo(issued.secret)
    end = "never expires" if made.expires is None else f"expires {moment(made.expires)} ({distance(made.expires)})"
    say(f"Token {made.label!r} ({made.id}): {made.access}, {end}.")
    if no_keyring:
        say("No copy was kept: note the token now, it is not shown again.", style=CAREFUL)
    else:
        outcome = workspace.custody.keep(issued)
        say(KEYRING[outcome].format(reference=made.id), style="" if outcome is Outcome.STORED else CAREFUL)
    say(f"In Okta: base URL {workspace.base_url}, authentication HTTP Header, and this token.", style=QUIET)
    if is_loopback(urlsplit(workspace.base_url).hostname or ""):
        say(
            "Only this machine reaches that address: where Okta comes through a proxy or tunnel, serve with "
            "--public-url URL (or public_url in perch.toml) and give Okta that one.",
            style=QUIET,
        )


@token.command("list")
@click.option("--all", "everything", is_flag=True, help="Show those that ended, too.")
@json_option
@pass_invocation
def list_tokens(invocation: Invocation, everything: bool, as_json: bool) -> None:
    """List the tokens that work now."""
    now = timestamp(time.time())
    with invocation.workspace() as workspace:
        tokens = workspace.tokens.tokens()
    ended = (TokenStatus.EXPIRED, TokenStatus.REVOKED)
    chosen = [one for one in tokens if everything or as_json or status(one, now) not in ended]
    show_table(
        [_row(one, now) for one in chosen],
        COLUMNS,
        as_json=as_json,
        documents=[described(one, now) for one in chosen],
        nothing="No token works. Make one with `perch token create LABEL`.",
    )
    hidden = len(tokens) - len(chosen)
    if hidden and not as_json:
        say(f"{hidden} ended, shown with --all.", style=QUIET)


def _row(one: Token, now: str) -> dict[str, Any]:
    standing = status(one, now)
    soon = expires_soon(one, now)
    return {
        "label": one.label,
        "id": one.id,
        "token": f"{one.prefix}…{one.last_four}",
        "access": str(one.access),
        "status": Text(str(standing), style=STYLES[standing]),
        "expires": Text(moment(one.expires, otherwise="never"), style=CAREFUL if soon else ""),
        "last_used": moment(one.last_used, otherwise="never"),
    }


def described(one: Token, now: str) -> dict[str, Any]:
    """Give a token for a program: everything that is kept of it but the digest."""
    names = ("id", "label", "test", "access", "last_four", "created", "created_by", "expires", "revoked")
    more = ("replaced_by", "last_used", "last_address", "last_agent", "keyring")
    return {name: getattr(one, name) for name in (*names, *more)} | {
        "status": str(status(one, now)),
        "expires_soon": expires_soon(one, now),
    }


@token.command()
@click.argument("reference", metavar="TOKEN")
@click.option("--secret", is_flag=True, help="Print the secret from the system's keyring, alone, on stdout.")
@json_option
@pass_invocation
def show(invocation: Invocation, reference: str, secret: bool, as_json: bool) -> None:
    """Show a token (label, id or the beginning of one) and its history."""
    now = timestamp(time.time())
    with invocation.workspace() as workspace:
        found = workspace.tokens.find(reference)
        history = workspace.tokens.history(found.id)
        kept = workspace.custody.secret(found.id) if secret else None
    if kept is not None:
        if kept.secret is None:
            raise Failure(NO_COPY.get(kept.outcome, NO_COPY[Outcome.FAILED]))
        click.echo(kept.secret)
        return
    if as_json:
        events = [{"at": one.at, "event": one.event, "actor": one.actor, "detail": one.detail} for one in history]
        show_json(described(found, now) | {"history": events})
        return
    show_details(_details(found, now))
    click.echo()
    show_table(
        [_event(one) for one in history],
        (
            Column("When", "at", fixed=True),
            Column("What", "event", style="bold"),
            Column("Who", "actor"),
            Column("", "detail", wraps=True),
        ),
        as_json=False,
        nothing="",
    )


def _details(found: Token, now: str) -> list[tuple[str, Any]]:
    last = moment(found.last_used, otherwise="never")
    if found.last_used is not None and found.last_address:
        last += f" from {found.last_address}, {found.last_agent or 'no agent named'}"
    return [
        ("Label", found.label),
        ("Id", found.id),
        ("Token", f"{found.prefix}…{found.last_four}"),
        ("Access", str(found.access)),
        ("Status", str(status(found, now))),
        ("Created", f"{moment(found.created)} by {found.created_by}"),
        ("Expires", moment(found.expires, otherwise="never")),
        ("Last used", last),
        ("Keyring", found.keyring),
        *([("Replaced by", found.replaced_by)] if found.replaced_by else []),
    ]


def _event(one: TokenEvent) -> dict[str, Any]:
    return {"at": moment(one.at), "event": one.event, "actor": one.actor, "detail": one.detail}


@token.command()
@click.argument("reference", metavar="TOKEN")
@click.option(
    "--overlap",
    metavar="7d",
    default=f"{OVERLAP.days}d",
    show_default=True,
    help="How long the old one still works; 0 ends it now.",
)
@click.option(
    "--expires",
    metavar="90d|DATE|never",
    help="When the new one stops; otherwise it lives as long as the old one.",
)
@click.option("--no-keyring", is_flag=True, help="Keep no copy in the system's keyring.")
@pass_invocation
def rotate(invocation: Invocation, *, reference: str, overlap: str, expires: str | None, no_keyring: bool) -> None:
    """Replace a token and print the new secret; both work until the overlap ends."""
    try:
        lasting = parse_duration(overlap)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--overlap") from error
    with invocation.workspace() as workspace:
        old = workspace.tokens.find(reference)
        issued = workspace.custody.rotate(old.id, overlap=lasting, expires=expires)
        _hand_over(workspace, issued, no_keyring=no_keyring)
        old = workspace.tokens.find(old.id)
        if lasting and old.expires is not None:
            say(f"The old one ({old.id}) works until {moment(old.expires)}: give Okta the new one before.")
        else:
            say(f"The old one ({old.id}) does not work any more.")


@token.command()
@click.argument("reference", metavar="TOKEN")
@pass_invocation
def revoke(invocation: Invocation, reference: str) -> None:
    """End a token at once, for good; a running endpoint refuses it from the next request on.

    One that it replaced and that still works ends with it.
    """
    with invocation.workspace() as workspace:
        found = workspace.tokens.find(reference)
        ended = workspace.custody.revoke(found.id)
    replaced = ", ".join(one.id for one in ended[1:])
    those = "are those" if len(ended) > 2 else "is the one"
    also = f", and so {those} it replaced ({replaced})" if replaced else ""
    standing = "is revoked" if found.revoked is None else "was revoked already"
    say(f"Token {found.label!r} ({found.id}) {standing}{also}.")
    if any(one.keyring == Outcome.STORED for one in ended):
        say("A copy is still in the system's keyring, where it is worth nothing now.", style=QUIET)
