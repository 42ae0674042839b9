"""One line of the log for each request, written beside the request path: `perch serve --log-requests`.

Belongs here: what of an exchange a log may hold (no body, no query, no header). Must not know: how a line is written.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from server.redaction import redact_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.records import Exchange

WRITTEN_EVERY: Final = 0.25
"""Seconds between two batches."""

logger = logging.getLogger("perch.request")


class RequestLines:
    """Passes exchanges on and logs them from a thread of its own; close it to log the last ones."""

    def __init__(self, record: Callable[[Exchange], None], run: str) -> None:
        self._pass_on = record
        self._run = run
        self._waiting: list[Exchange] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._write, name="request lines", daemon=True)
        self._thread.start()

    def record(self, exchange: Exchange) -> None:
        """Take an exchange, on the event loop."""
        self._pass_on(exchange)
        self._waiting.append(exchange)

    def close(self) -> None:
        """Log what waits, and end."""
        self._ending.set()
        self._thread.join()

    def _write(self) -> None:
        ending = False
        while not ending:
            ending = self._ending.wait(WRITTEN_EVERY)
            waiting, self._waiting = self._waiting, []
            for exchange in waiting:
                self._log(exchange)

    def _log(self, exchange: Exchange) -> None:
        path, _ = redact_target(exchange.target)
        level = logging.INFO if exchange.status < 400 else logging.WARNING if exchange.status < 500 else logging.ERROR
        fields = {
            "request": f"{self._run}-{exchange.number:x}",
            "method": exchange.method,
            "path": path,
            "status": exchange.status,
            "duration": round(exchange.duration / 1_000_000, 6),
            "token": exchange.token_id,
            "address": exchange.address,
        }
        logger.log(level, "%s %s %s", exchange.method, path, exchange.status, extra=fields)
