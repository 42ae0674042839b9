"""What Okta puts on the wire, header by header."""

from __future__ import annotations

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.okta.wire import Answer, Connections, Wire, compact, lookup
from tests.okta.stand_in import Reply, StandIn, standing_in


def host(stand_in: StandIn) -> str:
    return stand_in.base_url.split("/")[2]


def test_a_get_has_the_recorded_headers_in_their_order_and_no_content_type() -> None:
    with standing_in(Reply(200, {})) as stand_in:
        wire = Wire(stand_in.base_url, "secret")
        wire.send("GET", "/Users?startIndex=1&count=2")
        wire.close()

        assert stand_in.received[0].line == "GET /scim/v2/Users?startIndex=1&count=2"
        assert stand_in.received[0].headers == [
            ("Accept", "application/scim+json"),
            ("Accept-Charset", "utf-8"),
            ("User-Agent", "Okta SCIM Client 1.0.0"),
            ("Authorization", "Bearer secret"),
            ("Host", host(stand_in)),
            ("Connection", "Keep-Alive"),
            ("Accept-Encoding", "gzip,deflate"),
        ]


def test_a_post_has_its_length_and_is_not_chunked() -> None:
    body = compact({"userName": "jürgen@okta.local", "active": True})
    with standing_in(Reply(201, {})) as stand_in:
        wire = Wire(stand_in.base_url + "/", "secret")
        wire.send("POST", "/Users", body)
        wire.close()

        assert stand_in.received[0].line == "POST /scim/v2/Users"
        assert stand_in.received[0].body == '{"userName":"jürgen@okta.local","active":true}'.encode()
        assert stand_in.received[0].headers == [
            ("Accept", "application/scim+json"),
            ("Accept-Charset", "utf-8"),
            ("Content-Type", "application/scim+json; charset=utf-8"),
            ("User-Agent", "Okta SCIM Client 1.0.0"),
            ("Authorization", "Bearer secret"),
            ("Content-Length", str(len(body))),
            ("Host", host(stand_in)),
            ("Connection", "Keep-Alive"),
            ("Accept-Encoding", "gzip,deflate"),
        ]


def test_the_header_mode_of_catalog_apps_sends_the_token_alone() -> None:
    with standing_in(Reply(200, {})) as stand_in:
        wire = Wire(stand_in.base_url, "secret", scheme="")
        wire.send("GET", "/Users")
        wire.close()

        assert ("Authorization", "secret") in stand_in.received[0].headers


def test_the_connection_is_kept() -> None:
    with standing_in(*[Reply(200, {})] * 3) as stand_in:
        wire = Wire(stand_in.base_url, "secret")
        for _ in range(3):
            assert wire.send("GET", "/Users").status == 200
        wire.close()

        assert stand_in.connections == 1


def test_a_kept_connection_that_the_server_closed_is_opened_again() -> None:
    with standing_in(Reply(200, {}), Reply(0, None), Reply(200, {})) as stand_in:
        wire = Wire(stand_in.base_url, "secret")
        wire.send("GET", "/Users")
        answer = wire.send("GET", "/Users")
        wire.close()

        assert answer.status == 200
        assert stand_in.connections == 2


def test_a_compressed_answer_is_read() -> None:
    reply = Reply(200, gzip.compress(b'{"id":"1"}'), {"Content-Encoding": "gzip"})
    with standing_in(reply) as stand_in:
        wire = Wire(stand_in.base_url, "secret")
        answer = wire.send("GET", "/Users/1")
        wire.close()

        assert answer.document() == {"id": "1"}


def test_no_answer_is_an_answer_with_status_0() -> None:
    with standing_in() as stand_in:
        base_url = stand_in.base_url
    wire = Wire(base_url, "secret")

    answer = wire.send("GET", "/Users")

    assert answer.status == 0
    assert isinstance(answer.failure, OSError)
    assert "Connect to 127.0.0.1" in answer.reason


def test_a_server_that_hangs_up_on_the_first_request_has_not_answered() -> None:
    with standing_in(Reply(0, None)) as stand_in:
        wire = Wire(stand_in.base_url, "secret")
        answer = wire.send("GET", "/Users")

        assert (answer.status, len(stand_in.received)) == (0, 1)


@pytest.mark.parametrize("base_url", ["scim.example.com/scim/v2", "ftp://scim.example.com", "https:///scim/v2"])
def test_what_is_no_base_url_is_said_to_be_none(base_url: str) -> None:
    with pytest.raises(ValueError, match="no base URL"):
        Wire(base_url, "secret")


def test_the_look_up_is_encoded_as_it_was_recorded() -> None:
    assert lookup("userName", "test.user@okta.local") == (
        "filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100"
    )


def test_quotes_and_plus_survive_the_look_up() -> None:
    assert lookup("displayName", 'a+b "c" \\ d').split("&")[0] == (
        "filter=displayName%20eq%20%22a%2Bb%20%5C%22c%5C%22%20%5C%5C%20d%22"
    )


def test_names_of_a_list_are_read_in_any_case() -> None:
    with standing_in(Reply(200, {"totalresults": 1, "resources": [{"id": "1"}]})) as stand_in:
        wire = Wire(stand_in.base_url, "secret")
        answer = wire.send("GET", "/Users")
        wire.close()

        assert (answer.total(), answer.first()) == (1, {"id": "1"})


def test_threads_that_send_at_once_have_a_connection_each_and_later_ones_reuse_them() -> None:
    together = threading.Barrier(3, timeout=10)

    class Slow(Wire):
        def send(self, method: str, target: str, body: bytes | None = None) -> Answer:
            together.wait()
            return super().send(method, target, body)

    with standing_in(*[Reply(200, {})] * 6) as stand_in:
        connections = Connections(lambda: Slow(stand_in.base_url, "secret"))
        with ThreadPoolExecutor(3) as pool:
            for _ in range(2):
                answers = list(pool.map(lambda number: connections.send("GET", f"/Users/{number}"), range(3)))
                assert [answer.status for answer in answers] == [200, 200, 200]
        connections.close()

        assert stand_in.connections == 3
        assert sorted(stand_in.lines) == sorted([f"GET /scim/v2/Users/{number}" for number in range(3)] * 2)


def test_another_agent_may_be_named() -> None:
    with standing_in(Reply(204)) as stand_in:
        wire = Wire(stand_in.base_url, "secret", agent="Perch simulate")
        wire.send("DELETE", "/Users/1")
        wire.close()

        assert ("User-Agent", "Perch simulate") in stand_in.received[0].headers


@pytest.mark.parametrize("listed", [None, 1, True, "x", {"id": "1"}, [None, "x", ["id"]]])
def test_what_is_no_resource_is_none(listed: object) -> None:
    answer = Answer(200, "OK", compact({"totalResults": 1, "Resources": listed}), 1)
    assert answer.resources() == []
    assert answer.first() is None
