"""Break it on purpose: which trouble comes between Okta and Perch, and how often.

Belongs here: choosing. Must not know: how trouble is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QSlider

from desktop.widgets.basics import Card, label, picture, row, set_property
from server.okta.chaos import Trouble

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent

STEPS: Final = 10
"""The rate goes by tenths."""
TWO_LINES: Final = 34


class _Slider(QSlider):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to whatever scrolls."""
        event.ignore()


class TroubleBar(Card):
    """Emits the trouble and its rate whenever one of them changes."""

    changed = Signal(object, float)

    def __init__(self) -> None:
        super().__init__(margins=(14, 7, 14, 7), spacing=0)
        self.setAccessibleName(self.tr("Break it on purpose"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.kinds = QComboBox()
        self.kinds.setAccessibleName(self.tr("What goes wrong"))
        for trouble in Trouble:
            self.kinds.addItem(trouble.title, trouble)
        self.kinds.currentIndexChanged.connect(self._tell)
        self.rate = _Slider(Qt.Orientation.Horizontal)
        self.rate.setAccessibleName(self.tr("How often it goes wrong"))
        self.rate.setRange(1, STEPS)
        self.rate.setPageStep(1)
        self.rate.setValue(STEPS)
        self.rate.setFixedWidth(96)
        self.rate.valueChanged.connect(self._tell)
        self._percent = label("", "small")
        self._percent.setFixedWidth(80)
        self._sentence = label("", "small", wrap=True)
        self._sentence.setMinimumHeight(TWO_LINES)
        line = row(
            picture("lightning", "warn", 18), label(self.tr("Break it on purpose"), "strong"), self.kinds, spacing=10
        )
        line.addWidget(self.rate)
        line.addWidget(self._percent)
        line.addWidget(self._sentence, 1)
        self.body.addLayout(line)
        self._show()

    @property
    def trouble(self) -> Trouble:
        """What goes wrong."""
        return Trouble(self.kinds.currentData())

    def choose(self, trouble: Trouble) -> None:
        """Let something else go wrong."""
        self.kinds.setCurrentIndex(self.kinds.findData(trouble))

    def _tell(self) -> None:
        self._show()
        self.changed.emit(self.trouble, self.rate.value() / STEPS)

    def _show(self) -> None:
        trouble, value = self.trouble, self.rate.value()
        calm = trouble is Trouble.NONE
        words = self.tr("every request") if value == STEPS else self.tr("{value} of 10").format(value=value)
        self._percent.setText("" if calm else words)
        self.rate.setVisible(not calm)
        self._percent.setVisible(not calm)
        self._sentence.setText(trouble.sentence)
        set_property(self, "tone", "" if calm else "warn")
