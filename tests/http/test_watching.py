"""What is asked of an endpoint outside of SCIM, over HTTP: whether it is alive, whether it is ready, its numbers."""

from __future__ import annotations

import http.client
import re
import socket
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.http.watching import HEALTH, METRICS, READY
from tests.cli.command_line import CommandLine
from tests.http.client import PATIENCE, Answer, ask, person, received

if TYPE_CHECKING:
    from tests.endpoint import RunningEndpoint, Serve


def asked(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request(method, path, headers=headers)
        return received(connection.getresponse())


def metrics_port(running: RunningEndpoint) -> int:
    found = re.search(r"Metrics are at http://127\.0\.0\.1:(\d+)/metrics", running.said())
    assert found is not None, running.said()
    return int(found[1])


def kept_paths(running: RunningEndpoint) -> list[str]:
    return [row["path"] for row in CommandLine(running.data_dir)("activity", "--json").json]


def test_who_asks_whether_it_is_ready_needs_no_token_and_is_not_kept(serve: Serve) -> None:
    running = serve()
    answer = asked(running.port, READY)
    assert (answer.status, answer.body) == (200, b'{"status":"ready"}')
    assert answer.headers["content-type"] == "application/json"
    head = asked(running.port, READY, "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "18")
    assert "GET" in asked(running.port, READY, "POST").refused(405)
    assert running.stop() == 0
    assert kept_paths(running) == [READY], "only the refusal: probes come for ever and would push Okta's requests out"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets another process be limited")
def test_a_disk_that_takes_no_more_makes_a_running_endpoint_not_ready_until_it_does(serve: Serve) -> None:
    import resource  # noqa: PLC0415 -- POSIX only

    running = serve()
    pid = running.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    # From now on each write of that process beyond the first byte of a file fails, as on a full disk.
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
    sentence = asked(running.port, READY).refused(503)
    assert sentence.endswith(".")
    assert str(running.data_dir) not in sentence
    assert asked(running.port, HEALTH).status == 200, "alive all the same: to start it anew would mend nothing"
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    while asked(running.port, READY).status != 200:
        pass
    assert ask(running, "POST", "/Users", person("ada")).status == 201


def test_the_numbers_are_for_who_shows_a_token(serve: Serve) -> None:
    running = serve()
    assert "token" in asked(running.port, METRICS).refused(401)
    assert asked(running.port, METRICS, Authorization=f"Bearer {running.token}").status == 200
    assert "GET" in asked(running.port, METRICS, "DELETE", Authorization=f"Bearer {running.token}").refused(405)


def test_a_route_is_spelled_as_in_the_rfc_however_it_was_asked_for(serve: Serve) -> None:
    running = serve()
    paths = ["/schemas", "/SCHEMAS/x", "/resourcetypes/user", "/serviceProviderConfig", "/USERS", "/groups/1"]
    for path in paths:
        ask(running, "GET", path)
    text = asked(running.port, METRICS, Authorization=f"Bearer {running.token}").body.decode()
    routes = set(re.findall(r'_requests_total{route="/scim/v2/([^"]+)"', text))
    assert routes == {"Schemas", "Schemas/{id}", "ResourceTypes/{id}", "ServiceProviderConfig", "Users", "Groups/{id}"}


def test_paths_and_methods_that_are_made_up_add_no_series(serve: Serve) -> None:
    running = serve()
    for number in range(30):
        for path in (f"/{number}", f"/Users/{number}", f"/schemas/{number}", f"/a{number}/b"):
            ask(running, ("GET", "PROPFIND", "REPORT")[number % 3], path)
    text = asked(running.port, METRICS, Authorization=f"Bearer {running.token}").body.decode()
    found = set(re.findall(r'_requests_total{route="([^"]+)",method="([^"]+)"', text))
    assert found == {
        (route, method)
        for route in ("none", "/scim/v2/Users/{id}", "/scim/v2/Schemas/{id}")
        for method in ("GET", "other")
    }


def test_a_port_of_their_own_needs_none_and_has_nothing_else(serve: Serve) -> None:
    running = serve("--metrics-port", "0")
    port = metrics_port(running)
    assert b"perch_build_info" in asked(port, METRICS).body
    assert asked(port, HEALTH).status == 200
    assert asked(port, READY).status == 200
    assert "Only" in asked(port, "/scim/v2/Users", Authorization=f"Bearer {running.token}").refused(404)
    assert "GET" in asked(port, METRICS, "POST").refused(405)


def test_a_web_page_that_finds_the_port_reads_nothing(serve: Serve) -> None:
    port = metrics_port(serve("--metrics-port", "0"))
    asked(port, METRICS, Host="attacker.example").refused(421)
    asked(port, METRICS, Origin="https://attacker.example").refused(403)


def test_only_this_machine_reaches_that_port(serve: Serve) -> None:
    running = serve("--host", "0.0.0.0", "--insecure-bind", "--metrics-port", "0")
    port = metrics_port(running)
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as other:
        # Another address of loopback stands for another one of this machine: 0.0.0.0 would be reached there.
        if sys.platform == "linux":
            assert other.connect_ex(("127.0.0.2", port)) != 0
    assert asked(port, METRICS).status == 200


def test_a_taken_port_is_told_before_anything_is_served(perch: CommandLine) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ended = perch.process("serve", "--port", "0", "--metrics-port", str(port))
    assert (ended.exit_code, ended.out) == (1, "")
    assert f"127.0.0.1:{port}" in ended.err
