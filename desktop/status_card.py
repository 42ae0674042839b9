"""How the endpoint is, always in view: a pill, where it answers, and a button for what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy

from desktop import messages
from desktop.server_process import State, Status
from desktop.widgets.basics import Card, Pill, button, label, row
from server.faults import FaultCode

if TYPE_CHECKING:
    from desktop.desk import Desk
    from desktop.messages import Message

_TONES: Final = {
    State.STARTING: "info",
    State.SERVING: "ok",
    State.ATTACHED: "ok",
    State.RESTARTING: "warn",
    State.PAUSED: "neutral",
    State.FAILED: "err",
}


def problem(status: Status) -> Message | None:
    """Say what is wrong with the endpoint and what to do; None when nothing is."""
    if status.state is not State.FAILED:
        return None
    if status.fault is None:
        return messages.Message(
            messages.tr("The endpoint's program could not be started: {detail}.").format(detail=status.detail),
            messages.tr("Set Perch up again, or start it from a terminal to see why."),
        )
    return messages.of_fault(status.fault, status.detail)


class StatusCard(Card):
    """At the foot of the sidebar."""

    settings_wanted = Signal()
    """The remedy is a setting."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(margins=(12, 10, 12, 10), spacing=4)
        self._endpoint = desk.endpoint
        self._status = desk.endpoint.status
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.pill = Pill()
        self._line = label("", "small", wrap=True)
        self.fix_button = button("", self._fix)
        self.body.addLayout(row(label(self.tr("Endpoint"), "h2"), None, self.pill))
        self.body.addWidget(self._line)
        self.body.addWidget(self.fix_button)
        self._words = {
            State.STARTING: self.tr("Starting"),
            State.SERVING: self.tr("Running"),
            State.ATTACHED: self.tr("Running"),
            State.RESTARTING: self.tr("Restarting"),
            State.PAUSED: self.tr("Paused"),
            State.FAILED: self.tr("Stopped"),
        }
        desk.endpoint.changed.connect(self.show_status)
        self.show_status(desk.endpoint.status)

    def show_status(self, status: Status) -> None:
        """Say how it is now."""
        self._status = status
        word = self._words[status.state]
        self.pill.show_state(f"● {word}", _TONES[status.state])
        self._line.setText(self._sentence(status))
        self.fix_button.setText(self._remedy(status))
        self.fix_button.setVisible(bool(self.fix_button.text()))
        self.fix_button.setAccessibleName(self.fix_button.text())
        self.setAccessibleName(f"{self.tr('Endpoint')}: {word}. {self._line.text()}")

    def _sentence(self, status: Status) -> str:
        trouble = problem(status)
        if trouble is not None:
            return str(trouble)
        address = status.local_url.removeprefix("http://").partition("/")[0]
        if status.state is State.ATTACHED:
            return self.tr("{address} · a service of this folder").format(address=address)
        if status.state is State.SERVING:
            if status.restarts:
                return self.tr("{address} · restarted after it ended").format(address=address)
            return address
        if status.state is State.RESTARTING:
            return self.tr("It ended ({how}); it is started again.").format(how=status.last_exit)
        if status.state is State.PAUSED:
            return self.tr("Okta gets no answer until you resume.")
        return self.tr("One moment…")

    def _remedy(self, status: Status) -> str:
        if status.state is State.PAUSED:
            return self.tr("Resume")
        if status.state is not State.FAILED:
            return ""
        if status.fault in {
            FaultCode.PORT_IN_USE,
            FaultCode.PORT_FORBIDDEN,
            FaultCode.ADDRESS_UNUSABLE,
            FaultCode.SETTING_INVALID,
        }:
            return self.tr("Fix in Settings")
        return self.tr("Try again")

    def _fix(self) -> None:
        if self._status.state is State.PAUSED:
            self._endpoint.resume()
        elif self.fix_button.text() == self.tr("Fix in Settings"):
            self.settings_wanted.emit()
        else:
            self._endpoint.restart()
