"""One SQLite file: its connections, its single writer thread with group commit, its translated errors.

Belongs here: transactions, durability, threads. Must not know: what a resource, a token or an exchange is.

Writers queue operations; the writer thread runs all that wait inside one transaction and answers them after the one
commit that made them durable (``synchronous=FULL``). Readers have a read-only connection per thread and never wait.
"""

from __future__ import annotations

import asyncio
import os
import queue
import shutil
import sqlite3
import threading
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from server.faults import FaultCode, StoreUnavailable
from server.store import filter_sql, migration
from server.store.reading import Readers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.store.reading import Reader

T = TypeVar("T")
Family = Literal["perch", "activity"]

BUSY_TIMEOUT = 5_000
"""Milliseconds that a transaction waits for another process's transaction."""

WAL_PAGES = 4_000
"""Pages in the write-ahead log before a commit also checkpoints: 16 MB, so that most commits are one append."""

INDEX_BLOCK = 32_768
"""Bytes that the index of the write-ahead log grows by: an open file of nothing but reads needs as much room."""

MAX_BATCH = 512
"""Operations that may share one commit; bounds how long the first of them waits."""

_FAULTS = {
    sqlite3.SQLITE_FULL: FaultCode.DISK_FULL,
    sqlite3.SQLITE_BUSY: FaultCode.DATABASE_LOCKED,
    sqlite3.SQLITE_LOCKED: FaultCode.DATABASE_LOCKED,
    sqlite3.SQLITE_CORRUPT: FaultCode.DATABASE_CORRUPT,
    sqlite3.SQLITE_NOTADB: FaultCode.DATABASE_CORRUPT,
    sqlite3.SQLITE_CANTOPEN: FaultCode.FOLDER_UNWRITABLE,
    sqlite3.SQLITE_READONLY: FaultCode.FOLDER_UNWRITABLE,
    sqlite3.SQLITE_PERM: FaultCode.FOLDER_UNWRITABLE,
}
_EXTENDED = {
    # The index of the write-ahead log found no room when it was made: on a full disk that comes before SQLITE_FULL.
    sqlite3.SQLITE_IOERR_SHMSIZE: FaultCode.DISK_FULL,
}


def translate(error: sqlite3.Error, path: Path | str) -> StoreUnavailable:
    """Turn sqlite3's error into the fault that a host can word."""
    code = getattr(error, "sqlite_errorcode", None)
    fault = FaultCode.STORE_FAILED
    if isinstance(code, int):
        fault = _EXTENDED.get(code) or _FAULTS.get(code & 0xFF, fault)
        if code & 0xFF == sqlite3.SQLITE_IOERR and fault is FaultCode.STORE_FAILED:
            if not os.access(path, os.W_OK):
                # A disk that the system has made read-only under open files fails their writes only.
                fault = FaultCode.FOLDER_UNWRITABLE
            elif _is_full(Path(path).parent):
                # Some of what goes wrong with that index is told as no more than this.
                fault = FaultCode.DISK_FULL
    return StoreUnavailable(fault, f"{path} ({error})" if fault is FaultCode.STORE_FAILED else str(path))


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < INDEX_BLOCK
    except OSError:
        return False


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        timeout=BUSY_TIMEOUT / 1000,
    )
    try:
        connection.execute("PRAGMA cache_size = -8000")
        connection.execute("PRAGMA temp_store = MEMORY")
        filter_sql.register_functions(connection)
    except BaseException:
        connection.close()
        raise
    return connection


class _Pending:
    """An operation in the queue, and whom to tell when it is durable."""

    __slots__ = ("future", "loop", "operation")

    def __init__(
        self,
        operation: Callable[[sqlite3.Connection], Any],
        future: Future[Any] | asyncio.Future[Any],
        loop: asyncio.AbstractEventLoop | None,
    ) -> None:
        self.operation = operation
        self.future = future
        self.loop = loop


class _DirtyFailure(Exception):
    """An operation failed after it had written, inside a transaction that it shares with others."""


Outcome = tuple[_Pending, Any, BaseException | None]


