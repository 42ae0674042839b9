"""Every write and every sync that an endpoint makes, as the kernel saw them, cut at any point and in any part."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from server.workspace import ACTIVITY, DATABASE
from tests.app.test_power_cut import SECTOR, check_sums
from tests.endpoint import READY, RunningEndpoint, clean_up, command, first_line, make_token
from tests.http.client import Wire, message, person
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALLS = "pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync,ftruncate,unlink"
LINE = re.compile(r'(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\((?:\d+<([^>]*)>|"([^"]*)"))(.*)')
DATA = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
ACKNOWLEDGED = re.compile(rb'HTTP/1\.1 201.*"userName":"(w\d+)"', re.DOTALL)
PEOPLE = 600
"""Enough for a checkpoint under way, beside that of the end."""


def octets(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


@dataclass
class File:
    """What is surely on the disk, and what was written since the last sync, in order."""

    durable: bytes = b""
    is_named: bool = False
    """Whether the folder that names it was synced since it was made."""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, data), or (size, None) of a truncation."""

    def after_a_cut(self, chance: random.Random, keep: float, tear: float) -> bytes:
        found = bytearray(self.durable)
        for place, data in self.pending:
            if chance.random() < keep:
                self._apply(found, place, data, chance, tear)
        return bytes(found)

    def sync(self, number: int) -> None:
        found = bytearray(self.durable)
        for place, data in self.pending[:number]:
            self._apply(found, place, data, random.Random(0), 0)
        self.durable = bytes(found)
        del self.pending[:number]

    @staticmethod
    def _apply(found: bytearray, place: int, data: bytes | None, chance: random.Random, tear: float) -> None:
        if data is None:
            del found[place:]
            return
        found.extend(bytes(max(0, place + len(data) - len(found))))
        for start in range(0, len(data), SECTOR):
            if chance.random() >= tear:
                part = data[start : start + SECTOR]
                found[place + start : place + start + len(part)] = part


class Trace:
    """Plays a trace, and gives the files as a cut leaves them at random moments."""

    def __init__(self, folder: Path, files: dict[str, File], chance: random.Random) -> None:
        self._folder = str(folder)
        self._files = files
        self._chance = chance
        self._syncs: dict[str, tuple[str, int]] = {}
        self.acknowledged: set[str] = set()
        self.calls: Counter[str] = Counter()

    def cuts(self, trace: Path, share: float) -> Iterator[dict[str, bytes]]:
        with trace.open(encoding="ascii") as lines:
            for line in lines:
                match = LINE.match(line)
                if match is None:
                    continue
                process, resumed, call, file, path, rest = match.groups()
                if resumed:
                    if process in self._syncs and rest.endswith("= 0"):
                        self._synced(*self._syncs.pop(process))
                    continue
                self._play(process, call, octets(file or path or "").decode("utf-8", "replace"), rest)
                if self._chance.random() < share:
                    yield self._cut()

    def _play(self, process: str, call: str, path: str, rest: str) -> None:
        if path.startswith("socket:"):
            for data in DATA.findall(rest):
                self.acknowledged.update(name.decode() for name in ACKNOWLEDGED.findall(octets(data)))
            return
        name = path.removeprefix(self._folder).removeprefix("/")
        if not path.startswith(self._folder) or name.endswith("-shm"):
            return
        self.calls[call] += 1
        if call in {"fsync", "fdatasync"}:
            number = len(self._files[name].pending) if name in self._files else 0
            if rest.endswith("= 0"):
                self._synced(name, number)
            else:
                self._syncs[process] = (name, number)
        elif name.startswith((DATABASE, ACTIVITY)):
            file = self._files.setdefault(name, File())
            if call == "pwrite64":
                data = DATA.search(rest)
                assert data is not None
                file.pending.append(
                    (
                        int(rest[data.end() :].split(", ")[2].split(")", maxsplit=1)[0].split(maxsplit=1)[0]),
                        octets(data[1]),
                    )
                )
            elif call == "ftruncate":
                file.pending.append((int(rest.split(", ")[1].split(")", maxsplit=1)[0].split(maxsplit=1)[0]), None))
            elif call == "unlink" and "= 0" in rest:
                # The folder is not synced: the next cut may find it or not.
                file.is_named = False

    def _synced(self, name: str, number: int) -> None:
        if not name:
            for file in self._files.values():
                file.is_named = True
        elif name in self._files:
            self._files[name].sync(number)

    def _cut(self) -> dict[str, bytes]:
        chance = self._chance
        keep, tear = chance.choice([0, 0.3, 0.7, 0.95, 1]), chance.choice([0, 0, 0.05, 0.5])
        return {
            name: file.after_a_cut(chance, keep, tear)
            for name, file in self._files.items()
            if file.is_named or chance.random() < 0.5
        }


def record(data_dir: Path, trace: Path, token: str) -> None:
    """Serve under strace, create people, and end it as an administrator would."""
    tracer = ["strace", "-f", "-y", "-xx", "-s", "10000000", "-e", f"trace={CALLS}", "-o", str(trace)]
    process = subprocess.Popen(
        [*tracer, *command("serve", "--port", "0", data_dir=data_dir)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = first_line(process.stdout, process)
        assert line.startswith(READY)
        running = RunningEndpoint(process, line, line.removeprefix(READY).strip(), token, data_dir, trace)
        with Wire(running.port) as wire:
            for i in range(PEOPLE):
                wire.send(message(running, "POST", "/Users", json.dumps(person(f"w{i}")).encode()))
                assert wire.answer().status == 201
        with trace.open(encoding="ascii") as lines:
            os.kill(int(lines.readline().split()[0]), signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        clean_up(process)


@pytest.mark.soak
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_no_prefix_and_no_part_of_the_real_writes_loses_what_was_acknowledged(tmp_path: Path) -> None:
    folder, trace, machine = tmp_path / "data", tmp_path / "trace", tmp_path / "machine"
    token = make_token(folder, "tests")
    files = {name: File((folder / name).read_bytes(), is_named=True) for name in (DATABASE,)}
    record(folder, trace, token)
    played = Trace(folder, files, random.Random(3))
    cuts = most = 0
    for image in played.cuts(trace, 0.05):
        cuts += 1
        shutil.rmtree(machine, ignore_errors=True)
        machine.mkdir()
        for name, data in image.items():
            (machine / name).write_bytes(data)
        with closing(sqlite3.connect(machine / DATABASE)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            check_sums(connection)
            found = {name for (name,) in connection.execute("SELECT unique_name FROM resource")}
        assert played.acknowledged <= found
        most = max(most, len(played.acknowledged))
        with closing(sqlite3.connect(machine / ACTIVITY)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "it may lose, not break"
    assert most > PEOPLE * 9 // 10
    assert cuts > 500
    assert played.calls["fdatasync"] > PEOPLE
