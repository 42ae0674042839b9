"""The activity log: takes exchanges on the request path, writes them in batches beside it.

Belongs here: what waits, the flush thread, the ring. Must not know: HTTP, Okta, or what counts as a secret.

The event loop holds the interpreter lock almost always, and gets it back late from a thread that wants it for
each row; and a row costs SQLite more than the redaction of what is in it. So the ring is made of chunks.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Self

import orjson

from server.faults import Fault, FaultCode
from server.redaction import BODY_CAP, PARSE_LIMIT, Excerpt
from server.store import activity_query
from server.store.activity_batch import THINNED, WHOLE_ANSWERS, WHOLE_READS, Batch, Encoder, Sighted
from server.store.database import Database

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path
    from typing import Unpack

    from server.records import ActivityRecord, Exchange, Sighting
    from server.store.activity_batch import Chunk, Recognise

_log = logging.getLogger(__name__)

FLUSH_INTERVAL: Final = 0.25
"""Seconds from the first exchange of a batch to its flush."""

MAX_PENDING: Final = 20_000
"""Exchanges that may wait for a flush; more are counted as dropped."""

MAX_PENDING_BYTES: Final = 32 << 20
"""Bytes of bodies that may wait; beyond, exchanges are taken without their bodies."""

EAGER_PENDING: Final = 8_192
EAGER_BYTES: Final = 8 << 20
"""Exchanges, or bytes of bodies, that make the flush thread come early."""

PRUNE_INTERVAL: Final = 5.0
IDLE_INTERVAL: Final = 3_600.0
"""Seconds between two prunings: while exchanges come in, and while none do."""

_NEWEST: Final = "SELECT seq FROM sqlite_sequence WHERE name = 'chunk'"
_INSERT: Final = """
    INSERT INTO chunk (last, first, since, until, run, headers, records)
    VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT))
"""
_TAKE_BACK: Final = "DELETE FROM chunk WHERE last = ? AND first = ?"
_SIGHT: Final = """
    INSERT INTO sighting (feature, first_at, last_at, count, token_id) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (feature) DO UPDATE SET
        first_at = min(first_at, excluded.first_at),
        token_id = CASE WHEN excluded.last_at >= last_at THEN excluded.token_id ELSE token_id END,
        last_at = max(last_at, excluded.last_at),
        count = count + excluded.count
"""
_COUNT: Final = """
    INSERT INTO minute (minute, requests, errors) VALUES (?, ?, ?)
    ON CONFLICT (minute) DO UPDATE SET
        requests = requests + excluded.requests,
        errors = errors + excluded.errors
"""
_FORGET_BEYOND_RING: Final = "DELETE FROM chunk WHERE last <= (SELECT max(last) FROM chunk) - ?"
# From the oldest on, so that nothing is read but what has to go and the first that stays.
_FORGET_OLD: Final = """
    DELETE FROM chunk WHERE last < coalesce(
        (SELECT last FROM chunk WHERE until >= ? ORDER BY last LIMIT 1),
        (SELECT max(last) + 1 FROM chunk)
    )
"""
_HALF_OLD: Final = """
    SELECT last, records FROM chunk WHERE last = (SELECT min(last) FROM chunk) AND since < ?
"""
_SHORTEN: Final = """
    UPDATE chunk SET first = first + ?, since = ?, records = CAST(? AS TEXT) WHERE last = ?
