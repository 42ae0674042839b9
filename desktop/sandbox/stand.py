"""The stage: Okta at the left, Perch at the right, the wire between them; above it the tour, below it the trouble.

Belongs here: what leads to what when something is played. Must not know: the page around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop.messages import worded
from desktop.sandbox.app_dialog import AppDialog
from desktop.sandbox.asking import dialog_for
from desktop.sandbox.guide import Guide
from desktop.sandbox.okta_card import OktaCard
from desktop.sandbox.perch_card import PerchCard
from desktop.sandbox.player import Playing
from desktop.sandbox.request_dialog import RequestDialog
from desktop.sandbox.sides import Side, perch_side
from desktop.sandbox.stage_strip import Mark
from desktop.sandbox.tour_bar import TourBar
from desktop.sandbox.trouble_bar import TroubleBar
from desktop.sandbox.wire_card import WireCard
from desktop.sandbox.words import tr
from desktop.widgets.basics import column, row
from desktop.widgets.refresher import Refresher
from server.okta.tenant import ImportResult, Outcome
from server.okta.tour import tour

if TYPE_CHECKING:
    from collections.abc import Generator

    from desktop.clipboard import Clipboard
    from desktop.sandbox.deeds import Deed
    from desktop.sandbox.player import Player
    from desktop.sandbox.session import Session
    from server.okta.dialogues import Kind
    from server.okta.scenario import Step

SMALLEST: Final = (930, 728)
"""Pixels; a smaller window scrolls."""
LOOK_EVERY: Final = 1_000
"""Milliseconds between two looks at Perch's side: somebody may act on it with the token, too."""
IMPATIENT_AFTER: Final = 400
"""Milliseconds without an answer after which the wire says that Okta waits."""


