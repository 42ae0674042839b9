"""Until when a token works: a few usual times, a date, or never with a warning.

Belongs here: the choice and what it comes to. Must not know: which token it is for.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QComboBox, QDateEdit, QWidget

from desktop.widgets import when
from desktop.widgets.basics import column, row
from desktop.widgets.field import Field
from server.workspace import TokenRuleError, token_life

if TYPE_CHECKING:
    from server.records import Token

PRESETS: Final = (30, 90, 180, 365)
"""Days."""
USUAL: Final = "365d"
NEVER: Final = "never"
DATE: Final = "date"


class ExpiryChoice(QWidget):
    """Gives what ``parse_expiry`` reads; `as_before` offers the old token's own time first."""

    changed = Signal()

    def __init__(self, now: str, *, as_before: bool = False, title: str = "") -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        title = title or self.tr("Expires")
        self._now = now
        self.choice = QComboBox()
        if as_before:
            self.choice.addItem(self.tr("As long as the old one"), None)
        for days in PRESETS:
            self.choice.addItem(self.tr("{days} days").format(days=days), f"{days}d")
        self.choice.addItem(self.tr("On a date"), DATE)
        self.choice.addItem(self.tr("Never"), NEVER)
        self.date = QDateEdit()
        self.date.setCalendarPopup(True)
        self.date.setAccessibleName(self.tr("Expiry date"))
        self.date.setDisplayFormat("MMM d, yyyy")
        today = QDate.currentDate()
        calendar = self.date.calendarWidget()
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        plain = QTextCharFormat()
        for weekday in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            # Qt paints them in a red that belongs to no theme.
            calendar.setWeekdayTextFormat(weekday, plain)
        self.date.setMinimumDate(today.addDays(1))
        self.date.setDate(today.addDays(365))
        self.date.hide()
        self._inputs = QWidget()
        self._inputs.setProperty("kind", "plain")
        self._inputs.setLayout(row(self.choice, self.date))
        self._inputs.setFocusProxy(self.choice)
        self.choice.setAccessibleName(title)
        self.field = Field(title, self._inputs)
        self.setLayout(column(self.field))
        self.setFocusProxy(self.choice)
        if not as_before:
            self.choice.setCurrentIndex(self.choice.findData(USUAL))
        self.choice.currentIndexChanged.connect(self._show)
        self.date.dateChanged.connect(self._show)
        self._show()

    @property
    def value(self) -> str | None:
        """What was chosen: ``90d``, ``2027-01-31T23:59:59+01:00``, ``never``; None is as long as the old one."""
        chosen: str | None = self.choice.currentData()
        return self._end_of_day() if chosen == DATE else chosen

    def _end_of_day(self) -> str:
        """Give the end of that day where this person is, so that the table shows the day that was chosen."""
        chosen = self.date.date()
        return datetime(chosen.year(), chosen.month(), chosen.day(), 23, 59, 59).astimezone().isoformat()

    def set_like(self, token: Token) -> None:
        """Choose as long a life as a token was given."""
        if token.replaced_by is not None:
            return
        if token.expires is None:
            self.choice.setCurrentIndex(self.choice.findData(NEVER))
            return
        life = datetime.fromisoformat(token.expires) - datetime.fromisoformat(token.created)
        days = max(round(life.total_seconds() / 86_400), 1)
        preset = self.choice.findData(f"{days}d")
        if preset >= 0:
            self.choice.setCurrentIndex(preset)
        else:
            self.date.setDate(QDate.currentDate().addDays(days))
            self.choice.setCurrentIndex(self.choice.findData(DATE))

    def _show(self) -> None:
        value = self.value
        self.date.setVisible(self.choice.currentData() == DATE)
        self.field.praise()
        if value is None:
            self.field.hint(self.tr("The new token is given the same time to live, from today."))
        elif value == NEVER:
            self.field.hint(
                self.tr("It works until somebody revokes it. A date is safer: Perch reminds you."),
                "caution",
            )
        else:
            try:
                end = token_life.parse_expiry(value, self._now)
            except TokenRuleError as error:
                self.field.complain(str(error))
            else:
                self.field.hint(self._until(end))
        self.changed.emit()

    def _until(self, end: str | None) -> str:
        return self.tr("Until {day}. Perch reminds you 20, 7 and 1 days before.").format(day=when.day(end))
