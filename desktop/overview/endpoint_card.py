"""The endpoint across the page: how it is, the base URL with Copy, since when; what is wrong and what helps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget

from desktop import endpoint_words
from desktop.server_process import State
from desktop.widgets import when
from desktop.widgets.basics import Card, Pill, button, column, label, plain, row
from desktop.widgets.copy_field import CopyField
from desktop.widgets.elided import Elided

if TYPE_CHECKING:
    from desktop.desk import Desk
    from desktop.server_process import Status

HEIGHT: Final = 76


class EndpointCard(Card):
    """Follows `desk.endpoint`; always of the same height."""

    settings_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(margins=(16, 8, 16, 8), spacing=0)
        self._endpoint = desk.endpoint
        self.setFixedHeight(HEIGHT)
        self.pill = Pill()
        self.since = Elided(kind="muted")
        self.base_url = CopyField(self.tr("SCIM base URL"), "", desk.clipboard, width=0, snug=True)
        self.trouble = label("", "muted", wrap=True)
        self.trouble.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.lines = QStackedWidget()
        self.lines.addWidget(plain(row(self.base_url, None)))
        self.lines.addWidget(self.trouble)
        self.button = button("", self._act)
        head = row(label(self.tr("Endpoint"), "h2"), self.pill, spacing=10)
        head.addWidget(self.since, 1)
        whole = row(spacing=18)
        whole.addLayout(column(head, self.lines, spacing=2), 1)
        whole.addWidget(self.button)
        self.body.addLayout(whole)
        desk.endpoint.changed.connect(self.show_status)
        self.show_status(desk.endpoint.status)

    def show_base_url(self, url: str) -> None:
        """Show where Okta finds it, or would."""
        if url and url != self.base_url.value:
            self.base_url.set_value(url)

    def show_status(self, status: Status) -> None:
        """Say how it is now."""
        word = endpoint_words.word(status.state)
        self.pill.show_state(f"● {word}", endpoint_words.TONES[status.state])
        self.since.say(self._since(status), when.exact(status.since) if status.since else "")
        self.show_base_url(status.base_url)
        trouble = endpoint_words.problem(status)
        self.trouble.setText("" if trouble is None else str(trouble))
        self.trouble.setToolTip(self.trouble.text())
        self.lines.setCurrentIndex(0 if trouble is None else 1)
        offer = self._offer(status)
        self.button.setText(offer)
        self.button.setVisible(bool(offer))
        self.button.setAccessibleName(self.tr("{what} (endpoint)").format(what=offer))
        self.setAccessibleName(
            self.tr("Endpoint: {word}. {since} {trouble}").format(
                word=word, since=self.since.whole, trouble=self.trouble.text()
            )
        )

    def refresh(self) -> None:
        """Say it anew: the words for moments grow old."""
        self.show_status(self._endpoint.status)

    def _since(self, status: Status) -> str:
        if status.is_serving:
            words = self.tr("since {moment}").format(moment=_moment(status.since)) if status.since else ""
            if status.state is State.ATTACHED:
                return self.tr("{words} · by a service of this folder").format(words=words).strip(" ·")
            if status.restarts:
                return self.tr("{words} · restarted after it ended ({how})").format(words=words, how=status.last_exit)
            return words
        return "" if status.state is State.FAILED else endpoint_words.silence(status)

    def _offer(self, status: Status) -> str:
        return self.tr("Pause") if status.state is State.SERVING else endpoint_words.remedy(status)

    def _act(self) -> None:
        status = self._endpoint.status
        if endpoint_words.is_mended_in_settings(status):
            self.settings_wanted.emit()
        elif status.state is State.FAILED:
            self._endpoint.restart()
        else:
            self.toggle()

    def toggle(self) -> None:
        """Stop answering Okta, or answer again."""
        if self._endpoint.status.is_serving:
            self._endpoint.pause()
        else:
            self._endpoint.resume()


def _moment(at: str) -> str:
    """Give the time of day; before today the day."""
    is_today = when.day(at) == when.day(datetime.now(UTC).isoformat())
    return when.clock(at)[:5] if is_today else when.day(at)
