"""What one flush of the activity writes: exchanges turned into chunks of redacted records, and sums.

Belongs here: the order of a record's values, and which bodies a rush leaves out. Must not know: threads, SQL.

This runs under the interpreter lock that the event loop wants, and is written for speed: what repeats
within a batch is remembered, texts are searched for secrets many at a time, and it pauses between chunks,
so that requests wait for one at most.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import orjson

from server.redaction import Excerpt, is_plain, redact_body, redact_header, redact_target, redact_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.records import Exchange

    Recognise = Callable[[str, str, str, int, bytes | None, str, str], str | None]
    """(method, path, query, status, request body, meaning, agent) -> the feature exercised, if any."""

_log = logging.getLogger(__name__)

WHOLE_READS: Final = 200
"""How many successful reads of a batch keep their bodies: the newest."""
WHOLE_ANSWERS: Final = 200
"""How many successful writes of a batch keep the answer, which says again what was sent."""
WHOLE_WRITES: Final = 1_000
"""How many successful writes of a batch keep what was sent; no identity provider has more in 0.25 s."""

THINNED: Final = Excerpt(b"", 0)
"""What stands for an answer that was let go before the batch was encoded."""

ANSWER_OMITTED: Final = 1
REQUEST_OMITTED: Final = 2

CHUNK: Final = 128
"""Exchanges in a chunk, and so encoded without a pause; some 0.3 ms."""
CHUNK_BYTES: Final = 32_768
"""Bytes of bodies after which a chunk ends."""
SMALL: Final = CHUNK // 2
"""Exchanges below which a chunk takes the next ones in."""
_PAUSE: Final = 0.000_05

Record = tuple[Any, ...]
"""A record's values in the order in which the migration and ``activity_query`` read them."""


class Chunk:
    """Records that are stored together, and the headers that they refer to by number."""

    __slots__ = ("_headers", "_rows", "count", "headers", "records", "run", "since", "size", "until")

    def __init__(self, rows: list[Record], headers: list[str], run: str, size: int) -> None:
        self.count = len(rows)
        self.size = size
        """Bytes of the bodies that were looked at."""
        self.run = run
        times = [row[0] for row in rows]
        self.since: int = min(times)
        self.until: int = max(times)
        self.headers = orjson.dumps(headers)
        self.records = _dump(rows)
        # What may have to be encoded once more, with what comes next.
        self._rows, self._headers = (rows, headers) if self.small else ([], [])

    @property
    def small(self) -> bool:
        """Whether it may still take in others."""
        return self.count < SMALL and self.size < CHUNK_BYTES

    def takes(self, following: Chunk) -> bool:
        """Tell whether :meth:`joined` may be called."""
        return self.small and following.small

    def joined(self, following: Chunk) -> Chunk:
        """Give one chunk in place of this and the one that follows it; both must be small."""
        headers = list(dict.fromkeys(self._headers + following._headers))
        places = [headers.index(text) for text in following._headers]
        rows = [*self._rows, *((*row[:-1], places[row[-1]]) for row in following._rows)]
        return Chunk(rows, headers, self.run, self.size + following.size)


class Batch:
    """The records of some exchanges, encoded, and what they add up to."""

    __slots__ = ("chunks", "minutes", "sightings")

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        """In order of arrival."""
        self.minutes: list[tuple[int, int, int]] = []
        """(minute since the epoch, requests, errors)."""
        self.sightings: dict[str, Sighted] = {}
        """In the order in which they were first seen."""


class Sighted:
    """A feature's first and last time (milliseconds), how often, and the token at the last time."""

    __slots__ = ("count", "first", "last", "token_id")

    def __init__(self, at: int, token_id: str | None) -> None:
        self.first = self.last = at
        self.count = 0
        self.token_id = token_id

    def add(self, at: int, token_id: str | None, count: int = 1) -> None:
        """Count one more, whichever came first."""
        self.count += count
        if at < self.first:
            self.first = at
        elif at > self.last:
            self.last = at
            self.token_id = token_id


