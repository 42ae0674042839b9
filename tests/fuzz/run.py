"""Run one target with many inputs; what crashes it is written to a file, with how to see it again."""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fuzz.endpoint import opened_endpoint
from tests.fuzz.mutation import Mutator, seeds
from tests.fuzz.targets import opened_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

SLOW = 1.0
"""Seconds of processor time for one input of a few kilobytes that are a crash too."""
TRACED = 50
"""One input of so many is traced, which costs ten times its time; one that reaches new lines joins the corpus."""
ENOUGH = 20
"""Crashes after which a run ends."""


@dataclass
class Run:
    """What came of the inputs so far."""

    target: str
    inputs: int = 0
    seconds: float = 0.0
    corpus: int = 0
    lines: int = 0
    """Lines of the sources that were reached."""
    crashes: list[str] = field(default_factory=list)


class Coverage:
    """Which lines of Perch an input reaches that none reached before."""

    def __init__(self) -> None:
        self.lines: set[tuple[CodeType, int]] = set()
        self._new = False

    def reaches_more(self, target: Callable[[bytes], None], data: bytes) -> bool:
        """Run the target, and tell whether it went where it had not been; raises what the target raises."""
        self._new = False
        sys.settrace(self._call)
        try:
            target(data)
        finally:
            sys.settrace(None)
        return self._new

    def _call(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        return self._line if "server" in frame.f_code.co_filename else None

    def _line(self, frame: FrameType, event: str, _argument: Any) -> Any:
        place = (frame.f_code, frame.f_lineno)
        if event == "line" and place not in self.lines:
            self.lines.add(place)
            self._new = True
        return self._line


@contextmanager
def opened_target(name: str) -> Iterator[Callable[[bytes], None]]:
    """Give a target by its name, over a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        if name == "endpoint":
            with opened_endpoint(Path(folder)) as endpoint:
                yield endpoint.ask
        else:
            with opened_targets(Path(folder)) as targets:
                yield targets.named()[name]


def crash_of(target: Callable[[bytes], None], data: bytes) -> str | None:
    """Give what an input does wrong; None when it is understood or properly refused."""
    begin = time.process_time()
    try:
        target(data)
    except Exception:  # noqa: BLE001 -- a crash is any
        return traceback.format_exc()
    took = time.process_time() - begin
    return f"took {took:.1f} s for {len(data)} bytes" if took > SLOW else None


def fuzz(name: str, inputs: int, seed: int, findings: Path, tell: Callable[[Run], None]) -> Run:
    """Give a target so many inputs; `tell` hears how far it is, some times a minute."""
    run = Run(name)
    mutator, coverage = Mutator(seeds(name), seed), Coverage()
    begin = told = time.monotonic()
    with opened_target(name) as target:
        while run.inputs < inputs and len(run.crashes) < ENOUGH:
            data = mutator.next()
            run.inputs += 1
            if run.inputs % TRACED == 0:
                try:
                    if coverage.reaches_more(target, data):
                        mutator.corpus.append(data)
                except Exception:  # noqa: BLE001 -- told below, by the same input
                    pass
            crash = crash_of(target, data)
            if crash is not None:
                run.crashes.append(_keep(findings, name, data, crash))
            if time.monotonic() - told > 10:
                told = time.monotonic()
                run.seconds, run.corpus, run.lines = told - begin, len(mutator.corpus), len(coverage.lines)
                tell(run)
    run.seconds, run.corpus, run.lines = time.monotonic() - begin, len(mutator.corpus), len(coverage.lines)
    return run


def tell(run: Run) -> None:
    """Print how far a run is."""
    rate = run.inputs / max(run.seconds, 0.001)
    words = f"{run.target}: {run.inputs:,} inputs, {rate:,.0f}/s, {run.lines} lines, {len(run.crashes)} crashes"
    print(words, file=sys.stderr, flush=True)


def repeat(name: str, data: bytes) -> str | None:
    """Give a target one input again."""
    with opened_target(name) as target:
        return crash_of(target, data)


def _keep(findings: Path, name: str, data: bytes, crash: str) -> str:
    findings.mkdir(parents=True, exist_ok=True)
    path = findings / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    path.with_suffix(".txt").write_text(f"python -m tests.fuzz {name} --repeat {path}\n\n{crash}", "utf-8")
    return str(path)
