"""Sends a webhook an event that stands for no change, off the GUI thread, and says what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop import background, webhook_words
from desktop.messages import worded
from desktop.widgets import when
from desktop.widgets.basics import clear, column, label, picture, plain, row
from desktop.widgets.waiting import Waiting

if TYPE_CHECKING:
    from server.workspace import Trial, Workspace


class WebhookTrial(QWidget):
    """Takes no room until `send`."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._workspace = workspace
        self.verdict = ""
        """What it says; empty while nothing was sent."""
        self.waiting = Waiting(bar_width=96)
        self._line = row(spacing=8)
        self._around = plain(self._line)
        self._around.hide()
        self.setLayout(column(self.waiting, self._around, spacing=0))
        self.hide()

    def send(self, webhook_id: str) -> background.Task:
        """Send a test event from this machine."""
        webhooks = self._workspace.webhooks
        self._around.hide()
        self.show()
        task = background.run(self, lambda: webhooks.test(webhook_id), self._show, self._fail)
        task.ended.connect(lambda: self.setVisible(bool(self.verdict)))
        self.verdict = ""
        self.waiting.wait_for(task, self.tr("Sending a test event…"))
        return task

    def forget(self) -> None:
        """Take away what it said."""
        self.verdict = ""
        self.setVisible(self.waiting.isVisibleTo(self))

    def _show(self, trial: Trial) -> None:
        if trial.problem:
            self._say(self.tr("Not taken. {sentence}").format(sentence=webhook_words.sentence(trial.problem)), "err")
        else:
            took = when.took(trial.microseconds)
            self._say(self.tr("It took the test event, in {took}.").format(took=took), "ok")

    def _fail(self, error: Exception) -> None:
        self._say(self.tr("Not sent. {words}").format(words=worded(error)), "err")

    def _say(self, sentence: str, tone: str) -> None:
        clear(self._line)
        self.verdict = sentence
        self._line.addWidget(picture("check-circle" if tone == "ok" else "warning-circle", tone, 16))
        self._line.addWidget(label(sentence, "" if tone == "ok" else "error", wrap=True), 1)
        self._around.setAccessibleName(sentence)
        self._around.show()
