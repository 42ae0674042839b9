"""Carries out what is asked for people: in the background, with progress and Cancel, and with one undo for all of it.

Belongs here: starting, telling, undoing. Must not know: the table, the panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from desktop import background
from desktop.messages import worded
from desktop.people import deeds
from desktop.people.deeds import Deed
from server.workspace import ScimError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.widgets.banner import Banner
    from desktop.widgets.waiting import Waiting
    from server.workspace import Done, Workspace

    Ids = Callable[[], Sequence[str]]
    """Reads whom it is about; called on the background thread."""

_CHANGED_SINCE: Final = 412


class Doing(QObject):
    """One for the page; `told` speaks to the person, `changed` says that the list is another now."""

    told = Signal(str, object)
    changed = Signal()

    def __init__(self, workspace: Workspace, waiting: Waiting, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._waiting = waiting
        self._banner = banner

    def set_active(self, ids: Ids, *, active: bool) -> None:
        """Deactivate or reactivate people."""
        workspace, deed, task = self._workspace, Deed(), background.Task()
        if active:
            doing, words = self.tr("Reactivating…"), (self.tr("Reactivated."), self.tr("Reactivated {number} people."))
        else:
            doing, words = self.tr("Deactivating…"), (self.tr("Deactivated."), self.tr("Deactivated {number} people."))

        def work() -> Deed:
            return deeds.set_active(workspace, ids(), deed, task.report, active=active)

        self._start(deed, task, work, doing, words)

    def delete(self, ids: Ids) -> None:
        """Delete people."""
        workspace, deed, task = self._workspace, Deed(), background.Task()
        words = (self.tr("Deleted."), self.tr("Deleted {number} people."))
        self._start(deed, task, lambda: deeds.delete(workspace, ids(), deed, task.report), self.tr("Deleting…"), words)

    def change_membership(self, person: str, group: str, name: str, *, member: bool) -> None:
        """Put a person into a group, or take them out."""
        workspace = self._workspace
        act = workspace.add_members if member else workspace.remove_members

        def work() -> int | None:
            return deeds.tracked(workspace, group, lambda: act(group, [person]))[1]

        words = self.tr("Added to {group}.") if member else self.tr("Taken out of {group}.")
        background.run(self, work, lambda seq: self.tell(words.format(group=name), seq), self.fail)

    def tell(self, sentence: str, seq: int | None) -> None:
        """Tell what was done, with an undo where a change was left."""
        self.told.emit(sentence, None if seq is None else lambda: self.undo(seq))
        self.changed.emit()

    def undo(self, seq: int, *, force: bool = False) -> None:
        """Undo one change."""

        def done(result: Done) -> None:
            self.told.emit(self.tr("Undone: {what}.").format(what=result.meaning), None)
            self.changed.emit()

        def anyway() -> None:
            self._banner.hide()
            self.undo(seq, force=True)

        def failed(error: Exception) -> None:
            if isinstance(error, ScimError) and error.status == _CHANGED_SINCE:
                self._banner.say(str(error), "warn", self.tr("Undo all the same"), anyway)
            else:
                self.fail(error)

        background.run(self, lambda: self._workspace.revert(seq, force=force), done, failed)

    def fail(self, error: Exception) -> None:
        """Say on the page what went wrong."""
        self._banner.say(str(worded(error)), "err", self.tr("Close"), self._banner.hide)

    def _start(
        self, deed: Deed, task: background.Task, work: Callable[[], Deed], doing: str, words: tuple[str, str]
    ) -> None:
        one, many = words
        self._banner.hide()

        def over(*, stopped: bool = False) -> None:
            if len(deed.changes) == 1 and not stopped:
                self.tell(one, deed.changes[0])
                return
            sentence = many.format(number=f"{deed.done:,}")
            if stopped:
                sentence = self.tr("Stopped. {sentence}").format(sentence=sentence)
            elif deed.unchanged:
                sentence = self.tr("{sentence} {number} had nothing to change.").format(
                    sentence=sentence, number=f"{deed.unchanged:,}"
                )
            self.told.emit(sentence, (lambda: self._undo_all(deed)) if deed.changes else None)
            self.changed.emit()

        def failed(error: Exception) -> None:
            self.fail(error)
            if deed.changes:
                over(stopped=True)

        # One is still being finished when Cancel is pressed: what was done is told, with its undo, after that.
        background.run(self, work, lambda _: over(), failed, stopped=lambda: over(stopped=True), task=task)
        self._waiting.wait_for(task, doing)

    def _undo_all(self, deed: Deed) -> None:
        task = background.Task()
        total = len(deed.changes)

        def done(undone: int) -> None:
            sentence = self.tr("Undone for {number} people.").format(number=f"{undone:,}")
            if undone < total:
                sentence = self.tr("{sentence} {number} were changed by others since and stay as they are.").format(
                    sentence=sentence, number=f"{total - undone:,}"
                )
            self.told.emit(sentence, None)
            self.changed.emit()

        background.run(self, lambda: deed.undo(self._workspace, task.report), done, self.fail, task=task)
        task.ended.connect(self.changed)
        self._waiting.wait_for(task, self.tr("Undoing…"))
