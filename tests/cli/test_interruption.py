"""Ctrl-C while a file is taken: at once while it is read, after the transaction while one is written."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import pytest

from server.cli.interruption import Interruption

if TYPE_CHECKING:
    from collections.abc import Iterator


def interrupted() -> None:
    signal.raise_signal(signal.SIGINT)


def test_while_nothing_is_read_it_waits_for_the_next_row() -> None:
    with Interruption() as interruption:
        rows = interruption.rows(iter([1, 2, 3]))
        assert next(rows) == 1
        interrupted()
        assert interruption.is_wanted
        assert list(rows) == []


def test_while_a_row_is_read_it_comes_at_once() -> None:
    def slow() -> Iterator[int]:
        interrupted()
        yield 1

    with Interruption() as interruption:
        with pytest.raises(KeyboardInterrupt):
            next(interruption.rows(slow()))
        assert interruption.is_wanted


def test_who_asks_twice_does_not_wait() -> None:
    with Interruption() as interruption:
        interrupted()
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert interruption.is_wanted


def test_afterwards_it_is_as_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interruption() as interruption:
        assert signal.getsignal(signal.SIGINT) != before
        assert list(interruption.rows(iter("ab"))) == ["a", "b"]
    assert signal.getsignal(signal.SIGINT) is before
    assert not interruption.is_wanted


def test_beside_the_main_thread_it_lets_be() -> None:
    seen: list[list[str]] = []

    def work() -> None:
        with Interruption() as interruption:
            seen.append(list(interruption.rows(iter("ab"))))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [["a", "b"]]
