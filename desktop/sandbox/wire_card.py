"""The wire between both sides: what flies, what Okta makes of the answer, and the last requests below.

Belongs here: showing steps. Must not know: who plays them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget

from desktop.sandbox.flight import Flight
from desktop.sandbox.side_card import HEAD
from desktop.sandbox.verdict_note import VerdictNote
from desktop.sandbox.words import answered, said, step_tone
from desktop.widgets import when
from desktop.widgets.basics import Card, button, column, label, line, picture, plain, row
from desktop.widgets.data_table import DataTable
from desktop.widgets.elided import Elided
from desktop.widgets.request_words import method_tone
from desktop.widgets.table_model import Cell, Column, ListModel

if TYPE_CHECKING:
    from desktop.sandbox.tempo import Tempo
    from server.okta.scenario import Step

KEPT: Final = 400
"""Requests that are listed; the oldest go."""
METHOD: Final = 80
STATUS: Final = 52


class WireCard(Card):
    """`show_step` lets one request fly and lists it once its answer is back."""

    opened = Signal(object)
    """A Step whose details are wanted."""

    def __init__(self, tempo: Tempo) -> None:
        super().__init__(margins=(1, 12, 1, 1), spacing=6)
        self.setAccessibleName(self.tr("On the wire"))
        self.flight = Flight(tempo)
        self.flight.returned.connect(self._keep)
        self.feature = Elided("", "small")
        self.took = label("", "small")
        self.count = label("", "small")
        self.note = VerdictNote()
        self.model: ListModel[Step] = ListModel(
            (Column(self.tr("Method"), METHOD), Column(self.tr("Request")), Column(self.tr("Status"), STATUS)),
            _cells,
            self,
        )
        self.table = DataTable(self.model, self.tr("Last requests"))
        self.table.horizontalHeader().hide()
        self.table.opened.connect(self._open)
        self.table.clicked.connect(lambda index: self._open(self.model.row_at(index.row())))
        self.clear_button = button("", self.forget, icon="eraser", kind="ghost", name=self.tr("Clear the list"))
        head = row(
            picture("arrows-left-right", "accentText", 20),
            label(self.tr("On the wire"), "h2"),
            None,
            self.count,
            self.clear_button,
            margins=(14, 0, 8, 0),
        )
        told = row(spacing=8, margins=(14, 0, 14, 0))
        told.addWidget(self.feature, 1)
        told.addWidget(self.took)
        for part in (head, told):
            one = plain(part)
            one.setFixedHeight(HEAD)
            self.body.addWidget(one)
        self.body.addWidget(self.flight)
        self.body.addLayout(row(self.note, margins=(12, 0, 12, 4)))
        self.body.addWidget(line())
        nothing = label(self.tr("Each request of Okta's is listed here; a click shows it in full."), "small", wrap=True)
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._listed = QStackedWidget()
        self._listed.addWidget(plain(column(nothing, margins=(24, 0, 24, 0))))
        self._listed.addWidget(self.table)
        self.body.addWidget(self._listed, 1)
        self._count()

    @property
    def steps(self) -> list[Step]:
        """What is listed, the newest first."""
        return list(self.model.rows)

    def show_step(self, step: Step) -> None:
        """Let a request fly."""
        self.feature.say(step.feature.label)
        self.took.setText("")
        self.flight.fly(step)

    def forget(self) -> None:
        """Empty the list and the wire."""
        self.flight.forget()
        self.model.set_rows([])
        self.feature.say("")
        self.took.setText("")
        self.note.say_nothing()
        self._count()

    def _keep(self, step: Step) -> None:
        self.took.setText(when.took(step.duration))
        self.model.set_rows([step, *self.model.rows][:KEPT])
        if not step.verdict.ok:
            self.note.say_verdict(step)
        self._count()

    def _count(self) -> None:
        number = len(self.model.rows)
        words = self.tr("1 request") if number == 1 else self.tr("{number} requests").format(number=number)
        self.count.setText(words if number else "")
        self.clear_button.setEnabled(bool(number))
        self._listed.setCurrentIndex(1 if number else 0)

    def _open(self, step: object) -> None:
        if step is not None:
            self.opened.emit(step)


def _cells(step: Step) -> tuple[Cell, ...]:
    tip = f"{step.request_line}\n{answered(step)}\n{step.verdict.sentence}"
    return (
        Cell(step.method, "pill", method_tone(step.method), tip=tip),
        Cell(said(step), "mono", tip=tip),
        Cell(str(step.status or "—"), "status", step_tone(step), tip=tip),
    )
