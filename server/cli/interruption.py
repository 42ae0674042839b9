"""Ctrl-C while many rows are taken, heard where nothing is left half done.

Belongs here: when it is heard. Must not know: what a row is, what is said of it.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

AnyRow = TypeVar("AnyRow")


class Interruption:
    """While the context lasts Ctrl-C ends the rows: what is being written then is still finished and counted.

    While a row is awaited (a pipe may be silent for long), and when it is pressed again, it raises
    KeyboardInterrupt as ever. Outside of the main thread, where Python hears no signals, it changes nothing.
    """

    def __init__(self) -> None:
        self.is_wanted = False
        self._is_reading = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _hear(self, *_: object) -> None:
        at_once = self._is_reading or self.is_wanted
        self.is_wanted = True
        if at_once:
            raise KeyboardInterrupt

    def rows(self, rows: Iterator[AnyRow]) -> Iterator[AnyRow]:
        """Pass rows on until it is wanted that they end."""
        while not self.is_wanted:
            self._is_reading = True
            try:
                row = next(rows)
            except StopIteration:
                return
            finally:
                self._is_reading = False
            yield row
