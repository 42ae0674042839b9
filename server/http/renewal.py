"""The certificate of a listener that goes on listening: the files are looked at, and a new pair is taken up.

Connections are not touched by it: what is shown is chosen at each handshake. Must not know: HTTP.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final

from server.faults import Fault
from server.tls import server_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from server.tls import Certificate, Pair

LOOK_SECONDS: Final = 1.0
"""How often the files are looked at: two questions to the system, off the event loop."""
WARNING_DAYS: Final = 30
_DAY: Final = 86_400

logger = logging.getLogger("perch.http")


class Renewal:
    """Keeps the certificate of one listener as its files are; `context` is what the listener is given."""

    def __init__(self, pair: Pair) -> None:
        """Read the pair; raises Fault (setting_invalid)."""
        self._pair = pair
        # Before they are read: what changes meanwhile is seen by the next look.
        self._state = pair.state()
        self.context, self.certificate = server_context(pair)
        # Not `load_cert_chain` on the context in use: a pair of which only one half is there yet would break it.
        self._current = self.context
        self.context.sni_callback = self._show
        self._complaint = ""
        self._warned = float("-inf")

    def _show(self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        """Let a handshake show the newest certificate; OpenSSL asks this also where the client names no host."""
        del name
        if self._current is not context:
            connection.context = self._current

    def look(self) -> bool:
        """Take up a pair that has changed, and tell whether one was; one that is not fit is told in the log."""
        state = self._pair.state()
        if state == self._state and not self._complaint:
            return False
        try:
            self._current, self.certificate = server_context(self._pair)
        except Fault as fault:
            # It is tried again at each look, as its other half may be on its way, and told once.
            if fault.detail != self._complaint:
                self._complaint = fault.detail
                logger.error("The changed certificate is not used, the one before stays. %s", fault.detail)  # noqa: TRY400 -- a sentence for an admin
            return False
        self._state, self._complaint = state, ""
        self._warned = float("-inf")
        logger.info("The certificate was changed and is used now: it ends on %s.", f"{self.certificate.ends:%Y-%m-%d}")
        return True

    def warn(self) -> None:
        """Say once a day in the log that the certificate ends soon, or has ended."""
        days = (self.certificate.ends.timestamp() - time.time()) / _DAY
        if days <= WARNING_DAYS and time.monotonic() - self._warned >= _DAY:
            self._warned = time.monotonic()
            logger.warning(
                "The certificate %s on %s: put a new one in place of %s, no restart is needed.",
                "ended" if days < 0 else "ends",
                f"{self.certificate.ends:%Y-%m-%d}",
                self._pair.certificate,
            )

    async def keep(self, renewed: Callable[[Certificate], None], every: float = LOOK_SECONDS) -> None:
        """Look every so many seconds, until cancelled; ``renewed`` is told on the event loop."""
        while True:
            self.warn()
            await asyncio.sleep(every)
            if await asyncio.to_thread(self.look):
                renewed(self.certificate)
