"""What is measured while the endpoint lives: how long answers take, and how much memory it holds."""

from __future__ import annotations

import os
import statistics
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple


class Spread(NamedTuple):
    """Milliseconds."""

    number: int
    median: float
    p99: float
    most: float


class Latencies:
    """The seconds that answers took, by kind of request, as counts of 0.1 ms so that a long run needs no memory."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, Counter[int]] = defaultdict(Counter)

    def add(self, kind: str, seconds: float) -> None:
        self._counts[kind][round(seconds * 10_000)] += 1

    def kinds(self) -> list[str]:
        return sorted(self._counts)

    def spread(self, kind: str | None = None) -> Spread:
        """Give the spread of one kind, or of all together."""
        counts = self._counts[kind] if kind is not None else sum(self._counts.values(), Counter())
        total = counts.total()
        seen, median, p99 = 0, None, None
        for value in sorted(counts):
            seen += counts[value]
            if median is None and seen >= total * 0.5:
                median = value
            if p99 is None and seen >= total * 0.99:
                p99 = value
        return Spread(total, (median or 0) / 10, (p99 or 0) / 10, max(counts, default=0) / 10)


def resident(pid: int) -> int:
    """Give the resident size of a process in bytes (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise LookupError(pid)


def processor_seconds(pid: int) -> float:
    """Give the processor time that a process has taken, in seconds (Linux)."""
    # The name before the bracket may hold blanks; the 14th and 15th field are of the process itself.
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Memory:
    """The resident sizes of one life of the endpoint, a sample a second."""

    def __init__(self) -> None:
        self.samples: list[int] = []

    def after_warm_up(self, warm_up: int, window: int) -> float:
        """Give the median of a window of samples after the warm-up."""
        return statistics.median(self.samples[warm_up : warm_up + window])

    def last(self, window: int) -> float:
        """Give the median of the last samples."""
        return statistics.median(self.samples[-window:])
