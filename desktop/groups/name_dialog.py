"""Naming a group: a new one, or another name for one that is there; what is wrong with it stands beside the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QLineEdit

from desktop import background
from desktop.groups.doing import tracked
from desktop.messages import worded
from desktop.widgets.basics import label
from desktop.widgets.dialog import Dialog
from desktop.widgets.field import Field
from server.workspace import ScimError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.desk import Desk
    from server.records import GroupRow
    from server.workspace import Done


class NameDialog(Dialog):
    """Without a ``group`` it makes a new one; open it with `open()`."""

    saved = Signal(object, object)
    """The Done, and the number of the change or None where nothing changed."""

    def __init__(self, desk: Desk, group: GroupRow | None = None, parent: QWidget | None = None) -> None:
        title = _tr("New group") if group is None else _tr("Rename the group")
        super().__init__(parent, title, icon="users-three", width=460)
        self._desk = desk
        self._group = group
        self.name_edit = QLineEdit("" if group is None else group.display_name)
        self.name_edit.setMaxLength(1_000)
        # A complaint of two lines must not press it flat.
        self.name_edit.setMinimumHeight(36)
        self.name_field = Field(
            self.tr("Name"), self.name_edit, self.tr("Okta shows the group by this name."), required=True
        )
        self.body.addWidget(self.name_field)
        if group is not None and group.source == "okta":
            note = self.tr("Okta pushes this group under the name it has there, and its next push brings that back.")
            self.body.addWidget(label(note, "muted", wrap=True))
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.save_button = self.add_button(
            self.tr("Create the group") if group is None else self.tr("Rename"), self._save, kind="primary"
        )
        self.name_edit.textChanged.connect(self._judge)
        self.name_edit.selectAll()
        self.name_edit.setFocus()
        self._judge()

    def _judge(self) -> None:
        name = self.name_edit.text().strip()
        self.name_field.praise()
        self.save_button.setEnabled(bool(name) and (self._group is None or name != self._group.display_name))

    def _save(self) -> None:
        workspace, group, name = self._desk.workspace, self._group, self.name_edit.text().strip()
        self.banner.hide()
        self.save_button.setEnabled(False)

        def work() -> tuple[Done, int | None]:
            if group is None:
                return tracked(workspace, lambda: workspace.create("Group", {"displayName": name}))
            change = [{"op": "replace", "path": "displayName", "value": name}]
            return tracked(workspace, lambda: workspace.modify("Group", group.id, change), group.id)

        background.run(self, work, self._done, self._fail)

    def _done(self, found: tuple[Done, int | None]) -> None:
        self.saved.emit(*found)
        self.accept()

    def _fail(self, error: Exception) -> None:
        self.save_button.setEnabled(True)
        if isinstance(error, ScimError):
            self.name_field.complain(str(error))
            self.name_edit.setFocus()
            self.adjustSize()
        else:
            self.banner.say(str(worded(error)), "err")


def _tr(text: str) -> str:
    return QCoreApplication.translate("NameDialog", text)
