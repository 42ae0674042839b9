"""What stands where there is nothing yet: it teaches what belongs here and has one button to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.widgets.basics import button, column, label, picture, row

if TYPE_CHECKING:
    from collections.abc import Callable


class EmptyState(QWidget):
    """An icon, a title, a sentence and at most one button."""

    def __init__(
        self,
        icon: str,
        title: str,
        sentence: str,
        action: str = "",
        clicked: Callable[[], object] | None = None,
        *,
        action_icon: str = "",
        width: int = 420,
    ) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setAccessibleName(title)
        self._title = label(title, "h2")
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence = label(sentence, "muted", wrap=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setFixedWidth(width)
        self.button: QPushButton | None = None
        layout = column(None, row(None, picture(icon, "faint", 36), None), 4, self._title, spacing=8, margins=(24,) * 4)
        layout.addLayout(row(None, self._sentence, None))
        if action:
            self.button = button(action, clicked, kind="primary", icon=action_icon)
            layout.addSpacing(6)
            layout.addLayout(row(None, self.button, None))
        layout.addStretch(1)
        self.setLayout(layout)

    def say(self, title: str, sentence: str) -> None:
        """Change the words."""
        self._title.setText(title)
        self._sentence.setText(sentence)
        self.setAccessibleName(title)
