"""A sentence across the page: what is wrong or worth knowing, and a button that does something about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSizePolicy

from desktop.widgets.basics import button, clear, label, picture, row, set_property

if TYPE_CHECKING:
    from collections.abc import Callable

_ICONS = {"ok": "check-circle", "warn": "warning", "err": "warning-circle", "info": "info"}


class Banner(QFrame):
    """Hidden until `say`; a screen reader hears it by its accessible name."""

    closed = Signal()
    """Somebody has read it and put it away."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "banner")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._row = row(spacing=10, margins=(12, 9, 10, 9))
        self.setLayout(self._row)
        self.hide()

    def say(
        self,
        sentence: str,
        tone: str = "info",
        action: str = "",
        clicked: Callable[[], object] | None = None,
        *,
        closable: bool = False,
    ) -> None:
        """Show a sentence in a tone (ok, warn, err, info), with a button where there is something to do."""
        clear(self._row)
        words = label(sentence, wrap=True)
        self._row.addWidget(picture(_ICONS[tone], tone, 18))
        self._row.addWidget(words, 1)
        if action:
            self._row.addWidget(button(action, clicked))
        if closable:
            self._row.addWidget(button("", self._close, icon="x", kind="ghost", name=self.tr("Dismiss")))
        set_property(self, "tone", tone)
        self.setAccessibleName(sentence)
        self.show()

    def _close(self) -> None:
        self.hide()
        self.closed.emit()
