"""Half an hour in the life of an endpoint: ``python -m tests.soak [--minutes 30] [--kills 100]``, and ``… slow``.

The kills fall into the first two thirds; the last third is one undisturbed life, in which the memory is watched.
Exits with 1 when a goal is missed. Needs Linux, two cores and some quiet.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from server.cli.serve import loop_factory
from tests.soak import slow
from tests.soak.life import Goal, Soak


def _show(title: str, goals: list[Goal]) -> None:
    table = Table(title=title)
    for name in ("", "seen", "goal", ""):
        table.add_column(name)
    for goal in goals:
        table.add_row(goal.name, goal.seen, goal.wanted, "" if not goal.wanted else "ok" if goal.is_met else "MISSED")
    Console(width=120).print(table)
    sys.exit(0 if all(goal.is_met for goal in goals) else 1)


@click.group(invoke_without_command=True)
@click.option("--minutes", default=30.0, show_default=True)
@click.option("--kills", default=100, show_default=True)
@click.option("--people", default=10_000, show_default=True, help="People whom nobody changes.")
@click.option("--clients", default=8, show_default=True)
@click.option("--rate", default=400.0, show_default=True, help="Requests a second of all clients together.")
@click.option("--seed", default=7, show_default=True)
@click.pass_context
def main(
    context: click.Context, *, minutes: float, kills: int, people: int, clients: int, rate: float, seed: int
) -> None:
    """Run the soak, or one of the commands."""
    if context.invoked_subcommand is not None:
        return
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=loop_factory()) as runner:
        soak = Soak(Path(folder), people=people, clients=clients, rate=rate, seed=seed)
        runner.run(soak.live(minutes * 60, kills))
        _show(f"{minutes:g} minutes, {kills} kills, {clients} clients, {rate:g} requests/s", soak.goals())


@main.command("slow")
@click.option("--connections", default=500, show_default=True)
@click.option("--rounds", default=20, show_default=True)
def beside_slow_ones(connections: int, rounds: int) -> None:
    """Measure what slow and silent connections cost those that work."""
    with tempfile.TemporaryDirectory() as folder:
        _show(f"{connections} slow connections", slow.measure(Path(folder), connections, rounds))


if __name__ == "__main__":
    main()
