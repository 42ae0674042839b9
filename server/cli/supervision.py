"""Who watches over an endpoint: told by service manager's datagram and by log when it begins, works and ends.

Belongs here: when what is told. Must not know: how (``notification``, ``log_lines``).
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.cli.messages import worded
from server.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.cli.notification import Notifier

logger = logging.getLogger("perch")


@dataclass(frozen=True, slots=True)
class Supervision:
    """What is told to whom."""

    notifier: Notifier
    in_json: bool
    """Whether the log is for programs, which read of it what people read on stdout."""

    def begin(self, base_url: str, metrics_port: int | None, works: Callable[[], bool]) -> asyncio.Task[None]:
        """Say that it serves, and then, while ``works`` says so, that it is alive; give the task that does."""
        if metrics_port is not None:
            logger.info("Metrics are at http://127.0.0.1:%d/metrics", metrics_port)
        if self.in_json:
            logger.info("Serving SCIM at %s", base_url, extra={"url": base_url})
        self.notifier.ready(f"Serving SCIM at {base_url}")
        return asyncio.create_task(self._stay_alive(works))

    async def _stay_alive(self, works: Callable[[], bool]) -> None:
        """Speak from the event loop: if that hangs, the manager hears nothing and starts the endpoint anew."""
        if self.notifier.interval is None:
            return
        while works():
            self.notifier.alive()
            await asyncio.sleep(self.notifier.interval)
        logger.critical("The thread that writes has ended: the service manager is to start the endpoint anew.")

    async def end(self, alive: asyncio.Task[None]) -> None:
        """Say that the end has begun."""
        self.notifier.stopping()
        alive.cancel()
        with suppress(asyncio.CancelledError):
            await alive
        if self.in_json:
            logger.info("Stopping: requests in flight are finished.")

    @contextmanager
    def failure_told(self) -> Iterator[None]:
        """Say why it ends, so that `systemctl status` and `perch service status` do, and not where it served last."""
        try:
            yield
        except Fault as fault:
            self.notifier.failed(worded(fault))
            raise
        except Exception:
            self.notifier.failed("Perch ends by a mistake of its own; its log says more.")
            raise
