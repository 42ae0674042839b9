"""sd_notify without its library: a real datagram socket, and a real ``perch serve`` that speaks into it."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.cli.notification import SOCKET, WATCHDOG_PROCESS, WATCHDOG_TIME, Notifier
from tests.endpoint import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.command_line import CommandLine
    from tests.endpoint import Serve

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's, as are abstract addresses")


class ServiceManager:
    """The receiving end of sd_notify, as systemd has it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address[0] == "@" else address)
        self._socket.settimeout(PATIENCE)

    def heard(self) -> list[str]:
        """Wait for the next datagram, and return its lines."""
        return self._socket.recv(4096).decode().split("\n")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServiceManager]:
    address = str(tmp_path / "notify") if request.param == "path" else f"@perch-test-{secrets.token_hex(8)}"
    with closing(ServiceManager(address)) as made:
        yield made


def test_what_is_said_arrives_as_systemd_reads_it(manager: ServiceManager) -> None:
    notifier = Notifier.taken_from({SOCKET: manager.address})
    assert notifier.heard
    notifier.ready("Serving SCIM at\nhttp://127.0.0.1/\n READY=0")
    assert manager.heard() == ["READY=1", "STATUS=Serving SCIM at http://127.0.0.1/ READY=0"]
    notifier.alive()
    assert manager.heard() == ["WATCHDOG=1"]
    notifier.stopping()
    assert manager.heard()[0] == "STOPPING=1"


def test_an_endpoint_tells_when_it_is_ready_that_it_lives_and_when_it_stops(
    manager: ServiceManager, serve: Serve
) -> None:
    running = serve(environ={SOCKET: manager.address, WATCHDOG_TIME: "100000"})
    assert manager.heard() == ["READY=1", f"STATUS=Serving SCIM at {running.base_url}"]
    assert [manager.heard() for _ in range(3)] == [["WATCHDOG=1"]] * 3
    running.tell_to_stop()
    while (said := manager.heard()) == ["WATCHDOG=1"]:
        pass
    assert said[0] == "STOPPING=1"
    assert running.wait() == 0


def test_an_endpoint_that_cannot_start_tells_why(manager: ServiceManager, perch: CommandLine) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        assert perch.process("serve", "--port", port, environ={SOCKET: manager.address}).exit_code == 1
    (said,) = manager.heard()
    assert said.startswith(f"STATUS=Another program listens on 127.0.0.1:{port}.")


def test_an_endpoint_that_is_not_watched_is_not_talkative(manager: ServiceManager, serve: Serve) -> None:
    running = serve(environ={SOCKET: manager.address})
    assert manager.heard()[0] == "READY=1"
    assert running.stop() == 0
    assert manager.heard()[0] == "STOPPING=1"


def test_a_manager_that_is_gone_takes_nobody_along(tmp_path: Path, serve: Serve) -> None:
    running = serve(environ={SOCKET: str(tmp_path / "nobody"), WATCHDOG_TIME: "50000"})
    assert running.stop() == 0
    assert running.said() == ""


def test_the_variables_are_taken_out_so_that_no_child_speaks() -> None:
    environ = {SOCKET: "/run/notify", WATCHDOG_TIME: "60000000", WATCHDOG_PROCESS: str(os.getpid()), "OTHER": "1"}
    assert Notifier.taken_from(environ).interval == 30
    assert environ == {"OTHER": "1"}


@pytest.mark.parametrize(
    ("environ", "interval"),
    [
        ({}, None),
        ({WATCHDOG_TIME: "60000000"}, 30),
        ({WATCHDOG_TIME: "60000000", WATCHDOG_PROCESS: "7"}, 30),
        ({WATCHDOG_TIME: "60000000", WATCHDOG_PROCESS: "8"}, None),
        ({WATCHDOG_TIME: "0"}, None),
        ({WATCHDOG_TIME: "soon"}, None),
    ],
)
def test_the_watchdog_is_fed_twice_as_often_as_it_looks(environ: dict[str, str], interval: float | None) -> None:
    assert Notifier.taken_from({SOCKET: "/run/notify", **environ}, process=7).interval == interval


@pytest.mark.parametrize("address", [None, "", "vsock:2:1", "relative"])
def test_without_an_address_of_a_socket_nothing_is_said(address: str | None) -> None:
    notifier = Notifier.taken_from({WATCHDOG_TIME: "60000000"} | ({} if address is None else {SOCKET: address}))
    assert not notifier.heard
    assert notifier.interval is None
    notifier.ready("nobody hears it")
