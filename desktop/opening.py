"""Opens the data folder, or says in a window why it cannot be and what to do, until it can or the person gives up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog

from desktop.messages import worded
from desktop.widgets.basics import label
from desktop.widgets.dialog import Dialog
from server.config import ServerConfig, data_folder, load_config
from server.faults import Fault
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

ACTOR = "desktop"


class CannotOpen(Dialog):
    """The fault and its remedy; `folder` is what to try next."""

    def __init__(self, folder: Path, fault: Fault) -> None:
        title = QCoreApplication.translate("CannotOpen", "Perch cannot open its data")
        super().__init__(None, title, icon="warning-circle", tone="err")
        self.folder = folder
        message = worded(fault)
        self.body.addWidget(label(message.sentence, wrap=True, selectable=True))
        self.body.addWidget(label(message.remedy, "muted", wrap=True))
        self.body.addWidget(label(self.tr("Data folder: {folder}").format(folder=folder), "small", wrap=True))
        self.add_button(self.tr("Quit"), self.reject, left=True)
        self.folder_button = self.add_button(self.tr("Another folder…"), self._choose)
        self.again_button = self.add_button(self.tr("Try again"), self.accept, kind="primary")

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Data folder"), str(self.folder.parent))
        if chosen:
            self.folder = Path(chosen)
            self.accept()


def open_workspace(folder: Path, ask: Callable[[Path, Fault], Path | None] | None = None) -> Workspace | None:
    """Open a folder; where that cannot be, ask what to do and try again. None: the person gave up."""
    while True:
        try:
            return _opened(folder)
        except Fault as fault:
            another = (ask or _ask)(folder, fault)
            if another is None:
                return None
            folder = another


def _opened(folder: Path) -> Workspace:
    folder = data_folder(folder)
    try:
        config = load_config(folder)
    except Fault:
        # A mistake in perch.toml must not keep the window shut in which it is corrected: the endpoint tells it.
        config = ServerConfig()
    return Workspace.open(folder, config, actor=ACTOR)


def _ask(folder: Path, fault: Fault) -> Path | None:
    dialog = CannotOpen(folder, fault)
    return dialog.folder if dialog.exec() else None