class Database:
    """A SQLite file in WAL mode; open it with :meth:`open`, from as many processes as you like."""

    def __init__(self, path: Path, writer: sqlite3.Connection) -> None:
        self.path = path
        self._writer = writer
        self._queue: queue.SimpleQueue[list[_Pending] | None] = queue.SimpleQueue()
        self._gathered: list[_Pending] = []
        self._sizes: deque[int] = deque()
        self._in_hand = 0
        self._closed = False
        self._readers = Readers(self._connected_reader)
        self._thread = threading.Thread(target=self._write, name=f"writer of {path.name}", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, path: Path, family: Family) -> Self:
        """Open or create the file and bring its schema up to date.

        Raises StoreUnavailable: newer_than_program, corrupt, locked, disk_full, folder_unwritable.
        """
        connection = None
        try:
            connection = _connect(path, read_only=False)
            connection.execute("PRAGMA journal_mode = WAL")
            # The directory must survive a power cut; the activity log may lose its last quarter of a second.
            connection.execute(f"PRAGMA synchronous = {'FULL' if family == 'perch' else 'NORMAL'}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
            migration.migrate(connection, path, family)
            return cls(path, connection)
        except BaseException as error:
            if connection is not None:
                connection.close()
            if isinstance(error, sqlite3.Error):
                raise translate(error, path) from error
            raise

    @property
    def waiting(self) -> int:
        """How many operations wait for their commit, those that the writer is at included."""
        return len(self._gathered) + sum(self._sizes.copy()) + self._in_hand

    @property
    def writing(self) -> bool:
        """Whether the writer thread is there to write."""
        return self._thread.is_alive()

    @property
    def is_closed(self) -> bool:
        """Whether it was closed: what is read or written now fails for that reason."""
        return self._closed

    def reading(self) -> Reader:
        """Give this thread's reader; each statement on it sees the latest commit."""
        return self._readers.here()

    def another_reader(self) -> Reader:
        """Open one more read-only connection; closed with the database."""
        return self._readers.another()

    def reading_in_turn(self) -> Reader:
        """Give this thread's reader, with one snapshot for all that one turn of the event loop reads.

        Requests that were read together are answered from the same state, and only the first of them pays for
        looking whether there is a newer one. Without a running loop it is the plain reader.
        """
        reader = self._readers.here()
        if not reader.connection.in_transaction:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return reader
            try:
                reader.connection.execute("BEGIN")
            except sqlite3.Error as error:
                raise translate(error, self.path) from error
            loop.call_soon(_end_turn, reader)
        return reader

    def read(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Run one SELECT on this thread's reader and give all its rows."""
        try:
            with self._readers.here() as connection:
                return connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def data_version(self) -> int:
        """Give a number that moves whenever anybody else's commit becomes visible to this thread's reader."""
        try:
            with self.reading_in_turn() as connection:
                version: int = connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error as error:
            raise translate(error, self.path) from error
        return version

    def _connected_reader(self) -> sqlite3.Connection:
        if self._closed:
            raise self._closed_fault()
        try:
            return _connect(self.path, read_only=True)
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def submit(self, operation: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue an operation; the future is done once its commit is durable."""
        future: Future[T] = Future()
        self._enqueue(_Pending(operation, future, None))
        return future

    def commit_soon(self, operation: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Queue an operation from the running event loop, whose future is done once the commit is durable.

        What the loop queues is handed over together: the writer wakes once, for a batch, when no more requests
        arrive, and the two do not fight for the interpreter lock.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if not self._gathered:
            loop.call_soon(self._hand_over, 0)
        self._gathered.append(_Pending(operation, future, loop))
        return future

    def _hand_over(self, seen: int) -> None:
        """Wake the writer, unless the last turn of the loop brought more: then there may be still more."""
        number = len(self._gathered)
        if seen < number < MAX_BATCH:
            asyncio.get_running_loop().call_soon(self._hand_over, number)
            return
        gathered, self._gathered = self._gathered, []
        if self._closed:
            self._answer([(pending, None, self._closed_fault()) for pending in gathered])
        else:
            self._sizes.append(number)
            self._queue.put(gathered)

    def _closed_fault(self) -> StoreUnavailable:
        return StoreUnavailable(FaultCode.STORE_FAILED, f"{self.path} is closed")

    def commit(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        """Run an operation and wait until it is durable; for hosts without an event loop."""
        result = self.submit(operation).result()
        # What this thread reads next must show it, even within one turn of an event loop.
        reader = self._readers.opened_here()
        if reader is not None:
            _end_turn(reader)
        return result

    def close(self) -> None:
        """Finish what is queued, fold the write-ahead log into the file, close every connection.

        What other threads read is broken off: they get StoreUnavailable.
        """
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._thread.join()
        self._readers.close()
        with suppress(sqlite3.Error):
            self._writer.execute("PRAGMA optimize")
            # Another process that still reads keeps the log; then the next one to close folds it.
            self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)")
        self._writer.close()

    def _enqueue(self, pending: _Pending) -> None:
        if self._closed:
            raise self._closed_fault()
        self._sizes.append(1)
        self._queue.put([pending])

    def _write(self) -> None:
        last = False
        while not last:
            taken = self._queue.get()
            if taken is None:
                return
            batch = taken
            self._sizes.popleft()
            while len(batch) < MAX_BATCH:
                try:
                    taken = self._queue.get_nowait()
                except queue.Empty:
                    break
                if taken is None:
                    last = True
                    break
                batch += taken
                self._sizes.popleft()
            self._in_hand = len(batch)
            self._answer(self._run(batch))
            self._in_hand = 0
            # Nothing of this batch may stay alive in this frame while the thread waits for the next.
            del batch, taken

    def _run(self, batch: list[_Pending]) -> list[Outcome]:
        """Run a batch in one transaction: fast first, with a savepoint each if one fails after writing."""
        try:
            try:
                return self._transaction(batch, careful=False)
            except _DirtyFailure:
                return self._transaction(batch, careful=True)
        except sqlite3.Error as error:
            fault = translate(error, self.path)
            return [(pending, None, fault) for pending in batch]

    def _transaction(self, batch: list[_Pending], *, careful: bool) -> list[Outcome]:
        connection = self._writer
        outcomes: list[Outcome] = []
        execute = connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            for pending in batch:
                before = connection.total_changes
                if careful:
                    execute("SAVEPOINT operation")
                try:
                    outcomes.append((pending, pending.operation(connection), None))
                except Exception as error:
                    if not connection.in_transaction:
                        raise  # SQLite has undone everything: nobody's operation was carried out
                    if careful:
                        execute("ROLLBACK TO operation")
                    elif connection.total_changes != before or isinstance(error, sqlite3.Error):
                        # Its writes cannot be told from its neighbours': undo all, then once more with savepoints.
                        raise _DirtyFailure from error
                    failure = translate(error, self.path) if isinstance(error, sqlite3.Error) else error
                    outcomes.append((pending, None, failure))
                if careful:
                    execute("RELEASE operation")
            execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                with suppress(sqlite3.Error):
                    execute("ROLLBACK")
            raise
        return outcomes

    @staticmethod
    def _answer(outcomes: list[Outcome]) -> None:
        """Tell everybody, with one wake-up per event loop however many wait there."""
        waiting: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
        for outcome in outcomes:
            pending, result, error = outcome
            if pending.loop is not None:
                waiting.setdefault(pending.loop, []).append(outcome)
            elif error is not None:
                pending.future.set_exception(error)
            else:
                pending.future.set_result(result)
        for loop, answers in waiting.items():
            # A loop that is closed has nobody left to tell; what was written stays written.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_resolve, answers)


def _end_turn(reader: Reader) -> None:
    # The database may have been closed in the same turn, or be damaged: who read was told so.
    with reader as connection, suppress(sqlite3.DatabaseError):
        if connection.in_transaction:
            connection.execute("COMMIT")


def _resolve(outcomes: list[Outcome]) -> None:
    for pending, result, error in outcomes:
        if pending.future.done():
            continue
        if error is not None:
            pending.future.set_exception(error)
        else:
            pending.future.set_result(result)
