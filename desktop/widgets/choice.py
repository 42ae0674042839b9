"""A choice of a few that are all in view: buttons in one row, of which exactly one is down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from desktop.widgets.basics import button, row

if TYPE_CHECKING:
    from collections.abc import Sequence


class Choice(QWidget):
    """Arrow keys move within it, as in a group of radio buttons."""

    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        """Take what it chooses, and value and text of each; the first is chosen."""
        super().__init__()
        self.setProperty("kind", "plain")
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.buttons = {}
        layout = row(spacing=6)
        for value, text in choices:
            made = button(text, name=text)
            made.setCheckable(True)
            self._group.addButton(made)
            self.buttons[value] = made
            layout.addWidget(made)
        layout.addStretch(1)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.choose(choices[0][0])
        self._group.buttonToggled.connect(self._tell)

    @property
    def value(self) -> str:
        """What is chosen."""
        return next(value for value, one in self.buttons.items() if one.isChecked())

    def choose(self, value: str) -> None:
        """Choose one."""
        self.buttons[value].setChecked(True)

    def _tell(self, which: object, down: bool) -> None:
        del which
        if down:
            self.chosen.emit(self.value)
