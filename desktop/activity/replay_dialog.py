"""Asks with which token a request is sent again, fetches it from the keyring, sends, and says what came back.

Belongs here: the dialog and its steps. Must not know: the table. The secret is held no longer than it takes to send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop import background
from desktop.activity.curl import Copy, kept_of, outgoing
from desktop.activity.replay import Replayed, replay
from desktop.activity.rows import shown_target
from desktop.activity.wanted import is_write
from desktop.background import Task
from desktop.messages import of_fetching, worded
from desktop.widgets.basics import Card, Pill, label, row
from desktop.widgets.dialog import Dialog
from desktop.widgets.field import Field
from desktop.widgets.waiting import Waiting
from server.records import Access, Token, TokenStatus
from server.workspace import Outcome, token_life

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.activity.curl import Outgoing
    from desktop.desk import Desk
    from server.records import ActivityRecord
    from server.workspace import Kept

PASTED = ""
"""What stands for a token that is pasted instead of taken from the keyring."""


class ReplayDialog(Dialog):
    """Closes by itself once an answer came; `replayed` then tells it."""

    replayed = Signal(object)

    def __init__(self, parent: QWidget | None, desk: Desk, record: ActivityRecord, tokens: Sequence[Token]) -> None:
        super().__init__(parent, self.tr("Replay this request"), icon="repeat", width=560)
        self._desk = desk
        self._record = record
        self._request = outgoing(record)
        self._task: Task | None = None
        self.token_box = QComboBox()
        self.token_field = Field(self.tr("Token"), self.token_box, self.tr("Taken from your keyring for this request."))
        self.secret_edit = QLineEdit()
        self.secret_edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret_field = Field(
            self.tr("Pasted token"), self.secret_edit, self.tr("Used for this one request and kept nowhere.")
        )
        self.waiting = Waiting()
        self._fill_tokens(tokens)
        self._lay_out()
        self.close_button = self.add_button(self.tr("Cancel"), self.reject)
        self.send_button = self.add_button(
            self.tr("Send the change again") if self._is_write else self.tr("Send again"),
            self._begin,
            kind="primary",
            icon="paper-plane-tilt",
        )
        self.finished.connect(self._give_up)
        self._judge()

    @property
    def _is_write(self) -> bool:
        return is_write(self._record.method, self._record.path)

    def _fill_tokens(self, tokens: Sequence[Token]) -> None:
        now = self._desk.workspace.custody.now()
        for token in tokens:
            if token_life.status(token, now) in {TokenStatus.ACTIVE, TokenStatus.ROTATING}:
                access = self.tr(", read only") if token.access is Access.READ_ONLY else ""
                self.token_box.addItem(f"{token.label} ({token.prefix}…{token.last_four}{access})", token.id)
        self.token_box.addItem(self.tr("Paste a token…"), PASTED)
        place = self.token_box.findData(self._record.token_id)
        self.token_box.setCurrentIndex(max(place, 0))
        self.token_box.currentIndexChanged.connect(self._show_fields)

    def _lay_out(self) -> None:
        record = self._record
        target = label(shown_target(record.path, record.query), "mono", wrap=True, selectable=True)
        line = row(Pill(record.method, "neutral"), spacing=10)
        line.addWidget(target, 1)
        self.body.addWidget(Card(line, kind="inset", margins=(12, 10, 12, 10)))
        where = self._desk.endpoint.status.local_url
        sentence = self.tr("It is sent to {url}, and appears in the list as a request of its own.").format(
            url=where or self.tr("this endpoint")
        )
        self.body.addWidget(label(sentence, "muted", wrap=True))
        for field in (self.token_field, self.secret_field, self.waiting):
            self.body.addWidget(field)
        self._show_fields()

    def _show_fields(self) -> None:
        self.secret_field.setVisible(self.token_box.currentData() == PASTED)
        self.secret_field.praise()

    def _judge(self) -> None:
        """Say beforehand what a replay will and will not do."""
        if self._request is None:
            self.banner.say(
                self.tr(
                    "This request cannot be replayed: its body or its address was not kept whole. Secrets are cut "
                    "out, and long bodies are cut off, before anything is written to the disk."
                ),
                "err",
            )
            for field in (self.token_field, self.secret_field, self.send_button):
                field.setEnabled(False)
            return
        notes = []
        if self._is_write:
            notes.append(self.tr("This changes the directory again, as it did the first time."))
        if kept_of(self._record) is Copy.CUT_OUT:
            notes.append(
                self.tr("The password was cut out of the body when it was recorded: it is sent again without it.")
            )
        if notes:
            self.banner.say(" ".join(notes), "warn")

    def _begin(self) -> None:
        request = self._request
        base_url = self._desk.endpoint.status.local_url
        if request is None:
            return
        if not base_url:
            self.banner.say(self.tr("The endpoint is not running. Start it, then send again."), "err")
            return
        token_id = self.token_box.currentData()
        if token_id == PASTED:
            secret = self.secret_edit.text().strip()
            if not secret:
                self.secret_field.complain(self.tr("Paste a token, or choose one of the keyring."))
                self.secret_edit.setFocus()
                return
            self._send(base_url, request, secret)
            return

        def fetched(kept: Kept) -> None:
            if kept.outcome is Outcome.STORED and kept.secret is not None:
                self._send(base_url, request, kept.secret)
            else:
                self._end(f"{of_fetching(kept.outcome)} {self.tr('Or paste the token.')}")

        task = background.run(self, lambda: self._desk.workspace.custody.secret(token_id), fetched, self._fail)
        self._wait(task, self.tr("Waiting for your keyring…"))

    def _send(self, base_url: str, request: Outgoing, secret: str) -> None:
        task = Task()
        workspace = self._desk.workspace
        background.run(
            self,
            lambda: replay(workspace, base_url, request, secret, lambda: task.is_cancelled),
            self._answered,
            self._fail,
            task=task,
        )
        self._wait(task, self.tr("Waiting for the answer…"))

    def _wait(self, task: Task, sentence: str) -> None:
        self._task = task
        self.send_button.setEnabled(False)
        task.ended.connect(self._settle)
        self.waiting.wait_for(task, sentence)

    def _settle(self) -> None:
        self._task = None
        self.send_button.setEnabled(True)

    def _answered(self, found: Replayed) -> None:
        if found.status:
            self.replayed.emit(found)
            self.accept()
        else:
            self._end(self.tr("No answer came: {reason}.").format(reason=found.reason))

    def _fail(self, error: Exception) -> None:
        self._end(str(worded(error)))

    def _end(self, sentence: str) -> None:
        self.banner.say(sentence, "err")

    def _give_up(self) -> None:
        self.secret_edit.clear()
        if self._task is not None:
            self._task.cancel()
