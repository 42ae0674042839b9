"""A dialogue with a server kept in a file, without its secrets, and read again.

Belongs here: the file's form, one JSON object a line. Must not know: what a request means, how a dialogue is repeated.
The first line says what was recorded (``perch_recording``, ``server``, ``run``, ``scim``), each other line is an
exchange: ``method``, ``target``, ``body``, ``status``, ``reason``, ``headers``, ``answer``, ``duration``
(microseconds). A body that is no JSON stands as ``body_text`` or ``answer_text``. Files hold people's data: their owner
alone reads them.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

import orjson

from server.okta.speech import Version
from server.redaction import REDACTED, names_secret, redact_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from server.okta.wire import Answer, Transport

FORM: Final = 1
"""Of the file; raised when a reader of the older form could not read the newer."""

KEPT_HEADERS: Final = ("content-type", "location", "etag", "retry-after", "www-authenticate", "allow")
"""Of an answer: those that a SCIM client may act on."""


class UnreadableRecordingError(Exception):
    """The file is no recording, or of a newer form; the text says which, with the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as they were recorded."""

    method: str
    target: str
    body: Any = None
    """The request's JSON, secrets redacted; None without one."""
    body_text: str | None = None
    status: int
    """0 where no answer came."""
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    answer: Any = None
    answer_text: str | None = None
    duration: int = 0

    @property
    def request_line(self) -> str:
        """The request in one line: ``GET /Users?startIndex=1&count=2``."""
        return f"{self.method} {self.target}"


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file holds."""

    server: str
    """The base URL that was spoken to."""
    run: str
    """The mark that the names of what was made carry; empty where they carry none."""
    exchanges: tuple[Exchange, ...]
    version: Version = Version.TWO
    """Of SCIM, as it was spoken."""


class Recorder:
    """A transport that writes down what another one carries. Each thread may send."""

    def __init__(
        self,
        transport: Transport,
        path: Path,
        *,
        server: str,
        run: str = "",
        secret: str = "",
        version: Version = Version.TWO,
    ) -> None:
        """Begin a file anew; ``secret`` is redacted wherever it turns up. Raises OSError."""
        self._transport = transport
        self._secret = secret
        self._turn = threading.Lock()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        # An older file keeps the permissions it had.
        path.chmod(0o600)
        self._write({"perch_recording": FORM, "server": server, "run": run, "scim": str(version)})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, method: str, target: str, body: bytes | None = None) -> Answer:
        """Send one request, read its answer and write both down."""
        answer = self._transport.send(method, target, body)
        line: dict[str, Any] = {"method": method, "target": redact_text(target)}
        if body is not None:
            line |= _written("body", "body_text", body)
        line |= {"status": answer.status, "reason": answer.reason}
        line["headers"] = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
        if answer.body:
            line |= _written("answer", "answer_text", answer.body)
        self._write({**line, "duration": answer.duration})
        return answer

    def close(self) -> None:
        """Let go of the connection and end the file."""
        self._transport.close()
        self._file.close()

    def _write(self, document: Mapping[str, Any]) -> None:
        line = orjson.dumps(document)
        if self._secret:
            line = line.replace(self._secret.encode(), REDACTED.encode())
        with self._turn:
            self._file.write(line + b"\n")
            # What was sent is worth most where the program is about to be ended.
            self._file.flush()


def read_recording(path: Path) -> Recording:
    """Read a file that a Recorder wrote; raises OSError, UnreadableRecordingError."""
    lines = path.read_bytes().splitlines()
    first = _object(lines[0], 1) if lines else {}
    form = first.get("perch_recording")
    if not isinstance(form, int):
        raise UnreadableRecordingError(f"{path} is no recording. Choose a file that --record wrote.")
    if form > FORM:
        raise UnreadableRecordingError(f"{path} was written by a newer Perch. Update this one.")
    try:
        exchanges = tuple(Exchange(**_object(line, number)) for number, line in enumerate(lines[1:], start=2) if line)
    except TypeError as error:
        raise UnreadableRecordingError(f"{path} holds a line that is no exchange: {error}") from error
    version = Version.ONE if first.get("scim") == Version.ONE else Version.TWO
    return Recording(str(first.get("server", "")), str(first.get("run", "")), exchanges, version)


def redacted(value: Any) -> Any:
    """Give a JSON value without the values of attributes whose names say that they are secret.

    Also what a PATCH's operation writes to such a path (RFC 7644 section 3.5.2).
    """
    if isinstance(value, list):
        return [redacted(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {key: REDACTED if names_secret(key) and _tells(one) else redacted(one) for key, one in value.items()}
    path = next((one for key, one in value.items() if key.lower() == "path"), None)
    if isinstance(path, str) and names_secret(path):
        kept |= {key: REDACTED for key in kept if key.lower() == "value"}
    return kept


def _tells(value: Any) -> bool:
    """Whether there is anything to hide: ``changePassword: {"supported": true}`` says no secret."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _written(name: str, name_of_text: str, content: bytes) -> dict[str, Any]:
    try:
        return {name: redacted(orjson.loads(content))}
    except orjson.JSONDecodeError:
        return {name_of_text: redact_text(content.decode(errors="replace"))}


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UnreadableRecordingError(f"Line {number} of the recording is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise UnreadableRecordingError(f"Line {number} of the recording is no object.")
    return document
