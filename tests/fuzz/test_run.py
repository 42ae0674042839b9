"""A run writes down what crashes, with the line that repeats it, and learns from inputs that reach more."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.fuzz import run
from tests.fuzz.mutation import seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest


def with_target(monkeypatch: pytest.MonkeyPatch, target: Callable[[bytes], None]) -> None:
    @contextmanager
    def opened(_name: str) -> Iterator[Callable[[bytes], None]]:
        yield target

    monkeypatch.setattr(run, "opened_target", opened)


def test_a_crash_is_kept_with_the_line_that_repeats_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def target(data: bytes) -> None:
        if b"not" in data:
            raise RecursionError

    with_target(monkeypatch, target)
    done = run.fuzz("filter", 500, 7, tmp_path, run.tell)
    assert done.crashes
    path = tmp_path / done.crashes[0].rpartition("/")[2]
    assert b"not" in path.read_bytes()
    words = path.with_suffix(".txt").read_text("utf-8")
    assert words.startswith(f"python -m tests.fuzz filter --repeat {path}\n")
    assert "RecursionError" in words
    assert "RecursionError" in (run.repeat("filter", path.read_bytes()) or "")
    assert run.repeat("filter", b"title pr") is None


def test_many_crashes_end_a_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def target(_: bytes) -> None:
        raise ValueError

    with_target(monkeypatch, target)
    assert run.fuzz("filter", 5_000, 7, tmp_path, run.tell).inputs == run.ENOUGH


def test_what_takes_too_long_is_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter((0.0, run.SLOW + 1))
    monkeypatch.setattr("tests.fuzz.run.time.process_time", lambda: next(times))
    assert "for 3 bytes" in (run.crash_of(lambda _: None, b"abc") or "")


def test_an_input_that_reaches_more_joins_the_corpus(tmp_path: Path) -> None:
    done = run.fuzz("filter", 500, 7, tmp_path, run.tell)
    assert done.lines > 100
    assert done.corpus > len(seeds("filter"))
