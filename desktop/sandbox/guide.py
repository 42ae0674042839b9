"""The guided tour: tells each stage, plays it, looks whether it came true, goes on to the next.

Belongs here: what comes after what, and when. Must not know: requests, widgets.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop import background
from desktop.messages import worded
from desktop.sandbox.player import Playing
from desktop.sandbox.tempo import LOOKING, READING
from server.okta.tour import Unmet

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from desktop.sandbox.player import Player
    from server.okta.tour import Stage


class Part(StrEnum):
    """What of a stage is on."""

    NONE = "none"
    STORY = "story"
    PLAY = "play"
    CHECK = "check"
    RESULT = "result"


class Guide(QObject):
    """Goes through the stages it was given; whatever else is played ends the tour where it is."""

    stage_begun = Signal(int)
    """The number of the stage whose story is told, from 0."""
    stage_ended = Signal(int, str, bool)
    """Its number, what came true or did not in a sentence, and whether it did."""
    finished = Signal()
    """The last stage has ended well."""
    state_changed = Signal(object)
    """The new Playing."""

    def __init__(self, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self.stages: Sequence[Stage] = ()
        self.number = -1
        """The stage that is on; -1 before the first."""
        self.part = Part.NONE
        self.state = Playing.IDLE
        self.is_over = False
        self._is_due = False
        self._is_single = False
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._fall_due)
        player.ended.connect(self._played)
        player.failed.connect(self._broke)

    def set_stages(self, stages: Sequence[Stage]) -> None:
        """Take a tour that begins anew."""
        self.stop()
        self.stages = stages
        self.number = -1
        self.is_over = False

    @property
    def is_on(self) -> bool:
        """Whether the tour is under way, playing or paused."""
        return self.state is not Playing.IDLE

    def play(self) -> None:
        """Begin, or go on."""
        self._is_single = False
        if self.state is Playing.IDLE:
            if self.stages and not self.is_over:
                self._tell(Playing.PLAYING)
                self._begin(max(self.number, 0))
            return
        self._tell(Playing.PLAYING)
        if self.part is Part.PLAY:
            self._player.resume()
        elif self._is_due:
            self._go_on()

    def pause(self) -> None:
        """Stay where it is; a request under way is still answered."""
        if self.state is Playing.PLAYING:
            self._tell(Playing.PAUSED)
            self._player.pause()

    def step(self) -> None:
        """Go on by one: a story, a request, a result."""
        if self.state is Playing.IDLE:
            if self.stages and not self.is_over:
                self._tell(Playing.PAUSED)
                self._begin(max(self.number, 0))
            return
        self.pause()
        if self.part is Part.PLAY:
            self._player.step()
        elif self.part in {Part.STORY, Part.RESULT}:
            self._pause.stop()
            self._go_on()

    def show_stage(self, number: int) -> None:
        """Tell another stage's story, paused."""
        self.stop()
        self.is_over = False
        self._tell(Playing.PAUSED)
        self._begin(number)

    def stop(self) -> None:
        """Leave the tour where it is; `play` tells the same stage again."""
        self._pause.stop()
        self._is_due = False
        if self.part is Part.PLAY:
            self._player.stop()
        self.part = Part.NONE
        self._tell(Playing.IDLE)

    # -- story, play, check, result ---------------------------------------------------------------------

    def _begin(self, number: int) -> None:
        self.number = number
        self.part = Part.STORY
        self.stage_begun.emit(number)
        self._wait(READING)

    def _go_on(self) -> None:
        self._is_due = False
        if self.part is Part.STORY:
            self.part = Part.PLAY
            self._player.play(_whole(self.stages[self.number]), paused=self.state is Playing.PAUSED)
        elif self.part is Part.RESULT:
            if self.number + 1 < len(self.stages):
                self._begin(self.number + 1)
            else:
                self.is_over = True
                self.part = Part.NONE
                self._tell(Playing.IDLE)
                self.finished.emit()

    def _played(self, outcome: object) -> None:
        if self.part is not Part.PLAY:
            return
        self.part = Part.CHECK
        if not getattr(outcome, "ok", True):
            self._fail(Unmet(str(getattr(outcome, "sentence", ""))))
            return
        check: Any = self.stages[self.number].check
        background.run(self, lambda: check(outcome), self._came_true, self._did_not)

    def _came_true(self, sentence: str) -> None:
        if self.part is Part.CHECK:
            self.part = Part.RESULT
            self.stage_ended.emit(self.number, sentence, True)  # noqa: FBT003 -- a signal has no names
            self._wait(LOOKING)

    def _did_not(self, error: Exception) -> None:
        if self.part is Part.CHECK:
            self._fail(error)

    def _broke(self, error: Exception) -> None:
        if self.part is Part.PLAY:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.part = Part.NONE
        self._tell(Playing.IDLE)
        words = str(error if isinstance(error, Unmet) else worded(error))
        self.stage_ended.emit(self.number, words, False)  # noqa: FBT003 -- a signal has no names

    # -- time -------------------------------------------------------------------------------------------

    def _wait(self, seconds: float) -> None:
        self._is_due = False
        self._pause.start(self._player.tempo.milliseconds(seconds))

    def _fall_due(self) -> None:
        self._is_due = True
        if self.state is Playing.PLAYING:
            self._go_on()

    def _tell(self, state: Playing) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)


def _whole(stage: Stage) -> Generator[Any, None, Any]:
    # What a stage does before its first request is then done off the GUI thread as well.
    return (yield from stage.play())
