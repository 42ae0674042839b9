"""``?``: every shortcut there is, read off what the window and its pages really offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout

from desktop.widgets.basics import column, label, plain
from desktop.widgets.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QShowEvent
    from PySide6.QtWidgets import QWidget

    from desktop.page import Action


class ShortcutList(Dialog):
    """Sections of actions with their keys."""

    def __init__(self, parent: QWidget | None, sections: Sequence[tuple[str, Sequence[Action]]]) -> None:
        super().__init__(parent, parent.tr("Keyboard shortcuts") if parent else "Keyboard shortcuts", icon="keyboard")
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(18)
        for number, (title, actions) in enumerate(sections):
            rows = QGridLayout()
            rows.setHorizontalSpacing(16)
            rows.setVerticalSpacing(7)
            rows.setColumnStretch(0, 1)
            for line, action in enumerate(a for a in actions if a.shortcut):
                keys = QKeySequence(action.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
                rows.addWidget(label(action.text), line, 0)
                rows.addWidget(label(keys, "key"), line, 1)
            if rows.count():
                grid.addWidget(plain(column(label(title, "h2"), rows, None)), number // 2, number % 2)
        self.body.addLayout(grid)
        self.add_button(self.tr("Close"), self.accept).setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Be as wide as the words in the font of this system."""
        super().showEvent(event)
        layout = self.layout()
        if layout is not None:
            # A dialog that sets a width of its own is not widened by what is in it.
            layout.activate()
            self.setMinimumWidth(max(self.minimumWidth(), layout.totalMinimumSize().width()))
            self.fit()
