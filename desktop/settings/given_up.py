"""The events that a webhook was not told of in the end: what they were, why, and sending them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from desktop import background, webhook_words
from desktop.messages import worded
from desktop.widgets import when
from desktop.widgets.basics import Card, label
from desktop.widgets.data_table import DataTable
from desktop.widgets.dialog import Dialog
from desktop.widgets.table_model import Cell, Column, ListModel
from desktop.widgets.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from server.workspace import Consumer, GivenUp, Workspace

HEIGHT = 320


class GivenUpDialog(Dialog):
    """Lists them once read; what is sent again is gone from the list."""

    retried = Signal(int)
    """How many were put back into the queue."""

    def __init__(self, workspace: Workspace, consumer: Consumer, parent: QWidget | None) -> None:
        super().__init__(parent, self._title(consumer), icon="tray", tone="warn", width=760)
        self._webhooks = workspace.webhooks
        self._id = consumer.webhook.id
        self.body.addWidget(
            label(
                self.tr(
                    "Perch gives an event up after 60 attempts, or when one fails after three days. Mend the consumer, "
                    "then send them again: they come late, so it should pass over what it knows newer of."
                ),
                "muted",
                wrap=True,
            )
        )
        self.waiting = Waiting()
        self.body.addWidget(self.waiting)
        columns = (Column(self.tr("What")), Column(self.tr("Attempts"), 90), Column(self.tr("Why"), 250))
        self.model: ListModel[GivenUp] = ListModel(columns, self._cells)
        self.table = DataTable(self.model, self.tr("Given up events"), tall=True, many=True)
        self.table.setMinimumHeight(HEIGHT)
        self.table.selectionModel().selectionChanged.connect(self._count)
        self.model.modelReset.connect(self._count)
        card = Card(margins=(1, 1, 1, 1), spacing=0)
        card.body.addWidget(self.table, 1)
        self.body.addWidget(card, 1)
        self.close_button = self.add_button(self.tr("Close"), self.reject)
        self.selected_button = self.add_button(self.tr("Send selected again"), self._retry_selected)
        self.all_button = self.add_button(self.tr("Send all again"), self._retry_all, kind="primary")
        self._load()

    def _title(self, consumer: Consumer) -> str:
        return self.tr("Given up for {host}").format(host=webhook_words.host(consumer.webhook.url))

    def _cells(self, one: GivenUp) -> Sequence[Cell]:
        detail = f"{one.type}  ·  {when.ago(one.at)}"
        why = webhook_words.deed(one.problem)
        return (
            Cell(one.summary[:1].upper() + one.summary[1:], "two", detail=detail, tip=when.exact(one.at)),
            Cell(str(one.attempts), "muted"),
            Cell(why, tip=why),
        )

    def _load(self) -> None:
        webhooks, identity = self._webhooks, self._id
        self._allow(number=0)
        task = background.run(self, lambda: webhooks.given_up(identity), self._show, self._fail)
        self.waiting.wait_for(task, self.tr("Reading what was given up…"))

    def _show(self, found: Sequence[GivenUp]) -> None:
        self.model.set_rows(found)
        self.table.clearSelection()
        self._count()
        self.all_button.setFocus() if found else self.close_button.setFocus()

    def _count(self) -> None:
        # By ranges: all of many thousands may be selected.
        ranges = self.table.selectionModel().selection()
        self._allow(number=sum(ranges.at(place).height() for place in range(ranges.count())))

    def _allow(self, *, number: int) -> None:
        self.all_button.setEnabled(self.model.rowCount() > 0)
        self.selected_button.setEnabled(number > 0)
        text = self.tr("Send {events} again").format(events=webhook_words.events(number))
        self.selected_button.setText(text if number else self.tr("Send selected again"))
        self.selected_button.setAccessibleName(self.selected_button.text())

    def _retry_selected(self) -> None:
        self._retry([one.seq for one in self.table.selected_rows()])

    def _retry_all(self) -> None:
        self._retry(None)

    def _retry(self, seqs: list[int] | None) -> None:
        webhooks, identity = self._webhooks, self._id
        self.all_button.setEnabled(False)
        self.selected_button.setEnabled(False)
        background.run(self, lambda: webhooks.retry(identity, seqs), self._retried, self._fail)

    def _retried(self, number: int) -> None:
        self.retried.emit(number)
        if number >= self.model.rowCount():
            self.accept()
        else:
            self._load()

    def _fail(self, error: Exception) -> None:
        self.banner.say(str(worded(error)), "err")
        self._count()
