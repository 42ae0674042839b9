from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from server.faults import FaultCode, StoreUnavailable
from server.records import Exchange
from server.store import activity
from server.store.activity import ActivityLog
from server.store.activity_batch import CHUNK, SMALL, WHOLE_READS
from server.store.activity_query import BODY_OMITTED
from server.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DAY = 86_400
PATIENCE = 20.0
"""Seconds after which something that should happen at once counts as not happening."""


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., ActivityLog]]:
    logs: list[ActivityLog] = []

    def open_log(**given: Any) -> ActivityLog:
        logs.append(ActivityLog.open(tmp_path / "activity.db", **given))
        return logs[-1]

    yield open_log
    for log in logs:
        log.close()


def exchange(number: int = 0, **given: Any) -> Exchange:
    values: dict[str, Any] = {
        "at": time.time(),
        "duration": 40,
        "method": "GET",
        "target": f"/scim/v2/Users/{number}",
        "status": 200,
        "number": number,
    }
    return Exchange(**{**values, **given})


def numbers(log: ActivityLog) -> list[int]:
    return [int(record.path.rpartition("/")[2]) for record in reversed(log.recent(100_000))]


def chunks(log: ActivityLog) -> list[tuple[int, int]]:
    """First and last number of each chunk on the disk."""
    return [(first, last) for first, last in log._database.read("SELECT first, last FROM chunk ORDER BY last")]


def disk_full(*_: object) -> NoReturn:
    raise StoreUnavailable(FaultCode.DISK_FULL, "activity.db")


def test_what_is_recorded_is_there_after_a_flush_in_order(opened: Callable[..., ActivityLog]) -> None:
    log = opened()
    for number in range(300):
        log.record(exchange(number))
    log.flush()
    assert numbers(log) == list(range(300))
    assert (log.problems(), log.dropped) == ([], 0)


def test_the_thread_flushes_by_itself(opened: Callable[..., ActivityLog], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "FLUSH_INTERVAL", 0.001)
    seen = threading.Event()

    def recognise(*_: object) -> None:
        assert threading.current_thread().name == "activity flush"
        seen.set()

    log = opened(recognise=recognise)
    for number in range(3):
        log.record(exchange(number))
        assert seen.wait(PATIENCE)
        seen.clear()
    log.flush()
    assert numbers(log) == [0, 1, 2]


def test_a_log_that_only_reads_has_no_thread_of_its_own(opened: Callable[..., ActivityLog]) -> None:
    log = opened()
    log.recent()
    log.flush()
    assert "activity flush" not in {thread.name for thread in threading.enumerate()}


def test_closing_writes_what_waits_ends_the_thread_and_may_be_repeated(
    opened: Callable[..., ActivityLog],
) -> None:
    log = opened()
    log.record(exchange(1))
    log.close()
    log.close()
    assert "activity flush" not in {thread.name for thread in threading.enumerate()}
    assert numbers(opened()) == [1]


def test_recording_after_the_end_is_counted_and_harmless(opened: Callable[..., ActivityLog]) -> None:
    log = opened()
    log.close()
    log.record(exchange())
    log.flush()
    assert log.dropped == 1


def test_the_ring_keeps_the_newest(opened: Callable[..., ActivityLog]) -> None:
    log = opened(keep=50)
    for start in range(0, 200, 20):
        for number in range(start, start + 20):
            log.record(exchange(number))
        log.flush()
    log.prune()
    assert numbers(log) == list(range(150, 200))
    assert log.requests_per_minute(3)[-2:] != [0, 0]
    assert sum(log.requests_per_minute(3)) == 200


