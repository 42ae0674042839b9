"""The endpoint of the desktop: `perch serve` as a child process, or one that serves the folder already.

Belongs here: starting, watching, restarting and ending it. Must not know: how any of it is shown or worded.
The child's end is heard through the system, its address and its faults are read as JSON (`serve --json`), and it
ends with this process, however that ends, because its standard input does.
"""

from __future__ import annotations

import logging
import socket
import sys
from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from desktop import background
from desktop.serve_command import Lines, announced, environment, reported, serve_command
from server.faults import Fault, FaultCode
from server.workspace import Serving, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_log = logging.getLogger("perch.desktop")

DELAYS: Final = (0, 1, 2, 4, 8, 16, 30)
"""Seconds before each restart in a row: at once first, then ever later."""
HEALTHY_AFTER: Final = 60.0
"""Seconds of serving after which a restart counts as the first again."""
GRACE: Final = 6.0
"""Seconds that the child has to finish its requests before it is killed; what it answered is durable either way."""
LOOK_EVERY: Final = 0.5
"""Seconds between two looks at an endpoint that is not our child."""
TRY_AGAIN_AFTER: Final = 15.0
"""Seconds after which a fault that may have passed by itself is put to the test."""
PASSING: Final = frozenset(
    {
        FaultCode.DISK_FULL,
        FaultCode.DATABASE_LOCKED,
        FaultCode.FOLDER_MISSING,
        FaultCode.FOLDER_UNWRITABLE,
        FaultCode.PORT_IN_USE,
    }
)
KEPT_LINES: Final = 200


class State(StrEnum):
    """What the endpoint is doing."""

    STARTING = "starting"
    SERVING = "serving"
    ATTACHED = "attached"
    """Another process (a service, a terminal) serves the folder; it is not ours to pause or restart."""
    RESTARTING = "restarting"
    """It ended by itself; `Status.last_exit` says how, and the next start is on its way."""
    PAUSED = "paused"
    """Stopped on purpose."""
    FAILED = "failed"
    """It cannot serve: `Status.fault` says why."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the endpoint is now; a value, never changed."""

    state: State = State.PAUSED
    base_url: str = ""
    """What Okta is given; empty while nothing is served."""
    local_url: str = ""
    """The base URL on this machine."""
    since: str = ""
    """Since when it serves, as RFC 3339 in UTC."""
    fault: FaultCode | None = None
    """Why it failed; None with `failed` means that the program itself could not be started."""
    detail: str = ""
    """The fact behind the fault: a path, a port, a setting with its remedy."""
    restarts: int = 0
    """How often it had to be restarted since the desktop started."""
    last_exit: str = ""
    """How it ended the last time that nobody had asked for it: "killed by signal 9", "exit code 1"."""

    @property
    def is_serving(self) -> bool:
        """Whether requests are answered now."""
        return self.state in {State.SERVING, State.ATTACHED}


def _serving(state: State, by: Serving) -> Status:
    return Status(state, base_url=by.base_url, local_url=by.local_url, since=by.since)


