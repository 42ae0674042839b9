"""How many requests were answered, by route and status, and how long they took: counted while they are served.

Belongs here: what happens for every request, so it is one look-up and two additions (well below 1 µs). Must not
know: who reads it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING

from server.http.exposition import family, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUNDS = (500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000)
"""Upper ends of the histogram's buckets, in microseconds; one more bucket has the rest."""

NOT_ROUTED = "none"
"""The route of what was refused before its route was looked at, or has none."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Methods that are counted by name: a client may invent others without end."""

OTHER = "other"

_SUM = len(BOUNDS) + 1
"""Where a series keeps its microseconds, behind its buckets."""

REQUESTS = "perch_http_requests_total"
DURATION = "perch_http_request_duration_seconds"

Series = tuple[str, str, int]
"""Route, method, status."""


class Traffic:
    """The requests of one listener; counted and read on the event loop."""

    __slots__ = ("_series",)

    def __init__(self) -> None:
        self._series: dict[Series, list[int]] = {}

    def count(self, route: str, method: str, status: int, duration: int) -> None:
        """Count one answer, which took so many microseconds."""
        series = self._series.get((route, method, status)) or self._begin(route, method, status)
        series[bisect_left(BOUNDS, duration)] += 1
        series[_SUM] += duration

    def _begin(self, route: str, method: str, status: int) -> list[int]:
        key = route, method if method in METHODS else OTHER, status
        return self._series.setdefault(key, [0] * (_SUM + 1))

    def families(self) -> str:
        """Write what was counted: a counter by route, method and status, a histogram by route and method."""
        requests = []
        durations: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (_SUM + 1))
        for (route, method, status), series in sorted(self._series.items()):
            labels = {"route": route, "method": method, "status": str(status)}
            requests.append(sample(REQUESTS, sum(series[:_SUM]), labels))
            total = durations[route, method]
            for index, value in enumerate(series):
                total[index] += value
        histograms = [
            line for (route, method), series in durations.items() for line in _histogram(route, method, series)
        ]
        return family(REQUESTS, "counter", "Requests answered.", requests) + family(
            DURATION, "histogram", "From the first byte handled to the answer handed over.", histograms
        )


def _histogram(route: str, method: str, series: list[int]) -> Iterator[str]:
    labels = {"route": route, "method": method}
    reached = 0
    for bound, number in zip((*BOUNDS, None), series[:_SUM], strict=True):
        reached += number
        end = "+Inf" if bound is None else f"{bound / 1_000_000:g}"
        yield sample(f"{DURATION}_bucket", reached, {**labels, "le": end})
    yield sample(f"{DURATION}_sum", series[_SUM] / 1_000_000, labels)
    yield sample(f"{DURATION}_count", reached, labels)
