from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from desktop.people.editor import PersonEditor
from desktop.people.form import ENTERPRISE, MANAGER
from server.config import ServerConfig
from server.workspace import Workspace
from tests.desktop.people.persons import body

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

    Open = Callable[..., PersonEditor]


@pytest.fixture
def open_editor(qtbot: QtBot, desk: Desk) -> Open:
    def opened(person_id: str | None = None) -> PersonEditor:
        editor = PersonEditor(desk, person_id)
        # The dialog deletes itself when it closes.
        editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(editor)
        editor.open()
        qtbot.waitUntil(editor.save_button.isEnabled)
        return editor

    return opened


def retype(qtbot: QtBot, editor: PersonEditor, path: str, text: str) -> None:
    editor.texts[path].selectAll()
    qtbot.keyClick(editor.texts[path], Qt.Key.Key_Delete)
    qtbot.keyClicks(editor.texts[path], text)


def press(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_is_missing_is_said_beside_each_field(qtbot: QtBot, open_editor: Open) -> None:
    editor = open_editor()
    qtbot.keyClicks(editor.texts["name.givenName"], "Ada")
    press(qtbot, editor.save_button)
    qtbot.waitUntil(lambda: bool(editor.fields["userName"].complaint))
    wrong = {path for path, field in editor.fields.items() if field.complaint}
    assert wrong == {"userName", "name.familyName", "emails"}
    assert editor.banner.isHidden()
    # Typing into the field takes the complaint away.
    qtbot.keyClicks(editor.texts["userName"], "a")
    assert not editor.fields["userName"].complaint


def test_a_taken_name_is_said_beside_it_in_the_words_of_the_endpoint(
    qtbot: QtBot, desk: Desk, open_editor: Open
) -> None:
    desk.workspace.create("User", body("Ada Lovelace"))
    editor = open_editor()
    retype(qtbot, editor, "userName", "ADA.lovelace@acme.example")
    retype(qtbot, editor, "name.givenName", "Ada")
    retype(qtbot, editor, "name.familyName", "Lovelace")
    qtbot.keyClicks(editor.lists["emails"].lines[0], "another@acme.example")
    press(qtbot, editor.save_button)
    qtbot.waitUntil(lambda: "taken" in editor.fields["userName"].complaint)
    assert editor.isVisible()


def test_a_person_is_created_with_everything(qtbot: QtBot, desk: Desk, open_editor: Open) -> None:
    boss = desk.workspace.create("User", body("Grace Hopper")).resource_id
    editor = open_editor()
    for path, text in {
        "userName": "ada@acme.example",
        "name.givenName": "Ada",
        "name.familyName": "Lovelace",
        "title": "Countess",
        f"{ENTERPRISE}:employeeNumber": "1815",
    }.items():
        retype(qtbot, editor, path, text)
        qtbot.keyClick(editor.texts[path], Qt.Key.Key_Tab)
    qtbot.keyClicks(editor.lists["phoneNumbers"].lines[0], "+44 1")
    editor.manager.setFocus()
    qtbot.keyClick(editor.manager, Qt.Key.Key_Down)
    qtbot.keyClicks(editor.manager.popup.search, "grace")
    qtbot.keyClick(editor.manager.popup.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: editor.manager.option is not None)
    with qtbot.waitSignal(editor.saved) as saved:
        press(qtbot, editor.save_button)
    done, seq = saved.args
    document = desk.workspace.show("User", done.resource_id)
    assert document["emails"] == [{"value": "ada@acme.example", "type": "work", "primary": True}]
    assert document["phoneNumbers"][0]["value"] == "+44 1"
    assert document[ENTERPRISE] == {"employeeNumber": "1815", "manager": {"value": boss}}
    desk.workspace.revert(seq)
    assert desk.workspace.count_people("ada") == 0


def test_an_edit_loses_nothing_that_is_not_shown(qtbot: QtBot, desk: Desk, open_editor: Open) -> None:
    more: dict[str, Any] = {"nickName": "Countess", "urn:example:1.0:User": {"badge": "7"}}
    person = desk.workspace.create("User", body("Ada Lovelace", **more)).resource_id
    editor = open_editor(person)
    assert editor.texts["userName"].text() == "ada.lovelace@acme.example"
    retype(qtbot, editor, f"{ENTERPRISE}:department", "Engines")
    with qtbot.waitSignal(editor.saved):
        press(qtbot, editor.save_button)
    document = desk.workspace.show("User", person)
    assert document[ENTERPRISE]["department"] == "Engines"
    assert document["nickName"] == "Countess"
    assert document["urn:example:1.0:User"] == {"badge": "7"}


def test_saving_without_a_change_changes_nothing(qtbot: QtBot, desk: Desk, open_editor: Open) -> None:
    person = desk.workspace.create("User", body("Ada Lovelace")).resource_id
    editor = open_editor(person)
    press(qtbot, editor.save_button)
    assert not editor.isVisible()
    assert len(desk.workspace.changes(person)) == 1


def changed_by_okta(desk: Desk, person: str) -> None:
    with Workspace.open(desk.workspace.folder, ServerConfig(), actor="token Okta") as okta:
        okta.modify("User", person, [{"op": "replace", "path": "title", "value": "Analyst"}])


@pytest.mark.parametrize("keep", [True, False], ids=["keep mine", "reload"])
def test_what_okta_changed_meanwhile_is_said_and_one_can_choose(
    qtbot: QtBot, desk: Desk, open_editor: Open, keep: bool
) -> None:
    person = desk.workspace.create("User", body("Ada Lovelace")).resource_id
    editor = open_editor(person)
    retype(qtbot, editor, f"{ENTERPRISE}:department", "Engines")
    changed_by_okta(desk, person)
    press(qtbot, editor.save_button)
    qtbot.waitUntil(editor.banner.isVisible)
    assert "Okta" in editor.banner.accessibleName()
    assert "Title" in editor.banner.accessibleName()
    if keep:
        with qtbot.waitSignal(editor.saved):
            press(qtbot, editor.save_button)
        document = desk.workspace.show("User", person)
        assert (document["title"], document[ENTERPRISE]["department"]) == ("Analyst", "Engines")
    else:
        (reload,) = [one for one in editor.banner.findChildren(QPushButton) if not one.isHidden()]
        press(qtbot, reload)
        qtbot.waitUntil(lambda: editor.texts["title"].text() == "Analyst")
        assert editor.texts[f"{ENTERPRISE}:department"].text() == "Research"
        assert editor.banner.isHidden()


def test_somebody_who_was_deleted_meanwhile_cannot_be_saved(qtbot: QtBot, desk: Desk, open_editor: Open) -> None:
    person = desk.workspace.create("User", body("Ada Lovelace")).resource_id
    editor = open_editor(person)
    retype(qtbot, editor, "title", "Countess")
    desk.workspace.delete("User", person)
    press(qtbot, editor.save_button)
    qtbot.waitUntil(editor.banner.isVisible)
    assert "deleted" in editor.banner.accessibleName()
    assert not editor.save_button.isEnabled()


def test_what_was_typed_is_not_lost_by_esc(qtbot: QtBot, open_editor: Open) -> None:
    editor = open_editor()
    qtbot.keyClicks(editor.texts["userName"], "ada")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert editor.isVisible()
    (discard,) = editor.banner.findChildren(QPushButton)
    press(qtbot, discard)
    assert not editor.isVisible()


def test_an_untouched_form_closes_with_esc(qtbot: QtBot, open_editor: Open) -> None:
    editor = open_editor()
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.isVisible()


def test_every_input_has_a_name(open_editor: Open) -> None:
    editor = open_editor()
    assert MANAGER in editor.fields
    for control in (*editor.texts.values(), *editor.lists["emails"].lines, editor.manager, editor.active):
        assert control.accessibleName()