class ServerProcess(QObject):
    """Keeps an endpoint on ``folder``; everything but `stop` returns at once and is told by `changed`."""

    changed = Signal(object)
    """The new Status."""

    def __init__(
        self,
        folder: Path,
        parent: QObject | None = None,
        *,
        arguments: Sequence[str] = (),
        delays: Sequence[float] = DELAYS,
        healthy_after: float = HEALTHY_AFTER,
    ) -> None:
        super().__init__(parent)
        self.folder = folder
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        """The last lines of the child's log."""
        self._arguments = tuple(arguments)
        self._delays = tuple(delays)
        self._status = Status()
        self._process: QProcess | None = None
        self._wanted = False
        self._is_looking = False
        self._is_ended_by_us = False
        self._attempt = 0
        self._fault: Fault | None = None
        self._said = Lines()
        self._logged = Lines()
        self._next = self._timer(self._look)
        self._health = self._timer(self._forget_attempts)
        self._health.setInterval(_milliseconds(healthy_after))
        self._grace = self._timer(self._kill)
        self._grace.setInterval(_milliseconds(GRACE))

    @property
    def status(self) -> Status:
        """How the endpoint is now."""
        return self._status

    @property
    def process_id(self) -> int | None:
        """The child's number; None while there is none."""
        return (self._process.processId() or None) if self._process is not None else None

    # -- what a person asks for ---------------------------------------------------------------------

    def start(self) -> None:
        """Serve, or watch who does; after a failure try again at once. Nothing happens where it serves already."""
        waits = self._process is None and self._status.state in {State.FAILED, State.RESTARTING}
        if not self._wanted or waits:
            self._wanted = True
            self._begin()

    resume = start

    def pause(self) -> None:
        """Stop serving until `resume`; an endpoint that is not our child is left alone."""
        if self._status.state is State.ATTACHED or not self._wanted:
            return
        self._wanted = False
        self._next.stop()
        if self._process is None:
            self._tell(Status(State.PAUSED))
        else:
            self._end()

    def restart(self) -> None:
        """Start anew with the settings of now; a paused endpoint stays paused, another's is left alone."""
        if not self._wanted or self._status.state is State.ATTACHED:
            return
        if self._process is None:
            self._begin()
        else:
            self._tell(Status(State.STARTING))
            self._end()

    def stop(self) -> None:
        """End the child, for the application's end: the only call that waits, for `GRACE` seconds at most."""
        self._wanted = False
        for timer in (self._next, self._health, self._grace):
            timer.stop()
        process, self._process = self._process, None
        if process is None:
            return
        process.blockSignals(True)  # noqa: FBT003 -- Qt's own signature
        process.closeWriteChannel()
        if not process.waitForFinished(_milliseconds(GRACE)):
            process.kill()
            process.waitForFinished(1000)
        process.deleteLater()
        self._tell(Status(State.PAUSED))

    # -- looking, starting, ending ------------------------------------------------------------------

    def _begin(self) -> None:
        self._attempt = 0
        self._next.stop()
        self._tell(Status(State.STARTING))
        self._look()

    def _look(self) -> None:
        """Find out who serves the folder, off this thread: a folder may lie on a slow network."""
        if not self._is_looking:
            self._is_looking = True
            background.run(self, lambda: serving(self.folder), self._saw, self._could_not_look)

    def _saw(self, found: Serving | None) -> None:
        self._is_looking = False
        if not self._wanted or self._process is not None:
            return
        if found is None:
            # The one that was watched has ended, so this is a start like the first.
            if self._status.state is State.ATTACHED:
                self._tell(Status(State.STARTING))
            self._launch()
            return
        if found.local_url:
            self._tell(_serving(State.ATTACHED, found))
        else:
            # It holds the folder and does not listen yet, or not any more.
            self._tell(Status(State.STARTING))
        self._next.start(_milliseconds(LOOK_EVERY))

    def _could_not_look(self, error: Exception) -> None:
        self._is_looking = False
        if self._wanted and self._process is None:
            self._fail(error if isinstance(error, Fault) else Fault(FaultCode.STORE_FAILED, str(error)))

    def _launch(self) -> None:
        self._fault = None
        self._said = Lines()
        self._logged = Lines()
        self._is_ended_by_us = False
        process = QProcess(self)
        program, *arguments = serve_command(self.folder, self._arguments)
        process.setProgram(program)
        process.setArguments(arguments)
        process.setProcessEnvironment(environment())
        if sys.platform != "win32":
            # Ctrl-C at the terminal that started the desktop is for the desktop, which then ends its child. A plain
            # fork would copy the tables of a large program's memory first, and the window would wait for that.
            flag = QProcess.UnixProcessFlag
            process.setUnixProcessParameters(flag.CreateNewSession | flag.UseVFork)
        process.readyReadStandardOutput.connect(self._read_ready_line)
        process.readyReadStandardError.connect(self._read_log)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._could_not_start)
        self._process = process
        process.start()

    def _end(self) -> None:
        """Ask the child to finish and end; `_ended` hears of it."""
        if self._process is not None:
            self._is_ended_by_us = True
            self._health.stop()
            self._process.closeWriteChannel()
            self._grace.start()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    # -- what the child tells -----------------------------------------------------------------------

    def _read_ready_line(self) -> None:
        if self._process is None:
            return
        for line in self._said.lines(self._process.readAllStandardOutput().data()):
            ready = announced(line)
            if ready is None:
                _log.warning("The endpoint printed what is no ready line: %r", line)
                continue
            if not self._is_ended_by_us:
                self._tell(_serving(State.SERVING, ready))
                self._health.start()

    def _read_log(self) -> None:
        if self._process is not None:
            for line in self._logged.lines(self._process.readAllStandardError().data()):
                self._take_line(line)

    def _take_line(self, line: str) -> None:
        self._fault = reported(line) or self._fault
        if line:
            self.lines.append(line)
            _log.log(logging.INFO if " INFO " in line else logging.WARNING, "endpoint: %s", line)

    def _could_not_start(self, error: QProcess.ProcessError) -> None:
        process = self._process
        if process is not None and error is QProcess.ProcessError.FailedToStart:
            detail = f"{process.program()}: {process.errorString()}"
            self._let_go()
            if self._wanted:
                self._tell(Status(State.FAILED, detail=detail))
            else:
                self._tell(Status(State.PAUSED))

    def _ended(self, code: int, how: QProcess.ExitStatus) -> None:
        process = self._process
        if process is None:
            return
        self._read_log()
        self._take_line(self._logged.rest)
        was_serving = self._status.state is State.SERVING
        asked = self._is_ended_by_us
        self._let_go()
        if not self._wanted:
            self._tell(Status(State.PAUSED))
        elif asked:
            self._begin()
        elif self._fault is None:
            exit_ = f"killed by signal {code}" if how is QProcess.ExitStatus.CrashExit else f"exit code {code}"
            self._restart_after(exit_, was_serving=was_serving)
        elif self._fault.code is FaultCode.ALREADY_SERVING:
            # Somebody was quicker; if it is gone by the next look, that starts our own.
            self._next.start(_milliseconds(LOOK_EVERY))
        else:
            self._fail(self._fault)

    def _restart_after(self, last_exit: str, *, was_serving: bool) -> None:
        delay = self._delays[min(self._attempt, len(self._delays) - 1)]
        self._attempt += 1
        _log.warning("The endpoint ended by itself (%s); it is started again in %s s.", last_exit, delay)
        # A child that never served says on its last line why, as a rule.
        detail = "" if was_serving or not self.lines else self.lines[-1]
        restarts = self._status.restarts + 1
        self._tell(Status(State.RESTARTING, detail=detail, restarts=restarts, last_exit=last_exit))
        self._next.start(_milliseconds(delay))

    def _fail(self, fault: Fault) -> None:
        self._tell(Status(State.FAILED, fault=fault.code, detail=fault.detail))
        if fault.code in PASSING:
            self._next.start(_milliseconds(TRY_AGAIN_AFTER))

    def _let_go(self) -> None:
        self._grace.stop()
        self._health.stop()
        if self._process is not None:
            self._process.deleteLater()
            self._process = None

    def _forget_attempts(self) -> None:
        self._attempt = 0

    # -- telling ------------------------------------------------------------------------------------

    def _tell(self, status: Status) -> None:
        """Make ``status`` known; what is counted since the desktop started goes on."""
        restarts = max(status.restarts, self._status.restarts)
        status = replace(status, restarts=restarts, last_exit=status.last_exit or self._status.last_exit)
        if status != self._status:
            self._status = status
            self.changed.emit(status)

    def _timer(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True)
        timer.timeout.connect(slot)
        return timer


def next_free_port(after: int, host: str = "127.0.0.1") -> int:
    """Name a port above ``after`` on which nobody listens now; one that the system picks where there is none."""
    for port in range(after + 1, min(after + 100, 65_536)):
        try:
            _probe(host, port)
        except OSError:
            continue
        return port
    return _probe(host, 0)


def _probe(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        return int(listening.getsockname()[1])


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
