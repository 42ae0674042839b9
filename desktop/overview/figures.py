"""The row of figures: people, groups, Okta's last request, requests per minute; each a card of the same height."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from desktop.widgets import when
from desktop.widgets.basics import Card, Pill, button, label, picture, row
from desktop.widgets.elided import Elided
from desktop.widgets.sparkline import Sparkline

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from desktop.overview.reading import Reading, Sync

HEIGHT: Final = 106
_HEAD: Final = 28
_FIGURE: Final = 34
_LEAST: Final = 420
_ROOM: Final = 800
"""Pixels that four cards need beside each other."""
_SHARES: Final = (20, 17, 24, 30)


def written(number: int) -> str:
    """Write a number in this person's way."""
    return QLocale().toString(number)


class Figure(Card):
    """What it counts, a large figure with what is new beside it, and a line about it."""

    opened = Signal()

    def __init__(self, title: str, icon: str, opens: str) -> None:
        super().__init__(margins=(16, 8, 10, 10), spacing=2)
        self.title = title
        self.setFixedHeight(HEIGHT)
        self.figure = label("—", "figure")
        self.figure.setFixedHeight(_FIGURE)
        self.news = Pill("", "ok")
        self.news.hide()
        self.line = Elided(kind="small")
        self.button = button("", self.opened.emit, icon="arrow-up-right", kind="ghost", name=opens)
        self.button.setFixedSize(_HEAD, _HEAD)
        head = row(picture(icon, "muted", 16), label(title, "muted"), None, self.button, spacing=7)
        self.body.addLayout(head)
        self.body.addLayout(row(self.figure, self.news, None, spacing=10))
        self.body.addWidget(self.line)
        self.body.addStretch(1)

    def show_figure(self, figure: str, line: str, news: str = "", tip: str = "") -> None:
        """Show other words."""
        self.figure.setText(figure)
        self.figure.setToolTip(tip)
        self.line.say(line, tip)
        self.news.setVisible(bool(news))
        if news:
            self.news.show_state(news, "ok")
        self.setAccessibleName(f"{self.title}: {figure}. {line}. {news}".rstrip(" ."))


class Traffic(Card):
    """Requests per minute of the last hour as a picture, and the same in words."""

    failures_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(margins=(16, 6, 16, 10), spacing=4)
        self.setFixedHeight(HEIGHT)
        self.title = self.tr("Requests per minute")
        self.now = label("", "strong")
        self.line = Elided(kind="small")
        self.failures = button("", self.failures_wanted.emit, kind="link", name=self.tr("Show what failed"))
        self.failures.hide()
        self.sparkline = Sparkline(self.title, 40)
        head = row(picture("activity", "muted", 16), label(self.title, "muted"), None, self.now, spacing=7)
        head.setContentsMargins(0, 7, 0, 2)
        foot = row(spacing=8)
        foot.addWidget(self.line, 1)
        foot.addWidget(self.failures)
        self.body.addLayout(head)
        self.body.addWidget(self.sparkline)
        self.body.addLayout(foot)
        self.body.addStretch(1)

    def show_reading(self, reading: Reading) -> None:
        """Draw other numbers."""
        self.sparkline.show_values(reading.requests, reading.errors)
        total, failed = sum(reading.requests), sum(reading.errors)
        self.now.setText(self.tr("{number} now").format(number=written(reading.requests[-1] if total else 0)))
        if not total:
            words = self.tr("No request in the last hour")
        elif failed:
            words = self.tr("{total} in the last hour").format(total=written(total))
        else:
            words = self.tr("{total} in the last hour · everything answered").format(total=written(total))
        self.line.say(words)
        self.failures.setVisible(bool(failed))
        self.failures.setText(self.tr("{failed} failed").format(failed=written(failed)))
        self.failures.setAccessibleName(self.tr("Show the {failed} that failed").format(failed=written(failed)))
        self.setAccessibleName(f"{self.title}: {self.now.text()}. {words}")


class Figures(QWidget):
    """All four beside each other."""

    opened = Signal(str, object)
    """Which page tells more, and what it is to show there."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.people = Figure(self.tr("People"), "users", self.tr("Open people"))
        self.groups = Figure(self.tr("Groups"), "users-three", self.tr("Open groups"))
        self.sync = Figure(self.tr("Last Okta sync"), "arrows-clockwise", self.tr("Open activity"))
        self.traffic = Traffic()
        for page, card in (("people", self.people), ("groups", self.groups), ("activity", self.sync)):
            card.opened.connect(lambda page=page: self.opened.emit(page, None))
        self.traffic.failures_wanted.connect(lambda: self.opened.emit("activity", {"errors_only": True}))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(14)
        self._columns = 0
        # Less than all four need beside each other, so that it can become as narrow as that.
        self.setMinimumWidth(_LEAST)
        self._arrange(len(_SHARES))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put two above two where there is no room for four."""
        super().resizeEvent(event)
        self._arrange(len(_SHARES) if self.width() >= _ROOM else 2)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, card in enumerate((self.people, self.groups, self.sync, self.traffic)):
            self._grid.addWidget(card, number // columns, number % columns)
        for column, share in enumerate(_SHARES):
            self._grid.setColumnStretch(column, share if columns == len(_SHARES) else int(column < columns))

    def show_reading(self, reading: Reading) -> None:
        """Show what was read."""
        people, groups = reading.people, reading.groups
        line = self.tr("{active} active · {deactivated} deactivated").format(
            active=written(people.active), deactivated=written(people.deactivated)
        )
        self.people.show_figure(written(people.total), line, self._news(people.today))
        words = self.tr("{okta} from Okta · {here} from here").format(
            okta=written(groups.total - groups.here), here=written(groups.here)
        )
        self.groups.show_figure(written(groups.total), words, self._news(groups.today))
        self._show_sync(reading.sync)
        self.traffic.show_reading(reading)

    def _news(self, today: int) -> str:
        return self.tr("+{number} today").format(number=written(today)) if today else ""

    def _show_sync(self, sync: Sync | None) -> None:
        if sync is None:
            self.sync.show_figure("—", self.tr("Okta has not come by yet"))
            return
        ago = when.ago(sync.at)
        meaning = sync.meaning or self.tr("with {token}").format(token=sync.token)
        tip = self.tr("{exact} with {token}").format(exact=when.exact(sync.at), token=sync.token or "—")
        self.sync.show_figure(ago[:1].upper() + ago[1:], meaning, tip=tip)
