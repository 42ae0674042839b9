"""What one flush of the activity writes: exchanges turned into redacted, encoded records and sums.

Belongs here: the order of a record's values, and which bodies a rush leaves out. Must not know: threads, SQL.

This runs under the interpreter lock that the event loop wants, and is written for speed: what repeats
within a batch is remembered, and it pauses between slices, so that requests wait for one at most.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import orjson

from server.redaction import redact_body, redact_header, redact_target, redact_text

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

ANSWER_OMITTED: Final = 1
REQUEST_OMITTED: Final = 2

_SLICE: Final = 128
"""Exchanges encoded without a pause; some 0.5 ms."""
_SLICE_BYTES: Final = 32_768
"""Bytes of bodies looked at without a pause."""
_PAUSE: Final = 0.000_05


class Batch:
    """The records of some exchanges, encoded, and what they add up to."""

    __slots__ = ("minutes", "sightings", "slices")

    def __init__(self) -> None:
        self.slices: list[bytes] = []
        """JSON of some records each, without the array's brackets; in order of arrival."""
        self.minutes: list[tuple[int, int, int]] = []
        """(minute since the epoch, requests, errors)."""
        self.sightings: dict[str, Sighted] = {}

    def arrays(self, size: int) -> list[bytes]:
        """Give all records as JSON arrays of about ``size`` bytes."""
        arrays: list[bytes] = []
        gathered: list[bytes] = []
        length = 0
        for encoded in self.slices:
            gathered.append(encoded)
            length += len(encoded)
            if length >= size:
                arrays.append(b"[%b]" % b",".join(gathered))
                gathered, length = [], 0
        if gathered:
            arrays.append(b"[%b]" % b",".join(gathered))
        return arrays


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
        self.first = min(self.first, at)
        if at > self.last:
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
        oldest = max(0, len(exchanges) - keep)
        for end in range(len(exchanges), oldest, -_SLICE):
            rows = [
                self._row(exchange, memory, batch.sightings)
                for exchange in reversed(exchanges[max(oldest, end - _SLICE) : end])
            ]
            rows.reverse()
            batch.slices.append(_dump(rows)[1:-1])
            time.sleep(_PAUSE)
        batch.slices.reverse()
        return batch

    def _row(self, exchange: Exchange, memory: _Memory, sightings: dict[str, Sighted]) -> list[Any]:
        """Give a record's values in the order in which the migration and ``activity_query`` read them."""
        at = int(exchange.at * 1000)
        try:
            status = exchange.status
            method = exchange.method
            meaning = memory.texts[exchange.meaning]
            path, query = redact_target(exchange.target)
            headers = exchange.headers
            if headers != memory.headers:
                memory.read_headers(headers)
            request_body = exchange.request_body
            response_body = exchange.response_body
            feature = None
            omitted = 0
            if status < 400:
                feature = self._recognise(method, path, query, status, request_body, meaning, memory.agent)
                if feature is not None:
                    if feature not in sightings:
                        sightings[feature] = Sighted(at, exchange.token_id)
                    sightings[feature].add(at, exchange.token_id)
                keep_request, keep_answer = memory.count(reading=method == "GET" or path.endswith("/.search"))
                if not keep_answer and response_body is not None:
                    omitted = ANSWER_OMITTED
                    response_body = None
                if not keep_request and request_body is not None:
                    omitted |= REQUEST_OMITTED
                    request_body = None
            if request_body is not None or response_body is not None:
                memory.look_at(request_body, response_body)
                request_body_text = redact_body(request_body, self._body_cap)
                response_body_text = redact_body(response_body, self._body_cap)
            else:
                request_body_text = response_body_text = None
            resource_id = exchange.resource_id
            if resource_id is not None and resource_id not in path:
                resource_id = redact_text(resource_id)
            return [
                at,
                self._run,
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
                memory.header_text,
                omitted,
                request_body_text,
                response_body_text,
            ]
        except Exception as error:  # noqa: BLE001 -- a bug here must cost one record's details, not the batch
            # The name alone: the error's text may quote what could not be redacted.
            _log.error("an exchange could not be prepared for the activity: %s", type(error).__name__)
            row: list[Any] = [None] * 20
            row[:9] = (
                at,
                self._run,
                exchange.number,
                exchange.method,
                "",
                "",
                exchange.status,
                exchange.duration,
                None,
            )
            row[9], row[11], row[16], row[17] = exchange.address, f"not kept: {type(error).__name__}", "", 0
            return row


