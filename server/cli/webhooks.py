"""``perch webhook``: who is told of changes, whether it works, and what could not be delivered."""

from __future__ import annotations

import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from server.cli.invocation import Commands, Failure, Invocation, pass_invocation
from server.cli.output import BAD, CAREFUL, GOOD, QUIET, Column, amount, json_option, moment, say, show_table
from server.store.changes import newest
from server.store.webhooks import Webhooks
from server.tokens import timestamp
from server.vault import Outcome
from server.webhook.event import body_of, event_id, event_of, number_of, test_event
from server.webhook.secret import SecretKeeper
from server.webhook.signature import headers
from server.webhook.subscription import SecretPlace, UnfitWebhook, Webhook, checked_url, found

if TYPE_CHECKING:
    from server.store.webhooks import Due
    from server.webhook.subscription import Backlog
    from server.workspace import Workspace

COLUMNS = (
    Column("Id", "id", style=QUIET, fixed=True),
    Column("Address", "url", style="bold"),
    Column("State", "state", wraps=True),
    Column("Delivered", "delivered", justify="right", fixed=True),
    Column("Waiting", "waiting", justify="right", fixed=True),
    Column("Dead", "dead", justify="right", fixed=True),
    Column("Last", "last_delivered", fixed=True, spare=1),
)
DEAD_COLUMNS = (
    Column("Webhook", "webhook", style=QUIET, fixed=True),
    Column("Event", "event", fixed=True),
    Column("Type", "type", style="bold"),
    Column("What", "summary", wraps=True),
    Column("Attempts", "attempts", justify="right", fixed=True),
    Column("Why", "problem", wraps=True),
)


class WebhookCommands(Commands):
    """Words what a webhook cannot be as the other refusals are."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was given; raises Failure."""
        try:
            return super().invoke(ctx)
        except UnfitWebhook as error:
            raise Failure(str(error)) from error


@click.group(cls=WebhookCommands)
def webhook() -> None:
    """Tell other programs of each change, signed, while Perch serves."""


@webhook.command()
@click.argument("url")
@click.option("--secret-file", metavar="FILE", help="Keep the secret in a private file; made where it is missing.")
@click.option("--secret-env", metavar="NAME", help="Read the secret from a variable of the endpoint's environment.")
@click.option("--from-start", is_flag=True, help="Begin with the first change that the audit has, not with the next.")
@click.option("--plain-http", is_flag=True, help="Allow an address of another machine without TLS.")
@pass_invocation
def add(
    invocation: Invocation,
    *,
    url: str,
    secret_file: str | None,
    secret_env: str | None,
    from_start: bool,
    plain_http: bool,
) -> None:
    """Tell URL of each change from now on. A secret that is made is printed, once, alone on stdout.

    It is kept in the system's keyring unless --secret-file or --secret-env says otherwise.
    """
    if secret_file is not None and secret_env is not None:
        raise click.UsageError("Give --secret-file or --secret-env, not both.")
    place, name = SecretPlace.KEYRING, ""
    if secret_file is not None:
        place, name = SecretPlace.FILE, str(Path(secret_file).expanduser().absolute())
    elif secret_env is not None:
        place, name = SecretPlace.ENVIRONMENT, secret_env
    address = checked_url(url, plain_http=plain_http)
    with invocation.workspace() as workspace:
        webhooks = Webhooks(workspace.database)
        if any(one.url == address for one in webhooks.listed()):
            raise UnfitWebhook(f"{address} is told of changes already: `perch webhook list` shows it.")
        cursor = 0 if from_start else newest(workspace.database)
        now = timestamp(time.time())
        made = Webhook(uuid.uuid4().hex[:12], address, place, name, now, workspace.actor, cursor)
        secret = SecretKeeper().keep(made)
        webhooks.add(made)
    if secret is not None:
        click.echo(secret)
    say(f"Webhook {made.id}: {address} is told of each change while Perch serves.")
    kept = {
        SecretPlace.KEYRING: "Its secret is in the system's keyring: give it to the consumer now, once.",
        SecretPlace.FILE: f"Its secret is in {name}: the consumer needs it to verify signatures.",
        SecretPlace.ENVIRONMENT: f"Its secret is the endpoint's variable {name}: set it where `perch serve` starts.",
    }
    say(kept[place], style=QUIET)


@webhook.command("list")
@json_option
@pass_invocation
def list_webhooks(invocation: Invocation, as_json: bool) -> None:
    """List who is told of changes, how far each has got and what ails it."""
    with invocation.workspace() as workspace:
        webhooks = Webhooks(workspace.database)
        rows = [(one, webhooks.backlog(one)) for one in webhooks.listed()]
    show_table(
        [_row(one, backlog) for one, backlog in rows],
        COLUMNS,
        as_json=as_json,
        documents=[_described(one, backlog) for one, backlog in rows],
        nothing="Nobody is told of changes. Begin with `perch webhook add URL`.",
    )


