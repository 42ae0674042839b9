"""The bar that appears while several people are selected: how many, and what can be done with all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from desktop.widgets.basics import button, label, row

if TYPE_CHECKING:
    from desktop.widgets.basics import Piece


class SelectionBar(QFrame):
    """Hidden until more than one is selected."""

    deactivated = Signal()
    reactivated = Signal()
    deleted = Signal()
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "selection")
        self._words = label("", "strong")
        self.deactivate_button = button(self.tr("Deactivate"), self.deactivated.emit, icon="pause-circle")
        self.reactivate_button = button(self.tr("Reactivate"), self.reactivated.emit, icon="play-circle")
        self.delete_button = button(self.tr("Delete"), self.deleted.emit, icon="trash")
        self.clear_button = button("", self.cleared.emit, icon="x", kind="ghost", name=self.tr("Select nobody"))
        pieces: list[Piece] = [
            self._words,
            None,
            self.deactivate_button,
            self.reactivate_button,
            self.delete_button,
            self.clear_button,
        ]
        self.setLayout(row(*pieces, spacing=8, margins=(14, 6, 8, 6)))
        self.hide()

    def show_count(self, number: int) -> None:
        """Show how many are selected; one alone has the panel."""
        words = self.tr("{number} people selected").format(number=f"{number:,}")
        self._words.setText(words)
        self.setAccessibleName(words)
        self.setVisible(number > 1)
