"""The section of the data: where it lies, backups made now and every day, and one of them restored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop import background
from desktop.messages import worded
from desktop.settings.restoring import RestoreDialog, Restoring
from desktop.settings.section import Section, explained
from desktop.widgets import when
from desktop.widgets.banner import Banner
from desktop.widgets.basics import Pill, button, clear, column, label, line, plain, row
from desktop.widgets.refresher import Refresher
from desktop.widgets.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.background import Task
    from desktop.desk import Desk
    from desktop.settings.form import SettingsForm
    from server.workspace import BackupFile

AT_FIRST: Final = 8
"""Backups listed until somebody asks for all."""


class DataSection(Section):
    """Folder, backups, restore."""

    name, title, icon = "data", "Data and backups", "database"
    names = ("backup_daily", "backup_keep")
    told = Signal(str)
    """A sentence in passing."""

    def __init__(self, desk: Desk, form: SettingsForm) -> None:
        super().__init__(desk, form, self.tr("Everything Perch knows lies in one folder of this machine."))
        self.banner = Banner()
        self.waiting = Waiting()
        self._all = False
        self._listed: list[BackupFile] = []
        self.folder_button = button(self.tr("Open folder"), self.open_folder, icon="folder-open")
        self.backup_button = button(self.tr("Back up now"), self.back_up, icon="download-simple", kind="primary")
        self.file_button = button(self.tr("Restore a file…"), self._choose_file, icon="clock-counter-clockwise")
        self.cards.addWidget(self.banner)
        folder = label(str(desk.workspace.folder), "mono", wrap=True, selectable=True)
        folder.setAccessibleName(self.tr("Data folder: {folder}").format(folder=desk.workspace.folder))
        words = column(label(self.tr("Data folder"), "strong"), folder, spacing=3)
        where = row(spacing=16)
        where.addLayout(words, 1)
        where.addWidget(self.folder_button)
        self.add(where)
        self._backups = self.add(
            explained(
                self.tr("Backups"),
                self.tr("People, groups, history and tokens (never their secrets) in one file."),
                self.backup_button,
            ),
            self.waiting,
        )
        self._daily = row(spacing=20)
        self._backups.body.addLayout(self._daily)
        self._backups.body.addWidget(line())
        self._list = column(spacing=2)
        self._backups.body.addLayout(self._list)
        self.all_button = button(self.tr("Show all"), self._show_all, kind="link")
        self._backups.body.addLayout(row(self.all_button, None, self.file_button))
        self.end()
        self._refresher = Refresher(self, desk.workspace.backups.listed, self._show, self._fail, every=60_000)
        self._restoring = Restoring(desk, self)
        self._restoring.started.connect(self._wait_for_restore)
        self._restoring.restored.connect(self._restored)
        self._restoring.refused.connect(lambda words: self.banner.say(words, "err", closable=True))

    def place(self) -> None:
        """Take the fields."""
        daily, keep = (self.form.inputs[name] for name in self.names)
        self._daily.addWidget(daily, 1, Qt.AlignmentFlag.AlignTop)
        self._daily.addWidget(keep, 1, Qt.AlignmentFlag.AlignTop)

    def shown(self) -> None:
        """List the backups, and again from time to time."""
        self._refresher.turn_on()

    def left(self) -> None:
        """Hear that it went out of view."""
        self._refresher.turn_off()

    # -- the folder --------------------------------------------------------------------------------

    def open_folder(self, folder: Path | None = None) -> None:
        """Show the data folder, or another, in the system's file manager."""
        folder = folder or self.desk.workspace.folder
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.banner.say(
                self.tr("This system has no program that shows folders. It lies at {folder}.").format(folder=folder),
                "warn",
                closable=True,
            )

    # -- backing up --------------------------------------------------------------------------------

    def back_up(self) -> None:
        """Make a backup now."""
        self.banner.hide()
        self.backup_button.setEnabled(False)
        task = background.run(self, self.desk.workspace.backups.now, self._backed_up, self._fail)
        task.ended.connect(lambda: self.backup_button.setEnabled(True))
        self._wait(task, self.tr("Making a backup and reading it back…"))

    def _wait(self, task: Task, sentence: str) -> None:
        self.waiting.wait_for(task, sentence)
        # A copy half made is worth nothing, and nobody has to wait for a whole one.
        self.waiting.cancel_button.hide()

    def _backed_up(self, made: BackupFile) -> None:
        self.told.emit(self.tr("Backed up: {size}.").format(size=QLocale().formattedDataSize(made.size, 1)))
        self._refresher.ask()

    def _fail(self, error: Exception) -> None:
        self.banner.say(str(worded(error)), "err", closable=True)

    def _show(self, found: Sequence[BackupFile]) -> None:
        self._listed = list(found)
        clear(self._list)
        shown = self._listed if self._all else self._listed[:AT_FIRST]
        for one in shown:
            self._list.addWidget(self._row(one))
        if not shown:
            self._list.addWidget(label(self.tr("No backup yet. The first daily one comes by itself."), "muted"))
        hidden = len(self._listed) - len(shown)
        self.all_button.setVisible(hidden > 0)
        self.all_button.setText(self.tr("Show all {number}").format(number=len(self._listed)))

    def _show_all(self) -> None:
        self._all = True
        self._show(self._listed)

    def _row(self, one: BackupFile) -> QWidget:
        moment = label(when.ago(one.made).capitalize(), "strong")
        detail = f"{when.exact(one.made)}  ·  {QLocale().formattedDataSize(one.size, 1)}"
        kind = Pill(self.tr("Daily"), "neutral") if one.automatic else Pill(self.tr("By hand"), "info")
        bring = button(self.tr("Restore…"), lambda: self._ask(one.path, one.made))
        bring.setAccessibleName(self.tr("Restore the backup of {moment}").format(moment=when.exact(one.made)))
        words = column(moment, label(detail, "small"), spacing=1)
        layout = row(spacing=14, margins=(0, 5, 0, 5))
        layout.addLayout(words, 1)
        layout.addWidget(kind)
        layout.addWidget(bring)
        made = plain(layout)
        made.setToolTip(one.path.name)
        return made

    # -- restoring -----------------------------------------------------------------------------

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("A backup of Perch"),
            str(self.desk.workspace.backups.folder),
            self.tr("Databases (*.db *.before-restore-*);;All files (*)"),
        )
        if chosen:
            self._ask(Path(chosen), "")

    def _ask(self, path: Path, made: str) -> None:
        self.banner.hide()
        dialog = RestoreDialog(self.window(), self.desk, path, made)
        dialog.agreed.connect(self._restoring.restore)
        dialog.open()

    def _wait_for_restore(self, task: Task) -> None:
        self._wait(task, self.tr("Restoring the backup…"))

    def _restored(self, kept: Path | None) -> None:
        words = self.tr("The backup is restored.")
        if kept is None:
            self.banner.say(words, "ok", closable=True)
        else:
            self.banner.say(
                self.tr("{words} What was here before is kept as {name}.").format(words=words, name=kept.name),
                "ok",
                self.tr("Open folder"),
                lambda: self.open_folder(kept.parent),
                closable=True,
            )
        self._refresher.ask()
