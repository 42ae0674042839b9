"""Taking people or groups from a file: choose it, say what its columns mean, rehearse, import.

Belongs here: the order of the steps. Must not know: how a file is read, what becomes of a row.
"""

from __future__ import annotations

import threading
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFileDialog, QStackedWidget

from desktop import background
from desktop.background import Task
from desktop.transfer.drop_area import ENDINGS, DropArea, dropped_file
from desktop.transfer.mapping_view import MappingView
from desktop.transfer.report_view import ReportView
from desktop.transfer.undo_dialog import UndoDialog
from desktop.transfer.wording import amount, imported, lines, went_wrong
from desktop.widgets.dialog import Dialog
from desktop.widgets.waiting import Waiting
from server.file_import import Import, choices, look_into, rehearse, take

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from PySide6.QtGui import QDragEnterEvent, QDropEvent
    from PySide6.QtWidgets import QWidget

    from desktop.desk import Desk
    from server.file_import import Preview, Taken
    from server.workspace import Kind


class Step(IntEnum):
    """Where the dialog stands; also the place in its stack."""

    CHOOSE = 0
    MAP = 1
    CHECK = 2
    DONE = 3


class ImportDialog(Dialog):
    """Open it with `open()`; where a ``path`` is given (dropped on the page) it begins with that file."""

    told = Signal(str, object)
    """When it closes after an import: what was imported, and a callable that undoes all of it."""

    def __init__(self, desk: Desk, kind: Kind, path: Path | None = None, parent: QWidget | None = None) -> None:
        title = _tr("Import people") if kind == "User" else _tr("Import groups")
        super().__init__(parent, title, icon="upload-simple", width=780)
        self._desk = desk
        self._kind = kind
        self._path: Path | None = None
        self._wanted: Import | None = None
        self._taken: Taken | None = None
        self._stop = threading.Event()
        self._task: Task | None = None
        self._is_importing = False
        self.step = Step.CHOOSE
        self.setAcceptDrops(True)
        self.drop_area = DropArea(
            self.tr("Drop a file here"),
            self.tr(
                "CSV with a heading for each column, JSON lines or JSON. Nothing is changed before you have seen "
                "what the file would do."
            ),
        )
        self.mapping = MappingView()
        self.report = ReportView()
        self.stack = QStackedWidget()
        for page in (self.drop_area, self.mapping, self.report):
            self.stack.addWidget(page)
        self.stack.setMinimumHeight(420)
        self.waiting = Waiting()
        self.body.addWidget(self.stack, 1)
        self.body.addWidget(self.waiting)
        self.back_button = self.add_button(self.tr("Back"), self._back, icon="arrow-left", left=True)
        self.undo_button = self.add_button(
            self.tr("Undo the import"), self._undo, icon="arrow-counter-clockwise", left=True
        )
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.next_button = self.add_button("", self._next, kind="primary")
        self.drop_area.dropped.connect(self.choose)
        self.drop_area.choosing.connect(self._browse)
        self.mapping.changed.connect(self._refresh)
        self.mapping.kind_changed.connect(self._look_again)
        self.waiting.cancelled.connect(self._stopped)
        self._refresh()
        if path is not None:
            self.choose(path)

    # -- the file ----------------------------------------------------------------------------------

    def choose(self, path: Path) -> None:
        """Begin with a file."""
        if self._is_importing or self.step is Step.DONE:
            return
        self._path = path
        self._look(self._kind, is_sure=False)

    def _browse(self) -> None:
        patterns = " ".join(f"*{ending}" for ending in ENDINGS)
        chooser = QFileDialog(
            self, self.tr("Choose a file to import"), str(Path.home()), f"CSV, JSON ({patterns});;* (*)"
        )
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(lambda name: self.choose(Path(name)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _look_again(self, kind: Kind) -> None:
        self._look(kind, is_sure=True)

    def _look(self, kind: Kind, *, is_sure: bool) -> None:
        workspace, path = self._desk.workspace, self._path
        assert path is not None

        def work() -> tuple[Preview, list[str]]:
            preview = look_into(workspace, path, kind, is_sure=is_sure)
            return preview, choices(workspace, preview.kind, preview.form)

        def done(found: tuple[Preview, list[str]]) -> None:
            self.mapping.show_preview(path.name, *found)
            self._go(Step.MAP)

        self._run(work, done, self.tr("Looking into {name}…").format(name=path.name))

    # -- rehearsal and import ----------------------------------------------------------------------

    def _rehearse(self) -> None:
        assert self._path is not None
        wanted = Import(self._path, self.mapping.reading(), self.mapping.only_new_box.isChecked())
        self._wanted = wanted
        task = Task()

        def done(taken: Taken) -> None:
            self._taken = taken
            self.report.show_report(taken, rehearsed=True)
            self._go(Step.CHECK)

        self._run(
            lambda: rehearse(self._desk.workspace, wanted, task.report),
            done,
            self.tr("Trying it on a copy: nothing is changed yet…"),
            task,
        )

    def _import(self) -> None:
        wanted, task = self._wanted, Task()
        assert wanted is not None
        self._stop.clear()
        self._is_importing = True

        def done(taken: Taken) -> None:
            self._is_importing = False
            self._taken = taken
            self.report.show_report(taken, rehearsed=False)
            self._go(Step.DONE)
            words = imported(taken, wanted.reading.kind)
            if not taken.is_whole:
                words = self.tr("Stopped before the end of the file. {done} What was imported stays.").format(
                    done=words
                )
            if taken.failed:
                words = self.tr("{done} Left out: {lines}.").format(done=words, lines=lines(taken.failed))
            self.banner.say(words, "ok" if taken.is_whole and not taken.failed else "warn")

        self._run(
            lambda: take(self._desk.workspace, wanted, task.report, self._stop.is_set),
            done,
            self.tr("Importing {name}…").format(name=wanted.path.name),
            task,
        )

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None], words: str, task: Task | None = None) -> None:
        self.banner.hide()
        task = task or Task()
        self._task = task

        def over(result: Any) -> None:
            self._task = None
            done(result)
            self._refresh()

        def failed(error: Exception) -> None:
            self._task = None
            self._is_importing = False
            self.banner.say(went_wrong(error), "err")
            self._refresh()

        background.run(self, work, over, failed, task=task)
        self.waiting.wait_for(task, words)
        # Stopping an import must not throw away what it says about itself: it is asked to stop, and then tells.
        self.waiting.cancel_button.setVisible(not self._is_importing)
        self._refresh()

    def _stopped(self) -> None:
        self._task = None
        self._refresh()

    # -- steps -------------------------------------------------------------------------------------

    def _next(self) -> None:
        if self.step is Step.MAP:
            self._rehearse()
        elif self.step is Step.CHECK:
            self._import()
        elif self.step is Step.DONE:
            self.accept()

    def _back(self) -> None:
        self.banner.hide()
        self._go(Step(self.step - 1))

    def _go(self, step: Step) -> None:
        self.step = step
        self.stack.setCurrentIndex(min(step, Step.CHECK))
        self._refresh()
        if step is not Step.CHOOSE:
            self.next_button.setFocus()

    def _refresh(self) -> None:
        idle = self._task is None
        words = {
            Step.CHOOSE: "",
            Step.MAP: self.tr("Check the file"),
            Step.CHECK: self._import_words(),
            Step.DONE: self.tr("Done"),
        }[self.step]
        self.next_button.setText(words)
        self.next_button.setAccessibleName(words)
        self.next_button.setVisible(bool(words))
        ready = {Step.MAP: not self.mapping.complaint_now} if self.step is Step.MAP else {}
        changes = self._taken is not None and self._taken.changed > 0
        self.next_button.setEnabled(idle and ready.get(self.step, True) and (self.step is not Step.CHECK or changes))
        self.back_button.setVisible(self.step in {Step.MAP, Step.CHECK})
        self.back_button.setEnabled(idle)
        self.undo_button.setVisible(self.step is Step.DONE and changes)
        self.cancel_button.setVisible(self.step is not Step.DONE)
        self.cancel_button.setEnabled(not self._stop.is_set() or not self._is_importing)
        self.cancel_button.setText(self.tr("Stop importing") if self._is_importing else self.tr("Cancel"))
        self.cancel_button.setAccessibleName(self.cancel_button.text())
        self.stack.setEnabled(idle)

    def _import_words(self) -> str:
        taken = self._taken
        if taken is None or self._wanted is None or not taken.changed:
            return self.tr("Nothing to import")
        words = self.tr("Import {amount}").format(amount=amount(taken.changed, self._wanted.reading.kind))
        return (
            self.tr("{words}, skip {lines}").format(words=words, lines=lines(taken.failed)) if taken.failed else words
        )

    # -- leaving -----------------------------------------------------------------------------------

    def reject(self) -> None:
        """Stop what is on its way; an import says first what it did."""
        if self._is_importing:
            self._stop.set()
            self._refresh()
        elif self.step is Step.DONE:
            self.accept()
        else:
            if self._task is not None:
                self._task.cancel()
            super().reject()

    def accept(self) -> None:
        """Leave after an import, and let the page tell of it."""
        taken, desk, parent = self._taken, self._desk, self.parentWidget()
        if self.step is Step.DONE and taken is not None and taken.changed and self._wanted is not None:
            words = imported(taken, self._wanted.reading.kind)
            self.told.emit(words, lambda: UndoDialog(desk, taken, parent).open())
        super().accept()

    def _undo(self) -> None:
        assert self._taken is not None
        dialog = UndoDialog(self._desk, self._taken, self)
        dialog.undone.connect(self._forget)
        dialog.open()

    def _forget(self) -> None:
        """Let there be nothing to tell of any more."""
        self._taken = None
        self.banner.hide()
        self._refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a file anywhere on the dialog."""
        if dropped_file(event.mimeData()) is not None and self._task is None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Begin with the file that was dropped."""
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.choose(path)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ImportDialog", text)
