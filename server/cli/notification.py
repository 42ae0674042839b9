"""What a service manager is told: ready, alive, stopping, by the protocol of sd_notify(3), without its library.

Belongs here: NOTIFY_SOCKET, WATCHDOG_USEC and the datagrams. Must not know: when an endpoint is ready.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import MutableMapping

SOCKET, WATCHDOG_TIME, WATCHDOG_PROCESS = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"


class Notifier:
    """Tells the service manager how it goes; says nothing where there is none, and never fails for it."""

    def __init__(self, address: str | None = None, watchdog_seconds: float | None = None) -> None:
        self._address = address
        self.interval = None if watchdog_seconds is None else watchdog_seconds / 2
        """Seconds after which to say `alive` again, half of what the manager waits; None if it does not watch."""

    @classmethod
    def taken_from(cls, environ: MutableMapping[str, str] | None = None, process: int | None = None) -> Self:
        """Take the manager's variables out of the environment, since no child is to speak for this process."""
        environ = os.environ if environ is None else environ
        address = environ.pop(SOCKET, None)
        microseconds, watched = environ.pop(WATCHDOG_TIME, ""), environ.pop(WATCHDOG_PROCESS, "")
        if address is None or address[:1] not in {"/", "@"} or not hasattr(socket, "AF_UNIX"):
            return cls()
        # Its own number, or none: then whoever has the socket is meant.
        meant = watched in {"", str(os.getpid() if process is None else process)}
        seconds = int(microseconds) / 1_000_000 if microseconds.isdecimal() and meant else 0.0
        # A name in the abstract namespace is written with @ and sent with a zero byte.
        return cls("\0" + address[1:] if address[0] == "@" else address, seconds or None)

    @property
    def heard(self) -> bool:
        """Whether there is a manager at all."""
        return self._address is not None

    def ready(self, status: str) -> None:
        """Say that the start is over, and in one line what is going on."""
        self._tell("READY=1", f"STATUS={_line(status)}")

    def alive(self) -> None:
        """Say that it still works: the watchdog starts to count anew."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._tell("STOPPING=1", "STATUS=Finishing the requests in flight.")

    def failed(self, reason: str) -> None:
        """Say why it ends; the manager keeps that until the next start."""
        self._tell(f"STATUS={_line(reason)}")

    def _tell(self, *lines: str) -> None:
        if self._address is None:
            return
        # A manager that is gone must not take the endpoint along.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.connect(self._address)
            sock.sendall("\n".join(lines).encode())


def _line(text: str) -> str:
    return " ".join(text.split())
