"""What wants something of an admin: tokens, webhooks, the newest failure; each has a button that leads there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QMenu, QStackedWidget, QWidget

from desktop import theme
from desktop.overview import requests
from desktop.overview.attention import Concern
from desktop.widgets import request_words, when
from desktop.widgets.basics import Card, button, column, label, picture, plain, row
from desktop.widgets.elided import Elided

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.overview.reading import Reading

SHOWN: Final = 3
HEIGHT: Final = 180
_LINE: Final = 40
_ICON: Final = 18


class ConcernLine(QWidget):
    """One concern; always there, so that nothing moves when it changes."""

    opened = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setFixedHeight(_LINE)
        self.concern: Concern | None = None
        self._icon = QLabel()
        self._icon.setFixedSize(_ICON, _ICON)
        self.title = Elided(kind="strong")
        self.reason = Elided(kind="small")
        self.button = button(self.tr("Show"), self._open)
        layout = row(self._icon, spacing=11)
        layout.addLayout(column(None, self.title, self.reason, None, spacing=0), 1)
        layout.addWidget(self.button)
        self.setLayout(layout)
        theme.current().changed.connect(self._draw)

    def show_concern(self, concern: Concern | None) -> None:
        """Show another one, or none."""
        self.concern = concern
        self.setVisible(concern is not None)
        if concern is not None:
            self.title.say(concern.title)
            self.reason.say(concern.reason)
            self.button.setAccessibleName(self.tr("Show {title}").format(title=concern.title))
            self.setAccessibleName(f"{concern.title}. {concern.reason}")
            self._draw()

    def _draw(self) -> None:
        if self.concern is not None:
            color = "muted" if self.concern.tone == "neutral" else self.concern.tone
            self._icon.setPixmap(theme.current().pixmap(self.concern.icon, color, _ICON))

    def _open(self) -> None:
        if self.concern is not None:
            self.opened.emit(self.concern.page, self.concern.target)


class AttentionCard(Card):
    """The most pressing few; the others are a click away."""

    opened = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(margins=(16, 12, 12, 10), spacing=8)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Needs attention"))
        self.more = button("", self._show_more, kind="link", name=self.tr("Show all"))
        self.lines = [ConcernLine() for _ in range(SHOWN)]
        for line in self.lines:
            line.opened.connect(self.opened)
        self.calm = label(self.tr("Everything is answered, and nothing needs you."), "muted", wrap=True)
        self.calm.setAlignment(Qt.AlignmentFlag.AlignCenter)
        calm = column(None, row(None, picture("check-circle", "ok", 26), None), self.calm, None, spacing=8)
        self.others: list[Concern] = []
        """Those for which there is no line."""
        self.stack = QStackedWidget()
        self.stack.addWidget(plain(column(*self.lines, None, spacing=4)))
        self.stack.addWidget(plain(calm))
        head = row(label(self.tr("Needs attention"), "h2"), None, self.more)
        self.body.addLayout(head)
        self.body.addWidget(self.stack, 1)
        self._keep_place()
        self.show_concerns(())

    def _keep_place(self) -> None:
        """Keep the head as high without the link as with it."""
        policy = self.more.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.more.setSizePolicy(policy)

    def show_reading(self, reading: Reading) -> None:
        """Show what was read."""
        self.show_concerns([*self._failures(reading), *reading.concerns])

    def _failures(self, reading: Reading) -> list[Concern]:
        failed, newest = sum(reading.errors), reading.failure
        if not failed or newest is None:
            return []
        title = (
            self.tr("A request failed in the last hour")
            if failed == 1
            else self.tr("{failed} requests failed in the last hour").format(failed=failed)
        )
        reason = self.tr("{status} {ago} · {words}").format(
            status=newest.status, words=requests.words(newest), ago=when.ago(newest.at)
        )
        tone = request_words.status_tone(newest.status)
        return [Concern(title, reason, tone, "activity", newest.seq, "warning-circle")]

    def show_concerns(self, concerns: Sequence[Concern]) -> None:
        """Show the first few."""
        for number, line in enumerate(self.lines):
            line.show_concern(concerns[number] if number < len(concerns) else None)
        self.others = list(concerns[SHOWN:])
        number = len(self.others)
        self.more.setVisible(bool(self.others))
        self.more.setText(self.tr("and {number} more").format(number=number))
        words = self.tr("Show all tokens: {number} more") if self._are_tokens() else self.tr("List {number} more")
        self.more.setAccessibleName(words.format(number=number))
        self.stack.setCurrentIndex(0 if concerns else 1)

    def _are_tokens(self) -> bool:
        return all(concern.page == "tokens" for concern in self.others)

    def _show_more(self) -> None:
        """Go where all the others are, or list them where that is no single page."""
        if self._are_tokens():
            self.opened.emit("tokens", None)
            return
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("What else needs attention"))
        for concern in self.others:
            action = menu.addAction(f"{concern.title}: {concern.reason}".replace("&", "&&"))
            action.triggered.connect(partial(self._open, concern))
            theme.current().bind_icon(action, concern.icon)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _open(self, concern: Concern, _checked: bool = False) -> None:
        self.opened.emit(concern.page, concern.target)
