"""Bodies: within a size, a time and a depth, however they arrive; whatever is wrong is a sentence."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from aiohttp import StreamReader

from server.http.body import MAX_DEPTH, parse_body, read_body
from server.scim.errors import InvalidSyntax, PayloadTooLarge, RequestTimeout, UnsupportedMediaType
from tests.http.client import Wire, ask, message, person
from tests.http.parsed import parsed

if TYPE_CHECKING:
    from server.http.request import Request
    from tests.endpoint import Serve

SECONDS = 20.0
CHUNKED = {"Transfer-Encoding": "chunked"}


def arriving(*parts: bytes, whole: bool = True, **headers: str) -> Request:
    """Make a request whose body has arrived in these parts."""
    protocol = mock.Mock(_reading_paused=False)
    content = StreamReader(protocol, 2**16, loop=asyncio.get_running_loop())
    for part in parts:
        content.feed_data(part)
    if whole:
        content.feed_eof()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return parsed("POST", "/scim/v2/Users", named, content)


async def test_a_body_that_is_there_is_read() -> None:
    assert await read_body(arriving(b'{"a":', b"1}"), 7, SECONDS) == b'{"a":1}'


async def test_a_body_that_is_still_on_its_way_is_waited_for() -> None:
    request = arriving(b'{"a":', whole=False)
    reading = asyncio.create_task(read_body(request, 7, SECONDS))
    await asyncio.sleep(0)
    request.content.feed_data(b"1}")
    request.content.feed_eof()
    assert await reading == b'{"a":1}'


async def test_a_body_that_does_not_end_in_time_is_given_up() -> None:
    with pytest.raises(RequestTimeout, match=r"within 0\.01 seconds"):
        await read_body(arriving(b"{", whole=False), 7, 0.01)


@pytest.mark.parametrize("whole", [True, False])
async def test_a_body_over_the_limit_is_refused_as_soon_as_that_is_known(*, whole: bool) -> None:
    with pytest.raises(PayloadTooLarge, match="1,000"):
        await read_body(arriving(b"x" * 600, b"x" * 401, whole=whole), 1_000, SECONDS)


async def test_a_body_that_says_it_is_too_large_is_not_waited_for() -> None:
    with pytest.raises(PayloadTooLarge):
        await read_body(arriving(whole=False, Content_Length="1001"), 1_000, SECONDS)


async def test_a_body_of_exactly_the_limit_is_taken() -> None:
    assert len(await read_body(arriving(b"x" * 1_000), 1_000, SECONDS)) == 1_000


async def test_no_body_is_told_so() -> None:
    with pytest.raises(InvalidSyntax, match="no body"):
        await read_body(arriving(), 1_000, SECONDS)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, identity"])
async def test_a_compressed_body_is_refused(encoding: str) -> None:
    with pytest.raises(UnsupportedMediaType, match="uncompressed"):
        await read_body(arriving(b"x", Content_Encoding=encoding), 1_000, SECONDS)


@pytest.mark.parametrize("encoding", ["identity", " IDENTITY "])
async def test_a_body_that_says_it_is_not_compressed_is_taken(encoding: str) -> None:
    assert await read_body(arriving(b"{}", Content_Encoding=encoding), 1_000, SECONDS) == b"{}"


def test_json_is_parsed() -> None:
    assert parse_body(b'{"a": [1, "\xc3\xa9"]}') == {"a": [1, "é"]}


@pytest.mark.parametrize("body", [b"{", b"test", b'{"a": NaN}', b'"\xff"', b'{"a": 1} x', b"[" * 100_000])
def test_what_is_no_json_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(InvalidSyntax, match="not valid JSON"):
        parse_body(body)


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
def test_depth_is_limited_to_what_any_resource_needs(opening: bytes, closing: bytes) -> None:
    per_turn = opening.count(b"[") + opening.count(b"{")
    fits = MAX_DEPTH // per_turn
    parse_body(opening * fits + b"1" + closing * fits)
    with pytest.raises(InvalidSyntax, match=f"more than {MAX_DEPTH} levels"):
        parse_body(opening * (fits + 1) + b"1" + closing * (fits + 1))


def test_a_long_list_is_not_a_deep_one() -> None:
    assert len(parse_body(b"[" + b"[{}]," * 1_000 + b"{}]")) == 1_001


def test_a_body_in_chunks_is_put_together(serve: Serve) -> None:
    running = serve()
    with Wire(running.port) as wire:
        wire.send(message(running, "POST", "/Users", headers=CHUNKED))
        for byte in b'{"userName":"chunked","name":{"givenName":"A","familyName":"B"},"emails":["a@b.c"]}':
            wire.send(b"1\r\n%c\r\n" % byte)
        wire.send(b"0\r\n\r\n")
        assert wire.answer().json["userName"] == "chunked"
        wire.send(message(running, "GET", "/Users?count=0"))
        assert wire.answer().json["totalResults"] == 1


def test_chunks_that_turn_out_broken_are_told_at_once(serve: Serve) -> None:
    running = serve(environ={"PERCH_BODY_DEADLINE": "2"})
    with Wire(running.port) as wire:
        wire.send(message(running, "POST", "/Users", headers=CHUNKED), b"1\r\n{\r\n")
        assert ask(running, "GET", "/Users?count=0").status == 200  # the request above is in flight now
        wire.send(b"no length\r\n\r\n")
        wire.answer().refused(400, "invalidSyntax")
        assert wire.ended()


def test_a_body_that_stops_arriving_is_answered_408_and_the_connection_closed(serve: Serve) -> None:
    running = serve(environ={"PERCH_BODY_DEADLINE": "0.2"})
    with Wire(running.port) as wire:
        wire.send(message(running, "POST", "/Users", b"{", {"Content-Length": "100"}))
        answer = wire.answer()
        assert "0.2 seconds" in answer.refused(408)
        assert answer.headers["connection"] == "close"
        assert wire.ended()
    assert ask(running, "GET", "/Users").json["totalResults"] == 0


def fill(document: dict[str, Any], size: int) -> bytes:
    return json.dumps(document).encode().ljust(size)


def test_the_limits_are_settings_and_the_server_says_so(serve: Serve) -> None:
    running = serve(environ={"PERCH_USER_BODY_LIMIT": "1024", "PERCH_BULK_BODY_LIMIT": "4096"})

    user, group = person("ada"), {"displayName": "G"}
    assert "1,024 bytes" in ask(running, "POST", "/Users", fill(user, 1_025)).refused(413)
    assert "4,096 bytes" in ask(running, "POST", "/Groups", fill(group, 4_097)).refused(413)
    assert "4,096 bytes" in ask(running, "POST", "/Bulk", fill({}, 4_097)).refused(413)
    assert ask(running, "POST", "/Users", fill(user, 1_024)).status == 201
    assert ask(running, "POST", "/Groups", fill(group, 4_096)).status == 201
    assert ask(running, "GET", "/ServiceProviderConfig").json["bulk"]["maxPayloadSize"] == 4_096


def test_a_client_that_hangs_up_in_the_middle_leaves_no_traceback(serve: Serve) -> None:
    running = serve()
    with Wire(running.port) as wire:
        wire.send(message(running, "POST", "/Users", b"{", {"Content-Length": "100"}))
        assert ask(running, "GET", "/Users?count=0").status == 200
    assert ask(running, "GET", "/Users?count=0").json["totalResults"] == 0
    assert running.stop() == 0
    assert "Traceback" not in running.said()
