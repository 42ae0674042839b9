"""Asks where each change is to be told, from when on, and where the secret is kept; refusals stand beside the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QLineEdit, QRadioButton, QWidget

from desktop import background, messages
from desktop.server_process import State
from desktop.widgets.basics import column, label
from desktop.widgets.choice import Choice
from desktop.widgets.dialog import Dialog
from desktop.widgets.field import Field
from desktop.widgets.waiting import Waiting
from server.workspace import Misfit, Outcome, SecretPlace, UnfitWebhook

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from desktop.desk import Desk
    from server.workspace import Added, Probe

_OF_ADDRESS: Final = frozenset({Misfit.ADDRESS, Misfit.PLAIN_HTTP, Misfit.TAKEN})


class AddWebhookDialog(Dialog):
    """Adds a webhook; a keyring may ask its owner first, and whoever stops waiting adds nothing."""

    added = Signal(object)
    """The Added, once; the dialog has closed by then."""

    def __init__(self, desk: Desk, parent: QWidget | None) -> None:
        super().__init__(parent, self._title(), icon="share-network", width=560)
        self._webhooks = desk.workspace.webhooks
        self._task: background.Task | None = None
        self._probe: Probe | None = None
        self._has_chosen_place = False
        self.url = QLineEdit(placeholderText="https://consumer.example.com/perch", maxLength=2_000)
        self.url_field = Field(
            self.tr("Address"),
            self.url,
            self.tr("Each change of a person or a group is sent there as a signed POST, while Perch serves."),
            required=True,
        )
        self.plain_http = QCheckBox(self.tr("Allow this address without TLS: others on the network can read along"))
        self.plain_http.hide()
        self.from_now = QRadioButton(self.tr("What changes from now on"))
        self.from_start = QRadioButton(self.tr("Everything: first what the history has, then what changes"))
        self.from_now.setChecked(True)
        self._begin = QButtonGroup(self)
        self.place = Choice(
            self.tr("Where the secret is kept"),
            [(SecretPlace.KEYRING, self.tr("Your keyring")), (SecretPlace.FILE, self.tr("A private file"))],
        )
        self.place_field = Field(self.tr("Its secret is kept in"), self.place)
        self.waiting = Waiting()
        for choice in (self.from_now, self.from_start):
            self._begin.addButton(choice)
        for one in (self.from_now, self.from_start, self.plain_http):
            one.setAccessibleName(one.text())
        self.body.addWidget(self.url_field)
        self.body.addWidget(self.plain_http)
        self.body.addLayout(column(label(self.tr("It is told of"), "small"), self.from_now, self.from_start, spacing=6))
        self.body.addWidget(self.place_field)
        self.body.addWidget(self.waiting)
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.add_webhook_button = self.add_button(self.tr("Add webhook"), self._add, kind="primary")
        # Once what was just said or shown has been laid out.
        self._fitting = QTimer(self, singleShot=True, interval=0)
        self._fitting.timeout.connect(self.fit)
        self._connect()
        self._hint()
        # A service often has no keyring, and nobody who would unlock one.
        self._is_service = desk.endpoint.status.state is State.ATTACHED
        workspace = desk.workspace

        def look() -> tuple[Probe, int]:
            return workspace.custody.probe(), workspace.webhooks.history()

        background.run(self, look, self._know)
        self.url.setFocus()

    def _title(self) -> str:
        return self.tr("Add a webhook")

    def _connect(self) -> None:
        self.url.textEdited.connect(self._typed)
        self.url.editingFinished.connect(self._judge)
        self.plain_http.toggled.connect(self._allow)
        self.waiting.cancelled.connect(self._stop_waiting)
        self.place.chosen.connect(self._choose_place)

    # -- where and from when -----------------------------------------------------------------------

    def _know(self, found: tuple[Probe, int]) -> None:
        self._probe, number = found
        can_keep = self._probe.outcome in {Outcome.STORED, Outcome.LOCKED}
        if not self._has_chosen_place and (self._is_service or not can_keep):
            self.place.choose(SecretPlace.FILE)
            self._has_chosen_place = False
        words = self.tr("Everything: first the {number} changes that the history has, then what changes")
        if number != 1:
            self.from_start.setText(words.format(number=QLocale().toString(number)))
            self.from_start.setAccessibleName(self.from_start.text())
        self._hint()

    def _choose_place(self, _: str) -> None:
        self._has_chosen_place = True
        self._hint()

    def _hint(self) -> None:
        probe = self._probe
        if self.place.value == SecretPlace.FILE:
            words = self.tr("In the data folder, for your account only: for a service, or where there is no keyring.")
        elif probe is not None and probe.outcome not in {Outcome.STORED, Outcome.LOCKED}:
            self.place_field.hint(messages.of_secret_not_kept(probe.outcome), "caution")
            self._fitting.start()
            return
        elif probe is not None and probe.name:
            words = self.tr("{keyring} keeps it. The endpoint reads it there to sign each event.").format(
                keyring=probe.name
            )
        else:
            words = self.tr("The endpoint reads it there to sign each event.")
        self.place_field.hint(words)
        self._fitting.start()

    # -- the address -------------------------------------------------------------------------------

    def _typed(self) -> None:
        """Judge while it is typed only what was wrong before: nobody is told off for what is half written."""
        if self.url_field.complaint:
            self._judge()

    def _allow(self) -> None:
        self._judge()

    def _judge(self) -> None:
        """Judge the address by itself; whether another webhook has it is looked up when it is added."""
        if not self.url.text().strip():
            self.url_field.praise()
            return
        try:
            self._webhooks.check(self.url.text(), plain_http=self.plain_http.isChecked())
        except UnfitWebhook as error:
            self._complain(error)
        else:
            self.url_field.praise()
            self.plain_http.setVisible(self.plain_http.isChecked())
        self._fitting.start()

    def _complain(self, error: UnfitWebhook) -> None:
        if error.misfit is Misfit.PLAIN_HTTP:
            self.plain_http.show()
        elif not self.plain_http.isChecked():
            self.plain_http.hide()
        self.url_field.complain(str(messages.worded(error)))

    # -- adding ------------------------------------------------------------------------------------

    def _add(self) -> None:
        if not self.url.text().strip():
            self.url_field.complain(self.tr("Give the address that is to be told, such as https://hooks.example.com/."))
        else:
            self._judge()
        if self.url_field.complaint:
            self.url.setFocus()
            self._fitting.start()
            return
        self.banner.hide()
        self.add_webhook_button.setEnabled(False)
        webhooks, task = self._webhooks, background.Task()
        url, place = self.url.text(), SecretPlace(self.place.value)
        from_start, plain_http = self.from_start.isChecked(), self.plain_http.isChecked()

        def work() -> Added | None:
            def is_wanted() -> bool:
                return not task.is_cancelled

            made = webhooks.add(url, place, from_start=from_start, plain_http=plain_http, is_wanted=is_wanted)
            if made is not None and task.is_cancelled:
                webhooks.remove(made.webhook.id)
            return made

        self._task = background.run(self, work, self._made, self._refused, task=task)
        task.ended.connect(lambda: self.add_webhook_button.setEnabled(True))
        if place is SecretPlace.KEYRING:
            self.waiting.wait_for(task, self.tr("Waiting for your keyring…"))
            self._fitting.start()

    def _made(self, added: Added | None) -> None:
        self.accept()
        if added is not None:
            self.added.emit(added)

    def _refused(self, error: Exception) -> None:
        if isinstance(error, UnfitWebhook) and error.misfit in _OF_ADDRESS:
            self._complain(error)
            self.url.setFocus()
        elif isinstance(error, UnfitWebhook) and error.misfit is Misfit.KEYRING:
            self.place_field.complain(messages.of_secret_not_kept(Outcome(error.outcome)))
            self.place.buttons[SecretPlace.FILE].setFocus()
        else:
            self.banner.say(str(messages.worded(error)), "err")
        self._fitting.start()

    def _stop_waiting(self) -> None:
        self.banner.say(self.tr("Nothing was added: you stopped waiting for the keyring."), "info")
        self._fitting.start()

    def reject(self) -> None:
        """Close, and add nothing any more."""
        if self._task is not None and not self._task.is_over:
            self._task.cancel()
        super().reject()

    def showEvent(self, event: QShowEvent) -> None:
        """Show no more room than the words need."""
        super().showEvent(event)
        self._fitting.start()
