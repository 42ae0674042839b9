"""Instants: every fraction and offset, compared exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.scim.date_time import milliseconds, parse_instant


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T20:48:31.1Z",
        "2026-11-23t20:48:31.100000000000z",
        "2026-11-23T20:48:31.1",
        "2026-11-24T02:18:31.1+05:30",
        "2026-11-24T02:18:31.1+0530",
        "2026-11-24T02:18:31.1 05:30",
        "2026-11-23T13:48:31.1-07:00",
        "2026-11-23 20:48:31,1",
        " 2026-11-23T20:48:31.1Z ",
    ],
)
def test_one_moment_may_be_written_in_many_ways(text: str) -> None:
    assert parse_instant(text) == parse_instant("2026-11-23T20:48:31.100Z") is not None


def test_what_is_left_out_is_zero() -> None:
    assert parse_instant("2026-11-23") == parse_instant("2026-11-23T00:00") == parse_instant("2026-11-23T00:00:00Z")
    assert parse_instant("2026-11-23T24:00:00Z") == parse_instant("2026-11-24")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-02-30",
        "2026-13-01",
        "0000-01-01",
        "2026-11-23T25:00:00Z",
        "2026-11-23T24:00:01Z",
        "2026-11-23T24:00:00.1Z",
        "2026-11-23T20:60:00Z",
        "2026-11-23T20:48:60Z",
        "2026-11-23T20:48:31+24:00",
        "2026-11-23T20:48:31+01:60",
        "2026-11-23T20:48:31Z and more",
        "\u0662026-11-23",
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert parse_instant(text) is None


moments = st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31))  # noqa: DTZ001  offsets are drawn


@given(first=moments, second=moments, offset=st.integers(-1439, 1439))
def test_the_order_is_that_of_time(first: datetime, second: datetime, offset: int) -> None:
    moved = second.replace(tzinfo=UTC) + timedelta(minutes=offset)
    sign = "-" if offset < 0 else "+"
    text = f"{moved.replace(tzinfo=None).isoformat()}{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    left, right = parse_instant(first.isoformat() + "Z"), parse_instant(text)
    assert left is not None
    assert right is not None
    assert (left < right, left == right) == (first < second, first == second)
    assert (left.sortable() < right.sortable(), left.sortable() == right.sortable()) == (
        first < second,
        first == second,
    )


@pytest.mark.parametrize(
    ("text", "down", "up", "exact"),
    [
        ("2026-11-23T20:48:31Z", "2026-11-23T20:48:31.000Z", "2026-11-23T20:48:31.000Z", True),
        ("2026-11-23T20:48:31.12Z", "2026-11-23T20:48:31.120Z", "2026-11-23T20:48:31.120Z", True),
        ("2026-11-23T20:48:31.1230001Z", "2026-11-23T20:48:31.123Z", "2026-11-23T20:48:31.124Z", False),
        ("2026-12-31T23:59:59.9999Z", "2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z", False),
        ("0001-01-01T00:00:00+00:01", "", "", True),
        ("9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.999Z", "~", False),
    ],
)
def test_rounding_to_milliseconds_says_whether_it_changed_anything(text: str, down: str, up: str, exact: bool) -> None:
    instant = parse_instant(text)
    assert instant is not None
    assert milliseconds(instant, "down") == (down, exact)
    assert milliseconds(instant, "up") == (up, exact)
