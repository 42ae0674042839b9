"""The wizard: three steps with Back, Next and Skip; what it ends with is the page of tokens, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QStackedWidget

from desktop.widgets.basics import Card, column, label, picture, row
from desktop.widgets.dialog import Dialog
from desktop.wizard.address_step import AddressStep
from desktop.wizard.keyring_step import KeyringStep
from desktop.wizard.step import HowFar, Step

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.desk import Desk

TALLEST: Final = 450
"""Pixels that the tallest step takes with a banner: the window must not jump from step to step."""


class TokenStep(Step):
    """The last step only says what comes; the page of tokens does it."""

    title = "First token"
    next_text = "Generate token"

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            self.tr("What Okta shows when it calls"),
            self.tr(
                "A token is Okta's key to Perch. Each app in Okta gets its own, so that each can be revoked alone."
            ),
        )
        lines = column(spacing=14)
        for icon, title, sentence in (
            ("key", self.tr("Generate a token"), self.tr("Name it after the app in Okta. It is shown once.")),
            (
                "ri.plug-2-line",
                self.tr("Paste it into Okta"),
                self.tr("With the base URL and the other fields: “Connect Okta” has them all, each with Copy."),
            ),
            (
                "check-circle",
                self.tr("See it turn green"),
                self.tr("Each step is ticked here when Okta's own request has arrived."),
            ),
        ):
            words = column(label(title, "strong"), label(sentence, "small", wrap=True), spacing=1)
            line = row(picture(icon, "accentText", 24), spacing=14)
            line.addLayout(words, 1)
            lines.addLayout(line)
        self.body.addWidget(Card(lines))
        self.body.addStretch(1)


class FirstSteps(Dialog):
    """Esc and Skip end it at any time, without a question; what was saved by then stays."""

    token_wanted = Signal()

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        title = QCoreApplication.translate("FirstSteps", "Welcome to Perch")
        super().__init__(parent, title, icon="shield-check", width=640)
        self.steps: list[Step] = [KeyringStep(desk), AddressStep(desk), TokenStep(desk)]
        self.how_far = HowFar([self.tr(step.title) for step in self.steps])
        self.stack = QStackedWidget()
        for step in self.steps:
            self.stack.addWidget(step)
            step.left.connect(self._go_on)
        self.body.addWidget(self.how_far)
        self.body.addSpacing(4)
        self.stack.setMinimumHeight(TALLEST)
        self.body.addWidget(self.stack, 1)
        self.skip_button = self.add_button(self.tr("Skip"), self.reject, left=True)
        self.back_button = self.add_button(self.tr("Back"), lambda: self._show(self._number - 1))
        self.next_button = self.add_button(self.tr("Next"), lambda: self.step.leave(), kind="primary")  # noqa: PLW0108 -- the step of then
        self._number = 0
        self._show(0)

    @property
    def step(self) -> Step:
        """The one in view."""
        return self.steps[self._number]

    def _show(self, number: int) -> None:
        self._number = number
        self.stack.setCurrentWidget(self.step)
        self.how_far.show_step(number)
        self.back_button.setEnabled(number > 0)
        self.next_button.setText(self.tr(self.step.next_text))
        self.next_button.setAccessibleName(self.next_button.text())
        self.next_button.setFocus()
        self.step.enter()

    def _go_on(self) -> None:
        if self._number + 1 < len(self.steps):
            self._show(self._number + 1)
        else:
            self.accept()
            self.token_wanted.emit()