class Encoder:
    """Turns exchanges into a :class:`Batch`; one per process, since it holds the process's ``run``."""

    def __init__(self, *, recognise: Recognise, body_cap: int, run: str) -> None:
        self._recognise = recognise
        self._body_cap = body_cap
        self._run = run

    def encode(self, exchanges: Sequence[Exchange], keep: int) -> Batch:
        """Encode the newest ``keep`` of the exchanges and count them all; never raises for what one holds."""
        batch = Batch()
        batch.minutes = _minutes(exchanges)
        memory = _Memory()
        # From the newest on, which keep their bodies.
        end = len(exchanges)
        oldest = max(0, end - keep)
        while end > oldest:
            block = list(exchanges[max(oldest, end - CHUNK) : end])
            end -= len(block)
            texts = [f"{one.target}\n{one.meaning}\n{one.resource_id}" for one in block]
            plain = is_plain("\n".join(texts))
            while block:
                chunk = self._chunk(block, memory, plain=plain)
                batch.chunks.append(chunk)
                del block[-chunk.count :]
                time.sleep(_PAUSE)
        batch.chunks.reverse()
        batch.sightings = dict(reversed(memory.sightings.items()))
        return batch

    def _chunk(self, exchanges: Sequence[Exchange], memory: _Memory, *, plain: bool) -> Chunk:
        """Encode the newest of the exchanges, up to a chunk's size; ``plain`` are their target and meaning."""
        memory.begin_chunk()
        rows: list[Record] = []
        for exchange in reversed(exchanges):
            try:
                rows.append(self._row(exchange, memory, plain=plain))
            except Exception as error:  # noqa: BLE001 -- a bug here must cost one record's details, not the batch
                # The name alone: the error's text may quote what could not be redacted.
                _log.error("an exchange could not be prepared for the activity: %s", type(error).__name__)
                rows.append(_unprepared(exchange, error, memory))
            if memory.size > CHUNK_BYTES:
                break
        rows.reverse()
        return Chunk(rows, list(memory.places), self._run, memory.size)

    def _row(self, exchange: Exchange, memory: _Memory, *, plain: bool) -> Record:
        at = int(exchange.at * 1000)
        status = exchange.status
        method = exchange.method
        meaning = exchange.meaning
        resource_id = exchange.resource_id
        if plain:
            path, _, query = exchange.target.partition("?")
        else:
            path, query = redact_target(exchange.target)
            meaning = redact_text(meaning)
            if resource_id is not None and resource_id not in path:
                resource_id = redact_text(resource_id)
        if exchange.headers != memory.headers:
            memory.read_headers(exchange.headers)
        request_body = exchange.request_body
        response_body = exchange.response_body
        feature = None
        omitted = 0
        if status < 400:
            feature = self._recognise(method, path, query, status, request_body, meaning, memory.agent)
            if feature is not None:
                memory.sight(feature, at, exchange.token_id)
            if method == "GET" or path.endswith("/.search"):
                memory.reads += 1
                keep_request = keep_answer = memory.reads <= WHOLE_READS
            else:
                memory.writes += 1
                keep_request, keep_answer = memory.writes <= WHOLE_WRITES, memory.writes <= WHOLE_ANSWERS
            if response_body is THINNED or (not keep_answer and response_body is not None):
                omitted = ANSWER_OMITTED
                response_body = None
            if not keep_request and request_body is not None:
                omitted |= REQUEST_OMITTED
                request_body = None
        request_text = response_text = None
        if request_body is not None:
            memory.size += len(request_body)
            request_text = redact_body(request_body, self._body_cap)
        if response_body is not None:
            memory.size += len(response_body)
            response_text = redact_body(response_body, self._body_cap)
        return (
            at,
            exchange.number,
            method,
            path,
            query,
            status,
            exchange.duration,
            exchange.token_id,
            exchange.address,
            exchange.scim_type,
            meaning,
            feature,
            resource_id,
            [redact_text(name) for name in exchange.ignored] if exchange.ignored else None,
            exchange.refusal,
            omitted,
            request_text,
            response_text,
            memory.place,
        )


