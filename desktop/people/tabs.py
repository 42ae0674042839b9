"""A tab of a person's details: the groups that they are in, with a picker for another one.

Belongs here: what the tab shows, and how groups are found by name. Must not know: the person's document, the panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from desktop.widgets.basics import button, clear, column, label, picture, plain, row
from desktop.widgets.picker import Option, Picker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.records import GroupRow
    from server.workspace import Workspace

SHOWN: Final = 200
"""Groups that are listed; more are counted."""
FOUND: Final = 50
"""Groups that a search in a picker gives."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("PersonTabs", text)


def group_options(workspace: Workspace, text: str) -> list[Option]:
    """Find groups by name for a picker; for a background thread."""
    return [
        Option(group.id, group.display_name, _tr("{number} members").format(number=f"{group.member_count:,}"))
        for group in workspace.groups(text, limit=FOUND)
    ]


class GroupsTab(QScrollArea):
    """The groups of a person, each a way to it, with a picker for another one."""

    opened = Signal(str)
    """A group's id."""
    added = Signal(str, str)
    """To be put into a group: its id and name."""
    removed = Signal(str, str)
    """To be taken out of a group: its id and name."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.setAccessibleName(_tr("Groups"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.picker = Picker(
            _tr("Add to a group"), _tr("Add to a group"), lambda text: group_options(workspace, text), icon="plus"
        )
        self.picker.picked.connect(self._add)
        self._column = column(spacing=2)
        layout = column(self.picker, self._column, None, spacing=10, margins=(0, 10, 6, 8))
        self.setWidget(plain(layout))
        self._shown: list[GroupRow] | None = None

    def show_groups(self, groups: Sequence[GroupRow]) -> None:
        """Show other groups; nothing moves where they are the same."""
        if self._shown == list(groups):
            return
        self._shown = list(groups)
        clear(self._column)
        for group in groups[:SHOWN]:
            self._column.addWidget(self._line(group))
        if len(groups) > SHOWN:
            more = _tr("and {number} more").format(number=f"{len(groups) - SHOWN:,}")
            self._column.addWidget(label(more, "small"))
        if not groups:
            self._column.addWidget(label(_tr("In no group yet."), "muted", wrap=True))

    def _line(self, group: GroupRow) -> QWidget:
        name = button(group.display_name, lambda: self.opened.emit(group.id), kind="link")
        name.setToolTip(_tr("Open the group {name}").format(name=group.display_name))
        name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        remove = button(
            "",
            lambda: self.removed.emit(group.id, group.display_name),
            icon="x",
            kind="ghost",
            name=_tr("Take out of {name}").format(name=group.display_name),
        )
        layout = row(picture("users-three", "faint", 18), spacing=10)
        layout.addWidget(name, 1)
        layout.addWidget(label(_tr("{number} members").format(number=f"{group.member_count:,}"), "small"))
        layout.addWidget(remove)
        return plain(layout)

    def _add(self, option: Option | None) -> None:
        if option is not None:
            self.picker.choose(None)
            self.added.emit(option.key, option.text)
