"""What an import would do, or did: figures, and each line that could not be taken with its number and why.

Belongs here: the third and the last step of an import. Must not know: who made the report.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop import background
from desktop.transfer.wording import went_wrong
from desktop.widgets.basics import Card, button, column, label, plain, row
from desktop.widgets.data_table import DataTable
from desktop.widgets.table_model import Cell, Column, ListModel
from server.file_export import write_table

if TYPE_CHECKING:
    from server.file_import import Problem, Taken


class _Figure(Card):
    def __init__(self) -> None:
        super().__init__(margins=(14, 10, 14, 10), spacing=0)
        self.number = label("", "figure")
        self.words = label("", "small")
        self.body.addWidget(self.number)
        self.body.addWidget(self.words)

    def say(self, number: int, words: str) -> None:
        self.number.setText(f"{number:,}")
        self.words.setText(words)
        self.setAccessibleName(f"{number:,} {words}")


class ReportView(QWidget):
    """Shows a `Taken`; `rehearsed` is what would be done, otherwise what was."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._taken: Taken | None = None
        self._figures = [_Figure() for _ in range(4)]
        self.model: ListModel[Problem] = ListModel(
            (Column(self.tr("Line"), 90), Column(self.tr("What is wrong"))),
            lambda problem: (Cell(f"{problem.line:,}", "mono"), Cell(problem.sentence)),
            self,
        )
        self.table = DataTable(self.model, self.tr("Lines with errors"))
        self.table.setMinimumHeight(170)
        self.save_button = button(self.tr("Save this list"), self._save, icon="download-simple")
        self._saved = label("", "small", wrap=True)
        self._problems = plain(
            column(
                row(label(self.tr("Lines with errors"), "h2"), None, self.save_button),
                Card(self.table, margins=(1, 1, 1, 1)),
                self._saved,
                spacing=8,
            )
        )
        self._notes = label("", "muted", wrap=True)
        figures = row(spacing=10)
        for figure in self._figures:
            figures.addWidget(figure, 1)
        layout = column(figures, self._notes, spacing=12)
        layout.addWidget(self._problems, 1_000)
        layout.addStretch(1)
        self.setLayout(layout)

    def show_report(self, taken: Taken, *, rehearsed: bool) -> None:
        """Show another report."""
        self._taken = taken
        words = (
            (self.tr("will be created"), self.tr("will be updated"), self.tr("stay as they are"))
            if rehearsed
            else (self.tr("created"), self.tr("updated"), self.tr("unchanged"))
        )
        numbers = (taken.created, taken.updated, taken.unchanged + taken.skipped)
        for figure, number, said in zip(self._figures, numbers, words, strict=False):
            figure.say(number, said)
        self._figures[3].say(
            taken.failed, self.tr("line with an error") if taken.failed == 1 else self.tr("lines with errors")
        )
        self.model.set_rows(taken.problems)
        self._problems.setVisible(bool(taken.problems))
        self._saved.hide()
        self._notes.setText("\n".join(self._remarks(taken)))
        self._notes.setVisible(bool(self._notes.text()))

    def _remarks(self, taken: Taken) -> list[str]:
        found = [
            self.tr("{attribute} is no attribute that Perch knows; it is left out on {number:,} lines.").format(
                attribute=name, number=number
            )
            for name, number in list(taken.ignored.items())[:5]
        ]
        if taken.failed > len(taken.problems):
            more = taken.failed - len(taken.problems)
            found.append(self.tr("{number:,} more lines have errors that are not listed.").format(number=more))
        return found

    def _save(self) -> None:
        chooser = QFileDialog(self, self.tr("Save the lines with errors"), str(Path.home()), "CSV (*.csv)")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("csv")
        chooser.selectFile("import-errors.csv")
        chooser.fileSelected.connect(lambda name: self.save_to(Path(name)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def save_to(self, path: Path) -> None:
        """Write the lines with errors into a CSV file."""
        assert self._taken is not None
        table = [("line", "error"), *((str(one.line), one.sentence) for one in self._taken.problems)]
        background.run(
            self,
            lambda: write_table(path, table),
            lambda _: self._say(self.tr("Saved as {path}").format(path=path)),
            lambda error: self._say(went_wrong(error)),
        )

    def _say(self, words: str) -> None:
        self._saved.setText(words)
        self._saved.show()
