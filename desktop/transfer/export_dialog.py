"""Writing people or groups into a file: which, as what, where; with progress and Cancel.

Belongs here: asking. Must not know: how a file is written.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QLineEdit, QRadioButton

from desktop import background
from desktop.background import Task
from desktop.transfer.wording import amount, went_wrong
from desktop.widgets.basics import button, column, label, plain, row
from desktop.widgets.dialog import Dialog
from desktop.widgets.field import Field
from desktop.widgets.waiting import Waiting
from server.file_export import export

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QWidget

    from desktop.desk import Desk
    from server.workspace import Kind, Workspace

PART: Final = 1_000
"""Rows of the filtered list that are read at once."""


class _GivenUp(Exception):
    """Raised inside the work: somebody does not want it any more."""


class ExportDialog(Dialog):
    """Open it with `open()`.

    ``search`` and ``filters`` are what the page shows now, as `workspace.people` and `workspace.groups` take them;
    where they narrow the list, the dialog offers to write only that.
    """

    def __init__(
        self,
        desk: Desk,
        kind: Kind,
        parent: QWidget | None = None,
        *,
        search: str = "",
        filters: Mapping[str, Any] | None = None,
    ) -> None:
        title = _tr("Export people") if kind == "User" else _tr("Export groups")
        super().__init__(parent, title, icon="download-simple", width=560)
        self._desk = desk
        self._kind = kind
        self._search = search
        self._filters = {name: value for name, value in (filters or {}).items() if value is not None}
        self._task: Task | None = None
        self._stop = threading.Event()
        self._written: Path | None = None
        is_narrowed = bool(search.strip() or self._filters)
        self.all_button = QRadioButton(self.tr("All people") if kind == "User" else self.tr("All groups"))
        self.shown_button = QRadioButton(self.tr("Only what the list shows now"))
        (self.shown_button if is_narrowed else self.all_button).setChecked(True)
        self.csv_button = QRadioButton(self.tr("CSV, for a spreadsheet"))
        self.jsonl_button = QRadioButton(self.tr("JSON lines, for programs; loses nothing"))
        self.csv_button.setChecked(True)
        self._groups = [QButtonGroup(self), QButtonGroup(self)]
        for group, buttons in zip(
            self._groups,
            ((self.all_button, self.shown_button), (self.csv_button, self.jsonl_button)),
            strict=True,
        ):
            for one in buttons:
                group.addButton(one)
        self._which = plain(column(label(self.tr("Which"), "strong"), self.all_button, self.shown_button, spacing=8))
        self._which.setVisible(is_narrowed)
        self.path_edit = QLineEdit(str(self._suggested()))
        self.path_edit.setAccessibleName(self.tr("File"))
        self.browse_button = button(self.tr("Browse"), self._browse, icon="folder-open")
        self.path_field = Field(
            self.tr("File"), self.path_edit, self.tr("Only you can read it; it holds personal data.")
        )
        self.waiting = Waiting()
        self.body.addWidget(self._which)
        self.body.addLayout(column(label(self.tr("Format"), "strong"), self.csv_button, self.jsonl_button, spacing=8))
        place = row(self.path_field, spacing=8)
        place.setStretch(0, 1)
        place.addLayout(column(20, self.browse_button, None, spacing=0))
        self.body.addLayout(place)
        self.body.addWidget(self.waiting)
        self.body.addStretch(1)
        self.show_button = self.add_button(
            self.tr("Show in folder"), self._show_in_folder, icon="folder-open", left=True
        )
        self.show_button.hide()
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.export_button = self.add_button(self.tr("Export"), self._export, kind="primary", icon="download-simple")
        self.csv_button.toggled.connect(self._follow_format)
        self.all_button.toggled.connect(self._judge)
        self.path_edit.textChanged.connect(self._judge)
        # Here the dialog itself is asked: only the work knows whether its file stands already.
        self.waiting.cancel_button.hide()
        self._judge()
        self.export_button.setFocus()

    def reject(self) -> None:
        """Give up what is on its way, and stay until it is clear that there is no file; otherwise close."""
        if self._task is None:
            super().reject()
        else:
            self._stop.set()
            self.cancel_button.setEnabled(False)

    def _suggested(self) -> Path:
        name = "people" if self._kind == "User" else "groups"
        day = datetime.now(UTC).astimezone().date().isoformat()
        return Path.home() / f"{name}-{day}.csv"

    def _path(self) -> Path:
        return Path(self.path_edit.text().strip()).expanduser()

    def _follow_format(self) -> None:
        path = self._path()
        if path.suffix in {".csv", ".jsonl"}:
            self.path_edit.setText(str(path.with_suffix(".csv" if self.csv_button.isChecked() else ".jsonl")))

    def _judge(self) -> None:
        text = self.path_edit.text().strip()
        self.path_field.praise()
        self.export_button.show()
        is_there = bool(text) and self._path().is_file()
        self.export_button.setText(self.tr("Replace the file") if is_there else self.tr("Export"))
        self.export_button.setAccessibleName(self.export_button.text())
        self.export_button.setEnabled(bool(text) and self._task is None)

    def _browse(self) -> None:
        chooser = QFileDialog(self, self.tr("Export to"), self.path_edit.text())
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        # The button says so, also where the name was typed.
        chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)
        chooser.fileSelected.connect(self.path_edit.setText)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _export(self) -> None:
        path = self._path()
        if not path.is_absolute() or path.is_dir():
            self.path_field.complain(self.tr("Write a whole path with a file name, such as ~/people.csv."))
            self.path_edit.setFocus()
            return
        workspace, kind, as_csv = self._desk.workspace, self._kind, self.csv_button.isChecked()
        narrowed = (self._search, self._filters) if self.shown_button.isChecked() else None
        task, stop = Task(), self._stop

        def report(done: int, total: int) -> None:
            if stop.is_set():
                raise _GivenUp
            task.report(done, total)

        def work() -> int:
            only = None if narrowed is None else _listed(workspace, kind, *narrowed)
            return export(workspace, kind, path, report, as_csv=as_csv, only=only)

        self.banner.hide()
        stop.clear()
        self._task = task
        background.run(self, work, lambda number: self._tell(path, number), self._complain, task=task)
        self.waiting.wait_for(task, self.tr("Writing {name}…").format(name=path.name))
        self._judge()

    def _tell(self, path: Path, number: int) -> None:
        self._task = None
        self._written = path
        self.banner.say(
            self.tr("Exported {amount} to {path}.").format(amount=amount(number, self._kind), path=path), "ok"
        )
        self.show_button.show()
        self.cancel_button.setEnabled(True)
        self.cancel_button.setText(self.tr("Close"))
        self.cancel_button.setAccessibleName(self.tr("Close"))
        self._judge()
        self.export_button.hide()
        self.cancel_button.setFocus()

    def _complain(self, error: Exception) -> None:
        self._task = None
        self.cancel_button.setEnabled(True)
        if isinstance(error, _GivenUp):
            self.banner.say(self.tr("Cancelled: nothing was written."), "info")
        else:
            self.banner.say(went_wrong(error), "err")
        self._judge()

    def _show_in_folder(self) -> None:
        if self._written is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written.parent)))


def _listed(workspace: Workspace, kind: Kind, search: str, filters: Mapping[str, Any]) -> set[str]:
    """Give the ids of those whom the list shows."""
    listed: Any = workspace.people if kind == "User" else workspace.groups
    found: set[str] = set()
    while True:
        part = listed(search, offset=len(found), limit=PART, **filters)
        found.update(one.id for one in part)
        if len(part) < PART:
            return found


def _tr(text: str) -> str:
    return QCoreApplication.translate("ExportDialog", text)
