"""Perch's side of the stage: the sandbox's own directory, its endpoint, and the address that this Okta was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy

from desktop import endpoint_words
from desktop.sandbox.side_card import SideCard
from desktop.server_process import State
from desktop.widgets.basics import Pill, button, line, plain, row
from desktop.widgets.elided import Elided

if TYPE_CHECKING:
    from desktop.clipboard import Clipboard
    from desktop.server_process import Status


class PerchCard(SideCard):
    """Shows rows and the endpoint's state; asks for the token to be copied."""

    token_wanted = Signal()
    resume_wanted = Signal()

    def __init__(self, clipboard: Clipboard) -> None:
        self.pill = Pill()
        super().__init__(self.tr("Perch"), "shield-check", self.pill)
        self._clipboard = clipboard
        self.url = Elided("—", "mono")
        self.url_button = button(
            self.tr("Base URL"), self.copy_url, icon="copy", name=self.tr("Copy the base URL of the sandbox")
        )
        self.token_button = button(
            self.tr("Token"), self.token_wanted.emit, icon="copy", name=self.tr("Copy the test token of the sandbox")
        )
        self.resume_button = button(self.tr("Start the endpoint again"), self.resume_wanted.emit, icon="play")
        for one in (self.url_button, self.token_button, self.resume_button):
            one.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.resume_button.hide()
        self.above.addWidget(self.url, 1)
        foot = row(self.url_button, self.token_button, self.resume_button, spacing=6, margins=(10, 6, 10, 10))
        self.body.addWidget(line())
        self.body.addWidget(plain(foot))

    def show_status(self, status: Status) -> None:
        """Say how the sandbox's endpoint is."""
        self.pill.show_state(f"● {endpoint_words.word(status.state)}", endpoint_words.TONES[status.state])
        self.url.say(status.local_url or "—")
        is_off = status.state in {State.PAUSED, State.FAILED}
        self.resume_button.setVisible(is_off)
        for one in (self.url_button, self.token_button):
            one.setVisible(not is_off)
        trouble = endpoint_words.problem(status)
        self.pill.setToolTip("" if trouble is None else str(trouble))

    def copy_url(self) -> None:
        """Copy what a client of the sandbox is given."""
        self._clipboard.copy(self.url.whole)
