"""The log as one JSON object a line, for a journal or a collector of logs; no secret and no control character in it.

Belongs here: the form of a line, and when it is asked for. Must not know: who logs what.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from server.cli.messages import worded
from server.faults import Fault
from server.redaction import redact_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

JOURNAL = "JOURNAL_STREAM"
PLAIN = "%(asctime)s %(levelname)s %(message)s"
FIELDS = ("request", "code", "status", "method", "path", "duration", "token", "address", "url")
"""What a record may bring beside its message."""

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (0, 7))
"""Levels and the journal's priorities (syslog(3))."""

logger = logging.getLogger("perch")


class JsonLine(logging.Formatter):
    """Writes a record as a line of JSON in printable ASCII; ``journal`` puts the priority before it as <N>."""

    def __init__(self, *, journal: bool = False) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "at": at.removesuffix("+00:00") + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact_text(record.getMessage()),
        }
        for name in FIELDS:
            if (value := getattr(record, name, None)) is not None:
                line[name] = redact_text(value) if isinstance(value, str) else value
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = redact_text(self.formatException(record.exc_info))
        # Beyond ASCII there are characters that steer a terminal, or turn the direction of its text.
        written = json.dumps(line)
        return f"<{_priority(record.levelno)}>{written}" if self._journal else written


def _priority(level: int) -> int:
    return next(priority for least, priority in _PRIORITIES if level >= least)


def under_journal(environ: Mapping[str, str], stream: TextIO) -> bool:
    """Whether what is written to the stream goes to systemd's journal (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get(JOURNAL) == f"{found.st_dev}:{found.st_ino}"


def set_up(*, as_json: bool) -> bool:
    """Let the log go to stderr, as JSON if asked for or under a journal; give whether it does."""
    journal = under_journal(os.environ, sys.stderr)
    handler = logging.StreamHandler(sys.stderr)
    in_json = as_json or journal
    handler.setFormatter(JsonLine(journal=journal) if in_json else logging.Formatter(PLAIN))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    return in_json


@contextmanager
def failures_logged() -> Iterator[None]:
    """Log what ends the program, and end it with 1: a sentence outside of the log would be no JSON."""
    try:
        yield
    except Fault as fault:
        logger.critical("%s", worded(fault), extra={"code": fault.code.value})
        raise SystemExit(1) from fault
    except Exception as error:
        logger.critical("Perch ends by a mistake of its own.", exc_info=True)
        raise SystemExit(1) from error
