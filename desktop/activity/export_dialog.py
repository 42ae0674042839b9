"""Asks into which file the listed requests are written, shows how far it is, and can be cancelled.

Belongs here: the dialog. Must not know: the formats' insides, the table.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QLocale, QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from desktop import background
from desktop.activity.export import Format, export
from desktop.background import Task
from desktop.messages import worded
from desktop.widgets.basics import button, label, plain, row
from desktop.widgets.choice import Choice
from desktop.widgets.dialog import Dialog
from desktop.widgets.field import Field
from desktop.widgets.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from server.records import ActivityRecord

    Records = Callable[[Callable[[int, int], None]], Iterable[ActivityRecord]]
    """Gives the records on a background thread, and is given whom to report to."""


class ExportDialog(Dialog):
    """`exported` gives the file and how many requests are in it."""

    exported = Signal(object, int)

    def __init__(self, parent: QWidget | None, records: Records, labels: Mapping[str, str], *, filtered: bool) -> None:
        super().__init__(parent, self.tr("Export requests"), icon="export")
        self._records = records
        self._labels = dict(labels)
        self._task: Task | None = None
        self._agreed: Path | None = None
        what = self.tr("The requests that match the filters") if filtered else self.tr("All requests that are kept")
        sentence = self.tr(
            "{what} are written as they are kept: secrets were cut out, people's data is in there."
        ).format(what=what)
        self.format_choice = Choice(
            self.tr("Format"),
            (
                (Format.JSON_LINES.value, self.tr("JSON Lines, with headers and bodies")),
                (Format.CSV.value, self.tr("CSV, one line each")),
            ),
        )
        self.path_edit = QLineEdit(str(_proposed(Format.JSON_LINES)))
        self.path_field = Field(self.tr("File"), self.path_edit)
        self.browse_button = button(self.tr("Browse…"), self._browse, icon="folder-open")
        self.waiting = Waiting()
        self.format_choice.chosen.connect(self._rename)
        self.path_edit.textEdited.connect(self.path_field.praise)
        self.body.addWidget(label(sentence, "muted", wrap=True))
        self.body.addWidget(self.format_choice)
        self.body.addWidget(self.path_field)
        self.body.addWidget(plain(row(self.browse_button, None)))
        self.body.addWidget(self.waiting)
        self.add_button(self.tr("Cancel"), self.reject)
        self.export_button = self.add_button(self.tr("Export"), self._begin, kind="primary", icon="export")
        self.finished.connect(self._give_up)

    def _rename(self, form: str) -> None:
        path = Path(self.path_edit.text())
        if path.suffix in {f".{one.value}" for one in Format}:
            self.path_edit.setText(str(path.with_suffix(f".{form}")))

    def _browse(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Export requests"), self.path_edit.text())
        if path:
            self.path_edit.setText(path)
            self.path_field.praise()

    def _begin(self) -> None:
        target = Path(self.path_edit.text().strip()).expanduser()
        if not target.name or not target.is_absolute():
            self.path_field.complain(self.tr("Give a file with its folder, or browse for one."))
            self.path_edit.setFocus()
            return
        if target.exists() and target != self._agreed:
            self._agreed = target
            self.path_field.complain(self.tr("This file exists: click Export again to replace it."))
            return
        task = Task()
        form, records, labels = Format(self.format_choice.value), self._records, self._labels

        def done(number: int) -> None:
            self.exported.emit(target, number)
            self.accept()

        def failed(error: Exception) -> None:
            self.banner.say(str(worded(error)), "err")

        self._task = background.run(
            self, lambda: export(records(task.report), target, form, labels), done, failed, task=task
        )
        self.export_button.setEnabled(False)
        task.ended.connect(self._settle)
        self.waiting.wait_for(task, self.tr("Writing {name}…").format(name=target.name))

    def _settle(self) -> None:
        self._task = None
        self.export_button.setEnabled(True)

    def _give_up(self) -> None:
        if self._task is not None:
            self._task.cancel()


def _proposed(form: Format) -> Path:
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    if not folder.is_dir():
        folder = Path.home()
    day = QLocale.c().toString(QDate.currentDate(), "yyyy-MM-dd")
    return folder / f"perch-requests-{day}.{form.value}"
