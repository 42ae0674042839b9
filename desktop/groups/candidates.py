"""Who can be put into a group: people or groups found as somebody types, ticked one by one, also across searches.

Belongs here: the model of the picker and what is ticked. Must not know: the dialog around it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, QObject, Signal

from desktop.widgets.table_model import Cell, Column, PagedModel, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.workspace import Kind, Workspace


class Candidate(NamedTuple):
    """Somebody who can be a member."""

    id: str
    name: str
    detail: str
    icon: str
    remark: str = ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Candidates", text)


def initials(name: str) -> str:
    """Give the two letters that stand for a person."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


class Candidates(PagedModel[Candidate]):
    """Lists candidates with a tick; `ticked` are those chosen so far, by id."""

    ticks_changed = Signal()

    def __init__(self, workspace: Workspace, group_id: str, parent: QObject | None = None) -> None:
        columns = (Column(_tr("Chosen"), 46), Column(_tr("Name")), Column(_tr("Remark"), 112))
        super().__init__(columns, self._cells_of_candidate, parent)
        self._workspace = workspace
        self._group_id = group_id
        self._given_up = threading.Event()
        self.ticked: dict[str, Candidate] = {}

    def find(self, kind: Kind, text: str) -> None:
        """Look for others; the search before gives up."""
        self._given_up.set()
        self._given_up = threading.Event()
        workspace, cancelled = self._workspace, self._given_up.is_set
        if kind == "User":
            self.load(
                Source(
                    lambda: workspace.count_people(text, cancelled=cancelled),
                    lambda offset, limit: [
                        Candidate(
                            one.id,
                            one.display_name,
                            one.user_name,
                            initials(one.display_name),
                            "" if one.active else _tr("Deactivated"),
                        )
                        for one in workspace.people(text, offset=offset, limit=limit, cancelled=cancelled)
                    ],
                )
            )
        else:
            self.load(
                Source(
                    lambda: workspace.count_groups(text, cancelled=cancelled),
                    lambda offset, limit: [
                        Candidate(
                            one.id,
                            one.display_name,
                            _tr("{number} members").format(number=f"{one.member_count:,}"),
                            "users-three",
                            _tr("This group") if one.id == self._group_id else "",
                        )
                        for one in workspace.groups(text, offset=offset, limit=limit, cancelled=cancelled)
                    ],
                )
            )

    def toggle(self, candidates: Sequence[Candidate]) -> None:
        """Tick them all, or, where all are ticked, none of them."""
        able = [one for one in candidates if one.id != self._group_id]
        if all(one.id in self.ticked for one in able):
            for one in able:
                del self.ticked[one.id]
        else:
            self.ticked.update((one.id, one) for one in able)
        self.redraw()

    def clear(self) -> None:
        """Tick nobody."""
        self.ticked = {}
        self.redraw()

    def redraw(self) -> None:
        """Show the ticks as they are."""
        self._made = None
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(self.columns) - 1))
        self.ticks_changed.emit()

    def _cells_of_candidate(self, one: Candidate) -> Sequence[Cell]:
        is_ticked = one.id in self.ticked
        return (
            Cell(
                _tr("chosen") if is_ticked else "",
                "icon",
                "accent" if is_ticked else "neutral",
                icon="ph.check-circle-fill" if is_ticked else "circle",
            ),
            Cell(one.name, "two", detail=one.detail, icon=one.icon),
            Cell(one.remark, "pill"),
        )
