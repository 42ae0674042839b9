"""The history of one person or group: who changed what and when, each change to be opened, and to be undone.

Belongs here: the list of changes and its Undo. Must not know: what else is shown of the resource.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout

from desktop import background, theme
from desktop.messages import worded
from desktop.widgets import when
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, clear, column, label, plain, row
from desktop.widgets.difference_view import MOST, DifferenceView
from server.workspace import ScimError

if TYPE_CHECKING:
    from server.records import ChangeRecord, Difference
    from server.workspace import Done, Workspace

    Entries = list[tuple[ChangeRecord, list[Difference]]]

PART: Final = 30
"""Changes that are read at once."""
CONFLICT: Final = 412
_MEMBERS: Final[tuple[tuple[Literal["User", "Group"], str], ...]] = (("User", "userName"), ("Group", "displayName"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("History", text)


def actor_name(actor: str, own: str) -> str:
    """Say who made a change: a token by its name, this window as "you"."""
    if actor == own:
        return _tr("you")
    return _tr("token “{name}”").format(name=actor[6:]) if actor.startswith("token ") else actor


def _named(workspace: Workspace, change: ChangeRecord) -> list[Difference]:
    """Give what a change touched; members, of which the audit has the ids, by their names."""

    def name(member: Any) -> Any:
        if not isinstance(member, str):
            return member
        for kind, attribute in _MEMBERS:
            with suppress(ScimError):
                document = workspace.show(kind, member)
                return document.get("displayName") or document[attribute]
        return member

    def names(members: Any) -> Any:
        # The view writes out no more than these.
        return [*map(name, members[:MOST]), *members[MOST:]] if isinstance(members, list) else members

    return [
        replace(one, before=names(one.before), after=names(one.after)) if one.path == "members" else one
        for one in workspace.difference(change)
    ]


class Entry(QFrame):
    """One change: a line that opens into before and after."""

    undo_clicked = Signal(object)
    """The ChangeRecord."""

    def __init__(self, change: ChangeRecord, differences: list[Difference], own: str) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.change = change
        self._differences = differences
        self._view: DifferenceView | None = None
        self.toggle = QToolButton()
        self.toggle.setProperty("kind", "entry")
        self.toggle.setCheckable(True)
        self.toggle.setText(change.summary[:1].upper() + change.summary[1:])
        self.toggle.setToolTip(change.summary)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        # Before the first layout it has no room, and an icon drawn into less than nothing is a warning of Qt's.
        self.toggle.setMinimumSize(80, 28)
        self.toggle.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggle.toggled.connect(self._open)
        theme.current().bind_icon(self.toggle, "caret-right")
        who = actor_name(change.actor, own)
        details = label(f"{when.ago(change.at)} · {who}", "small")
        details.setToolTip(when.exact(change.at))
        self.toggle.setAccessibleName(f"{change.summary}, {when.ago(change.at)}, {who}")
        self.undo_button = button(
            _tr("Undo"), lambda: self.undo_clicked.emit(self.change), icon="arrow-counter-clockwise", kind="ghost"
        )
        self.undo_button.setAccessibleName(_tr("Undo: {change}").format(change=change.summary))
        head = row(spacing=8)
        head.addWidget(self.toggle, 1)
        head.addWidget(self.undo_button)
        self._body = column(spacing=8, margins=(22, 6, 0, 6))
        self.setLayout(column(head, row(22, details, None, spacing=0), self._body, spacing=0, margins=(0, 4, 0, 6)))

    def _open(self, checked: bool) -> None:
        theme.current().bind_icon(self.toggle, "caret-down" if checked else "caret-right")
        if self._view is None:
            self._view = DifferenceView(self._differences)
            self._body.addWidget(self._view)
        self._view.setVisible(checked)


class History(QScrollArea):
    """Shows the changes of a resource, the newest first; opens the newest by itself."""

    undone = Signal(object)
    """A change was undone: the Done of what undid it."""
    failed = Signal(object)
    """The history could not be read: the error."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.setAccessibleName(_tr("History"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._workspace = workspace
        self._resource: str | None = None
        self._task: background.Task | None = None
        self._entries: list[Entry] = []
        self.banner = Banner()
        self._list = column(spacing=0)
        self.older_button = button(_tr("Show older"), self._show_older, kind="link")
        self.older_button.hide()
        layout: QVBoxLayout = column(self.banner, spacing=6, margins=(0, 6, 6, 6))
        layout.addLayout(self._list)
        layout.addLayout(row(self.older_button, None))
        layout.addStretch(1)
        self.setWidget(plain(layout))

    @property
    def resource_id(self) -> str | None:
        """Whose changes are shown."""
        return self._resource

    @property
    def entries(self) -> list[Entry]:
        """The changes shown, the newest first."""
        return list(self._entries)

    def show_resource(self, resource_id: str | None) -> None:
        """Show the changes of a person or a group; None shows nothing."""
        self._resource = resource_id
        self.banner.hide()
        self._set([], more=False)
        self.refresh()

    def refresh(self) -> None:
        """Read again; what is open stays open."""
        if self._resource is not None:
            self._read(max(PART, len(self._entries)))

    def _show_older(self) -> None:
        self._read(len(self._entries) + PART)

    def _read(self, limit: int) -> None:
        if self._task is not None:
            self._task.cancel()
        resource, workspace = self._resource, self._workspace

        def work() -> Entries:
            return [(one, _named(workspace, one)) for one in workspace.changes(resource, limit=limit + 1)]

        self._task = background.run(self, work, lambda found: self._arrived(found, limit), self._fail)

    def _arrived(self, found: Entries, limit: int) -> None:
        self._task = None
        more, found = len(found) > limit, found[:limit]
        if [one.seq for one, _ in found] != [entry.change.seq for entry in self._entries]:
            self._set(found, more=more)
        self.older_button.setVisible(more)

    def _fail(self, error: Exception) -> None:
        self._task = None
        self.banner.say(str(worded(error)), "err", _tr("Try again"), self.refresh)
        self.failed.emit(error)

    def _set(self, found: Entries, *, more: bool) -> None:
        was_open = {entry.change.seq for entry in self._entries if entry.toggle.isChecked()}
        position = self.verticalScrollBar().value()
        clear(self._list)
        self._entries = []
        for change, differences in found:
            entry = Entry(change, differences, self._workspace.actor)
            entry.undo_clicked.connect(self._undo)
            self._entries.append(entry)
            self._list.addWidget(entry)
            if change.seq in was_open:
                entry.toggle.setChecked(True)
        if self._entries and not was_open:
            self._entries[0].toggle.setChecked(True)
        self.older_button.setVisible(more)
        self.verticalScrollBar().setValue(position)

    def _undo(self, change: ChangeRecord, *, force: bool = False) -> None:
        self.banner.hide()

        def failed(error: Exception) -> None:
            if isinstance(error, ScimError) and error.status == CONFLICT:
                self.banner.say(str(error), "warn", _tr("Undo all the same"), lambda: self._undo(change, force=True))
            else:
                self.banner.say(str(worded(error)), "err")

        background.run(self, lambda: self._workspace.revert(change.seq, force=force), self._undone, failed)

    def _undone(self, done: Done) -> None:
        self.refresh()
        self.undone.emit(done)
