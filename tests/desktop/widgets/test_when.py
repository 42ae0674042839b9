from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desktop.widgets import when

NOW = datetime(2026, 11, 23, 14, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (None, "never"),
        ("2026-11-23T13:59:50.000Z", "just now"),
        ("2026-11-23T13:58:00.000Z", "2 min ago"),
        ("2026-11-23T13:00:30.000Z", "60 min ago"),
        ("2026-11-23T11:00:00.000Z", "3 h ago"),
        ("2026-11-22T12:00:00.000Z", "yesterday"),
        ("2026-11-13T12:00:00.000Z", "10 days ago"),
        ("2026-11-23T15:00:00.000Z", "in 1 h"),
    ],
)
def test_how_long_ago(moment: str | None, said: str) -> None:
    assert when.ago(moment, NOW) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (None, "Never"),
        ("2026-11-23T14:00:20.000Z", "in 1 min"),
        ("2026-11-23T20:00:00.000Z", "in 6 h"),
        ("2026-11-24T14:00:00.000Z", "in 1 day"),
        ("2026-11-29T14:00:00.000Z", "in 6 days"),
        ("2026-11-23T13:00:00.000Z", "1 h ago"),
    ],
)
def test_how_long_until(moment: str | None, said: str) -> None:
    assert when.until(moment, NOW) == said


def test_a_day_and_an_exact_moment() -> None:
    assert when.day("2026-11-23T12:00:00.000Z") == "Nov 23, 2026"
    assert when.day(None) == "Never"
    assert when.exact("2026-11-23T12:00:00.000Z").startswith("Nov 23, 2026 ")
    assert when.exact(None) == "never"
    assert when.clock("2026-11-23T12:00:07.000Z").endswith(":07")


@pytest.mark.parametrize(("microseconds", "said"), [(340, "340 µs"), (3_140, "3.1 ms"), (2_500_000, "2.50 s")])
def test_how_long_it_took(microseconds: int, said: str) -> None:
    assert when.took(microseconds) == said


def test_since_when_is_a_time_of_today_or_else_a_day() -> None:
    now = when.instant("2026-11-24T12:00:00.000Z")
    today = when.instant("2026-11-24T12:00:00.000Z").astimezone().strftime("%H:%M")
    assert when.since("2026-11-24T12:00:00.000Z", now) == today
    assert when.since("2026-11-20T12:00:00.000Z", now) == "Nov 20, 2026"
