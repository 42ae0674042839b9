"""Dialogs: a heading, a body, the buttons at the right; and the question before something that cannot be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, column, label, picture, row

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QShowEvent
    from PySide6.QtWidgets import QPushButton


class Dialog(QDialog):
    """The frame of every dialog: put pieces into `body`, buttons with `add_button`."""

    def __init__(
        self, parent: QWidget | None, title: str, *, icon: str = "", tone: str = "accentText", width: int = 560
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(width)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        heading = label(title, "h1", wrap=True)
        head = row(spacing=10)
        if icon:
            head.addWidget(picture(icon, tone, 26))
        head.addWidget(heading, 1)
        self.banner = Banner()
        self.body = column(spacing=12)
        self._buttons = row(spacing=8)
        self._buttons.addStretch(1)
        self._left = 0
        layout = column(head, self.banner, spacing=12, margins=(26, 24, 26, 22))
        layout.addLayout(self.body, 1)
        layout.addSpacing(4)
        layout.addLayout(self._buttons)
        self.setLayout(layout)

    def fit(self) -> None:
        """Be as high as the words need at this width; Qt's own hint supposes them narrower, and leaves gaps."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            width = max(self.width(), self.minimumWidth())
            self.resize(width, layout.totalHeightForWidth(width))

    def add_button(
        self, text: str, clicked: Callable[[], object], *, kind: str = "", icon: str = "", left: bool = False
    ) -> QPushButton:
        """Add a button at the right, or at the left for what is beside the point."""
        made = button(text, clicked, kind=kind, icon=icon)
        if left:
            self._buttons.insertWidget(self._left, made)
            self._left += 1
        else:
            self._buttons.addWidget(made)
        if kind in {"primary", "danger"}:
            made.setDefault(True)
        return made


class Question(Dialog):
    """Asks before something that breaks something; says what will break."""

    def __init__(
        self, parent: QWidget | None, title: str, sentence: str, action: str, agreed: Callable[[], object]
    ) -> None:
        super().__init__(parent, title, icon="warning", tone="err", width=480)
        self.body.addWidget(label(sentence, wrap=True))
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.action_button = self.add_button(action, self.accept, kind="danger")
        self.cancel_button.setFocus()
        self.accepted.connect(agreed)

    def showEvent(self, event: QShowEvent) -> None:
        """Show no more room than the sentence needs."""
        super().showEvent(event)
        self.fit()
