"""``perch compact``: the space of what was deleted, given back to the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from server.cli.invocation import Failure, Invocation, pass_invocation
from server.cli.output import size
from server.faults import Fault, FaultCode
from server.store import compaction
from server.store.serving import claimed
from server.workspace import ACTIVITY, DATABASE

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@pass_invocation
def compact(invocation: Invocation) -> None:
    """Give the space of what was deleted back to the disk, also while Perch serves.

    The first time each file is written anew, for which no endpoint may serve; from then on it is done in short steps.
    """
    folder = invocation.folder()
    there = [path for name in (DATABASE, ACTIVITY) if (path := folder / name).exists()]
    for path in there:
        done = compaction.compact(path) if compaction.is_gradual(path) else _first(folder, path)
        click.echo(f"{path.name}\t{done.before}\t{done.after}\t{size(done.before)} before, {size(done.after)} now")


def _first(folder: Path, path: Path) -> compaction.Compacted:
    try:
        with claimed(folder):
            return compaction.rewrite(path)
    except Fault as fault:
        if fault.code is FaultCode.ALREADY_SERVING:
            sentence = f"{path.name} is to be written anew once, and nobody could write meanwhile: stop the endpoint"
            raise Failure(
                f"{sentence}, run perch compact, and start it again. From then on it need not stop."
            ) from fault
        raise
