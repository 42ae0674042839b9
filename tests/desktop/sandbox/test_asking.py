from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from desktop.sandbox.asking import NameDialog, PeopleDialog, ProfileDialog, dialog_for
from desktop.sandbox.deeds import group_deeds, person_deeds

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from server.okta.tenant import OktaTenant


def test_only_what_was_changed_of_a_profile_is_given(tenant: OktaTenant, qtbot: QtBot) -> None:
    person = next(iter(tenant.people.values()))
    dialog = ProfileDialog(None, person)
    qtbot.addWidget(dialog)
    dialog.inputs["title"].setText("Chief Tester")
    with qtbot.waitSignal(dialog.given) as told:
        qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert told.args == [{"title": "Chief Tester"}]


def test_a_name_cannot_be_empty(qtbot: QtBot) -> None:
    dialog = NameDialog(None, "Rename Sales", "New name", "Sales")
    qtbot.addWidget(dialog)
    assert isinstance(dialog.input, QLineEdit)
    dialog.input.setText("  ")
    with qtbot.assertNotEmitted(dialog.given):
        qtbot.mouseClick(dialog.done_button, Qt.MouseButton.LeftButton)
    assert dialog.field.complaint
    dialog.input.setText(" Field team ")
    with qtbot.waitSignal(dialog.given) as told:
        qtbot.mouseClick(dialog.done_button, Qt.MouseButton.LeftButton)
    assert told.args == ["Field team"]


def test_people_are_ticked(qtbot: QtBot) -> None:
    dialog = PeopleDialog(None, "Add members", {"00u1": "Ada", "00u2": "Grace", "00u3": "Alan"})
    qtbot.addWidget(dialog)
    dialog.tick("00u1")
    dialog.tick("00u3")
    with qtbot.waitSignal(dialog.given) as told:
        qtbot.mouseClick(dialog.done_button, Qt.MouseButton.LeftButton)
    assert told.args == [["00u1", "00u3"]]


def test_each_deed_asks_what_it_needs(tenant: OktaTenant, qtbot: QtBot) -> None:
    person, group = next(iter(tenant.people)), next(iter(tenant.groups))
    tenant.client.groups["Visitors"] = "01c"
    asked = {}
    for deed in person_deeds(tenant, person):
        asked[deed.name] = dialog_for(None, deed, tenant, person)
    for deed in group_deeds(tenant, group):
        asked[f"group {deed.name}"] = dialog_for(None, deed, tenant, group)
    for dialog in asked.values():
        if dialog is not None:
            qtbot.addWidget(dialog)
    assert {name: type(dialog) for name, dialog in asked.items() if dialog is not None} == {
        "edit": ProfileDialog,
        "password": NameDialog,
        "group rename": NameDialog,
        "group link": NameDialog,
        "group add": PeopleDialog,
        "group remove": PeopleDialog,
    }
    link = asked["group link"]
    assert isinstance(link, NameDialog)
    assert isinstance(link.input, QComboBox)
    assert [link.input.itemText(number) for number in range(link.input.count())] == ["Visitors"]