class _Memory:
    """What repeats within a batch, and how much of it was seen."""

    def __init__(self) -> None:
        self.texts = _Texts()
        self.headers: tuple[tuple[bytes, bytes], ...] = ()
        """The headers read last: the next request, of the same client, often has the same."""
        self.header_text = orjson.Fragment(b'""')
        self.agent = ""
        self._header_lines = _HeaderLines()
        self._agents = _Agents()
        self._reads = 0
        self._writes = 0
        self._looked_at = 0

    def read_headers(self, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        """Set ``header_text`` and ``agent``."""
        lines = b"\\n".join(map(self._header_lines.__getitem__, headers))
        self.header_text = orjson.Fragment(b'"%b"' % lines)
        self.agent = self._agents[lines]
        self.headers = headers

    def count(self, *, reading: bool) -> tuple[bool, bool]:
        """Count a successful request, newest first; tell whether to keep its body and the answer's."""
        if reading:
            self._reads += 1
            whole = self._reads <= WHOLE_READS
            return whole, whole
        self._writes += 1
        return self._writes <= WHOLE_WRITES, self._writes <= WHOLE_ANSWERS

    def look_at(self, *bodies: bytes | None) -> None:
        """Pause after many bytes, as after a slice."""
        self._looked_at += sum(len(body) for body in bodies if body is not None)
        if self._looked_at > _SLICE_BYTES:
            self._looked_at = 0
            time.sleep(_PAUSE)


class _HeaderLines(dict[tuple[bytes, bytes], bytes]):
    """Headers as redacted ``Name: value`` lines in JSON's spelling."""

    def __missing__(self, header: tuple[bytes, bytes]) -> bytes:
        name, value = (part.decode(errors="backslashreplace").replace("\n", " ") for part in header)
        line = orjson.dumps(f"{name}: {redact_header(name, value)}")[1:-1]
        self[header] = line
        return line


class _Agents(dict[bytes, str]):
    """The User-Agent among header lines."""

    def __missing__(self, header_lines: bytes) -> str:
        text: str = orjson.loads(b'"%b"' % header_lines)
        headers = (line.partition(": ") for line in text.split("\n"))
        agent = next((value for name, _, value in headers if name.lower() == "user-agent"), "")
        self[header_lines] = agent
        return agent


class _Texts(dict[str, str]):
    """Redacted texts."""

    def __missing__(self, text: str) -> str:
        redacted = redact_text(text)
        self[text] = redacted
        return redacted


def _minutes(exchanges: Sequence[Exchange]) -> list[tuple[int, int, int]]:
    if not exchanges:
        return []
    first, last = int(exchanges[0].at // 60), int(exchanges[-1].at // 60)
    if first == last:
        return [(first, len(exchanges), sum(exchange.status >= 400 for exchange in exchanges))]
    requests = Counter(int(exchange.at // 60) for exchange in exchanges)
    errors = Counter(int(exchange.at // 60) for exchange in exchanges if exchange.status >= 400)
    return [(minute, count, errors[minute]) for minute, count in requests.items()]


def _dump(rows: list[list[Any]]) -> bytes:
    try:
        return orjson.dumps(rows)
    except orjson.JSONEncodeError:
        # A lone surrogate somewhere: bytes of a target that were not UTF-8.
        return orjson.dumps([[_encodable(value) for value in row] for row in rows])


def _encodable(value: Any) -> Any:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
