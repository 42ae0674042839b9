"""Everything about one token, below the table: its facts, its history, what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QSizePolicy, QWidget

from desktop.tokens import words
from desktop.widgets import when
from desktop.widgets.basics import Card, Pill, button, clear, column, label, plain, row
from server.records import TokenStatus
from server.workspace import token_life

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.tokens.snapshot import Snapshot
    from server.records import Token, TokenEvent

HEIGHT: Final = 256


class Details(Card):
    """Shows a token of a snapshot; asks the page for what its buttons say."""

    copy_asked = Signal()
    rotate_asked = Signal()
    revoke_asked = Signal()
    replace_asked = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__(spacing=12)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Details of the token"))
        self._events: Sequence[TokenEvent] | None = None
        self._name = label("", "h2")
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.pill = Pill()
        self.copy_button = button(self.tr("Copy token"), self.copy_asked.emit, icon="copy")
        self.rotate_button = button(self.tr("Rotate…"), self.rotate_asked.emit, icon="arrows-clockwise")
        self.revoke_button = button(self.tr("Revoke…"), self.revoke_asked.emit, icon="prohibit")
        self.replace_button = button(self.tr("Generate a replacement…"), self.replace_asked.emit, icon="plus")
        close = button("", self.closed.emit, icon="x", kind="ghost", name=self.tr("Close the details"))
        head = row(self._name, self.pill, spacing=10)
        head.setStretch(0, 1)
        for made in (self.copy_button, self.rotate_button, self.revoke_button, self.replace_button, close):
            head.addWidget(made)
        self.body.addLayout(head)
        self._facts: dict[str, QLabel] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(1, 1)
        for key, name in (
            ("rotation", self.tr("Rotation")),
            ("used", self.tr("Last used")),
            ("from", self.tr("From")),
            ("agent", self.tr("Agent")),
            ("expires", self.tr("Expires")),
            ("keyring", self.tr("Keyring copy")),
            ("token", self.tr("Token")),
        ):
            self._add_fact(key, name)
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        self._history = column(spacing=9, margins=(0, 0, 8, 0))
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(plain(self._history))
        self._scroll.setAccessibleName(self.tr("History of the token"))
        history = column(label(self.tr("History"), "strong"), self._scroll, spacing=8)
        parts = row(spacing=28)
        parts.addLayout(self._grid, 11)
        parts.addLayout(history, 9)
        self.body.addLayout(parts, 1)
        self.hide()

    def _add_fact(self, key: str, name: str) -> None:
        line = self._grid.rowCount()
        value = label("", "mono" if key in {"token", "agent"} else "", selectable=True)
        value.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        value.setAccessibleName(name)
        self._grid.addWidget(label(name, "muted"), line, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, line, 1)
        self._facts[key] = value

    def fact(self, key: str) -> str:
        """Give what stands there: rotation, used, from, agent, expires, keyring, token."""
        return self._facts[key].text()

    @property
    def history(self) -> list[str]:
        """The lines of the history, the newest first."""
        return [
            widget.accessibleName()
            for number in range(self._history.count())
            if (item := self._history.itemAt(number)) is not None and (widget := item.widget()) is not None
        ]

    def show_token(self, token: Token, snapshot: Snapshot) -> None:
        """Show one token."""
        now = snapshot.now
        has_ended = words.has_ended(token, now)
        self._name.setText(token.label)
        self.pill.show_state(*words.state(token, now))
        self._show_facts(token, snapshot)
        for made in (self.copy_button, self.revoke_button):
            made.setVisible(not has_ended)
        status = token_life.status(token, now)
        self.rotate_button.setVisible(status is not TokenStatus.REVOKED and token.replaced_by is None)
        self.replace_button.setVisible(has_ended)
        self._show_history([event for event in snapshot.history if event.token_id == token.id])
        self.show()

    def _show_facts(self, token: Token, snapshot: Snapshot) -> None:
        now, use = snapshot.now, token_life.last_use(token, snapshot.now)
        ended = token_life.status(token, now) is TokenStatus.REVOKED
        facts = {
            "rotation": self._rotation(token, snapshot),
            "used": f"{when.ago(use.at, when.instant(now))} · {when.exact(use.at)}" if use else self.tr("Never"),
            "from": words.place(use) if use else "—",
            "agent": use.agent or "—" if use else "—",
            "expires": self._end(token, is_revoked=ended),
            "keyring": words.copy_kept(token),
            "token": f"{words.masked(token)}   {words.access(token)}",
        }
        for key, text in facts.items():
            if self._facts[key].text() != text:
                self._facts[key].setText(text)
                self._facts[key].setToolTip(text)

    def _end(self, token: Token, *, is_revoked: bool) -> str:
        if is_revoked:
            return self.tr("Revoked {moment}").format(moment=when.exact(token.revoked))
        return when.exact(token.expires) if token.expires else self.tr("Never")

    def _rotation(self, token: Token, snapshot: Snapshot) -> str:
        one = snapshot.rotations.get(token.id)
        if one is None:
            one = next((other for other in snapshot.rotations.values() if other.new.id == token.id), None)
        if one is None:
            return self.tr("Replaced") if token.replaced_by else self.tr("Not being replaced")
        return words.rotation(one, snapshot.now)[0]

    def _show_history(self, events: Sequence[TokenEvent]) -> None:
        if events == self._events:
            return
        self._events = events
        clear(self._history)
        for event in reversed(events):
            self._history.addWidget(_Line(event))
        self._history.addStretch(1)


class _Line(QWidget):
    """One line of the history: what, and below it when and by whom."""

    def __init__(self, event: TokenEvent) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        what, who = words.event(event), words.event_author(event)
        moment = f"{when.exact(event.at)} · {who}" if who else when.exact(event.at)
        self.setLayout(column(label(what, wrap=True), label(moment, "small"), spacing=1))
        self.setAccessibleName(f"{what}, {moment}")
