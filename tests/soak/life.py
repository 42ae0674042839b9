"""The lives of an endpoint on one data folder: started, loaded, killed, looked at, started again."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

from tests.benchmarks import stage
from tests.soak.client import Client, passed
from tests.soak.measure import Latencies, Memory, resident
from tests.soak.wire import Wire
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WARM_UP = 1.0
"""Seconds of each life that are not measured: the first request of each kind opens and compiles."""
MEMORY_WARM_UP, WINDOW = 180, 60
"""Samples, one a second. The first backup of the day is made a minute after the start."""
SAMPLE = 200
"""Resources that are read after each kill, beside all in doubt; at the end all are."""
KILLING_SHARE = 2 / 3
BACKUP_EVERY = 120.0
"""Seconds."""


class Goal(NamedTuple):
    """A figure, and what it should be; where nothing is wanted it is told only."""

    name: str
    seen: str
    wanted: str = ""
    is_met: bool = True


def database_problems(folder: Path, copy: Path) -> list[str]:
    """Look at a copy of the databases as the kill left them: the endpoint shall mend its own by itself."""
    problems = []
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("perch.db", "activity.db"):
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(folder / (name + suffix), copy / (name + suffix))
        try:
            with closing(sqlite3.connect(copy / name)) as connection:
                problems += [f"{name}: {problem}" for problem in _inconsistencies(connection, name)]
        except sqlite3.DatabaseError as error:
            problems.append(f"{name}: {error}")
    return problems


def _inconsistencies(connection: sqlite3.Connection, name: str) -> Iterator[str]:
    for (words,) in connection.execute("PRAGMA integrity_check").fetchall():
        if words != "ok":
            yield words
    if name != "perch.db":
        return
    counted, tallied, unaudited = connection.execute(
        "SELECT (SELECT count(*) FROM resource), (SELECT sum(number) FROM tally_block),"
        " (SELECT count(*) FROM resource WHERE id NOT IN (SELECT resource_id FROM change))"
    ).fetchone()
    if counted != tallied:
        yield f"{counted} resources, but {tallied} were tallied"
    if unaudited:
        yield f"{unaudited} resources without a row in the audit"


class Soak:
    """One run; `goals` tells what came of it."""

    def __init__(self, folder: Path, *, people: int, clients: int, rate: float, seed: int) -> None:
        self._folder = folder / "data"
        self._copy = folder / "copy"
        self._log = folder / "stderr"
        self._log.touch()
        self._chance = random.Random(seed)
        self._token, ids, _ = stage.seed(self._folder, people)
        self._clients = [Client(f"client{i}", random.Random(seed * 100 + i), ids, self._token) for i in range(clients)]
        self._pace = clients / rate
        self._rate = rate
        self._loaded = 0.0
        """Seconds in which requests were measured."""
        self._latencies = Latencies()
        self._early = Latencies()
        """The first second of each life."""
        self._backups = 0
        self._memory = Memory()
        self._ends: list[int] = []
        """Resident bytes at the end of each life."""
        self._problems: list[str] = []
        self._read_again = 0
        self._kills = 0
        self._changes = _Changes(self._token)
        self._console = Console(stderr=True)

    async def live(self, seconds: float, kills: int) -> None:
        """Live for about so many seconds, killed so many times."""
        begin = time.monotonic()
        mean = seconds * KILLING_SHARE / max(kills, 1)
        while self._kills < kills:
            with self._endpoint() as (process, port):
                await self._verify(port, sample=SAMPLE)
                await self._load(process, port, mean * self._chance.uniform(0.3, 1.5), is_killed=True)
            self._kills += 1
            self._problems += database_problems(self._folder, self._copy)
            if self._kills % 5 == 0:
                self._say(begin)
        with self._endpoint() as (process, port):
            await self._verify(port, sample=SAMPLE)
            left = seconds - (time.monotonic() - begin)
            await self._load(process, port, max(left, 2 * WARM_UP), is_killed=False)
            await self._verify(port, sample=None)
            await self._changes.follow(port)
            self._end(process)
        with self._endpoint() as (process, port):
            await self._verify(port, sample=None)
            self._end(process)
        self._problems += database_problems(self._folder, self._copy)
        self._problems += self._changes.problems(self._folder)
        log = self._log.read_text("utf-8").splitlines()
        self._problems += [f"in its log: {line.strip()}" for line in log if "Traceback" in line]
        self._say(begin)

    def _end(self, process: subprocess.Popen[str]) -> None:
        process.terminate()
        if process.wait(30) != 0:
            self._problems.append("it did not end as it was told to")

    @contextmanager
    def _endpoint(self) -> Iterator[tuple[subprocess.Popen[str], int]]:
        with self._log.open("a", encoding="utf-8") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "server", "--data-dir", str(self._folder), "serve", "--port", "0"],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline().split("127.0.0.1:")[1].split("/")[0])
        finally:
            process.kill()
            process.communicate()

    async def _load(self, process: subprocess.Popen[str], port: int, seconds: float, *, is_killed: bool) -> None:
        stop = asyncio.Event()
        for client in self._clients:
            client.measure(self._early)
        running = [asyncio.create_task(c.run(port, self._pace, self._early, stop)) for c in self._clients]
        following = asyncio.create_task(self._changes.follow_until(port, stop))
        if not is_killed:
            running.append(asyncio.create_task(self._watch(process.pid, stop)))
            running.append(asyncio.create_task(self._back_up(stop)))
        await asyncio.wait(running, timeout=min(WARM_UP, seconds))
        for client in self._clients:
            client.measure(self._latencies)
        self._loaded += max(0.0, seconds - WARM_UP)
        finished, _ = await asyncio.wait(running, timeout=max(0.0, seconds - WARM_UP))
        if finished:
            self._problems.append(f"a client was left without an answer: {[task.exception() for task in finished]}")
        self._ends.append(resident(process.pid))
        if is_killed:
            process.kill()
            process.wait()
        # Only now: the kill shall meet requests on their way.
        stop.set()
        for outcome in await asyncio.gather(*running, following, return_exceptions=True):
            if outcome is not None and not (is_killed and isinstance(outcome, ConnectionError)):
                self._problems.append(f"a client ended with {outcome!r}")

    async def _watch(self, pid: int, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._memory.samples.append(resident(pid))
            await passed(stop, 1)

    async def _back_up(self, stop: asyncio.Event) -> None:
        """Make a backup every few minutes, as an admin may."""
        await passed(stop, BACKUP_EVERY / 2)
        while not stop.is_set():
            command = [sys.executable, "-m", "server", "--data-dir", str(self._folder), "backup"]
            process = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            if await process.wait() != 0:
                self._problems.append("a backup failed")
            self._backups += 1
            await passed(stop, BACKUP_EVERY)

    async def _verify(self, port: int, *, sample: int | None) -> None:
        for client in self._clients:
            known = [*client.ledger.known, *client.ledger.deleted]
            some = (
                known if sample is None else self._chance.sample(known, min(len(known), sample // len(self._clients)))
            )
            paths = [*client.ledger.doubtful, *some]
            self._problems += await client.check(port, paths)
            self._read_again += len(paths)

    def _say(self, begin: float) -> None:
        spread = self._latencies.spread()
        self._console.print(
            f"{(time.monotonic() - begin) / 60:5.1f} min  {self._kills} kills  {spread.number:,} requests"
            f"  p99 {spread.p99} ms  {self._ends[-1] / 1e6:.0f} MB  {len(self._problems)} problems",
            highlight=False,
        )

    @property
    def problems(self) -> list[str]:
        """What was lost, half or corrupt, and answers that no client should get."""
        return [*self._problems, *(surprise for client in self._clients for surprise in client.surprises)]

    @property
    def acknowledged(self) -> int:
        """The writes that were answered."""
        return sum(client.acknowledged for client in self._clients)

    def goals(self) -> list[Goal]:
        """Tell what came of it."""
        for line in self.problems[:40]:
            self._console.print(line, markup=False)
        lost, surprises = len(self._problems), len(self.problems) - len(self._problems)
        total, early = self._latencies.spread(), self._early.spread()
        rows = [
            Goal("writes acknowledged", f"{self.acknowledged:,}"),
            Goal("rate", f"{total.number / max(self._loaded, 1):.0f}/s of {self._rate:.0f}/s that were due"),
            Goal("backups meanwhile", str(self._backups)),
            Goal("resources read again", f"{self._read_again:,}"),
            Goal("changes followed by GET /changes", f"{self._changes.number:,}"),
            Goal("lost, half or corrupt", str(lost), "0", not lost),
            Goal("answers that no client should get", str(surprises), "0", not surprises),
            Goal("p99 of all, between kills", f"{total.p99:.1f} ms of {total.number:,}", "< 50 ms", total.p99 < 50),
        ]
        rows.append(Goal("  the first second of a life", f"p50 {early.median} p99 {early.p99} max {early.most} ms"))
        for kind in self._latencies.kinds():
            spread = self._latencies.spread(kind)
            rows.append(Goal(f"  {kind}", f"p50 {spread.median} p99 {spread.p99} max {spread.most} ms"))
        if len(self._memory.samples) >= MEMORY_WARM_UP + 2 * WINDOW:
            first, last = self._memory.after_warm_up(MEMORY_WARM_UP, WINDOW), self._memory.last(WINDOW)
            name = f"memory, {len(self._memory.samples) / 60:.0f} undisturbed minutes"
            rows.append(_grown(name, first, last))
        lives = self._ends[:-1]
        if len(lives) >= 20:
            at_first, at_last = statistics.median(lives[:10]), statistics.median(lives[-10:])
            rows.append(_grown("memory at the ends of lives", at_first, at_last))
        return rows


def _grown(name: str, first: float, last: float) -> Goal:
    return Goal(name, f"{first / 1e6:.0f} → {last / 1e6:.0f} MB ({last / first:.2f})", "≤ 1.10", last <= 1.1 * first)


class _Changes:
    """A consumer that pulls the changes, through all kills, and must see each once and in order."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._after = "0"
        self._seen: list[int] = []

    @property
    def number(self) -> int:
        return len(self._seen)

    async def follow(self, port: int) -> None:
        wire = await Wire.connect(port)
        try:
            while True:
                path = f"/changes?limit=1000&after={self._after}"
                answer = await wire.ask(stage.request("GET", path, self._token))
                page = json.loads(answer.body)
                self._after = page["next"]
                self._seen += [event["sequence"] for event in page["changes"]]
                if not page["changes"]:
                    return
        finally:
            wire.close()

    async def follow_until(self, port: int, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.follow(port)
            await passed(stop, 1)

    def problems(self, folder: Path) -> list[str]:
        """Compare what was seen with the audit."""
        with closing(sqlite3.connect(folder / "perch.db")) as connection:
            there = [row[0] for row in connection.execute("SELECT seq FROM change ORDER BY seq")]
        return [] if self._seen == there else [f"GET /changes gave {len(self._seen)} of {len(there)} changes"]
