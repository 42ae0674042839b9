from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server.records import Exchange, Refusal
from server.store.activity import ActivityLog
from server.store.activity_batch import CHUNK, WHOLE_WRITES
from server.store.activity_query import BODY_OMITTED, instant
from server.store.database import Database
from tests.activity_records import kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server.records import ActivityRecord

NOON = 1_790_000_040.123
DELETED = "deactivated Grace Hopper"


def recognise(method: str, *_: object) -> str | None:
    return "push_new_user" if method == "POST" else None


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ActivityLog]:
    log = ActivityLog.open(tmp_path / "activity.db", recognise=recognise, run="ab12", days=100_000)
    for exchange in (
        Exchange(
            at=NOON,
            duration=1_234,
            method="POST",
            target="/scim/v2/Users?attributes=id",
            status=201,
            number=255,
            token_id="t1",
            address="10.0.0.9",
            headers=(
                (b"User-Agent", b"Okta SCIM Client 1.0.0"),
                (b"X-Empty", b""),
                (b"X-Colons", b"a: b: c"),
            ),
            request_body=b'{"userName":"ada","title":"100% sure_of it"}',
            response_body=b'{"id":"u1"}',
            meaning="created user Ada",
            resource_id="u1",
            ignored=("nickname", "shoeSize"),
        ),
        Exchange(at=NOON + 1, duration=5, method="GET", target="/scim/v2/Users/u1", status=200, resource_id="u1"),
        Exchange(
            at=NOON + 2,
            duration=5,
            method="GET",
            target="/scim/v2/Users",
            status=401,
            refusal=Refusal.EXPIRED,
            scim_type="invalidValue",
        ),
        Exchange(
            at=NOON + 3,
            duration=5,
            method="PATCH",
            target="/scim/v2/Users/u2",
            status=204,
            token_id="t2",
            meaning=DELETED,
        ),
    ):
        log.record(exchange)
    log.flush()
    yield log
    log.close()


def test_a_record_says_all_that_was_kept(log: ActivityLog) -> None:
    assert log.get(1) == kept(
        seq=1,
        at="2026-09-21T14:14:00.123Z",
        request_id="ab12-ff",
        method="POST",
        path="/scim/v2/Users",
        query="attributes=id",
        status=201,
        address="10.0.0.9",
        meaning="created user Ada",
        feature="push_new_user",
        resource_id="u1",
        ignored=("nickname", "shoeSize"),
        headers=(("User-Agent", "Okta SCIM Client 1.0.0"), ("X-Empty", ""), ("X-Colons", "a: b: c")),
        request_body='{"userName":"ada","title":"100% sure_of it"}',
        response_body='{"id":"u1"}',
    )


def test_a_refusal_comes_back_as_what_it_was(log: ActivityLog) -> None:
    record = log.get(3)
    assert record is not None
    assert record.refusal is Refusal.EXPIRED
    assert (record.headers, record.ignored, record.agent, record.request_body) == ((), (), "", None)


def test_an_exchange_that_is_not_there_is_none(log: ActivityLog) -> None:
    assert log.get(99) is None


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"limit": 2}, [4, 3]),
        ({"before_seq": 3}, [2, 1]),
        ({"after_seq": 2}, [3, 4]),
        ({"after_seq": 0, "limit": 2}, [1, 2]),
        ({"errors_only": True}, [3]),
        ({"errors_only": False, "method": None}, [4, 3, 2, 1]),
        ({"status_class": 2}, [4, 2, 1]),
        ({"status_class": 4}, [3]),
        ({"status_class": 5}, []),
        ({"status_class": 2, "method": "GET", "before_seq": 4}, [2]),
        ({"token_id": "t2"}, [4]),
        ({"method": "get"}, [3, 2]),
        ({"resource_id": "u1"}, [2, 1]),
        ({"feature": "push_new_user"}, [1]),
        ({"resource_id": "u1", "method": "GET"}, [2]),
        ({"since": "2026-09-21T14:14:02.123Z"}, [4, 3]),
        ({"since": "2026-09-21T16:14:02.124+02:00"}, [4]),
        ({"since": "2026-09-21"}, [4, 3, 2, 1]),
        ({"text": "HOPPER"}, [4]),
        ({"text": "users/U2"}, [4]),
        ({"text": "attributes="}, [1]),
        ({"text": "username"}, [1]),
        ({"text": '"id":"u1"'}, [1]),
        ({"text": "100% sure_of"}, [1]),
        ({"text": "100_ sure%of"}, []),
        ({"text": "back\\slash"}, []),
        ({"text": ""}, [4, 3, 2, 1]),
        ({"text": "ab12-ff"}, [1]),
        ({"text": " ab12-ff "}, [1]),
        ({"text": "zz-ff"}, []),
    ],
    ids=str,
)
def test_what_is_asked_for_is_found_newest_first_or_in_order_after_a_point(
    log: ActivityLog, filters: dict[str, Any], found: list[int]
) -> None:
    assert [record.seq for record in log.recent(**filters)] == found


def test_a_list_goes_without_what_only_one_that_is_opened_shows(log: ActivityLog) -> None:
    log.record(
        Exchange(
            at=NOON + 4, duration=5, method="PUT", target="/x", status=409, request_body=b"{}", response_body=b"[1]"
        )
    )
    log.flush()
    failed, *others = log.listed(10)
    assert (failed.request_body, failed.response_body) == (None, "[1]"), "why it failed is said in the list"
    assert [replace(one, headers=(), agent="", request_body=None, response_body=None) for one in log.recent()[1:]] == (
        others
    )
    assert [one.seq for one in log.listed(2, after_seq=1, resource_id="u1")] == [2]