def test_the_ring_is_kept_without_being_asked_to_once_enough_came_in(
    opened: Callable[..., ActivityLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "PRUNE_INTERVAL", 3_600.0)
    log = opened(keep=100)
    for start in range(0, 5_000, 500):
        for number in range(start, start + 500):
            log.record(exchange(number))
        log.flush()
        assert numbers(log) == list(range(start + 400, start + 500)), "not one more is shown, pruned or not"
        ((stored,),) = log._database.read("SELECT sum(last - first + 1) FROM chunk")
        assert stored <= 1_000 + 100 + CHUNK


def test_a_ring_of_nothing_keeps_nothing(opened: Callable[..., ActivityLog]) -> None:
    log = opened(keep=0)
    log.record(exchange())
    log.flush()
    assert log.recent() == []
    assert sum(log.requests_per_minute(2)) == 1


def test_what_is_too_old_goes_and_takes_its_minutes_along(opened: Callable[..., ActivityLog]) -> None:
    log = opened(days=30)
    now = time.time()
    log.record(exchange(1, at=now - 31 * DAY))
    log.record(exchange(2, at=now - 29 * DAY))
    log.record(exchange(3, at=now))
    log.flush()
    log.prune()
    assert numbers(log) == [2, 3]
    assert sum(log.requests_per_minute(40 * 24 * 60)) == 2


def test_of_a_chunk_that_is_old_in_part_nothing_old_stays_in_the_file(opened: Callable[..., ActivityLog]) -> None:
    log = opened(days=30)
    for number, days in enumerate((40, 31, 29, 31, 1)):
        log.record(exchange(number, at=time.time() - days * DAY))
    log.flush()
    log.prune()
    log.prune()
    assert numbers(log) == [2, 3, 4], "what follows something young stays, so that no number moves"
    assert [record.seq for record in log.recent()] == [5, 4, 3]
    assert log._database.read("SELECT seq, number FROM exchange ORDER BY seq") == [(3, 2), (4, 3), (5, 4)]
    log.record(exchange(5))
    log.flush()
    assert numbers(log) == [2, 3, 4, 5]


def test_light_traffic_does_not_leave_a_chunk_for_each_request(opened: Callable[..., ActivityLog]) -> None:
    log = opened()
    for number in range(200):
        log.record(exchange(number, headers=((b"Content-Length", b"%d" % (number % 3)),)))
        log.flush()
        assert log.recent(1)[0].path == f"/scim/v2/Users/{number}"
    assert numbers(log) == list(range(200))
    assert [record.headers[0][1] for record in log.recent(3)] == ["1", "0", "2"]
    assert chunks(log) == [(1, SMALL), (SMALL + 1, 2 * SMALL), (2 * SMALL + 1, 3 * SMALL), (3 * SMALL + 1, 200)]


def test_two_processes_that_write_in_turn_take_nothing_from_each_other(opened: Callable[..., ActivityLog]) -> None:
    logs = opened(run="aa"), opened(run="bb")
    for number in range(12):
        log = logs[number // 2 % 2]
        log.record(exchange(number))
        log.flush()
    assert numbers(logs[0]) == list(range(12))
    assert [record.request_id for record in logs[1].recent(4)] == ["bb-b", "bb-a", "aa-9", "aa-8"]
    assert [record.seq for record in logs[0].recent()] == list(range(12, 0, -1))


def test_what_another_process_forgot_does_not_come_back(opened: Callable[..., ActivityLog]) -> None:
    log = opened()
    log.record(exchange(1, at=time.time() - 3 * DAY))
    log.flush()
    opened(days=1).prune()
    log.record(exchange(2))
    log.flush()
    assert [(record.seq, record.path) for record in log.recent()] == [(2, "/scim/v2/Users/2")]


def test_a_batch_that_could_not_be_written_leaves_the_chunk_before_it_as_it_was(
    opened: Callable[..., ActivityLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened()
    log.record(exchange(1))
    log.flush()
    with monkeypatch.context() as patched:
        patched.setattr(activity, "_COUNT", "INSERT INTO no_such_table VALUES (?, ?, ?)")
        log.record(exchange(2))
        log.flush()
    assert (numbers(log), log.dropped) == ([1], 1)
    log.record(exchange(3))
    log.flush()
    assert (numbers(log), chunks(log)) == ([1, 3], [(1, 2)])


def test_features_first_seen_in_the_same_millisecond_are_listed_in_the_order_of_their_requests(
    opened: Callable[..., ActivityLog],
) -> None:
    features = ["z", "a", "m", "z", "b", "a"]
    log = opened(recognise=lambda _method, path, *_: path)
    for feature in features:
        log.record(exchange(at=1.0, target=feature))
    log.flush()
    log.record(exchange(at=1.0, target="0"))
    log.record(exchange(at=0.5, target="late"))
    log.flush()
    assert [sighting.feature for sighting in log.sightings()] == ["late", "z", "a", "m", "b", "0"]


def test_a_log_that_is_old_throughout_is_emptied_and_its_sightings_stay(
    opened: Callable[..., ActivityLog],
) -> None:
    log = opened(days=1, recognise=lambda *_: "import_users")
    log.record(exchange(1, at=time.time() - 3 * DAY))
    log.flush()
    log.prune()
    assert log.recent() == []
    assert [sighting.feature for sighting in log.sightings()] == ["import_users"]


def test_a_number_once_given_is_not_given_again_so_that_following_never_stalls(
    opened: Callable[..., ActivityLog],
) -> None:
    log = opened(days=1)
    log.record(exchange(1, at=time.time() - 3 * DAY))
    log.flush()
    log.prune()
    log.record(exchange(2))
    log.flush()
    assert [record.path for record in log.recent(after_seq=1)] == ["/scim/v2/Users/2"]


def test_the_request_id_is_the_run_and_the_number(opened: Callable[..., ActivityLog]) -> None:
    log = opened(run="f00d")
    log.record(exchange(4_096))
    log.flush()
    assert log.recent()[0].request_id == f"{log.run}-1000" == "f00d-1000"


def test_each_process_has_a_run_of_its_own(opened: Callable[..., ActivityLog]) -> None:
    assert opened().run != opened().run


def test_a_full_disk_costs_the_log_its_exchanges_and_requests_nothing(
    opened: Callable[..., ActivityLog],
) -> None:
    log = opened(recognise=lambda *_: "import_users")
    log._database.commit(lambda connection: connection.execute("PRAGMA max_page_count = 20").fetchall())
    for number in range(500):
        log.record(exchange(number, status=201, method="POST", request_body=b'"%b"' % (b"x" * 3_000)))
    log.flush()
    (problem,) = log.problems()
    assert problem.code is FaultCode.DISK_FULL
    assert log.dropped == 500
    log._database.commit(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchall())
    log.record(exchange(1_000))
    log.flush()
    assert numbers(log) == [1_000]
    assert (log.problems(), log.dropped) == ([], 500)
    assert log.sightings()[0].count == 501, "a sighting waits for the next flush that succeeds"


def test_a_bug_in_the_database_does_not_end_the_log(
    opened: Callable[..., ActivityLog], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = opened()
    with monkeypatch.context() as patched:
        patched.setattr(Database, "commit", lambda *_: [].pop())
        log.record(exchange(1))
        log.flush()
    assert "IndexError" in log.problems()[0].detail
    assert "activity could not be written" in caplog.text
    log.record(exchange(2))
    log.flush()
    assert numbers(log) == [2]


def test_what_waits_has_a_bound(opened: Callable[..., ActivityLog], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Database, "commit", disk_full)
    log = opened()
    with log._flushing:
        for number in range(activity.MAX_PENDING + 5):
            log.record(exchange(number))
        assert len(log._pending) == activity.MAX_PENDING
    assert log.dropped >= 5
    log.flush()
    assert log.dropped == activity.MAX_PENDING + 5
    assert {problem.code for problem in log.problems()} == {FaultCode.DISK_FULL, FaultCode.STORE_FAILED}


def test_large_bodies_are_not_held_whole_and_their_length_is_told(opened: Callable[..., ActivityLog]) -> None:
    log = opened(body_cap=1_000)
    sent = b'{"members":"' + b"x" * 5_000_000 + b'"}'
    with log._flushing:
        log.record(exchange(1, method="PUT", request_body=sent, response_body=b"{}"))
        held = log._pending[0]
        assert len(held.request_body or b"") < 10_000
        assert held.response_body == b"{}"
    log.flush()
    assert (log.recent()[0].request_body or "").endswith(f"… [cut: {len(sent)} bytes in all]")


def test_in_a_rush_the_answers_that_would_not_be_kept_are_let_go_at_once(
    opened: Callable[..., ActivityLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "FLUSH_INTERVAL", 3_600.0)
    log = opened()
    rush = [exchange(number, method="GET", response_body=b'{"n":%d}' % number) for number in range(WHOLE_READS + 3)]
    failed = exchange(9_000, method="GET", status=404, response_body=b'{"detail":"gone"}')
    for one in (failed, *rush):
        log.record(one)
    held = [one.response_body for one in rush]
    assert held[:3] == [b"", b"", b""]
    assert held[3:] == [b'{"n":%d}' % number for number in range(3, WHOLE_READS + 3)]
    log.flush()
    *kept, third, second, first, error = [record.response_body for record in log.recent(WHOLE_READS + 4)]
    assert (first, second, third) == (BODY_OMITTED,) * 3
    assert set(map(type, kept)) == {str}
    assert BODY_OMITTED not in kept
    assert error is not None
    assert "gone" in error, "what failed is kept whole"


def test_the_next_batch_has_room_for_answers_of_its_own(
    opened: Callable[..., ActivityLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "FLUSH_INTERVAL", 3_600.0)
    log = opened()
    for _ in range(2):
        for number in range(WHOLE_READS):
            log.record(exchange(number, method="GET", response_body=b'{"n":1}'))
        log.flush()
    assert BODY_OMITTED not in {record.response_body for record in log.recent(2 * WHOLE_READS)}


def test_headers_that_a_client_repeats_are_held_once(opened: Callable[..., ActivityLog]) -> None:
    log = opened()
    requests = [exchange(number, headers=tuple([(b"User-Agent", b"Okta"), (b"Host", b"x")])) for number in range(3)]  # noqa: C409 -- each a tuple of its own
    for one in requests:
        log.record(one)
    assert len({id(one.headers) for one in requests}) == 1


def test_bodies_that_wait_have_a_bound_and_the_thread_is_hurried(opened: Callable[..., ActivityLog]) -> None:
    log = opened()
    with log._flushing:
        for number in range(1_000):
            log.record(exchange(number, method="PUT", request_body=b"x" * 60_000))
        held = sum(len(one.request_body or b"") for one in log._pending)
    assert held <= activity.MAX_PENDING_BYTES + 120_000
    assert log.dropped == 0
    log.flush()
    newest = log.recent(1)[0]
    assert newest.request_body == "… [cut: 60000 bytes in all]"
    assert log._received == log._released


def test_recording_goes_on_from_one_thread_while_another_flushes(opened: Callable[..., ActivityLog]) -> None:
    log = opened()
    done = threading.Event()

    def keep_flushing() -> None:
        while not done.is_set():
            log.flush()

    flusher = threading.Thread(target=keep_flushing)
    flusher.start()
    for number in range(5_000):
        log.record(exchange(number))
    done.set()
    flusher.join()
    log.flush()
    assert numbers(log) == list(range(5_000))


def test_another_process_reads_while_this_one_writes(opened: Callable[..., ActivityLog], tmp_path: Path) -> None:
    log = opened(run="ab")
    log.record(exchange(7))
    log.flush()
    script = (
        "import pathlib, sys; from server.store.activity import ActivityLog\n"
        "log = ActivityLog.open(pathlib.Path(sys.argv[1])); print(log.recent()[0].request_id); log.close()"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "activity.db")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "ab-7"
    log.record(exchange(8))
    log.flush()
    assert numbers(log) == [7, 8]


def test_a_secret_is_in_no_file_of_the_log(opened: Callable[..., ActivityLog], tmp_path: Path) -> None:
    log = opened()
    token = "perch_live_" + "4fTq9ZxB" * 6 + "k3Jx"
    log.record(
        exchange(
            method="POST",
            target=f"/scim/v2/Users?access_token={token}&filter=password+eq+%22c4n4ry%22",
            headers=((b"Authorization", b"Bearer " + token.encode()),),
            request_body=b'{"userName":"ada","password":"c4n4ry"}',
        )
    )
    log.flush()
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"userName" in files
    assert token[11:-4].encode() not in files
    assert b"c4n4ry" not in files


def test_the_columns_can_be_asked_for_in_plain_sql(opened: Callable[..., ActivityLog], tmp_path: Path) -> None:
    log = opened()
    log.record(exchange(3, status=404, meaning="no such user", ignored=("x",), headers=((b"Host", b"perch"),)))
    log.close()
    connection = sqlite3.connect(tmp_path / "activity.db")
    row = connection.execute("SELECT method, status, path, meaning, ignored, headers, number FROM exchange").fetchone()
    connection.close()
    assert row == ("GET", 404, "/scim/v2/Users/3", "no such user", '["x"]', "Host: perch", 3)


def test_a_file_that_is_no_database_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "activity.db").write_bytes(b"not a database at all, but long enough to be looked at" * 50)
    with pytest.raises(StoreUnavailable) as raised:
        ActivityLog.open(tmp_path / "activity.db")
    assert raised.value.code is FaultCode.DATABASE_CORRUPT
