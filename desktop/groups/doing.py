"""Carries out what is asked for a group: in the background, told when it is done, with its undo.

Belongs here: the calls of the workspace and the changes they leave. Must not know: the table, the panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from desktop import background
from desktop.messages import worded
from server.workspace import ScimError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.widgets.banner import Banner
    from server.workspace import Done, Workspace

    Ids = Callable[[], Sequence[str]]
    """Reads whom it is about; called on the background thread."""

_CHANGED_SINCE: Final = 412
_LOOKED_AT: Final = 5


def tracked(workspace: Workspace, act: Callable[[], Done], group_id: str = "") -> tuple[Done, int | None]:
    """Do something; give with the result the number of the change it left, None where it left none.

    ``group_id`` is empty for a group that is only made by it.
    """
    before = max((one.seq for one in workspace.changes(group_id, limit=1)), default=0) if group_id else 0
    done = act()
    made = workspace.changes(done.resource_id or group_id, limit=_LOOKED_AT)
    return done, next((one.seq for one in made if one.seq > before and one.actor == workspace.actor), None)


class Doing(QObject):
    """One for the page; `told` speaks to the person, `changed` says that the list is another now."""

    told = Signal(str, object)
    changed = Signal()

    def __init__(self, workspace: Workspace, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._banner = banner

    def add_members(self, group_id: str, name: str, members: Sequence[str]) -> None:
        """Put people and groups into a group."""
        one = self.tr("Added 1 member to {group}.")
        words = one if len(members) == 1 else self.tr("Added {number} members to {group}.")
        self._do(
            group_id,
            lambda: self._workspace.add_members(group_id, members),
            words.format(number=f"{len(members):,}", group=name),
            self.tr("All of them are members of {group} already.").format(group=name),
        )

    def remove_members(self, group_id: str, name: str, members: Ids) -> None:
        """Take people and groups out of a group."""
        number = 0

        def act() -> Done:
            nonlocal number
            found = members()
            number = len(found)
            return self._workspace.remove_members(group_id, found)

        def words() -> str:
            if number == 1:
                return self.tr("Took 1 member out of {group}.").format(group=name)
            return self.tr("Took {number} members out of {group}.").format(number=f"{number:,}", group=name)

        self._do(group_id, act, words, self.tr("They are in {group} no more already.").format(group=name))

    def delete(self, group_id: str, name: str) -> None:
        """Delete a group; its members stay."""
        self._do(
            group_id,
            lambda: self._workspace.delete("Group", group_id),
            self.tr("Deleted {group}.").format(group=name),
            "",
        )

    def tell(self, sentence: str, seq: int | None) -> None:
        """Tell what was done, with an undo where a change was left."""
        self.told.emit(sentence, None if seq is None else lambda: self.undo(seq))
        self.changed.emit()

    def undo(self, seq: int, *, force: bool = False) -> None:
        """Undo one change."""
        self._banner.hide()

        def done(result: Done) -> None:
            self.told.emit(self.tr("Undone: {what}.").format(what=result.meaning), None)
            self.changed.emit()

        def failed(error: Exception) -> None:
            if isinstance(error, ScimError) and error.status == _CHANGED_SINCE:
                again = self.tr("Undo all the same")
                self._banner.say(str(error), "warn", again, lambda: self.undo(seq, force=True))
            else:
                self.fail(error)

        background.run(self, lambda: self._workspace.revert(seq, force=force), done, failed)

    def fail(self, error: Exception) -> None:
        """Say on the page what went wrong."""
        self._banner.say(str(worded(error)), "err", self.tr("Close"), self._banner.hide)

    def _do(self, group_id: str, act: Callable[[], Done], words: str | Callable[[], str], nothing: str) -> None:
        self._banner.hide()

        def done(result: tuple[Done, int | None]) -> None:
            seq = result[1]
            said = words if isinstance(words, str) else words()
            self.tell(said if seq is not None or not nothing else nothing, seq)

        background.run(self, lambda: tracked(self._workspace, act, group_id), done, self.fail)
