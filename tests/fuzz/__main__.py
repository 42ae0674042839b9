"""Fuzz Perch: ``python -m tests.fuzz [TARGET …] --inputs 10000000 --jobs 2``; exits with 1 when something crashed.

Each job mutates by itself, guided by the lines of Perch that its inputs reach. ``python -m tests.fuzz.guided`` lets
libFuzzer do that.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tests.fuzz import run
from tests.fuzz.targets import Targets

NAMES = (*Targets.NAMES, "endpoint")
SHARES = {"filter": 4.0, "path": 2.5, "query": 2.0, "patch": 0.9, "json": 0.6, "endpoint": 0.02}
"""How the inputs are shared out: more to what is fast."""


@click.command()
@click.argument("targets", nargs=-1, type=click.Choice(NAMES))
@click.option("--inputs", default=100_000, show_default=True, help="Of all targets together.")
@click.option("--jobs", default=2, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--findings", default="findings", show_default=True, help="Where what crashes is written to.")
@click.option("--repeat", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Try one input again.")
def main(*, targets: tuple[str, ...], inputs: int, jobs: int, seed: int, findings: str, repeat: Path | None) -> None:
    """Throw mutilated messages at the parsers."""
    names = targets or NAMES
    if repeat is not None:
        crash = run.repeat(names[0], repeat.read_bytes())
        print(crash or "It does not crash.")
        sys.exit(crash is not None)
    whole = sum(SHARES[name] for name in names)
    pieces = [
        (name, int(inputs * SHARES[name] / whole / jobs), seed * 1_000 + job) for name in names for job in range(jobs)
    ]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        started = [pool.submit(run.fuzz, *piece, Path(findings), run.tell) for piece in pieces]
        done = [one.result() for one in started]
    table = Table()
    for column in ("target", "inputs", "a second", "lines reached", "crashes"):
        table.add_column(column, justify="left" if column == "target" else "right")
    for name in names:
        parts = [one for one in done if one.target == name]
        number, crashes = sum(one.inputs for one in parts), sum(len(one.crashes) for one in parts)
        rate = sum(one.inputs / max(one.seconds, 0.001) for one in parts) / jobs
        table.add_row(name, f"{number:,}", f"{rate:,.0f}", str(max(one.lines for one in parts)), str(crashes))
    total, crashed = sum(one.inputs for one in done), sum(len(one.crashes) for one in done)
    table.add_row("together", f"{total:,}", "", "", str(crashed))
    Console(width=100).print(table)
    sys.exit(1 if crashed else 0)


if __name__ == "__main__":
    main()
