from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from server.records import Exchange, Refusal
from server.store.activity_batch import (
    CHUNK,
    CHUNK_BYTES,
    SMALL,
    WHOLE_ANSWERS,
    WHOLE_READS,
    WHOLE_WRITES,
    Batch,
    Chunk,
    Encoder,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.store.activity_batch import Recognise

TOKEN = "perch_live_" + "4fTq9ZxB" * 6 + "k3Jx"
AGENT = (b"User-Agent", b"Okta SCIM Client 1.0.0")
NOON = 1_700_000_040.0
NUMBER, STATUS, MEANING, OMITTED, REQUEST, RESPONSE, HEADERS = 1, 5, 10, 15, 16, 17, 18


def exchange(**given: Any) -> Exchange:
    values: dict[str, Any] = {
        "at": NOON,
        "duration": 40,
        "method": "GET",
        "target": "/scim/v2/Users/1",
        "status": 200,
        "headers": (AGENT,),
        "response_body": b'{"id":"1"}',
    }
    return Exchange(**{**values, **given})


def nothing(*_: object) -> None:
    return None


def encode(*exchanges: Exchange, recognise: Recognise = nothing, keep: int = 20_000) -> Batch:
    return Encoder(recognise=recognise, body_cap=1_000, run="ab12").encode(exchanges, keep)


def rows(batch: Batch) -> list[list[Any]]:
    return [row for chunk in batch.chunks for row in orjson.loads(chunk.records)]


def headers(chunk: Chunk) -> list[str]:
    """The header lines of each record of a chunk."""
    texts: list[str] = orjson.loads(chunk.headers)
    return [texts[row[HEADERS]] for row in orjson.loads(chunk.records)]


def test_a_record_holds_everything_in_the_order_of_the_columns() -> None:
    whole = exchange(
        method="POST",
        target="/scim/v2/Users?attributes=id",
        status=409,
        number=7,
        token_id="t1",
        address="10.0.0.9",
        request_body=b'{"userName":"ada"}',
        scim_type="uniqueness",
        meaning="userName ada is taken",
        resource_id="1",
        ignored=("nickname",),
        refusal=Refusal.READ_ONLY,
    )
    batch = encode(whole)
    assert rows(batch) == [
        [
            1_700_000_040_000,
            7,
            "POST",
            "/scim/v2/Users",
            "attributes=id",
            409,
            40,
            "t1",
            "10.0.0.9",
            "uniqueness",
            "userName ada is taken",
            None,
            "1",
            ["nickname"],
            "read-only",
            0,
            '{"userName":"ada"}',
            '{"id":"1"}',
            0,
        ]
    ]
    (chunk,) = batch.chunks
    assert (chunk.run, chunk.count, headers(chunk)) == ("ab12", 1, ["User-Agent: Okta SCIM Client 1.0.0"])
    assert (chunk.since, chunk.until) == (1_700_000_040_000, 1_700_000_040_000)


@pytest.mark.parametrize(
    "given",
    [
        {"target": f"/scim/v2/Users?access_token={TOKEN}"},
        {"target": f"/scim/v2/Users/{TOKEN}", "resource_id": TOKEN, "status": 404},
        {"headers": ((b"Authorization", b"Bearer " + TOKEN.encode()), AGENT)},
        {"headers": ((b"X-Note", b"take " + TOKEN.encode()),)},
        {"request_body": b'{"password":"' + TOKEN.encode() + b'"}', "method": "PUT"},
        {"response_body": b'{"displayName":"' + TOKEN.encode() + b'"}'},
        {"meaning": f"looked for {TOKEN}"},
        {"ignored": (TOKEN,)},
    ],
    ids="+".join,
)
def test_no_field_of_an_exchange_lets_a_token_through(given: dict[str, Any]) -> None:
    for exchanges in ([exchange(**given)], [exchange(), exchange(**given), exchange()]):
        encoded = b"".join(chunk.headers + chunk.records for chunk in encode(*exchanges).chunks)
        assert TOKEN[11:-4].encode() not in encoded
        assert encoded


def test_of_many_reads_in_one_batch_only_the_newest_keep_their_bodies_and_all_are_recorded() -> None:
    errors = [exchange(number=9_000 + number, status=404) for number in range(WHOLE_READS + 10)]
    batch = rows(encode(*errors, *(exchange(number=number) for number in range(WHOLE_READS + 50))))
    reads = [row for row in batch if row[STATUS] == 200]
    assert [row[NUMBER] for row in reads] == list(range(WHOLE_READS + 50))
    assert [row[OMITTED] for row in reads] == [1] * 50 + [0] * WHOLE_READS
    assert [row[RESPONSE] for row in reads[:50]] == [None] * 50
    assert all(row[RESPONSE] for row in reads[50:])
    assert all(row[RESPONSE] for row in batch if row[STATUS] == 404), "an error is always kept whole"


def test_what_an_identity_provider_wrote_is_kept_long_after_the_answers_to_it() -> None:
    count = WHOLE_WRITES + 20
    batch = rows(encode(*(exchange(method="POST", status=201, request_body=b"{}") for _ in range(count))))
    assert [bool(row[REQUEST]) for row in batch] == [False] * 20 + [True] * WHOLE_WRITES
    assert sum(bool(row[RESPONSE]) for row in batch) == WHOLE_ANSWERS
    assert [row[OMITTED] for row in batch[:20]] == [3] * 20
    assert batch[20][OMITTED] == 1


def test_a_search_by_post_counts_as_a_read() -> None:
    count = WHOLE_READS + 1
    search = [exchange(method="POST", target="/scim/v2/.search", request_body=b"{}") for _ in range(count)]
    assert rows(encode(*search))[0][OMITTED] == 3


def test_an_answer_without_a_body_is_not_marked_as_left_out() -> None:
    batch = rows(encode(*(exchange(response_body=None) for _ in range(WHOLE_READS + 1))))
    assert {row[OMITTED] for row in batch} == {0}


def test_of_more_exchanges_than_the_ring_holds_the_newest_are_encoded_and_all_are_counted() -> None:
    batch = encode(*(exchange(number=number, status=500 if number % 2 else 200) for number in range(300)), keep=130)
    assert [row[NUMBER] for row in rows(batch)] == list(range(170, 300))
    assert batch.minutes == [(int(NOON // 60), 300, 150)]


@pytest.mark.parametrize("keep", [0, 1])
def test_a_ring_may_be_as_small_as_nothing(keep: int) -> None:
    assert len(rows(encode(exchange(), exchange(), keep=keep))) == keep


def test_minutes_are_counted_apart() -> None:
    batch = encode(exchange(at=NOON - 1), exchange(), exchange(at=NOON + 59, status=400), exchange(at=NOON + 61))
    minute = int(NOON // 60)
    assert sorted(batch.minutes) == [(minute - 1, 1, 0), (minute, 2, 1), (minute + 1, 1, 0)]


def test_a_chunk_ends_after_enough_exchanges_and_all_are_there_in_order() -> None:
    batch = encode(*(exchange(number=number) for number in range(1_000)))
    assert [row[NUMBER] for row in rows(batch)] == list(range(1_000))
    assert [chunk.count for chunk in batch.chunks] == [1_000 % CHUNK, *[CHUNK] * (1_000 // CHUNK)]


def test_a_chunk_ends_after_enough_bytes_of_bodies_too() -> None:
    size = CHUNK_BYTES // 10
    sent = [
        exchange(number=number, method="PUT", request_body=b"x" * size, response_body=None) for number in range(100)
    ]
    batch = encode(*sent)
    assert [row[NUMBER] for row in rows(batch)] == list(range(100))
    assert {chunk.count for chunk in batch.chunks} <= {11, 100 % 11}
    assert all(chunk.size <= CHUNK_BYTES + size for chunk in batch.chunks)


def test_a_chunk_knows_when_it_began_and_ended_even_if_the_clock_was_set_back() -> None:
    (chunk,) = encode(exchange(at=NOON + 2), exchange(at=NOON + 5), exchange(at=NOON)).chunks
    assert (chunk.since, chunk.until) == (1_700_000_040_000, 1_700_000_045_000)


def test_small_chunks_become_one_and_each_record_keeps_its_headers() -> None:
    (earlier,) = encode(exchange(headers=((b"A", b"1"),)), exchange(number=1, at=NOON + 1)).chunks
    (later,) = encode(exchange(number=2, at=NOON + 2), exchange(number=3, at=NOON + 3, headers=((b"B", b"2"),))).chunks
    assert earlier.takes(later)
    both = earlier.joined(later)
    agent = "User-Agent: Okta SCIM Client 1.0.0"
    assert headers(both) == ["A: 1", agent, agent, "B: 2"]
    assert len(orjson.loads(both.headers)) == 3, "the same headers are stored once"
    assert [row[NUMBER] for row in orjson.loads(both.records)] == [0, 1, 2, 3]
    assert (both.since, both.until) == (earlier.since, later.until)
    assert (both.count, both.size, both.run) == (4, earlier.size + later.size, "ab12")


def test_a_chunk_that_is_large_takes_nothing_in_and_is_not_taken_in() -> None:
    (small,) = encode(exchange()).chunks
    (many,) = encode(*(exchange() for _ in range(SMALL))).chunks
    (heavy,) = encode(exchange(response_body=b"x" * CHUNK_BYTES)).chunks
    assert small.takes(small)
    assert not any(small.takes(large) or large.takes(small) for large in (many, heavy))


def test_features_come_in_the_order_in_which_they_were_first_seen_within_a_millisecond_too() -> None:
    seen = ["GET", "POST", "GET", "PUT", "POST", "GET"]
    batch = encode(*(exchange(method=method) for method in seen), recognise=lambda method, *_: method)
    assert list(batch.sightings) == ["GET", "POST", "PUT"]
    assert [sighted.count for sighted in batch.sightings.values()] == [3, 2, 1]


def test_what_was_recognised_is_merged_with_its_first_and_last_time_and_the_newest_token() -> None:
    exchanges = [exchange(at=NOON + step, token_id=f"t{step}") for step in (1, 0, 3, 2)]
    sighted = encode(*exchanges, recognise=lambda *_: "import_users").sightings["import_users"]
    assert (sighted.first, sighted.last, sighted.count, sighted.token_id) == (
        1_700_000_040_000,
        1_700_000_043_000,
        4,
        "t3",
    )


def test_only_what_succeeded_is_asked_about_with_what_the_request_held() -> None:
    asked: list[tuple[Any, ...]] = []

    def recognise(*arguments: Any) -> None:
        asked.append(arguments)

    sent = exchange(method="PATCH", target="/Users/1?a=b", meaning="deactivated Ada", request_body=b'{"password":"x"}')
    encode(sent, exchange(status=404), exchange(status=401), recognise=recognise)
    assert asked == [
        ("PATCH", "/Users/1", "a=b", 200, b'{"password":"x"}', "deactivated Ada", "Okta SCIM Client 1.0.0")
    ]


@pytest.mark.parametrize(
    "headers",
    [(), ((b"user-agent", b"A"),), ((b"Host", b"x"), (b"USER-AGENT", b"A"))],
    ids=["none", "small", "capitals"],
)
def test_the_agent_is_found_in_any_case(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    agents: list[str] = []

    def recognise(*arguments: Any) -> None:
        agents.append(arguments[-1])

    encode(exchange(), exchange(headers=headers), exchange(), recognise=recognise)
    assert agents == ["Okta SCIM Client 1.0.0", "A" if headers else "", "Okta SCIM Client 1.0.0"]


def broken_recognition(*_: object) -> str | None:
    raise ValueError(TOKEN)


@pytest.mark.parametrize(
    ("given", "recognise"),
    [({}, broken_recognition), ({"headers": ((b"only a name",),)}, nothing), ({"target": None}, nothing)],
    ids=["recognition", "headers", "target"],
)
def test_a_bug_costs_one_record_its_details_and_the_batch_nothing(
    given: dict[str, Any], recognise: Callable[..., str | None], caplog: pytest.LogCaptureFixture
) -> None:
    other = exchange(number=1, status=404)
    with caplog.at_level(logging.ERROR):
        first, second = rows(encode(exchange(**given, status=200), other, recognise=recognise))
    assert first[STATUS] == 200
    assert first[MEANING].startswith("not kept: ")
    assert second[NUMBER] == 1
    assert second[RESPONSE]
    assert len(caplog.records) == 1
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("where", ["target", "meaning", "address"])
def test_bytes_that_were_not_utf_8_do_not_cost_the_batch(where: str) -> None:
    batch = rows(encode(exchange(**{where: "/Users/\udcff"}), exchange(number=2)))
    assert "/Users/\\udcff" in batch[0]
    assert batch[1][NUMBER] == 2


def test_a_header_with_a_line_break_stays_one_line() -> None:
    (chunk,) = encode(exchange(headers=((b"X-Folded", b"one\n two"), (b"X-Raw", b"\xff")))).chunks
    assert headers(chunk) == ["X-Folded: one  two\nX-Raw: \\xff"]
