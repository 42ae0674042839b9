"""What there is to measure of a running endpoint, gathered when somebody asks, in Prometheus' text format.

Belongs here: which families there are and where each number comes from. Must not know: how a line is written
(``exposition``), how requests are counted (``traffic``), who may ask.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import time
from collections import Counter
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from server.http.exposition import family, gauge, sample
from server.records import TokenStatus
from server.store.paging import totals
from server.tokens import status, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from server.http.traffic import Traffic
    from server.records import Token
    from server.store.database import Database
    from server.tokens import TokenStore

DAY = 86_400


class Standing(NamedTuple):
    """What the database says: people, groups, and every token ever made."""

    people: int
    groups: int
    tokens: Sequence[Token]


class Metrics:
    """The numbers of one endpoint; ``connections`` gives how many are open."""

    def __init__(
        self,
        traffic: Traffic,
        database: Database,
        tokens: TokenStore,
        readers: Executor,
        connections: Callable[[], int],
    ) -> None:
        self._traffic = traffic
        self._database = database
        self._tokens = tokens
        self._readers = readers
        self._connections = connections
        self._started = time.time()
        self._build = build()

    async def text(self) -> str:
        """Write all of it; raises StoreUnavailable."""
        # The reader thread reads, so that no request waits for a scrape.
        standing = await asyncio.get_running_loop().run_in_executor(self._readers, self._standing)
        return "".join(
            (
                self._build,
                self._traffic.families(),
                gauge("perch_http_connections", "Connections that are open.", self._connections()),
                gauge("perch_write_queue", "Writes that wait for their commit.", self._database.waiting),
                gauge("perch_writer_alive", "1 while the thread that writes is there.", int(self._database.writing)),
                gauge("perch_people", "People in the directory, deactivated ones included.", standing.people),
                gauge("perch_groups", "Groups in the directory.", standing.groups),
                token_families(standing.tokens, time.time()),
                process_families(self._started),
            )
        )

    def _standing(self) -> Standing:
        return Standing(*totals(self._database), self._tokens.tokens())


def token_families(tokens: Sequence[Token], now: float) -> str:
    """Write how many tokens there are by status at `now` (epoch seconds), and when the first active one expires.

    A token that is being replaced is meant to end, so its end is no news.
    """
    moment = timestamp(now)
    found = [(status(token, moment), token) for token in tokens]
    counted = Counter(state for state, _ in found)
    ends = [token.expires for state, token in found if state is TokenStatus.ACTIVE and token.expires is not None]
    first = (datetime.fromisoformat(min(ends)).timestamp() - now) / DAY if ends else None
    return family(
        "perch_tokens",
        "gauge",
        "Tokens by status.",
        [sample("perch_tokens", counted[state], {"status": state.value}) for state in TokenStatus],
    ) + gauge("perch_token_first_expiry_days", "Days until the first active token expires; absent if none does.", first)


def process_families(started: float) -> str:
    """Write what the system says of this process; what this system does not tell is left out."""
    return (
        gauge("process_resident_memory_bytes", "Memory in use (RSS).", resident_memory())
        + family(
            "process_cpu_seconds_total",
            "counter",
            "Processor time used.",
            [sample("process_cpu_seconds_total", time.process_time())],
        )
        + gauge("process_start_time_seconds", "When the endpoint began, in seconds since 1970.", started)
        + gauge("process_open_fds", "Open file descriptors.", open_files())
    )


def resident_memory(statm: Path = Path("/proc/self/statm")) -> int | None:
    """Give the bytes of memory that this process holds now; None where only its peak is known (not Linux)."""
    try:
        return int(statm.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def open_files(folder: Path = Path("/proc/self/fd")) -> int | None:
    """Give how many files this process has open; None where the system does not tell."""
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return None


def build() -> str:
    """Write which program this is."""
    try:
        installed = version("perch-scim")
    except PackageNotFoundError:
        installed = "unknown"
    labels = {"version": installed, "python": platform.python_version(), "system": sys.platform}
    return family("perch_build_info", "gauge", "Which Perch this is.", [sample("perch_build_info", 1, labels)])
