"""What can be done with a request: copied as curl, sent again, kept, exported.

Belongs here: the steps of each, dialogs included. Must not know: the table and the panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop import background
from desktop.activity import reading
from desktop.activity.curl import VARIABLE, Copy, curl, kept_of
from desktop.activity.export_dialog import ExportDialog
from desktop.activity.kept import KeptRequests
from desktop.activity.replay_dialog import ReplayDialog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from desktop.activity.replay import Replayed
    from desktop.activity.wanted import Wanted
    from desktop.desk import Desk
    from server.records import ActivityRecord, Token


class Handling(QObject):
    """Holds what is kept; asks nobody but the desk."""

    told = Signal(str, object)
    failed = Signal(object)
    replayed = Signal(object)
    """An answer came: the Replayed."""
    kept_changed = Signal()

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._file = KeptRequests(desk.workspace.folder)
        self.kept: Sequence[ActivityRecord] = ()

    def kept_one(self, request_id: str) -> ActivityRecord | None:
        """Give a kept request."""
        return next((one for one in self.kept if one.request_id == request_id), None)

    def read_kept(self) -> None:
        """Read what is kept."""
        background.run(self, self._file.listed, self._take_kept, self.failed.emit)

    def _take_kept(self, kept: Sequence[ActivityRecord]) -> None:
        self.kept = kept
        self.kept_changed.emit()

    def keep(self, record: ActivityRecord, wanted: bool) -> None:
        """Keep a request, or let it go."""

        def work() -> Sequence[ActivityRecord]:
            if wanted:
                self._file.keep(record)
            else:
                self._file.let_go(record.request_id)
            return self._file.listed()

        def done(kept: Sequence[ActivityRecord]) -> None:
            self._take_kept(kept)
            words = self.tr("This request is kept") if wanted else self.tr("This request is no longer kept")
            self.told.emit(words, lambda: self.keep(record, not wanted))

        background.run(self, work, done, self.failed.emit)

    def copy_curl(self, record: ActivityRecord) -> None:
        """Copy a request as a command for a shell."""
        self._desk.clipboard.copy(curl(record, self._desk.endpoint.status.local_url or self._desk.workspace.base_url))
        words = self.tr("Copied. Put the token into {variable} before you run it.").format(variable=f"${VARIABLE}")
        remarks = {
            Copy.CUT_OUT: self.tr("The password was cut out: put one in place of [redacted]."),
            Copy.INCOMPLETE: self.tr("Not all of it was kept: complete the body or the address first."),
        }
        self.told.emit(" ".join(filter(None, (words, remarks.get(kept_of(record))))), None)

    def replay(self, record: ActivityRecord, tokens: Sequence[Token]) -> ReplayDialog:
        """Ask with which token a request is sent again."""
        dialog = ReplayDialog(self._window, self._desk, record, tokens)
        dialog.replayed.connect(self._tell_replayed)
        dialog.open()
        return dialog

    def _tell_replayed(self, found: Replayed) -> None:
        self.replayed.emit(found)
        words = self.tr("Sent again: answered with {status}.").format(status=found.status)
        if found.seq is None:
            words = f"{words} {self.tr('It is not in the list: the log did not take it in time.')}"
        self.told.emit(words, None)

    def export(self, wanted: Wanted, labels: Mapping[str, str], *, kept: bool) -> ExportDialog:
        """Ask into which file requests are written."""
        workspace, listed = self._desk.workspace, list(self.kept)

        def records(report: Callable[[int, int], None]) -> Iterable[ActivityRecord]:
            if kept:
                return (one for one in listed if wanted.holds(one))
            return reading.walk(workspace, wanted, report)

        dialog = ExportDialog(self._window, records, labels, filtered=kept or not wanted.is_everything)
        dialog.exported.connect(self._tell_exported)
        dialog.open()
        return dialog

    def _tell_exported(self, path: Path, number: int) -> None:
        words = (
            self.tr("1 request written to {file}") if number == 1 else self.tr("{number} requests written to {file}")
        )
        self.told.emit(words.format(number=f"{number:,}", file=path), None)
