"""The first step: whether this system has a keyring for the admin's copies of tokens, and what it means if not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

from desktop import background
from desktop.messages import worded
from desktop.widgets.basics import Card, button, column, label, picture, row
from desktop.widgets.waiting import Waiting
from desktop.wizard.step import Step
from server.workspace import Outcome

if TYPE_CHECKING:
    from desktop.desk import Desk
    from server.workspace import Probe

_ONCE: Final = "A token works either way; without a copy it is shown only once."
_WORDS: Final = {
    Outcome.STORED: (
        "shield-check",
        "ok",
        "{keyring} is open",
        "It keeps your copy of each token, behind your login: you can copy a token again whenever you need it.",
    ),
    Outcome.LOCKED: (
        "lock-key",
        "warn",
        "{keyring} is locked",
        "Unlock it and check again, or go on: you are asked when the first token is to be kept.",
    ),
    Outcome.DISMISSED: ("lock-key", "warn", "{keyring} was not unlocked", "Check again and unlock it when asked."),
    Outcome.ABSENT: (
        "warning",
        "warn",
        "This system has no keyring",
        "To have copies kept here, install and start GNOME Keyring, KWallet or KeePassXC, then check again.",
    ),
    Outcome.REFUSED: (
        "warning",
        "warn",
        "The configured keyring does not protect secrets",
        "Perch does not use it: a token would lie readable on the disk.",
    ),
    Outcome.TOO_SLOW: ("hourglass", "warn", "{keyring} does not answer", "It may be waiting for you to unlock it."),
    Outcome.FAILED: ("warning", "warn", "{keyring} cannot be used", "Check again, or see what its own program says."),
}
"""Icon, tone, what was found, what that means."""


class KeyringStep(Step):
    """Looks in the background; nobody is asked for a password here."""

    title = "Keyring"
    next_text = "Next"

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            self.tr("Where your copies of tokens are kept"),
            self.tr("Perch stores only a hash of each token. Your own copy belongs into this system's keyring."),
        )
        self._pictures = row()
        self.found = label("", "strong", wrap=True)
        self.meaning = label("", "muted", wrap=True)
        self.waiting = Waiting()
        self.again_button = button(self.tr("Check again"), self.check, icon="arrows-clockwise")
        words = column(self.found, self.meaning, self.waiting, spacing=4)
        inside = row(spacing=14)
        inside.addLayout(self._pictures)
        inside.setAlignment(self._pictures, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(words, 1)
        self.body.addWidget(Card(inside, row(None, self.again_button)))
        self.body.addStretch(1)
        self._is_checked = False

    def enter(self) -> None:
        """Look, the first time."""
        if not self._is_checked:
            self.check()

    def check(self) -> None:
        """Ask the keyring, without asking anybody."""
        self._is_checked = True
        self.again_button.setEnabled(False)
        self.found.hide()
        self.meaning.hide()
        task = background.run(self, self.desk.workspace.custody.probe, self._show, self._fail)
        task.ended.connect(lambda: self.again_button.setEnabled(True))
        self.waiting.wait_for(task, self.tr("Looking for your keyring…"))

    def _show(self, probe: Probe) -> None:
        icon, tone, found, meaning = _WORDS[probe.outcome]
        words = self.tr(meaning) if probe.outcome is Outcome.STORED else f"{self.tr(meaning)} {self.tr(_ONCE)}"
        self._say(icon, tone, self.tr(found).format(keyring=probe.name or self.tr("The keyring")), words)

    def _fail(self, error: Exception) -> None:
        self._say("warning", "warn", self.tr("The keyring could not be asked"), str(worded(error)))

    def _say(self, icon: str, tone: str, found: str, meaning: str) -> None:
        while (item := self._pictures.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._pictures.addWidget(picture(icon, tone, 28))
        self.found.setText(found)
        self.meaning.setText(meaning)
        self.found.show()
        self.meaning.show()
        self.setAccessibleDescription(f"{found}. {meaning}")
