"""``perch compact``, as typed, beside an endpoint that goes on answering."""

from __future__ import annotations

import http.client
import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import orjson

from server.workspace import ACTIVITY, DATABASE
from tests.cli.command_line import CommandLine
from tests.endpoint import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endpoint import RunningEndpoint, Serve

BALLAST = 8_000_000
WORST = 2.0
"""Seconds that a write may take meanwhile: a whole VACUUM's five-second wait would be seen; a busy machine is not."""


def fill_and_delete(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE ballast (x)")
        connection.executemany("INSERT INTO ballast VALUES (zeroblob(?))", [(BALLAST // 200,)] * 200)
        connection.execute("DROP TABLE ballast")


def write(connection: http.client.HTTPConnection, running: RunningEndpoint, number: int) -> float:
    body = orjson.dumps({"displayName": f"group {number}"})
    headers = {"Authorization": f"Bearer {running.token}"}
    begun = time.monotonic()
    connection.request("POST", "/scim/v2/Groups", body, headers)
    response = connection.getresponse()
    response.read()
    assert response.status == 201
    return time.monotonic() - begun


def test_writes_go_on_being_answered_while_the_space_is_given_back(serve: Serve, tmp_path: Path) -> None:
    perch = CommandLine(tmp_path / "data")
    perch("group", "create", "before")
    perch("compact")
    running = serve(data_dir=perch.folder)
    path = perch.folder / DATABASE
    fill_and_delete(path)
    taken: list[float] = []
    started, enough = threading.Event(), threading.Event()

    def go_on() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)) as connection:
            while not enough.is_set():
                taken.append(write(connection, running, len(taken)))
                started.set()

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        assert started.wait(PATIENCE)
        before = len(taken)
        ended = perch("compact")
        during = taken[before:]
    finally:
        enough.set()
        writer.join()
    (line,) = (one for one in ended.lines if one[0] == DATABASE)
    assert int(line[1]) - int(line[2]) > BALLAST * 0.8
    assert during
    assert max(during) < WORST, f"worst of {len(during)}: {max(during):.3f} s"
    assert running.stop() == 0
    assert len(perch("group", "list", "--count", "100000").lines) == len(taken) + 1
    assert perch("doctor").exit_code == 0
    assert path.stat().st_size < BALLAST


def test_the_first_time_waits_until_the_endpoint_is_stopped(serve: Serve) -> None:
    running = serve()
    perch = CommandLine(running.data_dir)
    assert "stop the endpoint" in perch.refused("compact")
    assert running.stop() == 0
    assert {line[0] for line in perch("compact").lines} == {DATABASE, ACTIVITY}
    assert {line[0] for line in perch("compact").lines} == {DATABASE, ACTIVITY}


def test_a_folder_before_its_first_use_has_nothing_to_compact(perch: CommandLine) -> None:
    assert perch("compact").out == ""
