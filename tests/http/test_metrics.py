"""The numbers of an endpoint under real traffic, read by Prometheus' own parser."""

from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.config import ServerConfig
from server.http.metrics import Metrics, open_files, process_families, resident_memory, token_families
from server.http.traffic import Traffic
from server.records import Access, Token
from server.workspace import Workspace
from tests.http.client import PATIENCE, ask, person

if TYPE_CHECKING:
    from tests.endpoint import RunningEndpoint, Serve

NOW = 1_800_000_000.0


def samples(text: str) -> dict[tuple[Any, ...], float]:
    """Return the samples by name and values of labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(running: RunningEndpoint, token: str | None = None) -> dict[tuple[Any, ...], float]:
    with closing(HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)) as connection:
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {token or running.token}"})
        response = connection.getresponse()
        assert response.status == 200
        assert response.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
        return samples(response.read().decode())


def token(**changed: Any) -> Token:
    known = {"id": "t", "label": "t", "test": True, "access": Access.READ_WRITE, "digest": b"", "last_four": ""}
    return Token(**{**known, "created": "", "created_by": "", **changed})


def test_real_traffic_is_counted_to_the_last_request(serve: Serve) -> None:
    running = serve()
    made = [ask(running, "POST", "/Users", person(f"user{number}")).json["id"] for number in range(5)]
    assert ask(running, "POST", "/Users", person("user0")).status == 409
    assert ask(running, "POST", "/Groups", {"displayName": "G"}).status == 201
    for resource_id in made:
        assert ask(running, "GET", f"/users/{resource_id}/").status == 200, "another spelling of the same route"
    assert ask(running, "GET", "/Users/unknown").status == 404
    assert ask(running, "GET", "/Users", token="wrong").status == 401
    assert ask(running, "GET", "/nowhere").status == 404
    found = scraped(running)
    count = "perch_http_requests_total"
    assert found[count, "/scim/v2/Users", "POST", "201"] == 5
    assert found[count, "/scim/v2/Users", "POST", "409"] == 1
    assert found[count, "/scim/v2/Groups", "POST", "201"] == 1
    assert found[count, "/scim/v2/Users/{id}", "GET", "200"] == 5
    assert found[count, "/scim/v2/Users/{id}", "GET", "404"] == 1
    assert found[count, "none", "GET", "401"] == 1
    assert found[count, "none", "GET", "404"] == 1
    duration = "perch_http_request_duration_seconds"
    assert found[f"{duration}_count", "/scim/v2/Users", "POST"] == 6
    assert found[f"{duration}_bucket", "/scim/v2/Users", "POST", "+Inf"] == 6
    assert 0 < found[f"{duration}_sum", "/scim/v2/Users", "POST"] < 60
    assert (found["perch_people",], found["perch_groups",]) == (5, 1)
    assert found["perch_tokens", "active"] == 1
    assert ("perch_token_first_expiry_days",) not in found, "no token expires"
    assert found["perch_write_queue",] == 0
    assert found["perch_writer_alive",] == 1
    assert found["perch_http_connections",] >= 1
    assert found["process_cpu_seconds_total",] > 0
    (build,) = (name for name in found if name[0] == "perch_build_info")
    assert sys.platform in build


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells it there")
def test_memory_and_files_are_those_of_the_process(serve: Serve) -> None:
    running = serve()
    found = scraped(running)
    status = Path(f"/proc/{running.process.pid}/status").read_text("ascii")
    resident = 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
    assert found["process_resident_memory_bytes",] == pytest.approx(resident, rel=0.2)
    assert 5 < found["process_open_fds",] < 200


def test_a_system_that_tells_neither_leaves_them_out(tmp_path: Path) -> None:
    assert resident_memory(tmp_path / "statm") is None
    (tmp_path / "statm").write_text("not numbers", "ascii")
    assert resident_memory(tmp_path / "statm") is None
    assert open_files(tmp_path / "fd") is None
    assert samples(process_families(NOW))["process_start_time_seconds",] == NOW


def test_a_read_only_token_is_enough(serve: Serve) -> None:
    running = serve()
    with Workspace.open(running.data_dir, ServerConfig(), actor="tests") as workspace:
        reader = workspace.tokens.create("reader", actor="tests", access=Access.READ_ONLY).secret
    assert scraped(running, reader)["perch_tokens", "active"] == 2


def test_the_first_expiry_is_that_of_the_active_token_which_ends_first() -> None:
    tokens = [
        token(expires="2027-01-25T08:00:00.000Z"),
        token(expires="2027-01-17T08:00:00.000Z"),
        token(expires="2027-01-16T08:00:00.000Z", replaced_by="t2"),
        token(expires="2027-01-16T08:00:00.000Z", revoked="2026-12-01T08:00:00.000Z"),
        token(expires="2026-01-16T08:00:00.000Z"),
        token(),
    ]
    found = samples(token_families(tokens, NOW))
    assert found["perch_token_first_expiry_days",] == pytest.approx(2)
    assert {name[1]: value for name, value in found.items() if name[0] == "perch_tokens"} == {
        "active": 3,
        "rotating": 1,
        "expired": 1,
        "revoked": 1,
    }


async def test_writes_that_wait_are_seen_while_they_wait(tmp_path: Path) -> None:
    with (
        Workspace.open(tmp_path / "data", ServerConfig(), actor="tests") as workspace,
        ThreadPoolExecutor(1) as readers,
        closing(sqlite3.connect(workspace.database.path, isolation_level=None)) as holder,
    ):
        metrics = Metrics(Traffic(), workspace.database, workspace.token_store, readers, lambda: 3)
        holder.execute("BEGIN IMMEDIATE")
        futures = [workspace.settings.mark_soon(f"waiting {number}") for number in range(7)]
        found = samples(await metrics.text())
        assert (found["perch_write_queue",], found["perch_http_connections",]) == (7, 3)
        holder.execute("ROLLBACK")
        for future in futures:
            await future
        workspace.database.commit(lambda _: None)
        assert workspace.database.waiting <= 1
