"""The listening socket: opened or told why not, serving a workspace of this process, and stopped gracefully."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import threading
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.faults import Fault, FaultCode, PortInUse
from server.http.listener import Endpoint, bind, listening
from server.workspace import Workspace
from tests.http.client import PATIENCE, person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from server.records import Exchange

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
BODY = json.dumps(person("ada")).encode()
CYCLES = 20


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "data", ServerConfig(), actor="tests") as opened:
        yield opened


@pytest.fixture
def secret(workspace: Workspace) -> str:
    return workspace.tokens.create("tests", actor="tests").secret


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(PATIENCE):
            yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def status(reader: asyncio.StreamReader) -> int:
    """Read one answer, and return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
    return int(head.split()[1])


def ignore(exchange: Exchange) -> None:
    """Record nothing."""


async def until_refused(port: int) -> None:
    while True:
        try:
            async with connected(port):
                await asyncio.sleep(0)
        except OSError:
            return


def post(secret: str) -> bytes:
    return (
        f"POST /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: {secret}\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    ).encode()


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
        return port


async def test_it_serves_while_its_context_lasts_and_tells_each_exchange(workspace: Workspace, secret: str) -> None:
    records: list[Exchange] = []
    async with listening(workspace, ServerConfig(port=0), records.append, "run1") as endpoint:
        url = f"http://127.0.0.1:{endpoint.port}/scim/v2"
        assert endpoint == Endpoint(url, "127.0.0.1", endpoint.port, url)
        async with connected(endpoint.port) as (reader, writer):
            writer.write(HEALTH + post(secret) + BODY)
            assert [await status(reader), await status(reader)] == [200, 201]
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", endpoint.port)
    # Who only looks whether it is alive comes every few seconds, for ever, and is not told of.
    assert [(exchange.method, exchange.status) for exchange in records] == [("POST", 201)]
    assert records[0].request_body == BODY
    workspace.database.commit(lambda _: None)  # behind everything that was queued before
    (token,) = workspace.tokens.tokens()
    assert token.last_used is not None, "the last use was queued before it ended"
    assert workspace.show("User", "ada")["userName"] == "ada"


async def test_the_public_url_is_the_base_url(workspace: Workspace) -> None:
    config = ServerConfig(port=0, public_url="https://scim.example.com/perch")
    async with listening(workspace, config, ignore, "run1") as endpoint:
        assert endpoint.base_url == "https://scim.example.com/perch/scim/v2"


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
async def test_an_ipv6_address_is_written_in_brackets(workspace: Workspace) -> None:
    try:
        async with listening(workspace, ServerConfig(host="::1", port=0), ignore, "run1") as endpoint:
            assert endpoint.base_url == f"http://[::1]:{endpoint.port}/scim/v2"
    except Fault as fault:
        pytest.skip(f"this machine has no IPv6 loopback: {fault.code}")


async def test_a_request_in_flight_is_finished_and_the_port_is_free_at_once(workspace: Workspace, secret: str) -> None:
    port = free_port()
    config = ServerConfig(port=port)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(listening(workspace, config, ignore, "run1"))
        async with connected(port) as (reader, writer):
            writer.write(post(secret) + BODY[:10])
            async with connected(port) as (other, other_writer):
                other_writer.write(HEALTH)
                # The loop takes bytes in their order: once this is answered, the request above is in flight.
                assert await status(other) == 200
            stopping = asyncio.create_task(stack.aclose())
            await until_refused(port)
            assert not stopping.done()
            writer.write(BODY[10:])
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 201 ")
            assert b"\r\nConnection: close\r\n" in answer
            await stopping
    assert workspace.show("User", "ada")["userName"] == "ada"
    async with listening(workspace, config, ignore, "run2"), connected(port) as (reader, writer):
        writer.write(HEALTH)
        assert await status(reader) == 200


async def test_an_idle_connection_is_closed_at_once_while_others_are_finished(
    workspace: Workspace, secret: str
) -> None:
    config = ServerConfig(port=0, stop_deadline=3)
    async with AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(listening(workspace, config, ignore, "run1"))
        async with connected(endpoint.port) as (reader, writer), connected(endpoint.port) as (idle, idle_writer):
            writer.write(post(secret) + BODY[:10])
            idle_writer.write(HEALTH)
            assert await status(idle) == 200
            stopping = asyncio.create_task(stack.aclose())
            assert await idle.read() == b""
            assert not stopping.done(), "the other one is still waited for"
            writer.write(BODY[10:])
            assert (await reader.read()).startswith(b"HTTP/1.1 201 ")
            await stopping


async def test_a_request_that_never_ends_is_not_waited_for_longer_than_set(workspace: Workspace, secret: str) -> None:
    config = ServerConfig(port=0, stop_deadline=0.05)
    async with AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(listening(workspace, config, ignore, "run1"))
        async with connected(endpoint.port) as (reader, writer), connected(endpoint.port) as (other, other_writer):
            writer.write(post(secret) + BODY[:10])
            other_writer.write(HEALTH)
            assert await status(other) == 200
            async with asyncio.timeout(5):
                await stack.aclose()
            with suppress(ConnectionResetError):
                assert not (await reader.read()).startswith(b"HTTP/1.1 2")
    assert workspace.query("User").total == 0


async def test_headers_that_are_still_on_their_way_hold_nothing_up(workspace: Workspace) -> None:
    async with AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(listening(workspace, ServerConfig(port=0), ignore, "run1"))
        async with connected(endpoint.port) as (reader, writer), connected(endpoint.port) as (other, other_writer):
            writer.write(HEALTH[:10])
            other_writer.write(HEALTH)
            assert await status(other) == 200
            async with asyncio.timeout(5):
                await stack.aclose()
            assert await reader.read() == b""


async def test_opening_and_closing_leaves_no_thread_and_no_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def held() -> tuple[int, set[str]]:
        files = Path("/proc/self/fd")
        names = {thread.name for thread in threading.enumerate()}
        return (len(list(files.iterdir())) if files.exists() else 0), names

    async def once() -> None:
        with Workspace.open(tmp_path / "data", ServerConfig()) as opened:
            async with (
                listening(opened, ServerConfig(port=0), ignore, "run1") as endpoint,
                connected(endpoint.port) as (reader, writer),
            ):
                writer.write(HEALTH)
                assert await status(reader) == 200

    await once()
    before = held()
    for _ in range(CYCLES):
        await once()
    assert held() == before
    assert caplog.text == ""


def test_a_port_that_is_taken_is_named() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse) as caught:
            bind("127.0.0.1", port)
    assert (caught.value.code, caught.value.detail) == (FaultCode.PORT_IN_USE, f"127.0.0.1:{port}")


def test_a_port_whose_last_connection_has_just_ended_is_free() -> None:
    with closing(bind("127.0.0.1", 0)) as first:
        first.listen()
        first.settimeout(PATIENCE)
        with closing(socket.create_connection(first.getsockname())):
            first.accept()[0].close()
        port = first.getsockname()[1]
    bind("127.0.0.1", port).close()


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1"])
def test_an_address_that_is_not_of_this_machine_is_told(host: str) -> None:
    with pytest.raises(Fault) as caught:
        bind(host, 0)
    assert caught.value.code is FaultCode.ADDRESS_UNUSABLE
    assert host in caught.value.detail


@pytest.mark.skipif(
    sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="anybody may here"
)
def test_a_port_that_only_the_system_may_open_is_told() -> None:
    with pytest.raises(Fault) as caught:
        bind("127.0.0.1", 1)
    assert caught.value.code is FaultCode.PORT_FORBIDDEN


async def test_what_was_opened_is_closed_where_listening_fails(workspace: Workspace) -> None:
    port = free_port()
    with pytest.raises(ZeroDivisionError):
        async with listening(workspace, ServerConfig(port=port), ignore, "run1"):
            _ = 1 / 0
    bind("127.0.0.1", port).close()
