"""Runs a workspace call off the GUI thread and brings its result, its progress or its error home.

Belongs here: threads. Must not know: what is run. Nothing in the desktop may wait on the GUI thread.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Final, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QRunnable, QThreadPool, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_log = logging.getLogger("perch.desktop")

THREADS: Final = 12
"""A keyring that asks a person keeps its thread for up to half a minute; the tables must not wait for it."""


class Cancelled(Exception):
    """Raised inside the work by `Task.report` once nobody wants its result any more."""


class Task(QObject):
    """One call on its way; connect to its signals or give callables to `run`."""

    finished = Signal(object)
    failed = Signal(object)
    progressed = Signal(int, int)
    """Done, of how many (0: unknown)."""
    ended = Signal()
    """Finished, failed or cancelled: it is over either way."""

    def __init__(self) -> None:
        super().__init__()
        self._cancelled = threading.Event()
        self.is_over = False
        self.tell: Callable[[int, int], None] = _nobody
        """Where `report` tells how far the work is; this object may be gone in the middle of it."""

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody gave up waiting; work may look at it too."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Stop waiting: neither `finished` nor `failed` comes any more."""
        self._cancelled.set()
        if not self.is_over:
            self.is_over = True
            self.ended.emit()

    def report(self, done: int, total: int) -> None:
        """Tell from inside the work how far it is; raises Cancelled."""
        if self.is_cancelled:
            raise Cancelled
        try:
            self.tell(done, total)
        except RuntimeError as error:  # the application has ended
            raise Cancelled from error


class _Home(QObject):
    """Carries the work out on the other thread and its result home, for an owner that may be gone by then.

    It belongs to the application and not to the owner, which would take it away under the other thread's hands.
    All that refers to the owner is held here and let go of in the GUI thread: a widget that ended because the other
    thread let go of it last would end in that thread.
    """

    arrived = Signal()
    progressed = Signal(int, int)

    def __init__(
        self,
        task: Task,
        owner: QObject,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        stopped: Callable[[], None],
    ) -> None:
        super().__init__(QCoreApplication.instance())
        self._owner: QObject | None = owner
        self._task = task
        self._work = work
        self._done = done
        self._failed = failed
        self._stopped = stopped
        self._outcome: tuple[Any, Exception | None] = (None, None)
        self.arrived.connect(self._settle)
        self.progressed.connect(self._show_progress)
        task.tell = self.progressed.emit

    def carry_out(self) -> None:
        """Do the work, on whatever thread this is called."""
        try:
            if self._task.is_cancelled:
                raise Cancelled  # noqa: TRY301 -- as if the work had noticed
            self._outcome = (self._work(), None)
        except Exception as error:  # noqa: BLE001 -- every error goes to whoever asked
            self._outcome = (None, error)

    def _show_progress(self, done: int, total: int) -> None:
        if self._is_awaited():
            self._task.progressed.emit(done, total)

    def _is_awaited(self) -> bool:
        return not self._task.is_cancelled and self._has_owner()

    def _has_owner(self) -> bool:
        return self._owner is not None and shiboken6.isValid(self._owner)

    def _settle(self) -> None:
        task = self._task
        task.tell = _nobody
        if self._is_awaited():
            result, error = self._outcome
            task.is_over = True
            if error is None:
                self._done(result)
                task.finished.emit(result)
            else:
                self._failed(error)
                task.failed.emit(error)
            task.ended.emit()
        elif self._has_owner():
            self._stopped()
        self._owner, self._outcome = None, (None, None)
        self._work, self._done, self._failed, self._stopped = _nothing, _ignore, _shrug, _nothing
        self.deleteLater()


class _Run(QRunnable):
    def __init__(self, home: _Home) -> None:
        super().__init__()
        self._home = home

    def run(self) -> None:
        self._home.carry_out()
        try:
            self._home.arrived.emit()
        except RuntimeError:
            _log.debug("a result came after the application had ended")


def _shrug(error: Exception) -> None:
    if not isinstance(error, Cancelled):
        _log.error("unhandled in the background", exc_info=error)


def _ignore(_: object) -> None:
    return None


def _nothing() -> None:
    return None


def _nobody(_done: int, _total: int) -> None:
    return None


def run(
    owner: QObject,
    work: Callable[[], T],
    done: Callable[[T], None] | None = None,
    failed: Callable[[Exception], None] | None = None,
    *,
    stopped: Callable[[], None] | None = None,
    task: Task | None = None,
) -> Task:
    """Call ``work`` on another thread, then ``done`` with its result or ``failed`` with its error on this one.

    Neither is called once the task is cancelled or ``owner`` is gone; after a cancel ``stopped`` is called when the
    work has really come to its end, which is later than `Task.ended`. Work that reports progress is given the
    task beforehand: ``task = Task(); run(self, lambda: read(task.report), task=task)``.
    """
    task = task or Task()
    task.setParent(owner)
    home = _Home(task, owner, work, done or _ignore, failed or _shrug, stopped or _nothing)
    task.ended.connect(task.deleteLater)
    pool = QThreadPool.globalInstance()
    if pool.maxThreadCount() < THREADS:
        pool.setMaxThreadCount(THREADS)
    pool.start(_Run(home))
    return task
