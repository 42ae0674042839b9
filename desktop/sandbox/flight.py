"""The wire in motion: a request flies from Okta to Perch, its answer flies back.

Belongs here: painting and moving the two. Must not know: which request comes next, what it changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEasingCurve, QPointF, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop import theme
from desktop.sandbox.tempo import FLIGHT
from desktop.sandbox.words import answered, said, step_tone
from desktop.widgets.request_words import method_tone

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from desktop.sandbox.tempo import Tempo
    from server.okta.scenario import Step

HEIGHT: Final = 118
CAPSULE: Final = 34
OUT_AT: Final = 34
BACK_AT: Final = 86
PORT: Final = 5
"""Pixels of the dots where the wire enters either side."""
SHARE: Final = 0.7
"""Of the width, what flies takes at most: the rest is the way that it flies."""
TAIL: Final = 120
"""Pixels of light behind what flies."""


class Flight(QWidget):
    """Empty until `fly`; what flew last stays where it came to rest."""

    delivered = Signal(object)
    """The Step whose request has reached Perch's side."""
    returned = Signal(object)
    """The Step whose answer has reached Okta's side."""

    def __init__(self, tempo: Tempo) -> None:
        super().__init__()
        self._tempo = tempo
        self.step: Step | None = None
        self._out = 0.0
        self._back = 0.0
        self._is_waiting = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(HEIGHT)
        self.setAccessibleName(self.tr("The wire"))
        self._going = self._animation(self._go, self._deliver)
        self._coming = self._animation(self._come, self._return)
        theme.current().changed.connect(self.update)

    @property
    def is_flying(self) -> bool:
        """Whether something is under way."""
        running = QVariantAnimation.State.Running
        return self._going.state() == running or self._coming.state() == running

    @property
    def way(self) -> float:
        """How far the request is on its way to Perch, from 0 to 1."""
        return min(self._out, 1.0)

    def sizeHint(self) -> QSize:
        """Give the size it likes."""
        return QSize(320, HEIGHT)

    def fly(self, step: Step) -> None:
        """Show a request that was answered; one that is still in flight arrives at once."""
        self.settle()
        self.step = step
        self._out = self._back = 0.0
        self._is_waiting = False
        words = self.tr("{request}, answered {answer}").format(request=step.request_line, answer=answered(step))
        self.setAccessibleDescription(words)
        for one in (self._going, self._coming):
            one.setDuration(self._tempo.milliseconds(FLIGHT))
        self._going.start()

    def wait(self, *, waiting: bool) -> None:
        """Show that Okta waits for an answer, or that it does not any more."""
        if waiting and not self.is_flying:
            self._out = self._back = 0.0
            self.step = None
        self._is_waiting = waiting
        self.update()

    def settle(self) -> None:
        """Let what is in flight arrive at once."""
        for one, arrive in ((self._going, self._deliver), (self._coming, self._return)):
            if one.state() == QVariantAnimation.State.Running:
                one.stop()
                arrive()
        if self._coming.state() == QVariantAnimation.State.Running:
            self._coming.stop()
            self._return()

    def forget(self) -> None:
        """Show an empty wire."""
        self._going.stop()
        self._coming.stop()
        self.step = None
        self.update()

    # -- moving ---------------------------------------------------------------------------------------

    def _animation(self, moved: object, arrived: object) -> QVariantAnimation:
        made = QVariantAnimation(self)
        made.setStartValue(0.0)
        made.setEndValue(1.0)
        made.setEasingCurve(QEasingCurve.Type.InOutCubic)
        made.valueChanged.connect(moved)
        made.finished.connect(arrived)
        return made

    def _go(self, value: float) -> None:
        self._out = value
        self.update()

    def _come(self, value: float) -> None:
        self._back = value
        self.update()

    def _deliver(self) -> None:
        if self.step is not None and self._out < 2:
            self._out = 2.0
            self.delivered.emit(self.step)
            self._coming.start()

    def _return(self) -> None:
        if self.step is not None and self._back < 2:
            self._back = 2.0
            self.update()
            self.returned.emit(self.step)

    # -- painting -------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint both lanes and what is on them."""
        del event
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = self.step
        self._lane(painter, OUT_AT, rightward=True)
        self._lane(painter, BACK_AT, rightward=False)
        if step is None:
            words = self.tr("Okta waits for the answer…") if self._is_waiting else self.tr("Quiet")
            self._word(painter, OUT_AT, self.tr("request"))
            self._word(painter, BACK_AT, words if self._is_waiting else self.tr("answer"))
        else:
            self._capsule(
                painter,
                OUT_AT,
                min(self._out, 1.0),
                (step.method, said(step)),
                method_tone(step.method),
                rightward=True,
            )
            if self._back > 0:
                self._capsule(
                    painter,
                    BACK_AT,
                    min(self._back, 1.0),
                    (answered(step), ""),
                    step_tone(step),
                    rightward=False,
                )
            elif self._out >= 1:
                self._burst(painter, look.color(method_tone(step.method)))
        painter.end()

    def _lane(self, painter: QPainter, at: float, *, rightward: bool) -> None:
        look = theme.current()
        right = self.width() - PORT - 1
        painter.setPen(QPen(look.color("border"), 2, Qt.PenStyle.DotLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(PORT + 4, at), QPointF(right - 4, at))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("outline"))
        for x in (PORT, right):
            painter.drawEllipse(QPointF(x, at), 3.5, 3.5)
        tip = right - 7 if rightward else PORT + 7
        back = -6 if rightward else 6
        painter.drawPolygon([QPointF(tip, at), QPointF(tip + back, at - 4), QPointF(tip + back, at + 4)])

    def _word(self, painter: QPainter, at: float, text: str) -> None:
        look = theme.current()
        font = theme.ui_font(11)
        width = QFontMetricsF(font).horizontalAdvance(text) + 20
        ground = QRectF((self.width() - width) / 2, at - 9, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("surface"))
        painter.drawRect(ground)
        painter.setFont(font)
        painter.setPen(look.color("faint"))
        painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, text)

    def _capsule(
        self, painter: QPainter, at: float, way: float, words: tuple[str, str], tone: str, *, rightward: bool
    ) -> None:
        look = theme.current()
        bold, mono = theme.ui_font(12, QFont.Weight.Bold), theme.mono_font(11)
        first = QFontMetricsF(bold).horizontalAdvance(words[0])
        most = self.width() * SHARE - 36 - first
        second = QFontMetricsF(mono).elidedText(words[1], Qt.TextElideMode.ElideRight, max(most, 0))
        wide = QFontMetricsF(mono).horizontalAdvance(second)
        width = first + 26 + (wide + 10 if second else 0)
        room = self.width() - width - 2
        left = 1 + room * (way if rightward else 1 - way)
        box = QRectF(left, at - CAPSULE / 2, width, CAPSULE)
        if 0 < way < 1:
            self._tail(painter, box, look.color(tone), rightward=rightward)
        painter.setPen(QPen(look.color(tone), 1.2))
        painter.setBrush(look.color(f"{tone}Bg"))
        painter.drawRoundedRect(box, CAPSULE / 2, CAPSULE / 2)
        painter.setFont(bold)
        painter.setPen(look.color(tone))
        inside = box.adjusted(13, 0, -8, 0)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, words[0])
        if second:
            painter.setFont(mono)
            painter.setPen(look.color("text"))
            painter.drawText(inside.adjusted(first + 9, 0, 8, 0), Qt.AlignmentFlag.AlignVCenter, second)

    def _tail(self, painter: QPainter, box: QRectF, color: QColor, *, rightward: bool) -> None:
        start = box.left() + 8 if rightward else box.right() - 8
        end = start - TAIL if rightward else start + TAIL
        light = QLinearGradient(start, 0, end, 0)
        near, far = QColor(color), QColor(color)
        near.setAlphaF(0.45)
        far.setAlphaF(0.0)
        light.setColorAt(0, near)
        light.setColorAt(1, far)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(light)
        middle = box.center().y()
        painter.drawRect(QRectF(min(start, end), middle - 4, TAIL, 8))

    def _burst(self, painter: QPainter, color: QColor) -> None:
        ring = QColor(color)
        ring.setAlphaF(0.25)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ring)
        painter.drawEllipse(QPointF(self.width() - PORT - 1, BACK_AT), 11, 11)
