"""What slow and silent connections cost the clients that work beside them: rates with and without, in turns."""

from __future__ import annotations

import http.client
import selectors
import socket
import statistics
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple, Self

from tests.benchmarks import stage
from tests.soak.life import Goal
from tests.soak.measure import processor_seconds

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = 1_000
REQUESTS = {1: 2_000, 16: 8_000}
"""Requests of a round, by the number of working connections."""
WANTED = 0.8
QUICK = 200
"""So many quick answers one after the other say that the endpoint has nothing else to do."""
HEADERS = b"GET /scim/v2/Users HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
KINDS = ("silent", "a byte of a header a second", "half a body", "an answer never read")


class _Turn(NamedTuple):
    """What a batch of requests took."""

    rate: float
    processor: float
    """Seconds of the endpoint."""


class _Slow:
    """Connections of all kinds; those that the endpoint closes are opened anew."""

    def __init__(self, port: int, token: str, number: int) -> None:
        self._port = port
        self._token = token
        self._number = number
        self._selector = selectors.DefaultSelector()
        self._stop = threading.Event()
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._trickle)
        self.closed = 0
        """How many the endpoint has closed."""

    def __enter__(self) -> Self:
        for index in range(self._number):
            self._open(index % len(KINDS))
        self._thread.start()
        self._settled.wait(10)
        self._wait_until_quiet()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            self._close(key)
        self._selector.close()

    def _wait_until_quiet(self) -> None:
        """Let the endpoint answer first what the slow ones asked it: that is work, and not slowness."""
        quick = 0
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)) as probe:
            while quick < QUICK:
                begin = time.perf_counter()
                probe.request("GET", "/healthz")
                probe.getresponse().read()
                quick = quick + 1 if time.perf_counter() - begin < 0.005 else 0

    def _open(self, kind: int) -> None:
        connection = socket.create_connection(("127.0.0.1", self._port), 10)
        if KINDS[kind] == "an answer never read":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(stage.request("GET", "/Users?startIndex=1&count=100", self._token) * 20)
        elif KINDS[kind] == "half a body":
            connection.sendall(stage.request("POST", "/Users", self._token, {"userName": "x" * 1000})[:-500])
        elif KINDS[kind] != "silent":
            connection.sendall(HEADERS)
        connection.setblocking(False)  # noqa: FBT003 -- the name of socket's own
        reading = KINDS[kind] != "an answer never read"
        self._selector.register(connection, selectors.EVENT_READ if reading else selectors.EVENT_WRITE, kind)

    def _close(self, key: selectors.SelectorKey) -> None:
        self._selector.unregister(key.fileobj)
        key.fileobj.close()  # type: ignore[union-attr] # a socket

    def _trickle(self) -> None:
        while not self._stop.wait(1):
            for key, _ in self._selector.select(0):
                if KINDS[key.data] == "an answer never read":
                    continue
                try:
                    ended = not key.fileobj.recv(65_536)  # type: ignore[union-attr] # a socket
                except OSError:
                    ended = True
                if ended:
                    self._close(key)
                    self.closed += 1
                    self._open(key.data)
            for key in list(self._selector.get_map().values()):
                if KINDS[key.data] == "a byte of a header a second":
                    try:
                        key.fileobj.send(b"x")  # type: ignore[union-attr] # a socket
                    except OSError:
                        self._close(key)
                        self.closed += 1
                        self._open(key.data)
            self._settled.set()


def measure(folder: Path, connections: int, rounds: int) -> list[Goal]:
    """Let clients work without and with the slow ones in turns; give the ratios of their rates.

    Which turn comes first changes from round to round, so that a machine whose speed drifts favours neither.
    """
    goals = []
    token, ids, _ = stage.seed(folder / "data", PEOPLE)
    with stage.endpoint(folder / "data", token) as server:
        turns: dict[int, list[tuple[_Turn, _Turn]]] = {number: [] for number in REQUESTS}
        closed = 0
        for index in range(rounds):
            for number, size in REQUESTS.items():
                batch = [stage.request("GET", f"/Users/{ids[i % PEOPLE]}", server.token) for i in range(size)]
                before = _turn(server, number, batch) if index % 2 else None
                with _Slow(server.port, server.token, connections) as slow:
                    beside = _turn(server, number, batch)
                closed += slow.closed
                turns[number].append((before or _turn(server, number, batch), beside))
        for number, pairs in turns.items():
            ratio = statistics.median(beside.rate / alone.rate for alone, beside in pairs)
            rate = statistics.median(beside.rate for _, beside in pairs)
            name = f"{number} working connection{'' if number == 1 else 's'} beside {connections} slow ones"
            goals.append(
                Goal(name, f"{ratio:.2f} of the rate alone ({rate:,.0f}/s)", f"≥ {WANTED:.2f}", ratio >= WANTED)
            )
            ratio = statistics.median(beside.processor / alone.processor for alone, beside in pairs)
            goals.append(Goal("  processor time of a request", f"{ratio:.2f} of what it is alone"))
        goals.append(Goal("slow ones that the endpoint closed", str(closed)))
    return goals


def _turn(server: stage.Running, connections: int, batch: list[bytes]) -> _Turn:
    before = processor_seconds(server.pid)
    rate = stage.generate(server, connections, batch).rate
    return _Turn(rate, processor_seconds(server.pid) - before)
