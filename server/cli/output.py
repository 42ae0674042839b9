"""How the command line shows things: calm tables on a terminal, lines with tabs or JSON for programs.

Belongs here: consoles, colours, columns, times and sizes for people. Must not know: what is shown. Data
goes to stdout, everything else to stderr; colours only to a terminal and never where NO_COLOR is set (rich
sees to it).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import click
import orjson
from rich.box import Box
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LINE = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
"""One thin line under the headings and nothing else."""

QUIET = "dim"
GOOD, CAREFUL, BAD = "green", "yellow", "red"


GAP = 3
"""Columns between two columns."""
FLOOR = 12
"""Columns of a terminal below which a column is not cut."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading for people, its key in a row, and how it may behave when room is short."""

    heading: str
    key: str
    style: str = ""
    justify: Literal["left", "right"] = "left"
    wraps: bool = False
    """Whether long text goes over several lines; otherwise it ends in an ellipsis."""
    fixed: bool = False
    """Whether the column keeps its width when room is short."""
    spare: int = 0
    """Whether the column may be left out when room is short; the highest number goes first."""
    least: int = 0
    """A width that it has anyway, for a table that grows line by line."""


def is_terminal() -> bool:
    """Tell whether a person reads stdout."""
    return sys.stdout.isatty()


def console() -> Console:
    """Give a console for data, made anew because stdout may be another one by now."""
    return Console(file=sys.stdout, highlight=False)


def said() -> Console:
    """Give a console for everything that is no data."""
    return Console(file=sys.stderr, highlight=False)


def say(sentence: str, *, style: str = "") -> None:
    """Tell a person something on stderr, as one line whatever the width where nobody reads it."""
    said().print(Text(sentence, style=style), soft_wrap=True)


def show_table(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    *,
    as_json: bool,
    nothing: str,
    documents: Iterable[Any] | None = None,
) -> None:
    """Show rows: as JSON (``documents`` where rows are only their summary), a table, or lines with tabs."""
    if as_json:
        show_json(list(rows if documents is None else documents))
        return
    if not is_terminal():
        for row in rows:
            click.echo("\t".join(_flat(row.get(column.key)) for column in columns))
        return
    if not rows:
        say(nothing, style=QUIET)
        return
    out = console()
    out.print(table(rows, columns, out.width))


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], room: int, *, header: bool = True) -> Table:
    """Make a table that fits into ``room`` columns of a terminal."""
    drawn = Table(
        box=LINE,
        border_style=QUIET,
        header_style="bold",
        show_header=header,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),
    )
    fitting = fitted(rows, columns, room)
    for column, width in fitting:
        drawn.add_column(
            column.heading,
            style=column.style,
            justify=column.justify,
            no_wrap=not column.wraps,
            overflow="fold" if column.wraps else "ellipsis",
            width=width,
        )
    for row in rows:
        drawn.add_row(*(_cell(row.get(column.key)) for column, _ in fitting))
    return drawn


def fitted(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], room: int) -> list[tuple[Column, int]]:
    """Give the columns that fit and their widths: what can be spared goes first, then the widest are cut."""
    natural = {
        column.key: max(cell_len(column.heading), *(cell_len(_flat(row.get(column.key))) for row in rows), column.least)
        for column in columns
    }
    floor = {c.key: natural[c.key] if c.fixed else min(natural[c.key], FLOOR) for c in columns}
    kept = list(columns)
    for column in sorted((c for c in columns if c.spare), key=lambda c: -c.spare):
        if sum(floor[c.key] for c in kept) + GAP * (len(kept) - 1) > room:
            kept.remove(column)
    left = room - GAP * (len(kept) - 1) - sum(floor[c.key] for c in kept)
    widths = {c.key: floor[c.key] for c in kept}
    # The ones that need least are served first, so that what is left goes to the long ones in equal parts.
    hungry = sorted((c for c in kept if natural[c.key] > floor[c.key]), key=lambda c: natural[c.key])
    for number, column in enumerate(hungry):
        more = max(0, min(natural[column.key] - floor[column.key], left // (len(hungry) - number)))
        widths[column.key] += more
        left -= more
    return [(column, widths[column.key]) for column in kept]


def show_json(value: Any) -> None:
    """Print a value as JSON, indented for reading."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def show_details(pairs: Sequence[tuple[str, Any]]) -> None:
    """Show one thing: a name and a value on each line."""
    if not is_terminal():
        for name, value in pairs:
            click.echo(f"{name}\t{_flat(value)}")
        return
    out = console()
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=QUIET, overflow="fold", max_width=out.width // 2)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(escape(name), _cell(value))
    out.print(grid)


def _flat(value: Any) -> str:
    """Write a cell for a program: one line, no tab."""
    return " ".join(str(_plain(value)).split())


def _cell(value: Any) -> Text:
    return value if isinstance(value, Text) else Text(str(_plain(value)))


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.plain if isinstance(value, Text) else value


def moment(timestamp: str | None, *, otherwise: str = "", seconds: bool = False) -> str:
    """Write a time for a person: local, to the minute or second. Programs get it as it is."""
    if timestamp is None:
        return otherwise
    if not is_terminal():
        return timestamp
    local = datetime.fromisoformat(timestamp).astimezone()
    return f"{local:%Y-%m-%d %H:%M:%S}" if seconds else f"{local:%Y-%m-%d %H:%M}"


def distance(timestamp: str, now: datetime | None = None) -> str:
    """Say how far a time is from now: ``in 90 days``, ``3 hours ago``."""
    difference = datetime.fromisoformat(timestamp) - (now or datetime.now(UTC))
    ahead = difference > timedelta()
    seconds = abs(difference).total_seconds()
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        number = round(seconds / size)
        if number >= 1:
            words = f"{number} {unit}{'' if number == 1 else 's'}"
            return f"in {words}" if ahead else f"{words} ago"
    return "now" if ahead else "just now"


def amount(number: int, noun: str) -> str:
    """Write a number and its noun: ``1 user``, ``1,200 users``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def size(number: int) -> str:
    """Write bytes for a person: ``4.2 MB``."""
    value = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