def _unprepared(exchange: Exchange, error: Exception, memory: _Memory) -> Record:
    """Give the record of an exchange that could not be redacted: only what cannot hold a secret."""
    memory.read_headers(())
    return (
        *(int(exchange.at * 1000), exchange.number, exchange.method, "", ""),
        *(exchange.status, exchange.duration, None, exchange.address),
        *(None, f"not kept: {type(error).__name__}", None, None, None, None, 0, None, None, memory.place),
    )


class _Memory:
    """What repeats within a batch, and how much of it was seen; forgotten with it, for it holds secrets."""

    def __init__(self) -> None:
        self.sightings: dict[str, Sighted] = {}
        """The one that was first seen last comes first."""
        self._feature = ""
        self.reads = 0
        self.writes = 0
        self.size = 0
        """Bytes of bodies in this chunk."""
        self.places: dict[str, int] = {}
        """The headers of this chunk and their numbers in it."""
        self.headers: tuple[tuple[bytes, bytes], ...] | None = None
        """The headers read last: the next request, of the same client, often has the same."""
        self.place = 0
        """Their number in the chunk."""
        self.agent = ""
        self._lines = _HeaderLines()
        self._sets: dict[tuple[tuple[bytes, bytes], ...], tuple[str, str]] = {}

    def begin_chunk(self) -> None:
        """Start numbering and measuring anew."""
        self.size = 0
        self.places = {}
        self.headers = None

    def read_headers(self, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        """Set ``place`` and ``agent``."""
        known = self._sets.get(headers)
        if known is None:
            lines = [self._lines[header] for header in headers]
            agent = next((line[12:] for line in lines if line[:12].lower() == "user-agent: "), "")
            known = self._sets[headers] = "\n".join(lines), agent
        text, self.agent = known
        self.place = self.places.setdefault(text, len(self.places))
        self.headers = headers

    def sight(self, feature: str, at: int, token_id: str | None) -> None:
        """Count a sighting that came before all that were counted."""
        seen = self.sightings.get(feature)
        if seen is None:
            seen = self.sightings[feature] = Sighted(at, token_id)
        elif feature != self._feature:
            self.sightings[feature] = self.sightings.pop(feature)
        self._feature = feature
        seen.add(at, token_id)


class _HeaderLines(dict[tuple[bytes, bytes], str]):
    """Headers as redacted ``Name: value`` lines."""

    def __missing__(self, header: tuple[bytes, bytes]) -> str:
        name, value = (part.decode(errors="backslashreplace").replace("\n", " ") for part in header)
        line = self[header] = f"{name}: {redact_header(name, value)}"
        return line


def _minutes(exchanges: Sequence[Exchange]) -> list[tuple[int, int, int]]:
    if not exchanges:
        return []
    first, last = int(exchanges[0].at // 60), int(exchanges[-1].at // 60)
    if first == last:
        return [(first, len(exchanges), sum(exchange.status >= 400 for exchange in exchanges))]
    requests = Counter(int(exchange.at // 60) for exchange in exchanges)
    errors = Counter(int(exchange.at // 60) for exchange in exchanges if exchange.status >= 400)
    return [(minute, count, errors[minute]) for minute, count in requests.items()]


def _dump(rows: list[Record]) -> bytes:
    try:
        return orjson.dumps(rows)
    except orjson.JSONEncodeError:
        # A lone surrogate somewhere: bytes of a target that were not UTF-8.
        return orjson.dumps([[_encodable(value) for value in row] for row in rows])


def _encodable(value: Any) -> Any:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
