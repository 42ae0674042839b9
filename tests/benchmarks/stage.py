"""The stage of a measurement: a directory of a given size, the endpoint as a child process, the generator beside it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from server.config import ServerConfig
from server.provider import Caller
from server.store.transaction import WriteTransaction, transacted
from server.workspace import Workspace

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

CALLER = Caller("benchmark", "http://127.0.0.1/scim/v2")
BATCH = 2_000


SERVER_CORE, GENERATOR_CORE = 0, 1


def pinned(core: int, *command: str) -> list[str]:
    """Keep a process and its threads on one core, as the peers were measured; elsewhere than on Linux, anywhere."""
    taskset = shutil.which("taskset")
    return [taskset, "--cpu-list", str(core), *command] if taskset is not None else [*command]


class Running(NamedTuple):
    """A server under measurement."""

    port: int
    pid: int
    token: str


class Row(NamedTuple):
    """One line of the table."""

    name: str
    figure: str
    ceiling: str
    ratio: str
    goal: str


def person(number: int) -> dict[str, Any]:
    """Make the body of a user as Okta sends it (OKTA.md 1.4)."""
    name = f"ada.{number}@lovelace.example"
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "name": {"givenName": "Ada", "familyName": f"Lovelace {number}"},
        "emails": [{"primary": True, "value": name, "type": "work"}],
        "displayName": f"Ada Lovelace {number}",
        "locale": "en-US",
        "externalId": f"00u{number:017d}",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
    }


def seed(folder: Path, users: int, groups: Sequence[int] = ()) -> tuple[str, list[str], list[str]]:
    """Fill a data folder; give a token, the ids of the users, and of one group for each size in ``groups``."""
    with Workspace.open(folder, ServerConfig()) as workspace:
        issued = workspace.tokens.create("benchmark", actor="benchmark", test=True)
        ids: list[str] = []
        for first in range(0, users, BATCH):
            numbers = range(first, min(first + BATCH, users))

            def batch(connection: sqlite3.Connection, numbers: range = numbers) -> list[str]:
                transaction = WriteTransaction(connection)
                user = workspace.registry.user
                answers = [workspace.provider.create(user, person(n), CALLER)(transaction) for n in numbers]
                return [answer.resource_id or "" for answer in answers]

            ids += workspace.database.commit(batch)
        group_ids = []
        for size in groups:
            body = {"displayName": f"group of {size}", "members": [{"value": i} for i in ids[:size]]}
            operation = workspace.provider.create(workspace.registry.group, body, CALLER)
            answer = workspace.database.commit(transacted(operation))
            group_ids.append(answer.resource_id or "")
    return issued.secret, ids, group_ids


@contextmanager
def endpoint(folder: Path, token: str) -> Iterator[Running]:
    """Run the endpoint on a data folder."""
    with subprocess.Popen(
        pinned(SERVER_CORE, sys.executable, "-m", "server", "--data-dir", str(folder), "serve", "--port", "0"),
        # A minute after its start it would copy the database it is measured with.
        env={**os.environ, "PERCH_BACKUP_DAILY": "false"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield Running(int(line.split("127.0.0.1:")[1].split("/")[0]), process.pid, token)
        process.terminate()


@contextmanager
def ceiling(size: int) -> Iterator[Running]:
    """Run the bare handler that answers ``size`` bytes."""
    with subprocess.Popen(
        pinned(SERVER_CORE, sys.executable, "-m", "tests.benchmarks.ceiling", str(size)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield Running(int(process.stdout.readline()), process.pid, "none")
        assert process.stdin is not None
        process.stdin.close()


def request(method: str, path: str, token: str, body: Any = None) -> bytes:
    """Make a request with the headers that Okta sends (OKTA.md 1.1)."""
    text = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    head = (
        f"{method} /scim/v2{path} HTTP/1.1\r\nAccept: application/scim+json\r\nAccept-Charset: utf-8\r\n"
        + (f"Content-Type: application/scim+json; charset=utf-8\r\nContent-Length: {len(text)}\r\n" if text else "")
        + f"User-Agent: Okta SCIM Client 1.0.0\r\nAuthorization: Bearer {token}\r\nHost: 127.0.0.1\r\n"
        "Connection: Keep-Alive\r\nAccept-Encoding: gzip,deflate\r\n\r\n"
    )
    return head.encode() + text


class Measured(NamedTuple):
    """What the generator saw."""

    rate: float
    seconds: float
    bytes: int


def generate(server: Running, connections: int, requests: Sequence[bytes], *, alone: bool = True) -> Measured:
    """Send the requests over so many connections; fails if one was not answered 2xx.

    ``alone`` gives the generator a core to itself; the window has to live with whatever the system does.
    """
    plan = {
        "host": "127.0.0.1",
        "port": server.port,
        "connections": connections,
        "rounds": [[base64.b64encode(r).decode() for r in requests]],
    }
    command = [sys.executable, "-m", "tests.benchmarks.generator"]
    done = subprocess.run(
        pinned(GENERATOR_CORE, *command) if alone else command,
        input=json.dumps(plan),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    (result,) = json.loads(done.stdout)
    assert result["failures"] == 0, f"{result['failures']} of {len(requests)} requests failed"
    return Measured(len(requests) / result["seconds"], result["seconds"], result["bytes"])


def peak_memory(pid: int) -> int:
    """Give the peak resident size of a process in bytes (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise LookupError(pid)
