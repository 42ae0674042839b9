"""Okta itself, simulated, next to a demo Perch: act, watch each request fly, break it on purpose, take the tour.

Read first; then `session.py` (what is open), `player.py` (how requests are played) and `stand.py` (the stage).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from desktop import messages
from desktop.page import Action, Page
from desktop.sandbox.band import Band
from desktop.sandbox.invitation import Invitation
from desktop.sandbox.player import Player
from desktop.sandbox.session import Session, Stage
from desktop.widgets.banner import Banner
from desktop.widgets.basics import column, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from desktop.desk import Desk
    from desktop.sandbox.stand import Stand
    from server.sandbox import Snapshot

EDGE: Final = (28, 12, 28, 14)


class SandboxPage(Page):
    """An invitation until somebody opens the sandbox, then the stage."""

    name: ClassVar[str] = "sandbox"
    title: ClassVar[str] = "Sandbox"
    icon: ClassVar[str] = "flask"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        # The window takes it over: nobody may mistake one for the other.
        self.setWindowTitle(self.tr("Perch — Sandbox (demo data)"))
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.player = Player(self)
        self.session = Session(desk.workspace.folder, self.player, self)
        self.stand: Stand | None = None
        self.area: QScrollArea | None = None
        """Around the stand, for windows that are smaller than it."""
        self.band = Band()
        self.banner = Banner()
        self.invitation = Invitation(self.session.open)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.invitation)
        self.body.addWidget(self.band)
        self.body.addWidget(plain(column(self.banner, self.stack, spacing=10, margins=EDGE)), 1)
        self.session.stage_changed.connect(self._show_stage)
        self.session.connected.connect(self._show_both)
        self.session.failed.connect(self._fail)
        self.session.snapshots_changed.connect(self.band.show_snapshots)
        self.band.snapshot_wanted.connect(self.take_snapshot)
        self.band.restore_wanted.connect(self.restore)
        self.band.reset_wanted.connect(self.reset)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.end)
        self._show_stage(self.session.stage)

    # -- what the window asks for ---------------------------------------------------------------------

    def shown(self) -> None:
        """Follow what changes from now on; what was paused waits for its button."""
        if self.stand is not None:
            self.stand.follow(on=True)
        self._show_stage(self.session.stage)

    def hidden(self) -> None:
        """Pause: nobody looks."""
        if self.stand is not None:
            self.stand.pause()
            self.stand.follow(on=False)

    def actions_offered(self) -> Sequence[Action]:
        """List what can be done here."""
        if self.stand is None:
            return (Action(self.invite_words(), self.session.open, "flask"),)
        return (
            Action(self.tr("Play or pause the tour"), self.stand.tour.toggle, "play", "Ctrl+Return"),
            Action(self.tr("One step of the tour"), self.stand.step, "skip-forward", "Ctrl+Right"),
            Action(self.tr("Begin the tour anew"), self.restart, "arrow-counter-clockwise"),
            Action(self.tr("Take a snapshot of the sandbox"), self.take_snapshot, "camera", "Ctrl+S"),
            Action(self.tr("Reset the sandbox"), self.reset, "arrow-u-up-left"),
            Action(self.tr("Close the sandbox"), self.end, "flask"),
        )

    def invite_words(self) -> str:
        """Name the button that opens the sandbox."""
        return self.tr("Open the sandbox") if self.session.exists else self.tr("Create the sandbox")

    def end(self) -> None:
        """Take the sandbox down with the application."""
        if self.stand is not None:
            self.stand.stop()
        self.session.end()

    # -- showing --------------------------------------------------------------------------------------

    def _show_stage(self, stage: Stage) -> None:
        is_ready = stage is Stage.READY
        self.band.show_open(is_open=is_ready)
        is_opening = stage is Stage.OPENING
        self.invitation.offer(self.tr("One moment…") if is_opening else self.invite_words(), enabled=not is_opening)
        if is_ready:
            self.banner.hide()
        if stage is Stage.CLOSED and self.area is not None:
            self.stack.setCurrentWidget(self.invitation)
            self.stack.removeWidget(self.area)
            self.area.deleteLater()
            self.stand = self.area = None
            self.actions_changed.emit()

    def _show_both(self) -> None:
        if self.stand is None or self.area is None:
            from desktop.sandbox.stand import Stand  # noqa: PLC0415 -- an HTTP client, for an open sandbox only

            self.stand = Stand(self.session, self.player, self.desk.clipboard)
            self.stand.restart_wanted.connect(self.restart)
            self.stand.told.connect(self.told)
            self.area = _scrolling(self.stand)
            self.stack.addWidget(self.area)
            self.stand.follow(on=self.isVisible())
            self.actions_changed.emit()
        self.stack.setCurrentWidget(self.area)
        self.stand.show_both()

    def _fail(self, error: Exception) -> None:
        retry = self.session.stage is Stage.FAILED
        words = str(messages.worded(error))
        self.banner.say(words, "err", self.tr("Try again") if retry else "", self.session.open, closable=not retry)

    # -- keeping and restoring -------------------------------------------------------------------------

    def take_snapshot(self) -> None:
        """Keep both sides as they are."""
        if self.stand is not None:
            self.stand.pause()
            label = self.tr("Snapshot {number}").format(number=len(self.session.snapshots) + 1)
            self.session.snapshot(label, self._tell_kept)

    def restore(self, snapshot: Snapshot) -> None:
        """Put both sides back to a snapshot."""
        if self.stand is not None:
            self.stand.stop()
            words = self.tr("Both sides are as they were at “{label}”").format(label=snapshot.label)
            self.session.restore(snapshot, lambda: self.told.emit(words, None))

    def reset(self) -> None:
        """Begin anew; Undo puts everything back."""
        if self.stand is not None:
            self.stand.stop()
            self.session.reset(self.tr("Before the reset"), self._tell_reset)

    def restart(self) -> None:
        """Begin the tour anew, on a sandbox that is as at first."""
        if self.stand is not None:
            self.stand.stop()
            self.session.reset(self.tr("Before the tour"), self._play_again)

    def _play_again(self, _: Snapshot) -> None:
        if self.stand is not None:
            self.stand.play()

    def _tell_kept(self, snapshot: Snapshot) -> None:
        self.told.emit(self.tr("Kept as “{label}”").format(label=snapshot.label), None)

    def _tell_reset(self, snapshot: Snapshot) -> None:
        self.told.emit(self.tr("The sandbox is as at first"), lambda: self.restore(snapshot))


class _Room(QWidget):
    """Holds one widget that is as large as itself: without a layout, whose wish for height would make it scroll."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setMinimumSize(inside.minimumSize())
        self._inside = inside
        inside.setParent(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be filled."""
        super().resizeEvent(event)
        self._inside.setGeometry(self.rect())


def _scrolling(inside: QWidget) -> QScrollArea:
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setAccessibleName(inside.accessibleName())
    made.setWidget(_Room(inside))
    return made