def _row(one: Webhook, backlog: Backlog) -> dict[str, Any]:
    state = Text("works", style=GOOD)
    if one.problem:
        state = Text(f"since {moment(one.failing_since)}: {one.problem}", style=BAD)
    elif backlog.waiting or backlog.dead:
        state = Text("refuses some", style=CAREFUL)
    return {
        "id": one.id,
        "url": one.url,
        "state": state,
        "delivered": one.delivered,
        "waiting": backlog.ahead + backlog.waiting,
        "dead": backlog.dead,
        "last_delivered": moment(one.last_delivered, otherwise="never"),
    }


def _described(one: Webhook, backlog: Backlog) -> dict[str, Any]:
    names = ("id", "url", "secret_name", "created", "created_by", "cursor", "delivered", "last_delivered")
    return {name: getattr(one, name) for name in (*names, "failing_since", "problem")} | {
        "secret_place": str(one.secret_place),
        "ahead": backlog.ahead,
        "waiting": backlog.waiting,
        "dead": backlog.dead,
    }


@webhook.command()
@click.argument("reference", metavar="WEBHOOK")
@pass_invocation
def remove(invocation: Invocation, reference: str) -> None:
    """Tell WEBHOOK (an id or an address) no more, and forget what waits for it."""
    with invocation.workspace() as workspace:
        webhooks, one = _found(workspace, reference)
        webhooks.remove(one.id)
    outcome = SecretKeeper().forget(one)
    say(f"Webhook {one.id} ({one.url}) is told no more.")
    if outcome not in (None, Outcome.ABSENT):
        say(f"Its secret may still be in the system's keyring ({outcome}), where it is worth nothing now.", style=QUIET)


@webhook.command()
@click.argument("reference", metavar="WEBHOOK")
@pass_invocation
def test(invocation: Invocation, reference: str) -> None:
    """Send WEBHOOK a signed event of type webhook.test now, from here, and say what it answers."""
    from server.delivery.posting import Post, Refused  # noqa: PLC0415 -- TLS, which other commands need not wait for

    with invocation.workspace() as workspace:
        _, one = _found(workspace, reference)
        actor = workspace.actor
    secret, now = SecretKeeper().read(one), time.time()
    event = test_event(timestamp(now), actor)
    body = body_of(event)
    with closing(Post(one.url)) as post:
        try:
            post.send(body, headers(one.id, event["id"], body, secret, int(now)))
        except Refused as error:
            raise Failure(f"{one.url} {error}.") from error
    say(f"{one.url} took it.", style=GOOD)


@webhook.command()
@click.argument("reference", metavar="WEBHOOK", required=False)
@json_option
@pass_invocation
def dead(invocation: Invocation, reference: str | None, as_json: bool) -> None:
    """List what was given up after too many attempts, of WEBHOOK or of all."""
    with invocation.workspace() as workspace:
        webhooks = Webhooks(workspace.database)
        chosen = webhooks.listed() if reference is None else [_found(workspace, reference)[1]]
        rows = [_dead_row(one, due) for one in chosen for due in webhooks.dead(one.id)]
    show_table(rows, DEAD_COLUMNS, as_json=as_json, nothing="Nothing was given up.")


def _dead_row(one: Webhook, due: Due) -> dict[str, Any]:
    letter, change = due
    return {
        "webhook": one.id,
        "event": event_id(change),
        "type": event_of(change)["type"],
        "summary": change.summary,
        "attempts": letter.attempts,
        "problem": letter.problem,
    }


@webhook.command()
@click.argument("reference", metavar="WEBHOOK")
@click.argument("events", metavar="[EVENT]...", nargs=-1)
@pass_invocation
def retry(invocation: Invocation, reference: str, events: tuple[str, ...]) -> None:
    """Send WEBHOOK again what was given up: all of it, or the events that are named."""
    with invocation.workspace() as workspace:
        webhooks, one = _found(workspace, reference)
        seqs: list[int] | None = None
        if events:
            known = {event_id(change): letter.seq for letter, change in webhooks.dead(one.id)}
            unknown = [event for event in events if event not in known]
            if unknown:
                wrong = "is no event's id" if number_of(unknown[0]) is None else "is not among what was given up"
                raise UnfitWebhook(f"{unknown[0]} {wrong}: `perch webhook dead` lists them.")
            seqs = [known[event] for event in events]
        number = webhooks.revive(one.id, seqs, int(time.time() * 1000))
    say(f"{amount(number, 'event')} will be sent again while Perch serves." if number else "Nothing was given up.")


def _found(workspace: Workspace, reference: str) -> tuple[Webhooks, Webhook]:
    webhooks = Webhooks(workspace.database)
    return webhooks, found(webhooks.listed(), reference)
