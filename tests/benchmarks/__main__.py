"""Perch against the ceiling, in one run with one generator: ``python -m tests.benchmarks [NAME …] [--million]``.

Each figure is the median of several rounds in which the bare handler and the endpoint take turns, so that a machine
whose speed drifts gives the same ratio. Needs two cores: one for the server, one for the generator.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from tests.benchmarks import stage, tables, window
from tests.benchmarks.stage import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 9
"""Turns that each of the two takes: many short ones, because the speed of a shared machine drifts within seconds."""

USERS = 10_000
LARGE = 50_000


def _paired(
    server: stage.Running, bare: stage.Running, connections: int, requests: Callable[[int], list[bytes]]
) -> tuple[float, float, float]:
    """Let both answer the same requests in turn; give (rate, ceiling's rate, ratio), each a median."""
    pairs = []
    for number in range(ROUNDS):
        batch = requests(number)
        ceiling = stage.generate(bare, connections, batch).rate
        pairs.append((stage.generate(server, connections, batch).rate, ceiling))
    rates, ceilings = zip(*pairs, strict=True)
    return statistics.median(rates), statistics.median(ceilings), statistics.median(r / c for r, c in pairs)


def _operations(folder: Path) -> Iterator[Row]:
    token, ids, _ = stage.seed(folder, USERS)
    create = 0

    def get(_: int) -> list[bytes]:
        return [stage.request("GET", f"/Users/{ids[i % USERS]}", token) for i in range(10_000)]

    def find(_: int) -> list[bytes]:
        return [
            stage.request(
                "GET",
                f"/Users?filter=userName%20eq%20%22ada.{i % USERS}%40lovelace.example%22&startIndex=1&count=100",
                token,
            )
            for i in range(8_000)
        ]

    def post(_: int) -> list[bytes]:
        nonlocal create
        create += 3_000
        return [stage.request("POST", "/Users", token, stage.person(10**7 + create + i)) for i in range(3_000)]

    flips = itertools.count()

    def patch(_: int) -> list[bytes]:
        active = bool(next(flips) % 2)
        return [
            stage.request(
                "PATCH",
                f"/Users/{ids[i]}",
                token,
                {
                    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                    "Operations": [{"op": "replace", "value": {"active": active}}],
                },
            )
            for i in range(3_000)
        ]

    with stage.endpoint(folder, token) as server, stage.ceiling(690) as bare:
        for name, requests, goal in (
            ("GET by id", get, 0.60),
            ("filter by userName", find, 0.55),
            ("POST, durable", post, 0.30),
            ("PATCH active, durable", patch, 0.30),
        ):
            for connections in (1, 16):
                rate, ceiling, ratio = _paired(server, bare, connections, requests)
                yield Row(
                    f"{name}, {connections} connections",
                    f"{rate:,.0f}/s",
                    f"{ceiling:,.0f}/s",
                    f"{ratio:.2f}",
                    f"≥ {goal:.2f}" if connections == 16 else "",
                )


def _groups(folder: Path) -> Iterator[Row]:
    token, ids, groups = stage.seed(folder, LARGE + 5_000, (5, LARGE))
    with stage.endpoint(folder, token) as server:
        yield from _group_add(server, token, groups, ids[LARGE:])
        pages = [stage.request("GET", f"/Users?startIndex={i}&count=100", token) for i in range(1, LARGE, 100)]
        for connections in (1, 4):
            seconds = statistics.median(stage.generate(server, connections, pages).seconds for _ in range(ROUNDS))
            goal_text = "≥ 100,000/s" if connections == 4 else ""
            yield Row(
                f"import, pages of 100, {connections} connections",
                f"{LARGE / seconds:,.0f} users/s",
                "",
                "",
                goal_text,
            )


def _group_add(server: stage.Running, token: str, groups: list[str], spare: list[str]) -> Iterator[Row]:
    """Add one member a request to a small and to a large group, in turn."""
    rates: dict[str, list[float]] = {group: [] for group in groups}
    for number in range(ROUNDS):
        members = spare[number * 200 : (number + 1) * 200]
        for group in groups:
            add, remove = (
                [
                    stage.request(
                        "PATCH",
                        f"/Groups/{group}",
                        token,
                        {
                            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                            "Operations": [operation(member)],
                        },
                    )
                    for member in members
                ]
                for operation in (
                    lambda m: {"op": "add", "path": "members", "value": [{"value": m}]},
                    lambda m: {"op": "remove", "path": f'members[value eq "{m}"]'},
                )
            )
            # Added and removed again, so that the small group stays small.
            pairs = [r for pair in zip(add, remove, strict=True) for r in pair]
            rates[group].append(stage.generate(server, 1, pairs).rate)
    small, large = (statistics.median(rates[group]) for group in groups)
    ratio = statistics.median(b / a for a, b in zip(rates[groups[0]], rates[groups[1]], strict=True))
    yield Row("group add/remove at 5 members", f"{small:,.0f}/s", "", "", "")
    yield Row(
        f"group add/remove at {LARGE:,} members",
        f"{large:,.0f}/s",
        f"{small:,.0f}/s",
        f"{ratio:.2f}",
        "≥ 0.80",
    )


def _memory(folder: Path) -> Iterator[Row]:
    token, ids, _ = stage.seed(folder, 100_000)
    with stage.endpoint(folder, token) as server:
        stage.generate(server, 16, [stage.request("GET", f"/Users/{i}", token) for i in ids[::5]])
        stage.generate(
            server,
            4,
            [stage.request("GET", f"/Users?startIndex={i}&count=100", token) for i in range(1, 100_000, 100)],
        )
        bodies = [stage.person(10**7 + i) for i in range(2_000)]
        stage.generate(server, 16, [stage.request("POST", "/Users", token, body) for body in bodies])
        yield Row("peak RSS, 100,000 users", f"{stage.peak_memory(server.pid) / 1e6:,.0f} MB", "", "", "≤ 150 MB")


def _paging(folder: Path) -> Iterator[Row]:
    million = 1_000_000
    token, _, _ = stage.seed(folder, million)
    with stage.endpoint(folder, token) as server:
        times: dict[int, list[float]] = {1: [], million - 99: []}
        for _ in range(ROUNDS):
            for start, seen in times.items():
                page = stage.request("GET", f"/Users?startIndex={start}&count=100", token)
                seen.append(stage.generate(server, 1, [page] * 300).seconds / 300)
        first, last = (statistics.median(seen) for seen in times.values())
        ratio = statistics.median(b / a for a, b in zip(*times.values(), strict=True))
        yield Row("page 1 of 1,000,000 users", f"{first * 1e3:.2f} ms", "", "", "")
        yield Row(
            "last page of 1,000,000 users",
            f"{last * 1e3:.2f} ms",
            f"{first * 1e3:.2f} ms",
            f"{ratio:.2f}",
            "≤ 1.30",
        )


MEASUREMENTS = {
    "operations": _operations,
    "groups": _groups,
    "memory": _memory,
    "paging": _paging,
    "tables": tables.measure,
    "startup": window.startup,
    "lateness": window.lateness,
}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MEASUREMENTS], default=[])
    names = parser.parse_args().names or list(MEASUREMENTS)
    console = Console(width=110)
    table = Table("", "Perch", "ceiling", "ratio", "goal", title="Perch against a bare aiohttp handler")
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            for row in MEASUREMENTS[name](Path(folder)):
                console.print(*row)
                table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    main()
