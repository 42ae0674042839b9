"""The dialogs that ask what a deed needs to know: a profile, a name, a password, people.

Belongs here: asking. Must not know: what is done with the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QListWidget, QListWidgetItem

from desktop.sandbox.deeds import Asks
from desktop.sandbox.words import tr
from desktop.widgets.basics import label
from desktop.widgets.dialog import Dialog
from desktop.widgets.field import Field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtWidgets import QWidget

    from desktop.sandbox.deeds import Deed
    from server.okta.tenant import OktaPerson, OktaTenant

_OWN: Final = ("first_name", "last_name", "login", "email")
_MAPPED: Final = ("title", "department", "division", "costCenter", "employeeNumber", "mobilePhone")
_ID: Final = Qt.ItemDataRole.UserRole


class ProfileDialog(Dialog):
    """A person's profile in Okta; `given` has what was changed, and nothing else."""

    given = Signal(object)

    def __init__(self, parent: QWidget | None, person: OktaPerson) -> None:
        name = f"{person.first_name} {person.last_name}"
        super().__init__(parent, tr("Edit the profile of {name}").format(name=name), icon="pencil-simple", width=480)
        titles = {
            "first_name": tr("First name"),
            "last_name": tr("Last name"),
            "login": tr("Username"),
            "email": tr("Primary email"),
            "title": tr("Title"),
            "department": tr("Department"),
            "division": tr("Division"),
            "costCenter": tr("Cost center"),
            "employeeNumber": tr("Employee number"),
            "mobilePhone": tr("Mobile phone"),
        }
        self._before = {one: str(getattr(person, one)) for one in _OWN}
        self._before |= {one: str(person.attributes.get(one, "")) for one in _MAPPED}
        self.inputs: dict[str, QLineEdit] = {}
        for attribute, value in self._before.items():
            one = self.inputs[attribute] = QLineEdit(value)
            self.body.addWidget(Field(titles[attribute], one))
        self.body.setSpacing(4)
        self.add_button(tr("Cancel"), self.reject)
        self.save_button = self.add_button(tr("Save"), self._save, kind="primary")
        self.inputs["title"].setFocus()

    def _save(self) -> None:
        changes = {one: field.text().strip() for one, field in self.inputs.items()}
        self.given.emit({one: value for one, value in changes.items() if value != self._before[one]})
        self.accept()


class NameDialog(Dialog):
    """One line; ``choices`` are offered where there are some."""

    given = Signal(object)

    def __init__(
        self, parent: QWidget | None, title: str, field: str, value: str = "", choices: Sequence[str] = ()
    ) -> None:
        super().__init__(parent, title, icon="pencil-simple", width=440)
        self.input: QLineEdit | QComboBox
        if choices:
            self.input = QComboBox()
            self.input.addItems(list(choices))
        else:
            self.input = QLineEdit(value)
            self.input.selectAll()
        self.field = Field(field, self.input)
        self.body.addWidget(self.field)
        self.add_button(tr("Cancel"), self.reject)
        self.done_button = self.add_button(tr("Continue"), self._give, kind="primary")
        self.input.setFocus()

    def _give(self) -> None:
        text = (self.input.currentText() if isinstance(self.input, QComboBox) else self.input.text()).strip()
        if not text:
            self.field.complain(tr("It cannot be empty."))
            return
        self.given.emit(text)
        self.accept()


class PeopleDialog(Dialog):
    """People to tick; `given` has the ids of the ticked ones."""

    given = Signal(object)

    def __init__(self, parent: QWidget | None, title: str, people: Mapping[str, str]) -> None:
        """Take the name of each person, by id."""
        super().__init__(parent, title, icon="users-three", width=440)
        self.list = QListWidget()
        self.list.setAccessibleName(title)
        self.list.setMinimumHeight(300)
        for okta_id, name in people.items():
            item = QListWidgetItem(name)
            item.setData(_ID, okta_id)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.body.addWidget(self.list, 1)
        if not people:
            self.body.addWidget(label(tr("There is nobody to choose."), "muted"))
        self.add_button(tr("Cancel"), self.reject)
        self.done_button = self.add_button(tr("Continue"), self._give, kind="primary")

    def tick(self, okta_id: str) -> None:
        """Tick somebody."""
        for number in range(self.list.count()):
            if self.list.item(number).data(_ID) == okta_id:
                self.list.item(number).setCheckState(Qt.CheckState.Checked)

    def _give(self) -> None:
        items = [self.list.item(number) for number in range(self.list.count())]
        ticked = [str(item.data(_ID)) for item in items if item.checkState() is Qt.CheckState.Checked]
        if ticked:
            self.given.emit(ticked)
        self.accept()


AnyDialog = ProfileDialog | NameDialog | PeopleDialog


def dialog_for(parent: QWidget | None, deed: Deed, tenant: OktaTenant, key: str) -> AnyDialog | None:
    """Make the dialog that a deed needs; None where it needs nothing."""
    match deed.asks:
        case Asks.PROFILE:
            return ProfileDialog(parent, tenant.people[key])
        case Asks.PASSWORD:
            return NameDialog(parent, tr("Set a password in Okta"), tr("New password, made up for the demo"))
        case Asks.NEW_NAME:
            return NameDialog(parent, tr("Rename {group}").format(group=key), tr("New name"), key)
        case Asks.EXISTING_NAME:
            known: Any = tenant.client.groups
            title = tr("Link {group} to a group that was imported").format(group=key)
            return NameDialog(parent, title, tr("Name of the existing group"), key, sorted(known))
        case Asks.NEW_MEMBERS:
            members = set(tenant.groups[key].members)
            others = {one: _name(person) for one, person in tenant.people.items() if one not in members}
            return PeopleDialog(parent, tr("Add members to {group}").format(group=key), others)
        case Asks.MEMBERS:
            inside = {one: _name(tenant.people[one]) for one in tenant.groups[key].members if one in tenant.people}
            return PeopleDialog(parent, tr("Remove members from {group}").format(group=key), inside)
        case Asks.NOTHING:
            return None


def _name(person: OktaPerson) -> str:
    return f"{person.first_name} {person.last_name}"
