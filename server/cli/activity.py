"""``perch activity``: what Okta asked and what it was answered, as it happens if you like."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
import orjson
from rich.text import Text

from server.cli.invocation import Invocation, pass_invocation
from server.cli.output import (
    BAD,
    CAREFUL,
    GOOD,
    QUIET,
    Column,
    console,
    is_terminal,
    json_option,
    moment,
    show_table,
    table,
)

if TYPE_CHECKING:
    from server.records import ActivityRecord
    from server.workspace import Workspace

POLL_SECONDS = 0.25
COLUMNS = (
    Column("When", "when", fixed=True, style=QUIET, spare=2, least=19),
    Column("Status", "status", fixed=True, justify="right"),
    Column("Request", "request", least=30),
    Column("What it meant", "meaning", wraps=True, least=30),
    Column("Time", "duration", justify="right", fixed=True, style=QUIET, spare=3, least=9),
    Column("Token", "token", style=QUIET, spare=1, least=12),
)


@click.command()
@click.option("--follow", "-f", is_flag=True, help="Go on showing requests as they come, until Ctrl-C.")
@click.option("--errors", is_flag=True, help="Only what was answered with an error.")
@click.option("--token", "reference", metavar="TOKEN", help="Only the requests of one token (label or id).")
@click.option("--text", metavar="TEXT", help="Only what holds this in its path, query, meaning or bodies.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many of the newest.")
@json_option
@pass_invocation
def activity(
    invocation: Invocation,
    *,
    follow: bool,
    errors: bool,
    reference: str | None,
    text: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show the requests to this folder's endpoint, the newest last."""
    with invocation.workspace() as workspace:
        token_id = workspace.tokens.find(reference).id if reference is not None else None
        filters: dict[str, Any] = {"errors_only": errors, "token_id": token_id, "text": text}
        newest = workspace.activity.recent(1)
        found = workspace.activity.recent(limit, **filters)[::-1]
        if not follow:
            _show(workspace, found, as_json=as_json)
            return
        # Ctrl-C is how following ends.
        with suppress(KeyboardInterrupt):
            _follow(workspace, found, newest[0].seq if newest else 0, filters, as_json=as_json)


def _show(workspace: Workspace, found: list[ActivityRecord], *, as_json: bool) -> None:
    labels = {token.id: token.label for token in workspace.tokens.tokens()}
    show_table(
        [_row(record, labels) for record in found],
        COLUMNS,
        as_json=as_json,
        documents=[described(record) for record in found],
        nothing="No request yet that matches. Start `perch serve` and let Okta test the connection.",
    )


def _follow(
    workspace: Workspace, found: list[ActivityRecord], last: int, filters: dict[str, Any], *, as_json: bool
) -> None:
    log = workspace.activity
    while True:
        if found:
            labels = {token.id: token.label for token in workspace.tokens.tokens()}
            for record in found:
                _print_one(record, labels, as_json=as_json)
            last = max(last, found[-1].seq)
        found = log.recent(500, after_seq=last, **filters)
        if not found:
            time.sleep(POLL_SECONDS)


def _print_one(record: ActivityRecord, labels: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(described(record)).decode())
        return
    row = _row(record, labels)
    if not is_terminal():
        click.echo("\t".join(str(row[column.key]) for column in COLUMNS))
        return
    out = console()
    out.print(table([row], COLUMNS, out.width, header=False))


def _row(record: ActivityRecord, labels: dict[str, str]) -> dict[str, Any]:
    style = BAD if record.status >= 500 else CAREFUL if record.status >= 400 else GOOD
    query = f"?{record.query}" if record.query else ""
    meaning = record.meaning or record.scim_type or ""
    if record.ignored:
        meaning += f" (left out: {', '.join(record.ignored)})"
    return {
        "when": moment(record.at, seconds=True),
        "status": Text(str(record.status), style=style),
        "request": f"{record.method} {record.path}{query}",
        "meaning": meaning,
        "duration": f"{record.duration / 1000:.1f} ms",
        "token": labels.get(record.token_id or "", record.token_id or ""),
    }


def described(record: ActivityRecord) -> dict[str, Any]:
    """Give a request for a program: everything that is kept of it."""
    names = (
        "seq",
        "at",
        "request_id",
        "method",
        "path",
        "query",
        "status",
        "duration",
        "token_id",
        "address",
    )
    more = ("agent", "scim_type", "meaning", "feature", "resource_id", "request_body", "response_body")
    return {name: getattr(record, name) for name in (*names, *more)} | {
        "ignored": list(record.ignored),
        "refusal": None if record.refusal is None else str(record.refusal),
        "headers": [list(pair) for pair in record.headers],
    }
