"""How the endpoint is, always in view: a pill, where it answers, and a button for what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy

from desktop import endpoint_words
from desktop.server_process import State
from desktop.widgets.basics import Card, Pill, button, label, row

if TYPE_CHECKING:
    from desktop.desk import Desk
    from desktop.server_process import Status


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
        desk.endpoint.changed.connect(self.show_status)
        self.show_status(desk.endpoint.status)

    def show_status(self, status: Status) -> None:
        """Say how it is now."""
        self._status = status
        word = endpoint_words.word(status.state)
        self.pill.show_state(f"● {word}", endpoint_words.TONES[status.state])
        self._line.setText(self._sentence(status))
        self.fix_button.setText(endpoint_words.remedy(status))
        self.fix_button.setVisible(bool(self.fix_button.text()))
        self.fix_button.setAccessibleName(self.fix_button.text())
        self.setAccessibleName(f"{self.tr('Endpoint')}: {word}. {self._line.text()}")

    def _sentence(self, status: Status) -> str:
        trouble = endpoint_words.problem(status)
        if trouble is not None:
            return str(trouble)
        address = status.local_url.partition("://")[2].partition("/")[0]
        if status.state is State.ATTACHED:
            return self.tr("{address} · a service of this folder").format(address=address)
        if status.state is State.SERVING:
            if status.restarts:
                return self.tr("{address} · restarted after it ended").format(address=address)
            return address
        return endpoint_words.silence(status)

    def _fix(self) -> None:
        if self._status.state is State.PAUSED:
            self._endpoint.resume()
        elif endpoint_words.is_mended_in_settings(self._status):
            self.settings_wanted.emit()
        else:
            self._endpoint.restart()
