"""The sandbox from the click that opens it until the window ends: its folder, its endpoint, the tenant connected to it.

Belongs here: opening, connecting, keeping and restoring, all off the GUI thread. Must not know: how any of it is shown.
"""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from desktop import background
from desktop.server_process import ServerProcess, State
from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.sandbox.player import Player
    from desktop.server_process import Status
    from server.okta.chaos import Chaos, Trouble
    from server.okta.dialogues import Kind
    from server.okta.tenant import OktaTenant
    from server.okta.wire import Transport, Wire
    from server.sandbox import Sandbox, Snapshot

FOLDER: Final = "sandbox"
"""Beneath the data folder."""
ARGUMENTS: Final = ("--port", "0")
"""Any free port: the real endpoint keeps its own."""
TIMEOUT: Final = 20.0
"""Seconds that a request may take here; nobody looks at a still picture for a minute."""


class Stage(StrEnum):
    """How far the session is."""

    CLOSED = "closed"
    OPENING = "opening"
    READY = "ready"
    FAILED = "failed"


class Session(QObject):
    """One sandbox; every call returns at once but `end`, which waits for the child and for what is being written."""

    stage_changed = Signal(object)
    """The new Stage."""
    connected = Signal()
    """There is a new tenant, or both sides are as they were once: show everything anew."""
    endpoint_changed = Signal(object)
    """The Status of the sandbox's endpoint."""
    snapshots_changed = Signal(object)
    """All Snapshots, the newest first."""
    failed = Signal(object)
    """A wish could not be fulfilled; nothing changed. The exception."""

    def __init__(self, folder: Path, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder / FOLDER
        self.stage = Stage.CLOSED
        self.fault: Exception | None = None
        self.sandbox: Sandbox | None = None
        self.tenant: OktaTenant | None = None
        self.chaos: Chaos | None = None
        self.endpoint: ServerProcess | None = None
        self.snapshots: list[Snapshot] = []
        self._player = player
        self._kind: Kind | None = None
        self._trouble: tuple[Trouble, float] | None = None
        self._connected_to = ""
        self._one_at_a_time = threading.Lock()

    @property
    def exists(self) -> bool:
        """Whether there was a sandbox in this data folder before."""
        return self.folder.is_dir()

    @property
    def kind(self) -> Kind:
        """The kind of app that the tenant is connected by."""
        from server.okta.dialogues import Kind  # noqa: PLC0415 -- an HTTP client, for an open sandbox only

        return self._kind or Kind.CUSTOM

    @property
    def base_url(self) -> str:
        """Where the sandbox's endpoint is on this machine; empty while it does not serve."""
        return self.endpoint.status.local_url if self.endpoint is not None else ""

    # -- from the click to the first request -----------------------------------------------------------

    def open(self) -> None:
        """Make the sandbox, or open the one that is there, start its endpoint and connect Okta to it."""
        if self.stage in {Stage.CLOSED, Stage.FAILED}:
            self._tell(Stage.OPENING)
            folder = self.folder
            self._run(lambda: _opened(folder), self._opened, self._fail)

    def _opened(self, sandbox: Sandbox) -> None:
        if self.stage is not Stage.OPENING:
            # It was given up meanwhile.
            sandbox.close()
            return
        self.sandbox = sandbox
        self.endpoint = ServerProcess(sandbox.folder, self, arguments=ARGUMENTS)
        self.endpoint.changed.connect(self._follow)
        self.endpoint.start()

    def _follow(self, status: Status) -> None:
        self.endpoint_changed.emit(status)
        if status.is_serving and self.stage is Stage.OPENING:
            self.connect_app(self.kind)
        elif status.is_serving and self.stage is Stage.READY and self.base_url != self._connected_to:
            # It ended by itself and was started again, on whatever port is free now.
            self.connect_app(self.kind, keep=True)
        elif status.state is State.FAILED and self.stage is Stage.OPENING:
            self._close()
            self._fail(Fault(status.fault or FaultCode.STORE_FAILED, status.detail))

    def connect_app(self, kind: Kind, then: Callable[[], None] | None = None, *, keep: bool = False) -> None:
        """Connect a tenant by an app of this kind, then call ``then``; with ``keep`` it remembers what the last did."""
        sandbox, url, pace = self._ready(), self.base_url, self._player.tempo.pace
        known, self._connected_to = self.tenant if keep else None, url
        self._player.stop()
        chaos: list[Chaos] = []

        def connect() -> OktaTenant:
            from server.okta.app import AppSettings  # noqa: PLC0415 -- an HTTP client, for an open sandbox only
            from server.okta.chaos import Chaos  # noqa: PLC0415 -- as above

            def disturbed(wire: Wire) -> Transport:
                chaos.append(Chaos(wire, pace=pace))
                return chaos[0]

            settings = AppSettings(kind=kind) if known is None else known.settings
            tenant = sandbox.connect(url, settings=settings, pace=pace, transport=disturbed, timeout=TIMEOUT)
            if known is not None:
                tenant.restore(known.state())
            return tenant

        def arrived(tenant: OktaTenant) -> None:
            if self.sandbox is not sandbox:
                tenant.client.close()
                return
            if self.tenant is not None:
                self.tenant.client.close()
            self.tenant, self.chaos, self._kind = tenant, chaos[0], kind
            if self._trouble is not None:
                self.trouble(*self._trouble)
            self._tell(Stage.READY)
            self.connected.emit()
            self.list_snapshots()
            if then is not None:
                then()

        self._run(connect, arrived, self._fail)

    # -- trouble ---------------------------------------------------------------------------------------

    def trouble(self, trouble: Trouble, rate: float) -> None:
        """Let trouble come between both sides, from the next request on."""
        self._trouble = (trouble, rate)
        if self.chaos is not None:
            self.chaos.trouble, self.chaos.rate = trouble, rate

    # -- keeping and restoring -------------------------------------------------------------------------

    def list_snapshots(self) -> None:
        """Tell which there are."""
        self._run(self._ready().snapshots, self._tell_snapshots)

    def snapshot(self, label: str, then: Callable[[Snapshot], None] | None = None) -> None:
        """Keep both sides as they are now."""
        sandbox, tenant = self._ready(), self._connected()

        def kept(found: tuple[Snapshot, list[Snapshot]]) -> None:
            self._tell_snapshots(found[1])
            if then is not None:
                then(found[0])

        self._run(lambda: (sandbox.snapshot(label, tenant), sandbox.snapshots()), kept)

    def restore(self, snapshot: Snapshot, then: Callable[[], None] | None = None) -> None:
        """Put both sides back to where they were."""
        sandbox, tenant = self._ready(), self._connected()
        self._player.stop()
        self._run(lambda: sandbox.restore(snapshot, tenant), lambda _: self._changed(then))

    def reset(self, label: str, then: Callable[[Snapshot], None] | None = None) -> None:
        """Begin anew; a snapshot called ``label`` is taken first, for who did not mean it."""
        sandbox, tenant = self._ready(), self._connected()
        self._player.stop()

        def work() -> tuple[Snapshot, list[Snapshot]]:
            taken = sandbox.snapshot(label, tenant)
            sandbox.reset(tenant)
            return taken, sandbox.snapshots()

        def done(found: tuple[Snapshot, list[Snapshot]]) -> None:
            self._tell_snapshots(found[1])
            self._changed(None)
            if then is not None:
                then(found[0])

        self._run(work, done)

    def _changed(self, then: Callable[[], None] | None) -> None:
        self.connected.emit()
        if then is not None:
            then()

    def _tell_snapshots(self, found: list[Snapshot]) -> None:
        self.snapshots = found
        self.snapshots_changed.emit(found)

    # -- the end ---------------------------------------------------------------------------------------

    def end(self) -> None:
        """Take everything down, for the application's end; nothing happens where nothing is open."""
        if self.stage is Stage.CLOSED:
            return
        self._player.end()
        self._close()
        self._tell(Stage.CLOSED)

    def _close(self) -> None:
        if self.endpoint is not None:
            self.endpoint.blockSignals(True)  # noqa: FBT003 -- Qt's own signature
            self.endpoint.stop()
            self.endpoint.deleteLater()
            self.endpoint = None
        with self._one_at_a_time:
            if self.tenant is not None:
                self.tenant.client.close()
                self.tenant = None
            if self.sandbox is not None:
                self.sandbox.close()
                self.sandbox = None

    # -- off this thread -------------------------------------------------------------------------------

    def _run(
        self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None] | None = None
    ) -> None:
        """Do work that may not happen twice at once; a request under way is waited for as well."""

        def alone() -> Any:
            with self._one_at_a_time, self._player.at_rest():
                return work()

        background.run(self, alone, done, failed or self.failed.emit)

    def _ready(self) -> Sandbox:
        if self.sandbox is None:
            raise LookupError("No sandbox is open.")
        return self.sandbox

    def _connected(self) -> OktaTenant:
        if self.tenant is None:
            raise LookupError("No tenant is connected.")
        return self.tenant

    def _fail(self, error: Exception) -> None:
        self.fault = error
        self._tell(Stage.FAILED)
        self.failed.emit(error)

    def _tell(self, stage: Stage) -> None:
        if stage is not self.stage:
            self.stage = stage
            self.stage_changed.emit(stage)


def _opened(folder: Path) -> Sandbox:
    from server.sandbox import Sandbox  # noqa: PLC0415 -- an HTTP client, for an open sandbox only

    return Sandbox.open(folder)
