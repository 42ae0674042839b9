"""Counting requests: cheap, bounded whatever clients invent, and a histogram that a scraper can add up."""

from __future__ import annotations

import timeit

from prometheus_client.parser import text_string_to_metric_families

from server.http.traffic import BOUNDS, DURATION, OTHER, Traffic

NOISE = 3
"""How much slower a busy machine may be before the test takes it for the counting."""


def read(traffic: Traffic) -> dict[str, dict[tuple[str, ...], float]]:
    """Return the samples by name, and by the values of their labels."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(traffic.families()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_nothing_is_said_before_the_first_request() -> None:
    assert Traffic().families() == ""


def test_requests_are_told_apart_by_route_method_and_status() -> None:
    traffic = Traffic()
    for status in (200, 200, 404):
        traffic.count("/scim/v2/Users/{id}", "GET", status, 800)
    traffic.count("/scim/v2/Users", "POST", 201, 3_000)
    requests = read(traffic)["perch_http_requests_total"]
    assert requests == {
        ("/scim/v2/Users/{id}", "GET", "200"): 2,
        ("/scim/v2/Users/{id}", "GET", "404"): 1,
        ("/scim/v2/Users", "POST", "201"): 1,
    }


def test_the_histogram_adds_up_over_all_statuses() -> None:
    traffic = Traffic()
    for status, microseconds in ((200, 500), (404, 501), (200, 9_000_000)):
        traffic.count("r", "GET", status, microseconds)
    samples = read(traffic)
    buckets = samples[f"{DURATION}_bucket"]
    assert len(buckets) == len(BOUNDS) + 1
    assert buckets["r", "GET", "0.0005"] == 1, "a bucket's end belongs to it"
    assert buckets["r", "GET", "0.001"] == 2
    assert buckets["r", "GET", "5"] == 2
    assert buckets["r", "GET", "+Inf"] == 3
    assert list(buckets.values()) == sorted(buckets.values())
    assert samples[f"{DURATION}_count"] == {("r", "GET"): 3}
    assert samples[f"{DURATION}_sum"] == {("r", "GET"): 9.001001}


def test_methods_that_clients_invent_fill_no_memory() -> None:
    traffic = Traffic()
    for number in range(1_000):
        traffic.count("r", f"INVENTED{number}", 405, 1)
    assert read(traffic)["perch_http_requests_total"] == {("r", OTHER, "405"): 1_000}


def test_it_costs_a_request_less_than_a_microsecond() -> None:
    traffic = Traffic()
    rounds = 20_000
    seconds = min(timeit.repeat(lambda: traffic.count("/scim/v2/Users", "GET", 200, 800), number=rounds, repeat=9))
    assert seconds / rounds < 1e-6 * NOISE
