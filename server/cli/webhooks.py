"""``perch webhook``: who is told of changes, whether it works, and what could not be delivered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from server.cli.invocation import Commands, Failure, Invocation, pass_invocation
from server.cli.output import BAD, CAREFUL, GOOD, QUIET, Column, amount, json_option, moment, say, show_table
from server.consumers import Fare
from server.vault import Outcome
from server.webhook.event import number_of
from server.webhook.subscription import SecretPlace, UnfitWebhook, Webhook, found

if TYPE_CHECKING:
    from server.consumers import Consumer, GivenUp
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
    with invocation.workspace() as workspace:
        added = workspace.webhooks.add(url, place, name, from_start=from_start, plain_http=plain_http)
    assert added is not None
    if added.secret is not None:
        click.echo(added.secret)
    say(f"Webhook {added.webhook.id}: {added.webhook.url} is told of each change while Perch serves.")
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
        rows = workspace.webhooks.listed()
    show_table(
        [_row(one) for one in rows],
        COLUMNS,
        as_json=as_json,
        documents=[_described(one) for one in rows],
        nothing="Nobody is told of changes. Begin with `perch webhook add URL`.",
    )


def _row(consumer: Consumer) -> dict[str, Any]:
    one, backlog = consumer.webhook, consumer.backlog
    state = Text("works", style=GOOD)
    if consumer.fare is Fare.FAILING:
        state = Text(f"since {moment(one.failing_since)}: {one.problem}", style=BAD)
    elif consumer.fare is Fare.WAITING or backlog.dead:
        state = Text("refuses some", style=CAREFUL)
    return {
        "id": one.id,
        "url": one.url,
        "state": state,
        "delivered": one.delivered,
        "waiting": consumer.waiting,
        "dead": backlog.dead,
        "last_delivered": moment(one.last_delivered, otherwise="never"),
    }


def _described(consumer: Consumer) -> dict[str, Any]:
    one, backlog = consumer.webhook, consumer.backlog
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
        one = _found(workspace, reference)
        outcome = workspace.webhooks.remove(one.id)
    say(f"Webhook {one.id} ({one.url}) is told no more.")
    if outcome not in (None, Outcome.ABSENT):
        say(f"Its secret may still be in the system's keyring ({outcome}), where it is worth nothing now.", style=QUIET)


@webhook.command()
@click.argument("reference", metavar="WEBHOOK")
@pass_invocation
def test(invocation: Invocation, reference: str) -> None:
    """Send WEBHOOK a signed event of type webhook.test now, from here, and say what it answers."""
    with invocation.workspace() as workspace:
        one = _found(workspace, reference)
        trial = workspace.webhooks.test(one.id)
    if trial.problem:
        raise Failure(f"{one.url} {trial.problem}.")
    say(f"{one.url} took it.", style=GOOD)


@webhook.command()
@click.argument("reference", metavar="WEBHOOK", required=False)
@json_option
@pass_invocation
def dead(invocation: Invocation, reference: str | None, as_json: bool) -> None:
    """List what was given up after too many attempts, of WEBHOOK or of all."""
    with invocation.workspace() as workspace:
        webhooks = workspace.webhooks
        chosen = [one.webhook for one in webhooks.listed()] if reference is None else [_found(workspace, reference)]
        rows = [_dead_row(one, letter) for one in chosen for letter in webhooks.given_up(one.id)]
    show_table(rows, DEAD_COLUMNS, as_json=as_json, nothing="Nothing was given up.")


def _dead_row(one: Webhook, letter: GivenUp) -> dict[str, Any]:
    names = ("event", "type", "summary", "attempts", "problem")
    return {"webhook": one.id} | {name: getattr(letter, name) for name in names}


@webhook.command()
@click.argument("reference", metavar="WEBHOOK")
@click.argument("events", metavar="[EVENT]...", nargs=-1)
@pass_invocation
def retry(invocation: Invocation, reference: str, events: tuple[str, ...]) -> None:
    """Send WEBHOOK again what was given up: all of it, or the events that are named."""
    with invocation.workspace() as workspace:
        webhooks, one = workspace.webhooks, _found(workspace, reference)
        seqs: list[int] | None = None
        if events:
            known = {letter.event: letter.seq for letter in webhooks.given_up(one.id)}
            unknown = [event for event in events if event not in known]
            if unknown:
                wrong = "is no event's id" if number_of(unknown[0]) is None else "is not among what was given up"
                raise UnfitWebhook(f"{unknown[0]} {wrong}: `perch webhook dead` lists them.")
            seqs = [known[event] for event in events]
        number = webhooks.retry(one.id, seqs)
    say(f"{amount(number, 'event')} will be sent again while Perch serves." if number else "Nothing was given up.")


def _found(workspace: Workspace, reference: str) -> Webhook:
    return found([one.webhook for one in workspace.webhooks.listed()], reference)