"""
_FORGET_MINUTES: Final = "DELETE FROM minute WHERE minute < ?"


def _recognise_nothing(*_: object) -> None:
    return None


class ActivityLog:
    """The exchanges of a workspace; :meth:`open` it from as many processes as you like.

    ``record`` is for one thread (the event loop); everything else may be called from any.
    """

    def __init__(self, database: Database, encoder: Encoder, *, keep: int, days: int, body_cap: int, run: str) -> None:
        self.run = run
        """The tag of this process; a request's id is ``{run}-{number:x}``."""
        self._database = database
        self._encoder = encoder
        self._keep = max(keep, 0)
        self._days = days
        self._body_cap = body_cap
        self._largest = max(PARSE_LIMIT, body_cap)
        self._pending: list[Exchange] = []
        self._reads: deque[Exchange] = deque(maxlen=WHOLE_READS)
        self._writes: deque[Exchange] = deque(maxlen=WHOLE_ANSWERS)
        """The newest that succeeded of the batch that waits."""
        self._headers: tuple[tuple[bytes, bytes], ...] = ()
        self._room = MAX_PENDING
        self._received = 0
        self._released = 0
        self._overflowed = 0
        self._lost = 0
        self._fault: Fault | None = None
        self._sightings: dict[str, Sighted] = {}
        self._newest: tuple[int, Chunk] | None = None
        """The last number of the newest chunk, and the chunk, where it is ours and may take in the next."""
        self._since_pruned = 0
        self._pruned = -PRUNE_INTERVAL
        self._flushing = threading.Lock()
        self._work = threading.Event()
        self._hurry = threading.Event()
        self._idle = True
        self._closing = False
        self._thread: threading.Thread | None = None

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        keep: int = 20_000,
        days: int = 30,
        body_cap: int = BODY_CAP,
        recognise: Recognise = _recognise_nothing,
        run: str | None = None,
    ) -> Self:
        """Open or create activity.db; the flush thread starts with the first exchange, so reading needs none.

        ``keep`` exchanges are kept (0 keeps none) for ``days`` days, with ``body_cap`` bytes of each body.
        Raises StoreUnavailable.
        """
        run = run or secrets.token_hex(4)
        encoder = Encoder(recognise=recognise, body_cap=body_cap, run=run)
        return cls(Database.open(path, "activity"), encoder, keep=keep, days=days, body_cap=body_cap, run=run)

    def record(self, exchange: Exchange) -> None:
        """Take an exchange; never raises, never waits. Bodies too large to be held are cut down here."""
        request, response = exchange.request_body, exchange.response_body
        size = (len(request) if request is not None else 0) + (len(response) if response is not None else 0)
        if size > self._largest:
            size = self._cut(exchange, self._body_cap)
        pending = self._pending
        if len(pending) >= self._room:
            self._overflowed += 1
            return
        held = self._received - self._released
        if held > EAGER_BYTES or len(pending) >= EAGER_PENDING:
            if held > MAX_PENDING_BYTES:
                size = self._cut(exchange, 0)
            if not self._hurry.is_set():
                self._hurry.set()
        if self._idle:
            self._reads.clear()
            self._writes.clear()
        self._thin(exchange)
        self._received += size
        pending.append(exchange)
        if self._idle:
            self._wake()

    def flush(self) -> None:
        """Write what was recorded before this call; what could not be written is in :meth:`problems`."""
        self._drain(prune=False)

    def prune(self) -> None:
        """Forget what is beyond the ring or too old, also while nothing comes in (the endpoint's start)."""
        self._drain(prune=True)

    def close(self) -> None:
        """Write what waits, end the flush thread, close the database."""
        if self._closing:
            return
        self._closing = True
        self._room = -1
        self._work.set()
        self._hurry.set()
        if self._thread is not None:
            self._thread.join()
        self._drain(prune=False)
        self._database.close()

    @property
    def dropped(self) -> int:
        """How many exchanges of this process are missing from the log."""
        return self._overflowed + self._lost

    def problems(self) -> list[Fault]:
        """Tell why exchanges are missing: the fault of the last flush, and whether they came too fast."""
        faults = [self._fault] if self._fault is not None else []
        if self._overflowed:
            detail = f"{self._overflowed} requests came faster than they could be written to {self._database.path}"
            faults.append(Fault(FaultCode.STORE_FAILED, detail))
        return faults

    def data_version(self) -> int:
        """Give a number that moves whenever exchanges were written, by whichever process."""
        return self._database.data_version()

    def recent(self, limit: int = 100, **filters: Unpack[activity_query.Filters]) -> list[ActivityRecord]:
        """List exchanges; see :func:`activity_query.recent`."""
        return activity_query.recent(self._database, self._keep, limit, **filters)

    def listed(self, limit: int = 100, **filters: Unpack[activity_query.Filters]) -> list[ActivityRecord]:
        """List exchanges without what only one that is opened shows; see :func:`activity_query.listed`."""
        return activity_query.listed(self._database, self._keep, limit, **filters)

    def newest(self) -> int:
        """Give the number of the newest exchange; 0 where there is none."""
        return activity_query.newest(self._database, self._keep)

    def get(self, seq: int) -> ActivityRecord | None:
        """Give one exchange; None once the ring has passed over it."""
        return activity_query.get(self._database, self._keep, seq)

    def sightings(self) -> list[Sighting]:
        """List the features seen, in the order in which they were first seen."""
        return activity_query.sightings(self._database)

    def requests_per_minute(self, minutes: int, *, errors_only: bool = False, now: float | None = None) -> list[int]:
        """Count requests (or errors) in each of the last ``minutes`` minutes, this one last."""
        moment = time.time() if now is None else now
        return activity_query.requests_per_minute(self._database, minutes, moment, errors_only=errors_only)

    def _thin(self, exchange: Exchange) -> None:
        """Let go of what the batch will not keep, or has already.

        In a rush what is held grows faster than the processor's cache, and each new request then pays for memory
        that has to be fetched: it costs a third more than what reuses the memory of the one before.
        """
        # A client sends the same headers again and again.
        if exchange.headers == self._headers:
            exchange.headers = self._headers
        else:
            self._headers = exchange.headers
        if exchange.status >= 400 or not exchange.response_body:
            return
        newest = self._reads if exchange.method == "GET" else self._writes
        if len(newest) == newest.maxlen:
            newest[0].response_body = THINNED
        newest.append(exchange)

    @staticmethod
    def _cut(exchange: Exchange, cap: int) -> int:
        """Replace the bodies by their beginnings; give the bytes that are left."""
        left = 0
        for name in ("request_body", "response_body"):
            body: bytes | None = getattr(exchange, name)
            if body is not None:
                excerpt = Excerpt(body, cap)
                setattr(exchange, name, excerpt)
                left += len(excerpt)
        return left

    def _wake(self) -> None:
        self._idle = False
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="activity flush", daemon=True)
            try:
                self._thread.start()
            except RuntimeError:
                # No thread to be had now: the next exchange asks again.
                self._thread, self._idle = None, True
        self._work.set()

    def _run(self) -> None:
        while not self._closing:
            if self._work.wait(IDLE_INTERVAL):
                self._work.clear()
                self._hurry.wait(FLUSH_INTERVAL)
                self._hurry.clear()
                self._drain(prune=False)
            else:
                self._drain(prune=True)

    def _drain(self, *, prune: bool) -> None:
        with self._flushing:
            # Before the batch is taken: what is recorded from here on asks for the next one.
            self._idle = True
            count = len(self._pending)
            received = self._received
            exchanges = self._pending[:count]
            del self._pending[:count]
            if not exchanges and not prune:
                return
            try:
                self._write(exchanges, prune=prune)
            except Fault as fault:
                self._fault = fault
                self._lost += count
            except Exception as error:  # noqa: BLE001 -- a bug must neither end the log nor let it grow
                _log.exception("activity could not be written")
                self._fault = Fault(FaultCode.STORE_FAILED, f"{self._database.path} ({type(error).__name__})")
                self._lost += count
            else:
                self._fault = None
            self._released = received

    def _write(self, exchanges: list[Exchange], *, prune: bool) -> None:
        batch = self._encoder.encode(exchanges, self._keep)
        # A sighting is worth more than a record: kept here until a flush succeeds.
        for feature, seen in batch.sightings.items():
            known = self._sightings.setdefault(feature, Sighted(seen.last, seen.token_id))
            known.add(seen.last, seen.token_id, seen.count)
            known.first = min(known.first, seen.first)
        self._since_pruned += len(exchanges)
        now = time.monotonic()
        due = prune or now - self._pruned >= PRUNE_INTERVAL or self._since_pruned >= max(self._keep // 8, 1_000)
        self._newest = self._database.commit(lambda connection: self._insert(connection, batch, prune=due))
        self._sightings.clear()
        if due:
            self._since_pruned = 0
            self._pruned = now

    def _insert(self, connection: sqlite3.Connection, batch: Batch, *, prune: bool) -> tuple[int, Chunk] | None:
        """Give what ``_newest`` is from now on; may be called twice for one batch."""
        newest = self._add(connection, batch.chunks)
        connection.executemany(_COUNT, batch.minutes)
        connection.executemany(
            _SIGHT,
            [(feature, seen.first, seen.last, seen.count, seen.token_id) for feature, seen in self._sightings.items()],
        )
        if prune:
            oldest = time.time() - self._days * 86_400
            connection.execute(_FORGET_BEYOND_RING, (self._keep,))
            _forget_before(connection, int(oldest * 1000))
            connection.execute(_FORGET_MINUTES, (int(oldest // 60),))
        return newest

    def _add(self, connection: sqlite3.Connection, chunks: list[Chunk]) -> tuple[int, Chunk] | None:
        """Write chunks; the newest of the ring takes in the first of them while both are small."""
        if not chunks:
            return self._newest
        row = connection.execute(_NEWEST).fetchone()
        last: int = row[0] if row else 0
        chunk, *others = chunks
        if self._newest is not None:
            number, newest = self._newest
            # Unless another process wrote since, or pruned it.
            if (
                number == last
                and newest.takes(chunk)
                and connection.execute(_TAKE_BACK, (last, last - newest.count + 1)).rowcount
            ):
                last -= newest.count
                chunk = newest.joined(chunk)
        for one in (chunk, *others):
            first = last + 1
            last += one.count
            connection.execute(_INSERT, (last, first, one.since, one.until, one.run, one.headers, one.records))
            chunk = one
        return (last, chunk) if chunk.small else None


def _forget_before(connection: sqlite3.Connection, moment: int) -> None:
    """Forget what began before a moment (milliseconds): whole chunks, and the beginning of the next."""
    connection.execute(_FORGET_OLD, (moment,))
    for last, text in connection.execute(_HALF_OLD, (moment,)).fetchall():
        records: list[list[Any]] = orjson.loads(text)
        times = [record[0] for record in records]
        old = next(place for place, at in enumerate(times) if at >= moment)
        if old:
            connection.execute(_SHORTEN, (old, min(times[old:]), orjson.dumps(records[old:]), last))
