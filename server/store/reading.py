"""The read-only connections of one database: one for each thread, and none is closed under who reads through it.

Belongs here: whose a connection is, and how it ends. Must not know: what is read, who writes.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

INTERRUPT_AGAIN: Final = 0.02
"""Seconds between two interruptions of who reads: one that comes between two statements is lost."""


class Reader:
    """One connection; use it as a context manager for as long as something is read.

    Python's sqlite3 crashes the process when a connection is closed while another thread is within a statement of it.
    """

    __slots__ = ("connection", "lock")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.lock = threading.RLock()

    def __enter__(self) -> sqlite3.Connection:
        self.lock.acquire()
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.lock.release()

    def close(self) -> None:
        """Interrupt what is read on other threads, and close the connection once they have let go of it."""
        while not self.lock.acquire(timeout=INTERRUPT_AGAIN):
            self.connection.interrupt()
        self.connection.close()
        self.lock.release()


class Readers:
    """The readers of one database; ``connect`` opens a connection, or raises why it cannot."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._local = threading.local()
        self._all: list[Reader] = []
        self._lock = threading.Lock()

    def here(self) -> Reader:
        """Give this thread's reader."""
        try:
            reader: Reader = self._local.reader
        except AttributeError:
            reader = self._local.reader = self.another()
        return reader

    def opened_here(self) -> Reader | None:
        """Give this thread's reader if it has read already."""
        return getattr(self._local, "reader", None)

    def another(self) -> Reader:
        """Open one more reader."""
        with self._lock:
            reader = Reader(self._connect())
            self._all.append(reader)
        return reader

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for reader in self._all:
                reader.close()
            self._all.clear()
