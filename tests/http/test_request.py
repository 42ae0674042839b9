"""A request as the parser leaves it: its head as sent, its body as it arrives."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import EMPTY_PAYLOAD, StreamReader

from tests.http.parsed import NoConnection, parsed


def test_the_head_is_as_sent_and_headers_are_found_in_any_case() -> None:
    request = parsed("PATCH", "/scim/v2/Users/7?a=b%20c", {"authorization": "Bearer x", "Content-Length": "12"})
    assert (request.method, request.target) == ("PATCH", "/scim/v2/Users/7?a=b%20c")
    assert request.headers["Authorization"] == "Bearer x"
    assert (request.content_length, request.minor_version, request.keep_alive) == (12, 1, True)
    assert request.remote == NoConnection.address


def test_a_body_in_chunks_has_no_length() -> None:
    assert parsed("POST", "/scim/v2/Users", {"Transfer-Encoding": "chunked"}).content_length is None


async def test_a_body_is_held_back_by_who_asks_first_until_it_is_there() -> None:
    content = StreamReader(NoConnection(), 2**16, loop=asyncio.get_running_loop())  # type: ignore[arg-type] # unused here
    asking = {"Expect": "100-continue"}
    assert parsed("POST", "/scim/v2/Users", asking, content).holds_its_body_back
    assert not parsed("POST", "/scim/v2/Users", content=content).holds_its_body_back
    assert not parsed("POST", "/scim/v2/Users", asking, EMPTY_PAYLOAD).holds_its_body_back


async def test_whoever_reads_the_body_learns_that_there_will_be_no_more() -> None:
    content = StreamReader(NoConnection(), 2**16, loop=asyncio.get_running_loop())  # type: ignore[arg-type] # unused here
    request = parsed("POST", "/scim/v2/Users", content=content)
    request._cancel(ConnectionResetError("gone"))
    with pytest.raises(ConnectionResetError):
        await request.content.read()
