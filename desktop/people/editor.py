"""The dialog that makes a person or edits one: what is wrong stands beside the field, in the endpoint's own words.

Belongs here: the dialog, and what it does when somebody else was faster. Must not know: the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLineEdit, QPushButton, QScrollArea, QWidget

from desktop import background
from desktop.messages import worded
from desktop.people.deeds import newest_own
from desktop.people.form import (
    ENTERPRISE,
    LISTS,
    MANAGER,
    TEXTS,
    Values,
    complaints,
    document_of,
    operations_of,
    values_of,
)
from desktop.people.profile import manager_of
from desktop.people.value_list import ValueList
from desktop.widgets.basics import column, label, plain
from desktop.widgets.dialog import Dialog
from desktop.widgets.difference_view import attribute_name
from desktop.widgets.field import Field
from desktop.widgets.history import actor_name
from desktop.widgets.picker import Option, Picker
from server.workspace import ScimError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.desk import Desk
    from server.records import ChangeRecord
    from server.workspace import Done

    Document = dict[str, Any]

FOUND: Final = 30
HEIGHT: Final = 740
_CHANGED_MEANWHILE: Final = 412
_GONE: Final = 404
_LOOKED_AT: Final = 20

EMAIL_TYPES: Final = ("work", "home", "other")
PHONE_TYPES: Final = ("work", "mobile", "home", "fax", "pager", "other")


class PersonEditor(Dialog):
    """Open it with `open()`; without an id it makes a new person."""

    saved = Signal(object, object)
    """The Done, and the number of the change that undoes it (None where nothing was changed)."""

    def __init__(self, desk: Desk, person_id: str | None = None, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate("PersonEditor", "New person" if person_id is None else "Edit person")
        super().__init__(parent, title, icon="user-plus" if person_id is None else "pencil-simple", width=660)
        self._desk = desk
        self._person = person_id
        self._was = Values()
        self._seq = 0
        self._version: str | None = None
        self._is_let_go = False
        self.fields: dict[str, Field] = {}
        """By the path of the attribute."""
        self.texts: dict[str, QLineEdit] = {}
        self.lists: dict[str, ValueList] = {}
        self.manager = Picker(self.tr("Manager"), self.tr("Nobody"), self._find_people)
        self.active = QCheckBox(self.tr("Active"))
        self.active.setChecked(True)
        self._form = self._make_form()
        self.body.addWidget(self._form)
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.save_button: QPushButton = self.add_button(
            self.tr("Create person") if person_id is None else self.tr("Save"), self.save, kind="primary"
        )
        self.resize(660, HEIGHT)
        if person_id is not None:
            self._load()
        self.texts["userName"].editingFinished.connect(self._suggest_email)

    # -- the form ----------------------------------------------------------------------------------

    def _make_form(self) -> QScrollArea:
        required = {path.casefold() for path in self._desk.workspace.config.required} | {"username"}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 10, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        for side in (0, 1):
            grid.setColumnStretch(side, 1)
            grid.setColumnMinimumWidth(side, 260)

        def add(path: str, control: QWidget, name: str, hint: str = "") -> Field:
            made = Field(name, control, hint, required=path.casefold() in required)
            self.fields[path] = made
            return made

        def text(path: str, name: str = "", hint: str = "") -> Field:
            line = QLineEdit()
            self.texts[path] = line
            made = add(path, line, name or attribute_name(path), hint)
            line.textEdited.connect(made.praise)
            return made

        def values(path: str, name: str, another: str, types: Sequence[str], example: str) -> Field:
            made = ValueList(name, another, types, example)
            self.lists[path] = made
            wrapped = add(path, made, name)
            made.edited.connect(wrapped.praise)
            return wrapped

        rows: list[tuple[QWidget, ...]] = [
            (label(self.tr("Identity"), "h2"),),
            (text("userName", hint=self.tr("What Okta knows this person by, usually an e-mail address")),),
            (text("name.givenName"), text("name.familyName")),
            (
                text("displayName"),
                add("active", self.active, self.tr("Status"), self.tr("Deactivated people stay listed")),
            ),
            (label(self.tr("Contact"), "h2"),),
            (values("emails", self.tr("Email"), self.tr("Another address"), EMAIL_TYPES, "name@example.com"),),
            (values("phoneNumbers", self.tr("Phone"), self.tr("Another number"), PHONE_TYPES, "+1 555 010 0199"),),
            (label(self.tr("Work"), "h2"),),
            (text("title", self.tr("Job title")), text(f"{ENTERPRISE}:department")),
            (text(f"{ENTERPRISE}:organization"), text(f"{ENTERPRISE}:costCenter")),
            (text(f"{ENTERPRISE}:employeeNumber"), add(MANAGER, self.manager, self.tr("Manager"))),
        ]
        for number, widgets in enumerate(rows):
            for side, widget in enumerate(widgets):
                span = 2 if len(widgets) == 1 else 1
                grid.addWidget(widget, number, side, 1, span, Qt.AlignmentFlag.AlignTop)
        grid.setRowStretch(len(rows), 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self.tr("Attributes"))
        area.setWidget(plain(column(grid)))
        return area

    def values(self) -> Values:
        """Give what the form holds now."""
        option = self.manager.option
        manager: Document | None = None
        if option is not None:
            same = self._was.manager is not None and self._was.manager.get("value") == option.key
            manager = self._was.manager if same else {"value": option.key}
        return Values(
            {path: line.text() for path, line in self.texts.items()},
            {name: made.values() for name, made in self.lists.items()},
            manager,
            self.active.isChecked(),
        )

    def _show(self, values: Values, manager_name: str) -> None:
        for path in TEXTS:
            self.texts[path].setText(values.texts[path])
        for name in LISTS:
            self.lists[name].show_values(values.lists[name])
        manager = values.manager
        self.manager.choose(Option(str(manager.get("value") or ""), manager_name) if manager else None)
        self.active.setChecked(values.active)
        # The lists show what is not said of a value as well ("primary"): what they give back is the start.
        self._was = self.values()
        self._was.manager = manager

    def _find_people(self, text: str) -> list[Option]:
        people = self._desk.workspace.people(text, limit=FOUND)
        return [Option(one.id, one.display_name, one.user_name) for one in people if one.id != self._person]

    def _suggest_email(self) -> None:
        first = self.lists["emails"].lines[0]
        name = self.texts["userName"].text().strip()
        if self._person is None and "@" in name and not first.text():
            first.setText(name)
            self.fields["emails"].praise()

    # -- reading and saving ------------------------------------------------------------------------

    def _load(self) -> None:
        assert self._person is not None
        person, workspace = self._person, self._desk.workspace
        self._form.setEnabled(False)
        self.save_button.setEnabled(False)

        def work() -> tuple[Document, str, int]:
            newest = max((one.seq for one in workspace.changes(person, limit=1)), default=0)
            document = workspace.show("User", person)
            return document, manager_of(workspace, document), newest

        background.run(self, work, self._loaded, self._failed)

    def _loaded(self, found: tuple[Document, str, int]) -> None:
        document, manager, self._seq = found
        self._version = document["meta"]["version"]
        self._show(values_of(document), manager)
        self._form.setEnabled(True)
        self.save_button.setEnabled(True)
        self.save_button.setText(self.tr("Save"))
        self.banner.hide()
        for one in self.fields.values():
            one.praise()
        self.texts["userName"].setFocus()

    def save(self) -> None:
        """Submit the form to the rules of the endpoint."""
        self._suggest_email()
        for one in self.fields.values():
            one.praise()
        self.banner.hide()
        now, person, version, workspace = self.values(), self._person, self._version, self._desk.workspace
        operations = operations_of(self._was, now)
        if person is not None and not operations:
            self._is_let_go = True
            self.reject()
            return

        def work() -> tuple[Done, int | None]:
            if person is None:
                done = workspace.create("User", document_of(now))
            else:
                done = workspace.modify("User", person, operations, version)
            return done, newest_own(workspace, done.resource_id, self._seq)

        self.save_button.setEnabled(False)
        background.run(self, work, self._finished, self._failed)

    def _finished(self, result: tuple[Done, int | None]) -> None:
        self.saved.emit(*result)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.save_button.setEnabled(True)
        if isinstance(error, ScimError):
            if error.status == _CHANGED_MEANWHILE and self._person is not None:
                self._look_who_was_faster(self._person)
                return
            if error.status == _GONE:
                self.banner.say(self.tr("This person was deleted meanwhile."), "err")
                self.save_button.setEnabled(False)
                return
            beside = {path: said for path, said in complaints(error).items() if path in self.fields}
            for path, sentence in beside.items():
                self.fields[path].complain(sentence)
            if beside:
                first = next(one for path, one in self.fields.items() if path in beside)
                first.control.setFocus()
                self._form.ensureWidgetVisible(first, 20, 40)
                return
        self.banner.say(str(worded(error)), "err")

    def _look_who_was_faster(self, person: str) -> None:
        workspace = self._desk.workspace

        def work() -> tuple[str, list[ChangeRecord], list[str]]:
            version = workspace.show("User", person)["meta"]["version"]
            since = [one for one in workspace.changes(person, limit=_LOOKED_AT) if one.seq > self._seq]
            paths = [difference.path for one in reversed(since) for difference in workspace.difference(one)]
            return version, since, list(dict.fromkeys(map(attribute_name, paths)))

        background.run(self, work, self._tell_conflict, self._failed)

    def _tell_conflict(self, found: tuple[str, list[ChangeRecord], list[str]]) -> None:
        self._version, since, names = found
        who = actor_name(since[0].actor, "") if since else self.tr("Somebody")
        sentence = self.tr(
            "{who} has changed this person meanwhile ({what}). Reload to see that and lose what you typed, or keep "
            "yours: only what you changed is written over."
        ).format(who=who[:1].upper() + who[1:], what=", ".join(names) or "—")
        self.banner.say(sentence, "warn", self.tr("Reload"), self._load)
        self.save_button.setText(self.tr("Keep mine"))
        self.save_button.setEnabled(True)

    # -- leaving -----------------------------------------------------------------------------------

    def reject(self) -> None:
        """Close, but not over what was typed without a word."""
        if self._is_let_go or not self._is_edited():
            super().reject()
            return
        self.banner.say(self.tr("What you typed is not saved."), "warn", self.tr("Discard it"), self._let_go)

    def _is_edited(self) -> bool:
        return bool(operations_of(self._was, self.values()))

    def _let_go(self) -> None:
        self._is_let_go = True
        self.reject()
