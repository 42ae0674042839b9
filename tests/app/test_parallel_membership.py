"""Lists of members that several clients replace at once end as one of them sent it, and nobody else is kept waiting."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.http.client import BULK_REQUEST_URN, Wire, ask, message, patch, person

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.endpoint import RunningEndpoint, Serve


def filled(running: RunningEndpoint, number: int) -> list[str]:
    """Create so many people; give their ids."""
    ids: list[str] = []
    for start in range(0, number, 1_000):
        operations = [
            {"method": "POST", "path": "/Users", "bulkId": f"b{i}", "data": person(f"p{i}")}
            for i in range(start, min(start + 1_000, number))
        ]
        answer = ask(running, "POST", "/Bulk", {"schemas": [BULK_REQUEST_URN], "Operations": operations})
        assert answer.status == 200
        ids += [operation["location"].rsplit("/", 1)[1] for operation in answer.json["Operations"]]
    return ids


def together(*works: Callable[[], None]) -> None:
    """Run each in a thread of its own, and raise what any of them raised."""
    faults: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as fault:  # noqa: BLE001 -- raised in the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def members(document: dict[str, Any]) -> frozenset[str]:
    return frozenset(member["value"] for member in document.get("members", ()))


def replayed(running: RunningEndpoint, group: str) -> list[frozenset[str]]:
    """Follow a group's members through the rows of the audit."""
    with closing(sqlite3.connect(running.data_dir / "perch.db")) as connection:
        rows = connection.execute("SELECT after FROM change WHERE resource_id = ? ORDER BY seq", (group,)).fetchall()
    states: list[frozenset[str]] = [frozenset()]
    for (after,) in rows:
        delta = json.loads(after)
        added, removed = set(delta.get("membersAdded", ())), set(delta.get("membersRemoved", ()))
        assert not added & states[-1], "nobody is added who is in"
        assert removed <= states[-1], "nobody is removed who is not in"
        states.append(states[-1] - removed | added)
    return states[1:]


def contend(running: RunningEndpoint, number: int, clients: int, rounds: int) -> list[float]:
    """Let clients replace the lists of one shared group and of one of their own; give what others waited, sorted."""
    ids = filled(running, number)
    share = number // (clients + 1)
    lists = [ids[i * share : i * share + number // 2] + ids[: share // 2] for i in range(clients)]
    sent = [frozenset(one) for one in lists]
    empty = {"displayName": "Shared"}
    shared = ask(running, "POST", "/Groups", empty).json["id"]
    own = [ask(running, "POST", "/Groups", {"displayName": f"Own {i}"}).json["id"] for i in range(clients)]
    seen: set[frozenset[str]] = set()
    waits: list[float] = []
    done = threading.Event()

    def replace(index: int) -> None:
        body = {"members": [{"value": one} for one in lists[index]]}
        for _ in range(rounds):
            for name, group in (("Shared", shared), (f"Own {index}", own[index])):
                answer = ask(running, "PUT", f"/Groups/{group}", {"displayName": name, **body})
                assert answer.status == 200, answer
                assert members(answer.json) == sent[index], "each is answered with its own list"

    def read() -> None:
        while not done.is_set():
            answer = ask(running, "GET", f"/Groups/{shared}")
            assert answer.status == 200
            seen.add(members(answer.json))

    def work() -> None:
        with Wire(running.port) as wire:
            count = 0
            while not done.is_set():
                count += 1
                begin = time.perf_counter()
                body = json.dumps(patch("replace", "title", f"t{count}")).encode()
                wire.send(message(running, "PATCH", f"/Users/{ids[-1]}", body))
                assert wire.answer().status == 200
                waits.append(time.perf_counter() - begin)

    def replace_all() -> None:
        try:
            together(*(lambda index=index: replace(index) for index in range(clients)))
        finally:
            done.set()

    together(replace_all, read, work)
    assert seen <= {frozenset(), *sent}, "no reader sees a mixture"
    states = replayed(running, shared)
    assert set(states) <= {frozenset(), *sent}
    assert members(ask(running, "GET", f"/Groups/{shared}").json) == states[-1]
    for index, group in enumerate(own):
        assert members(ask(running, "GET", f"/Groups/{group}").json) == sent[index]
        assert replayed(running, group)[-1] == sent[index]
    assert waits
    return sorted(waits)


def test_lists_that_are_replaced_in_parallel_are_never_mixed(serve: Serve) -> None:
    contend(serve(), number=600, clients=3, rounds=2)


@pytest.mark.soak
def test_ten_thousand_members_are_replaced_in_parallel_and_nobody_starves(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    waits = contend(serve(), number=20_000, clients=4, rounds=5)
    with capsys.disabled():
        print(
            f"\nPATCH beside 40 PUTs of 10,000 members: {len(waits)}, median {waits[len(waits) // 2] * 1e3:.0f} ms,"
            f" p99 {waits[len(waits) * 99 // 100] * 1e3:.0f} ms, longest {waits[-1] * 1e3:.0f} ms"
        )
