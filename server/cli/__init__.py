"""The command line ``perch``: one command for each thing that a workspace lets a person read or do."""

from __future__ import annotations

import click

from server.cli.activity import activity
from server.cli.compact import compact
from server.cli.demo import demo
from server.cli.invocation import Commands, Invocation, installed_version
from server.cli.resources import group, user
from server.cli.serve import serve
from server.cli.service import service
from server.cli.simulate import simulate
from server.cli.tls import tls
from server.cli.tokens import token
from server.cli.transfer import export, import_
from server.cli.upkeep import backup, doctor, restore
from server.cli.webhooks import webhook
from server.config import DATA_DIR_VARIABLE


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data-dir",
    metavar="FOLDER",
    help=f"The data folder; otherwise {DATA_DIR_VARIABLE} or the system's place for application data.",
)
@click.version_option(installed_version(), prog_name="Perch", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, data_dir: str | None) -> None:
    """Perch: a SCIM 2.0 server that Okta provisions people and groups into."""
    context.obj = Invocation(data_dir)


for command in (
    demo,
    serve,
    token,
    user,
    group,
    export,
    import_,
    webhook,
    activity,
    backup,
    restore,
    compact,
    doctor,
    service,
    tls,
    simulate,
):
    main.add_command(command)