class Stand(QWidget):
    """Made once there is a tenant; `show_both` after every change of which."""

    restart_wanted = Signal()
    told = Signal(str, object)

    def __init__(self, session: Session, player: Player, clipboard: Clipboard) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setAccessibleName(self.tr("The stage"))
        self.setMinimumSize(*SMALLEST)
        self._session = session
        self._player = player
        self._clipboard = clipboard
        self._deed: tuple[Deed, str] | None = None
        self._is_first_look = True
        self.guide = Guide(player, self)
        self.tour = TourBar()
        self.okta = OktaCard()
        self.wire = WireCard(player.tempo)
        self.perch = PerchCard(clipboard)
        self.trouble = TroubleBar()
        self.refresher = Refresher(self, self._read, self._show_perch, self._fail_to_read, every=LOOK_EVERY)
        self._impatience = QTimer(self, singleShot=True, interval=IMPATIENT_AFTER)
        self._impatience.timeout.connect(lambda: self.wire.flight.wait(waiting=True))
        sides = row(spacing=10)
        sides.addWidget(self.okta, 10)
        sides.addWidget(self.wire, 13)
        sides.addWidget(self.perch, 10)
        layout = column(self.tour, spacing=10)
        layout.addLayout(sides, 1)
        layout.addWidget(self.trouble)
        self.setLayout(layout)
        self._connect()

    def _connect(self) -> None:
        self.tour.play_wanted.connect(self.play)
        self.tour.pause_wanted.connect(self.pause)
        self.tour.step_wanted.connect(self.step)
        self.tour.restart_wanted.connect(self.restart_wanted)
        self.tour.stage_wanted.connect(self.show_stage)
        self.tour.speed_wanted.connect(self._set_speed)
        self.guide.stage_begun.connect(self._begin_stage)
        self.guide.stage_ended.connect(self._end_stage)
        self.guide.finished.connect(self.tour.finish)
        self.guide.state_changed.connect(self._show_state)
        self._player.step_played.connect(self._show_step)
        self._player.asked.connect(self._impatience.start)
        self._player.ended.connect(self._show_outcome)
        self._player.failed.connect(self._show_failure)
        self._player.state_changed.connect(self._show_state)
        self._player.waited.connect(self._show_wait)
        self.wire.flight.delivered.connect(lambda _: self.refresher.ask())
        self.wire.flight.returned.connect(lambda _: self._show_okta())
        self.wire.opened.connect(lambda step: RequestDialog(self, step).open())
        self.okta.deed_wanted.connect(self.do)
        self.okta.kind_chosen.connect(self.change_kind)
        self.okta.settings_wanted.connect(self.ask_settings)
        self.trouble.changed.connect(self._session.trouble)
        self.perch.token_wanted.connect(self._copy_token)
        self.perch.resume_wanted.connect(self._resume_endpoint)
        self._session.endpoint_changed.connect(self.perch.show_status)

    # -- what the page asks for ------------------------------------------------------------------------

    def show_both(self) -> None:
        """Show both sides anew: another tenant, or everything was put back."""
        tenant, sandbox = self._session.tenant, self._session.sandbox
        if tenant is None or sandbox is None:
            return
        self._is_first_look = True
        self.guide.set_stages(tour(tenant, sandbox.directory))
        self.tour.show_tour(self.guide.stages)
        self.okta.show_tenant(tenant)
        self.wire.forget()
        if self._session.endpoint is not None:
            self.perch.show_status(self._session.endpoint.status)
        self.refresher.ask()

    def follow(self, *, on: bool) -> None:
        """Keep Perch's side up to date, or let it be."""
        if on:
            self.refresher.turn_on()
        else:
            self.refresher.turn_off()

    def play(self) -> None:
        """Play the tour, or go on with what is paused."""
        if not self.guide.is_on and self._player.state is Playing.PAUSED:
            self._player.resume()
        elif self.guide.is_over:
            self.restart_wanted.emit()
        else:
            self.guide.play()

    def pause(self) -> None:
        """Stay where it is."""
        self.guide.pause()
        self._player.pause()

    def step(self) -> None:
        """Go on by one."""
        if not self.guide.is_on and self._player.state is Playing.PAUSED:
            self._player.step()
        elif not self.guide.is_over:
            self.guide.step()

    def show_stage(self, number: int) -> None:
        """Tell one stage again; each builds on those before it."""
        if all(mark is Mark.DONE for mark in self.tour.marks[:number]):
            self.guide.show_stage(number)
        else:
            self.told.emit(self.tr("Each stage builds on those before it: play them first"), None)

    def stop(self) -> None:
        """Give up what is played."""
        self.guide.stop()
        self._player.stop()
        self._impatience.stop()

    # -- deeds of an admin -----------------------------------------------------------------------------

    def do(self, deed: Deed, key: str) -> None:
        """Do something in Okta; what it needs to know is asked for first."""
        tenant = self._session.tenant
        if tenant is None or self._player.is_busy:
            # What the dialog would list is being changed by the request under way.
            return
        dialog = dialog_for(self, deed, tenant, key)
        if dialog is None:
            self._play(deed, key)
        else:
            dialog.given.connect(lambda given: self._play(deed, key, given))
            dialog.open()

    def _play(self, deed: Deed, key: str, *given: object) -> None:
        tenant = self._session.tenant
        if tenant is None:
            return
        self.guide.stop()
        self._deed = (deed, key)
        self.wire.note.say_nothing()

        def steps() -> Generator[Step, None, Any]:
            # The tenant changes off this thread only, and only while no request is shown.
            return (yield from deed.play(tenant, *([key] if key else []), *given))

        self._player.play(steps())

    def change_kind(self, kind: Kind) -> None:
        """Connect by another kind of app, on a sandbox that is as at first."""
        if kind == self._session.kind:
            return
        self.stop()
        words = self.tr("Connected by another kind of app; the sandbox is as at first")
        self._session.connect_app(
            kind,
            lambda: self._session.reset(self.tr("Before another app"), lambda _: self.told.emit(words, None)),
        )

    def ask_settings(self) -> None:
        """Ask what is switched on for the app; it holds from the next deed on."""
        tenant = self._session.tenant
        if tenant is not None:
            dialog = AppDialog(self, tenant.settings)
            dialog.given.connect(lambda settings: setattr(tenant, "settings", settings))
            dialog.open()

    def _copy_token(self) -> None:
        if self._session.sandbox is not None:
            self._clipboard.copy_secret(self._session.sandbox.secret)
            self.told.emit(self.tr("Copied the test token of the sandbox"), None)

    def _resume_endpoint(self) -> None:
        if self._session.endpoint is not None:
            self._session.endpoint.start()

    # -- as it is played -------------------------------------------------------------------------------

    def _show_step(self, step: Step) -> None:
        self._impatience.stop()
        self.wire.flight.wait(waiting=False)
        self.wire.show_step(step)

    def _show_okta(self) -> None:
        if not self._player.is_busy:
            self.okta.refresh()

    def _show_outcome(self, outcome: object) -> None:
        self._impatience.stop()
        self.wire.flight.settle()
        self.wire.flight.wait(waiting=False)
        self.okta.refresh()
        self.refresher.ask()
        if isinstance(outcome, Outcome):
            self.wire.note.say_outcome(outcome)
            self._match(outcome)

    def _match(self, outcome: Outcome) -> None:
        """Confirm what an import found, as an admin does who sees nothing wrong with it."""
        tenant, deed = self._session.tenant, self._deed
        if deed is None or tenant is None or self.guide.is_on or deed[0].name != "import":
            return
        self._deed = None
        found = outcome.found
        if outcome.ok and isinstance(found, ImportResult) and not found.safeguard_tripped:
            tenant.confirm_import(found.matches)
            self.okta.refresh()

    def _show_failure(self, error: Exception) -> None:
        self._impatience.stop()
        self.wire.flight.wait(waiting=False)
        self.wire.note.say_fact(str(worded(error)), ok=False)

    def _show_wait(self, seconds: float) -> None:
        words = tr("{seconds} seconds go by; they are shortened here.")
        self.wire.note.say_waiting(words.format(seconds=f"{seconds:g}"))

    def _begin_stage(self, number: int) -> None:
        self._deed = None
        self.tour.show_stage(number)
        self.okta.point_at(self.guide.stages[number].subjects)
        self.wire.note.say_nothing()

    def _end_stage(self, number: int, sentence: str, ok: bool) -> None:
        self.tour.end_stage(number, sentence, ok=ok)

    def _show_state(self, _: object) -> None:
        states = {self.guide.state, self._player.state}
        playing = Playing.PLAYING in states
        self.tour.show_state(Playing.PLAYING if playing else Playing.IDLE)
        self.okta.enable(enabled=self._player.state is not Playing.PLAYING and self.guide.state is not Playing.PLAYING)

    def _set_speed(self, speed: float) -> None:
        self._player.tempo.speed = speed

    # -- Perch's side ----------------------------------------------------------------------------------

    def _read(self) -> Side:
        sandbox = self._session.sandbox
        return Side() if sandbox is None else perch_side(sandbox.workspace)

    def _show_perch(self, side: Side) -> None:
        self.perch.show_side(side, light=not self._is_first_look)
        self._is_first_look = False

    def _fail_to_read(self, error: Exception) -> None:
        self.wire.note.say_fact(str(worded(error)), ok=False)
