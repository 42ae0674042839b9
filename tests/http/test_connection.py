"""Connections as a client sees them: deadlines, caps, order, HTTP/1.0, HEAD, and whatever else HTTP allows."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from server.http.connection import Server
from tests.http.client import Wire, ask, message, person

if TYPE_CHECKING:
    from server.http.reply import Reply
    from server.http.request import Request
    from tests.endpoint import RunningEndpoint, Serve

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
COUNT = "/Users?count=0&filter=userName+eq+"


def test_headers_that_do_not_arrive_in_time_are_answered_408_and_the_connection_closed(serve: Serve) -> None:
    running = serve(environ={"PERCH_HEADER_DEADLINE": "0.2"})
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(running.port)) for _ in range(4)]
        for wire, sent in zip(wires, (b"", b"\r\n", b"GET /scim/v2/Us", HEALTH[:-2]), strict=True):
            wire.send(sent)
        for wire in wires:
            answer = wire.answer()
            answer.refused(408)
            assert answer.headers["connection"] == "close"
            assert wire.ended()


def test_who_trickles_gains_no_time_not_even_for_a_later_request(serve: Serve) -> None:
    running = serve(environ={"PERCH_HEADER_DEADLINE": "0.3"})
    with Wire(running.port) as wire:
        for _ in range(2):
            wire.send(HEALTH)
            assert wire.answer().status == 200
        wire.send(HEALTH[:-2] + b"X-Slow: ")
        while not wire.heard(within=0.02):
            wire.send(b"x")
        wire.answer().refused(408)
        assert wire.ended()


def test_a_body_may_take_longer_than_the_headers(serve: Serve) -> None:
    running = serve(environ={"PERCH_HEADER_DEADLINE": "0.2"})
    with Wire(running.port) as slow, Wire(running.port) as silent:
        slow.send(message(running, "POST", "/Users", b"{", {"Content-Length": "2"}))
        silent.answer().refused(408)  # so much time has passed
        slow.send(b"}")
        slow.answer().refused(400, "invalidValue")


def test_a_connection_that_asks_nothing_more_is_closed(serve: Serve) -> None:
    running = serve(environ={"PERCH_KEEP_ALIVE": "0.3"})
    with Wire(running.port) as wire:
        for _ in range(3):
            wire.send(HEALTH)
            assert "connection" not in wire.answer().headers
        assert wire.ended()


def test_one_connection_too_many_is_turned_away_until_another_ends(serve: Serve) -> None:
    running = serve(environ={"PERCH_MAX_CONNECTIONS": "3"})
    with ExitStack() as stack:
        first, *_ = wires = [stack.enter_context(Wire(running.port)) for _ in range(3)]
        for wire in wires:
            wire.send(message(running, "GET", "/Users?count=0"))
            assert wire.answer().status == 200
        with Wire(running.port) as one_more:
            answer = one_more.answer()
            answer.refused(503)
            assert int(answer.headers["retry-after"]) > 0
            assert answer.headers["connection"] == "close"
            assert one_more.ended()
        first.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert first.answer().status == 200
        assert first.ended()
        with Wire(running.port) as next_one:
            next_one.send(HEALTH)
            assert next_one.answer().status == 200


def test_who_connects_and_says_nothing_locks_nobody_out(serve: Serve) -> None:
    running = serve(environ={"PERCH_MAX_CONNECTIONS": "3"})
    with ExitStack() as stack:
        working, silent, trickling = (stack.enter_context(Wire(running.port)) for _ in range(3))
        working.send(request := message(running, "GET", "/Users?count=0"))
        assert working.answer().status == 200
        trickling.send(b"GET /healthz HT")
        for left in (silent, trickling):
            newcomer = stack.enter_context(Wire(running.port))
            newcomer.send(request)
            assert newcomer.answer().status == 200
            left.answer().refused(503)
            assert left.ended()
        working.send(request)
        assert working.answer().status == 200
        with Wire(running.port) as one_more:
            one_more.answer().refused(503)


def test_who_asks_without_a_token_keeps_nobody_out_however_often(serve: Serve) -> None:
    running = serve(environ={"PERCH_MAX_CONNECTIONS": "3"})
    wrong = {"Authorization": "Bearer nothing"}
    refused = message(running, "GET", "/Users", headers=wrong)
    owing = message(running, "POST", "/Users", headers={**wrong, "Content-Length": "100"})
    with ExitStack() as stack:
        for question, status in ((refused, 401), (HEALTH, 200), (owing, 401)):
            wire = stack.enter_context(Wire(running.port))
            wire.send(question)
            assert wire.answer().status == status
        for _ in range(3):
            newcomer = stack.enter_context(Wire(running.port))
            newcomer.send(message(running, "GET", "/Users?count=0"))
            assert newcomer.answer().status == 200
        with Wire(running.port) as one_more:
            one_more.answer().refused(503)


def test_who_works_keeps_its_place_while_its_headers_come_in_pieces_or_its_answer_is_taken_slowly(serve: Serve) -> None:
    running = serve(environ={"PERCH_MAX_CONNECTIONS": "2"})
    page = message(running, "GET", "/Schemas")
    with ExitStack() as stack:
        pieces, slow = (stack.enter_context(Wire(running.port)) for _ in range(2))
        pieces.send(message(running, "GET", "/Users?count=0"))
        assert pieces.answer().status == 200
        pieces.send(HEALTH[:9])
        # More than the buffers on the way hold.
        slow.send(page * 400)
        with Wire(running.port) as one_more:
            one_more.answer().refused(503)
        pieces.send(HEALTH[9:])
        assert pieces.answer().status == 200
        assert {slow.answer().status for _ in range(400)} == {200}


async def test_where_even_the_answer_to_a_bug_fails_the_connection_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_: Request) -> Reply:
        raise KeyError("a bug")

    loop = asyncio.get_running_loop()
    server = Server(broken, header_seconds=5, keep_alive=5, max_connections=5)
    listening = await loop.create_server(server, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
    writer.write(HEALTH)
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"a bug" not in answer
    assert "not answered" in caplog.text
    writer.close()
    listening.close()
    await server.shutdown(1)


def test_requests_in_one_packet_are_answered_in_order(endpoint: RunningEndpoint) -> None:
    paths = ["/Users?count=0", "/Users/no-such-id", "/Schemas", "/nowhere", "/ServiceProviderConfig"]
    with Wire(endpoint.port) as wire:
        wire.send(b"".join(message(endpoint, "GET", path) for path in paths * 3))
        assert [wire.answer().status for _ in paths * 3] == [200, 404, 200, 404, 200] * 3


def test_a_write_and_a_read_in_one_packet_see_each_other(serve: Serve) -> None:
    running = serve()
    body = json.dumps(person("ada")).encode()
    with Wire(running.port) as wire:
        wire.send(
            message(running, "GET", "/Users?count=0")
            + message(running, "POST", "/Users", body)
            + message(running, "GET", "/Users?count=0")
            + message(running, "POST", "/Users", body)
        )
        assert wire.answer().json["totalResults"] == 0
        assert wire.answer().status == 201
        assert wire.answer().json["totalResults"] == 1
        assert wire.answer().refused(409, "uniqueness")


def test_more_requests_than_fit_into_one_read_are_all_answered_in_order(endpoint: RunningEndpoint) -> None:
    with Wire(endpoint.port) as wire:
        wire.send(b"".join(message(endpoint, "GET", f"/Users/number-{number}") for number in range(300)))
        for number in range(300):
            assert f"number-{number} " in wire.answer().refused(404)


def test_a_request_may_arrive_byte_by_byte(endpoint: RunningEndpoint) -> None:
    data = message(endpoint, "POST", "/Users/.search", b'{"count": 0}')
    with Wire(endpoint.port) as wire:
        wire.send(*(data[i : i + 1] for i in range(len(data))))
        assert wire.answer().status == 200


def test_http_1_0_is_answered_and_closed(endpoint: RunningEndpoint) -> None:
    with Wire(endpoint.port) as wire:
        wire.send(message(endpoint, "GET", "/Users?count=0", version="1.0"))
        answer = wire.answer()
        assert answer.status == 200
        assert answer.headers["connection"] == "close"
        assert wire.ended()


def test_http_1_0_may_ask_to_stay_and_is_told_so(endpoint: RunningEndpoint) -> None:
    with Wire(endpoint.port) as wire:
        for _ in range(2):
            wire.send(message(endpoint, "GET", "/Users?count=0", headers={"Connection": "keep-alive"}, version="1.0"))
            assert wire.answer().headers["connection"] == "keep-alive"


def test_a_client_that_wants_to_close_is_let_go(endpoint: RunningEndpoint) -> None:
    with Wire(endpoint.port) as wire:
        wire.send(message(endpoint, "GET", "/Users?count=0", headers={"Connection": "close"}) + HEALTH)
        assert wire.answer().headers["connection"] == "close"
        assert wire.ended(), "what comes after the last request is not answered"


@pytest.mark.parametrize("path", ["/Users?count=0", "/ServiceProviderConfig", "/Users/no-such-id", "/Bulk"])
def test_head_answers_as_get_without_the_body(endpoint: RunningEndpoint, path: str) -> None:
    with Wire(endpoint.port) as wire:
        wire.send(message(endpoint, "HEAD", path) + message(endpoint, "GET", path))
        head, get = wire.answer(head=True), wire.answer()
        assert head.status == get.status
        assert head.body == b""
        if head.status != 405:  # which names the method
            assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


def test_a_client_that_asks_before_it_sends_its_body_is_told_to_go_on(serve: Serve) -> None:
    running = serve(environ={"PERCH_BODY_DEADLINE": "1"})
    body = b'{"count": 0}'
    headers = {"Expect": "100-continue", "Content-Length": str(len(body))}
    with Wire(running.port) as wire:
        for _ in range(2):
            wire.send(message(running, "POST", "/Users/.search", headers=headers))
            assert wire.answer().status == 100
            wire.send(body)
            assert wire.answer().status == 200


def test_a_client_that_asks_but_does_not_wait_is_answered_too(endpoint: RunningEndpoint) -> None:
    with Wire(endpoint.port) as wire:
        wire.send(message(endpoint, "POST", "/Users/.search", b'{"count": 0}', {"Expect": "100-Continue"}))
        answer = wire.answer()
        assert (wire.answer() if answer.status == 100 else answer).status == 200


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/Users", {"Content-Length": "1000000000"}, 413),
        ("/Users", {"Authorization": ""}, 401),
        ("/Users", {"Content-Encoding": "gzip"}, 415),
        ("/nowhere", {}, 404),
        ("/Schemas", {}, 405),
    ],
)
def test_a_client_that_asks_before_it_sends_its_body_is_told_at_once_what_is_wrong(
    endpoint: RunningEndpoint, path: str, more: dict[str, str], status: int
) -> None:
    with Wire(endpoint.port) as wire:
        headers = {"Expect": "100-continue", "Content-Length": "100", **more}
        wire.send(message(endpoint, "POST", path, headers=headers))
        answer = wire.answer()
        answer.refused(status)
        assert answer.headers["connection"] == "close", "its next request would be read as the body of this one"
        assert wire.ended()


def test_http_1_0_is_never_told_to_go_on(endpoint: RunningEndpoint) -> None:
    with Wire(endpoint.port) as wire:
        wire.send(
            message(endpoint, "POST", "/Users/.search", b'{"count": 0}', {"Expect": "100-continue"}, version="1.0")
        )
        assert wire.answer().status == 200


def test_a_body_that_nobody_asked_for_is_not_taken_for_the_next_request(endpoint: RunningEndpoint) -> None:
    inner = b"DELETE /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with Wire(endpoint.port) as wire:
        for method, path, status in (
            ("GET", "/Users?count=0", 200),
            ("DELETE", "/Users/no-such-id", 404),
            ("POST", "/nowhere", 404),
            ("POST", "/Schemas", 405),
        ):
            wire.send(message(endpoint, method, path, inner))
            assert wire.answer().status == status
        wire.send(HEALTH)
        assert wire.answer().json == {"status": "ok"}


def test_a_body_refused_unread_ends_the_connection(endpoint: RunningEndpoint) -> None:
    with Wire(endpoint.port) as wire:
        wire.send(message(endpoint, "POST", "/Users", headers={"Content-Length": str(1 << 30)}))
        answer = wire.answer()
        answer.refused(413)
        assert answer.headers["connection"] == "close"
        assert wire.ended()


def test_an_offer_of_another_protocol_is_left_unanswered(endpoint: RunningEndpoint) -> None:
    offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA"}
    with Wire(endpoint.port) as wire:
        for _ in range(2):
            wire.send(message(endpoint, "GET", "/Users?count=0", headers=offer))
            assert wire.answer().status == 200


def test_a_target_with_scheme_and_host_is_the_same_target(endpoint: RunningEndpoint) -> None:
    # RFC 9112 §3.2.2: a server must accept it although only proxies are sent it.
    with Wire(endpoint.port) as wire:
        wire.send(message(endpoint, "GET", "/Users?count=0").replace(b"GET /", b"GET http://localhost/", 1))
        assert wire.answer().status == 200
        evil = message(endpoint, "GET", "/Users?count=0", headers={"Host": "evil.example"})
        wire.send(evil.replace(b"GET /", b"GET http://localhost/", 1))
        assert wire.answer().status == 200, "the header means nothing beside the target's host"
        wire.send(message(endpoint, "GET", "/Users?count=0").replace(b"GET /", b"GET http://evil.example:80/", 1))
        assert "evil.example:80" in wire.answer().refused(421)


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Content-Length: -1\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Content-Length: 5\r\n folded\r\n",
        b"Transfer-Encoding:\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: \t\r\n",
    ],
)
def test_a_request_whose_end_is_a_matter_of_opinion_is_refused_and_the_connection_closed(
    endpoint: RunningEndpoint, framing: bytes
) -> None:
    with Wire(endpoint.port) as wire:
        token = endpoint.token.encode()
        wire.send(
            b"POST /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + token + b"\r\n"
            + framing + b"\r\n0\r\n\r\n" + HEALTH
        )  # fmt: skip
        answer = wire.answer()
        answer.refused(400, "invalidSyntax")
        assert answer.headers["connection"] == "close"
        assert wire.ended()


def test_every_answer_says_when_and_what_and_never_by_whom(endpoint: RunningEndpoint) -> None:
    for method, path in (("GET", "/Users?count=0"), ("GET", "/nowhere"), ("POST", "/Users"), ("GET", "/Schemas")):
        headers = ask(endpoint, method, path).headers
        assert headers["content-type"] == "application/scim+json; charset=utf-8"
        assert headers["cache-control"] == "no-store"
        assert headers["date"].endswith(" GMT")
        assert not {"server", "x-powered-by", "set-cookie", "transfer-encoding"} & headers.keys()
