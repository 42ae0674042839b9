"""Answers on the wire, down to which headers they have and which they must not."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import orjson
import pytest

from server.http.reply import LARGE, PlainReply, Reply, error_reply
from server.scim.errors import ERROR_URN, TooManyRequests, Uniqueness
from tests.http.client import Wire, ask, message, person

if TYPE_CHECKING:
    from tests.endpoint import RunningEndpoint
    from tests.http.client import Directory

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_an_error_becomes_a_scim_error_with_its_headers() -> None:
    reply = error_reply(TooManyRequests("Wait.", headers={"Retry-After": "7", "X-More": "y"}))
    assert (reply.status, reply.headers, reply.keep_alive) == (429, "Retry-After: 7\r\nX-More: y\r\n", True)
    assert json.loads(reply.body) == {"schemas": [ERROR_URN], "detail": "Wait.", "status": "429"}


def test_an_error_may_be_the_last_answer() -> None:
    reply = error_reply(Uniqueness("Taken."), keep_alive=False)
    assert not reply.keep_alive
    assert json.loads(reply.body)["scimType"] == "uniqueness"


def test_an_answer_for_who_watches_has_its_own_type_and_is_not_kept() -> None:
    reply = PlainReply(b"application/scim+json; charset=utf-8", "text/plain")
    head, _, body = reply.encode("").partition(b"\r\n\r\n")
    assert b"\r\nContent-Type: text/plain\r\n" in head
    assert body == b"application/scim+json; charset=utf-8", "only the head is touched"
    assert reply.encode("", head_only=True).endswith(b"\r\n\r\n")
    assert (reply.kept, Reply(200).kept) == (False, True)


def test_an_answer_says_what_it_is_how_long_and_when(endpoint: RunningEndpoint) -> None:
    before = int(time.time())
    answer = ask(endpoint, "GET", "/Users?count=0")
    assert before <= parsedate_to_datetime(answer.headers["date"]).timestamp() <= time.time()
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["content-type"] == "application/scim+json; charset=utf-8"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_says_neither_type_nor_length(
    endpoint: RunningEndpoint, directory: Directory, status: int
) -> None:
    user = directory.user(f"reply.{status}")
    path = f"/Users/{user['id']}"
    with Wire(endpoint.port) as wire:
        if status == 304:
            wire.send(message(endpoint, "GET", path, headers={"If-None-Match": "*"}))
        else:
            wire.send(message(endpoint, "DELETE", path))
        answer = wire.answer()
        assert answer.status == status
        assert not {"content-type", "content-length", "transfer-encoding"} & answer.headers.keys()
        assert "date" in answer.headers
        wire.send(HEALTH)
        assert wire.answer().status == 200, "nothing of the answer before is left on the connection"


def test_an_answer_of_many_packets_arrives_whole_and_in_its_place(
    endpoint: RunningEndpoint, directory: Directory
) -> None:
    extension = {"urn:example:large:User": {"text": "x" * 4 * LARGE}}
    user = directory.user("reply.large", **extension)
    read = message(endpoint, "GET", f"/Users/{user['id']}")
    with Wire(endpoint.port) as wire:
        wire.send(HEALTH + read + HEALTH + read + HEALTH)
        for _ in range(2):
            assert wire.answer().json == {"status": "ok"}
            assert wire.answer().json["urn:example:large:User"] == extension["urn:example:large:User"]
        assert wire.answer().json == {"status": "ok"}


def test_head_of_a_large_answer_names_its_length(endpoint: RunningEndpoint, directory: Directory) -> None:
    user = directory.user("reply.head", **{"urn:example:large:User": {"text": "x" * 2 * LARGE}})
    with Wire(endpoint.port) as wire:
        wire.send(message(endpoint, "HEAD", f"/Users/{user['id']}") + HEALTH)
        assert int(wire.answer(head=True).headers["content-length"]) > 2 * LARGE
        assert wire.answer().json == {"status": "ok"}


def test_text_of_every_script_goes_out_as_utf_8(endpoint: RunningEndpoint, directory: Directory) -> None:
    name = "Zoë Ünïcödé 名前 \U0001f600"
    user = directory.user("reply.script", displayName=name)
    assert user["displayName"] == name
    assert name.encode() in ask(endpoint, "GET", f"/Users/{user['id']}").body


def test_a_newline_in_a_resource_makes_no_header(endpoint: RunningEndpoint, directory: Directory) -> None:
    body = orjson.dumps(person("reply.newline\r\nX-Evil: 1"))
    answer = ask(endpoint, "POST", "/Users", body)
    if answer.status == 201:
        directory.expect(f"/Users/{answer.json['id']}")
    assert "x-evil" not in answer.headers
    assert "x-evil" not in ask(endpoint, "GET", "/Users/a%0d%0aX-Evil:%201").headers
