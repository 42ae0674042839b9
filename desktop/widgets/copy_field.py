"""A value that is pasted somewhere else: its name, itself, and a button that copies it and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop import theme
from desktop.widgets.basics import button, label, row

if TYPE_CHECKING:
    from desktop.clipboard import Clipboard

THANKS: Final = 1_500
"""Milliseconds that the button says "copied"."""


class CopyField(QWidget):
    """One line: what Okta calls it, the value, Copy; ``snug`` has Copy right beside the value, ``bare`` no name."""

    def __init__(
        self,
        name: str,
        value: str,
        clipboard: Clipboard,
        *,
        width: int = 210,
        snug: bool = False,
        bare: bool = False,
    ) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.name = name
        self._clipboard = clipboard
        self._name = label(name, "muted")
        if name and width:
            self._name.setFixedWidth(width)
        self._value = label(value, "mono", wrap=bare, selectable=True)
        self._value.setAccessibleName(f"{name}: {value}")
        if not snug:
            self._value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._value.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button = button("", self.copy, icon="copy", kind="ghost", name=self._copy_words())
        self._timer = QTimer(self, singleShot=True, interval=THANKS)
        self._timer.timeout.connect(self._settle)
        layout = row(spacing=12)
        if not bare:
            layout.addWidget(self._name)
        layout.addWidget(self._value, 0 if snug else 1)
        layout.addWidget(self.button)
        self.setLayout(layout)

    def _copy_words(self) -> str:
        return QCoreApplication.translate("CopyField", "Copy {name}").format(name=self.name)

    @property
    def value(self) -> str:
        """What is copied."""
        return self._value.text()

    def set_value(self, value: str) -> None:
        """Change what is shown and copied."""
        self._value.setText(value)
        self._value.setAccessibleName(f"{self.name}: {value}")

    def copy(self) -> None:
        """Copy the value and show that it was."""
        self._clipboard.copy(self.value)
        theme.current().bind_icon(self.button, "check", "ok")
        self.button.setToolTip(QCoreApplication.translate("CopyField", "Copied"))
        self._timer.start()

    def _settle(self) -> None:
        theme.current().bind_icon(self.button, "copy", "muted")
        self.button.setToolTip(self._copy_words())
