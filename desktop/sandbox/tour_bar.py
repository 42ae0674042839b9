"""The bar of the guided tour: where it is, its story in large type, and play, pause, step, speed.

Belongs here: showing and asking. Must not know: how a stage is played.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy

from desktop import theme
from desktop.sandbox.player import Playing
from desktop.sandbox.stage_strip import Mark, StageStrip
from desktop.sandbox.tempo import SPEEDS
from desktop.widgets.basics import Card, button, column, label, row, set_property
from desktop.widgets.choice import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from server.okta.tour import Stage

HEIGHT: Final = 154
HINT: Final = 20
SIGN: Final = 18
ROOMY: Final = 1_200
"""Pixels from which on the story is written larger."""


class _Sign(QLabel):
    """An icon that changes; nothing moves meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = ("eye", "accentText")
        self._is_shown = False
        self.setFixedSize(SIGN, SIGN)
        theme.current().changed.connect(self._draw)

    def show_icon(self, icon: str, color: str, *, shown: bool) -> None:
        self._icon, self._is_shown = (icon, color), shown
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(theme.current().pixmap(*self._icon, SIGN) if self._is_shown else QPixmap())


class TourBar(Card):
    """Shows one stage at a time; emits what is pressed."""

    play_wanted = Signal()
    pause_wanted = Signal()
    step_wanted = Signal()
    restart_wanted = Signal()
    stage_wanted = Signal(int)
    speed_wanted = Signal(float)

    def __init__(self) -> None:
        super().__init__(margins=(16, 12, 14, 12), spacing=6)
        self.setAccessibleName(self.tr("Guided tour"))
        self.setMinimumHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._stages: Sequence[Stage] = ()
        self._marks: list[Mark] = []
        self._is_playing = False
        self.strip = StageStrip()
        self.strip.picked.connect(self.stage_wanted)
        self.title = label("", "stage", wrap=False)
        self.story = label("", "story", wrap=True)
        self.story.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.hint = label("", "muted", wrap=True)
        self.hint.setMinimumHeight(HINT)
        self.play_button = button(self.tr("Play"), self._play_or_pause, icon="play-fill", kind="primary")
        self.step_button = button("", self.step_wanted.emit, icon="skip-forward", name=self.tr("One step"))
        self.restart_button = button(
            "", self.restart_wanted.emit, icon="arrow-counter-clockwise", name=self.tr("Begin the tour anew")
        )
        self.speeds = Choice(self.tr("Speed"), [(str(one), f"{one:g}\N{MULTIPLICATION SIGN}") for one in SPEEDS])
        self.speeds.choose("1.0")
        self.speeds.chosen.connect(lambda value: self.speed_wanted.emit(float(value)))
        for one in self.speeds.buttons.values():
            set_property(one, "kind", "speed")
        controls = row(self.play_button, self.step_button, self.restart_button, 6, self.speeds, spacing=6)
        head = row(self.strip, None, spacing=12)
        head.addLayout(controls)
        self._sign = _Sign()
        look = row(column(self._sign, None), spacing=8)
        look.addWidget(self.hint, 1)
        self.body.addLayout(head)
        self.body.addLayout(column(self.title, self.story, spacing=2))
        self.body.addLayout(look)
        self.body.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write larger where there is room: it is read from the last row."""
        super().resizeEvent(event)
        size = "large" if self.width() >= ROOMY else ""
        for one in (self.title, self.story, self.hint):
            set_property(one, "room", size)
        # The stage below must not jump from story to story.
        self.story.setMinimumHeight(2 * self.story.fontMetrics().lineSpacing())

    @property
    def marks(self) -> Sequence[Mark]:
        """How far each stage is."""
        return tuple(self._marks)

    def show_tour(self, stages: Sequence[Stage]) -> None:
        """Show a tour that begins anew."""
        self._stages = stages
        self._marks = [Mark.OPEN] * len(stages)
        self.strip.show_titles([stage.title for stage in stages])
        self._say(
            self.tr("The guided tour"),
            self.tr(
                "Everything Okta does with a connected app, request by request, in about two minutes. "
                "Press Play, or act yourself below: choose somebody at the left."
            ),
            "",
        )
        self.show_state(Playing.IDLE)

    def show_stage(self, number: int) -> None:
        """Tell a stage's story."""
        stage = self._stages[number]
        for which, mark in enumerate(self._marks):
            if mark is Mark.ON:
                self._marks[which] = Mark.OPEN
        self._marks[number] = Mark.ON
        self.strip.show_marks(self._marks)
        self._say(stage.title, stage.story, stage.look_at)

    def end_stage(self, number: int, sentence: str, *, ok: bool) -> None:
        """Say what came true of a stage, or did not."""
        self._marks[number] = Mark.DONE if ok else Mark.FAILED
        self.strip.show_marks(self._marks)
        self._tell(sentence, "check-circle" if ok else "warning-circle", "ok" if ok else "err")

    def finish(self) -> None:
        """Say that the tour is over."""
        self._say(
            self.tr("That is all Okta does"),
            self.tr("Every feature was played against a real endpoint, and each answer judged as Okta judges it."),
            self.tr("Break it on purpose below, or begin anew."),
        )

    def show_state(self, state: Playing) -> None:
        """Show whether it plays."""
        self._is_playing = state is Playing.PLAYING
        words, icon = (self.tr("Pause"), "pause-fill") if self._is_playing else (self.tr("Play"), "play-fill")
        self.play_button.setText(words)
        self.play_button.setAccessibleName(words)
        theme.current().bind_icon(self.play_button, icon, "onAccent")

    def toggle(self) -> None:
        """Play, or pause."""
        (self.pause_wanted if self._is_playing else self.play_wanted).emit()

    def _play_or_pause(self) -> None:
        self.toggle()

    def _say(self, title: str, story: str, look_at: str) -> None:
        self.title.setText(title)
        self.story.setText(story)
        self._tell(look_at, "eye", "accentText")

    def _tell(self, sentence: str, icon: str, color: str) -> None:
        self.hint.setText(sentence)
        self._sign.show_icon(icon, color, shown=bool(sentence))
        set_property(self.hint, "kind", {"ok": "praise", "err": "blame"}.get(color, "muted"))