def test_the_newest_number_is_known_without_reading_a_record(log: ActivityLog, tmp_path: Path) -> None:
    assert log.newest() == 4
    with closing(ActivityLog.open(tmp_path / "activity.db", keep=0)) as keeps_nothing:
        assert keeps_nothing.newest() == 0
    with closing(ActivityLog.open(tmp_path / "empty.db")) as empty:
        assert empty.newest() == 0


@pytest.fixture
def long(tmp_path: Path) -> Iterator[ActivityLog]:
    """Forty chunks and a bit; each thousandth request failed."""
    log = ActivityLog.open(tmp_path / "long.db", run="ab12", keep=40 * CHUNK, days=100_000)
    for number in range(1, 41 * CHUNK + 8):
        log.record(
            Exchange(at=NOON, duration=1, method="GET", target=f"/{number}", status=200 if number % 1_000 else 500)
        )
        if number == 20 * CHUNK:
            log.flush()
    log.flush()
    yield log
    log.close()


def test_one_can_page_through_the_whole_ring_from_either_end(long: ActivityLog) -> None:
    newest = 41 * CHUNK + 7
    ring = list(range(CHUNK + 8, newest + 1))
    backwards: list[int] = []
    while page := long.recent(300, before_seq=backwards[-1] if backwards else None):
        backwards += [record.seq for record in page]
    assert backwards == ring[::-1]
    forwards: list[int] = []
    while page := long.recent(300, after_seq=forwards[-1] if forwards else 0):
        forwards += [record.seq for record in page]
    assert forwards == ring
    assert all(record.path == f"/{record.seq}" for record in long.recent(10_000))
    assert [record.seq for record in long.recent(errors_only=True)] == [5_000, 4_000, 3_000, 2_000, 1_000]
    assert [record.seq for record in long.recent(after_seq=1_500, before_seq=1_503)] == [1_501, 1_502]


def test_what_the_ring_passed_over_is_not_given_by_its_number_either(long: ActivityLog) -> None:
    assert long.get(CHUNK + 7) is None
    assert (long.get(CHUNK + 8) or fail()).path == f"/{CHUNK + 8}"


def fail() -> ActivityRecord:
    raise AssertionError


@pytest.mark.parametrize(
    "filters",
    [{}, {"limit": 1}, {"before_seq": 700}, {"after_seq": 5_000}, {"after_seq": 2_000, "limit": 100}, {"limit": 0}],
    ids=str,
)
def test_what_goes_by_number_reads_a_chunk_or_a_few_and_not_the_ring(
    long: ActivityLog, monkeypatch: pytest.MonkeyPatch, filters: dict[str, Any]
) -> None:
    chunks: list[int] = []
    read = Database.read

    def counted(self: Database, sql: str, parameters: Any = ()) -> Any:
        rows = read(self, sql, parameters)
        chunks.append(len(rows))
        return rows

    monkeypatch.setattr(Database, "read", counted)
    assert len(long.recent(**filters)) == filters.get("limit", 100)
    assert long.get(3_000) is not None
    assert sum(chunks) <= 7


def test_a_moment_that_cannot_be_read_is_a_value_error(log: ActivityLog) -> None:
    with pytest.raises(ValueError, match="yesterday"):
        log.recent(since="yesterday")


def test_a_name_in_quotes_is_a_value_and_not_sql(log: ActivityLog) -> None:
    assert log.recent(method="' OR 1=1 --", token_id="'; DROP TABLE exchange; --") == []
    assert len(log.recent()) == 4


def test_sightings_say_first_last_how_often_and_by_which_token(log: ActivityLog) -> None:
    later = Exchange(at=NOON + 60, duration=1, method="POST", target="/Users", status=201, token_id="t3")
    log.record(later)
    log.flush()
    (sighting,) = log.sightings()
    assert (sighting.feature, sighting.first, sighting.last) == (
        "push_new_user",
        "2026-09-21T14:14:00.123Z",
        "2026-09-21T14:15:00.123Z",
    )
    assert (sighting.count, sighting.token_id) == (2, "t3")


def test_minutes_without_a_request_are_zero_and_the_one_that_runs_is_last(log: ActivityLog) -> None:
    now = NOON + 130
    assert log.requests_per_minute(4, now=now) == [0, 4, 0, 0]
    assert log.requests_per_minute(4, now=now, errors_only=True) == [0, 1, 0, 0]
    assert log.requests_per_minute(2, now=now) == [0, 0]
    assert log.requests_per_minute(0, now=now) == []


def test_a_body_left_out_in_a_rush_says_so(log: ActivityLog) -> None:
    for _ in range(WHOLE_WRITES + 1):
        log.record(
            Exchange(
                at=NOON,
                duration=1,
                method="PUT",
                target="/x",
                status=200,
                request_body=b"{}",
                response_body=b"{}",
            )
        )
    log.flush()
    first, second = log.recent(2, after_seq=4)
    assert (first.request_body, first.response_body) == (BODY_OMITTED, BODY_OMITTED)
    assert (second.request_body, second.response_body) == ("{}", BODY_OMITTED)


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [(0, "1970-01-01T00:00:00.000Z"), (1_790_000_040_009, "2026-09-21T14:14:00.009Z")],
)
def test_an_instant_has_three_digits_of_a_second(milliseconds: int, written: str) -> None:
    assert instant(milliseconds) == written
