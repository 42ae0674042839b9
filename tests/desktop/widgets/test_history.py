from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from desktop.widgets.difference_view import DifferenceView
from desktop.widgets.history import PART, Entry, History, actor_name
from server.config import ServerConfig
from server.workspace import Workspace

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

PERSON = {
    "userName": "ada",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"value": "ada@x.example", "type": "work"}],
}


@pytest.fixture
def history(qtbot: QtBot, workspace: Workspace) -> History:
    made = History(workspace)
    qtbot.addWidget(made)
    made.resize(400, 500)
    made.show()
    return made


def press(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def retitle(workspace: Workspace, person: str, title: str) -> None:
    workspace.modify("User", person, [{"op": "replace", "path": "title", "value": title}])


def shown(entry: Entry) -> list[str]:
    view = entry.findChild(DifferenceView)
    return [one.text() for one in view.findChildren(QLabel) if one.text()] if view else []


def test_who_did_it_is_named() -> None:
    assert actor_name("desktop", "desktop") == "you"
    assert actor_name("token Okta production", "desktop") == "token “Okta production”"
    assert actor_name("cli root", "desktop") == "cli root"


def test_the_newest_is_open_and_the_others_open_by_a_click(
    qtbot: QtBot, workspace: Workspace, history: History
) -> None:
    person = workspace.create("User", PERSON).resource_id
    retitle(workspace, person, "Countess")
    history.show_resource(person)
    qtbot.waitUntil(lambda: len(history.entries) == 2)
    newest, first = history.entries
    assert shown(newest) == ["Title", "Countess"]
    assert shown(first) == []
    first.toggle.click()
    assert "Given name" in shown(first)


def test_what_is_open_stays_open_when_something_comes(qtbot: QtBot, workspace: Workspace, history: History) -> None:
    person = workspace.create("User", PERSON).resource_id
    history.show_resource(person)
    qtbot.waitUntil(lambda: len(history.entries) == 1)
    retitle(workspace, person, "Countess")
    history.refresh()
    qtbot.waitUntil(lambda: len(history.entries) == 2)
    assert [entry.toggle.isChecked() for entry in history.entries] == [False, True]


def test_a_change_is_undone(qtbot: QtBot, workspace: Workspace, history: History) -> None:
    person = workspace.create("User", PERSON).resource_id
    retitle(workspace, person, "Countess")
    history.show_resource(person)
    qtbot.waitUntil(lambda: len(history.entries) == 2)
    with qtbot.waitSignal(history.undone) as undone:
        press(qtbot, history.entries[0].undo_button)
    assert undone.args[0].resource_id == person
    assert "title" not in workspace.show("User", person)
    qtbot.waitUntil(lambda: len(history.entries) == 3)


def test_what_others_changed_since_is_said_and_can_be_written_over(
    qtbot: QtBot, workspace: Workspace, history: History
) -> None:
    person = workspace.create("User", PERSON).resource_id
    retitle(workspace, person, "Countess")
    with Workspace.open(workspace.folder, ServerConfig(), actor="token Okta") as okta:
        retitle(okta, person, "Analyst")
    history.show_resource(person)
    qtbot.waitUntil(lambda: len(history.entries) == 3)
    press(qtbot, history.entries[1].undo_button)
    qtbot.waitUntil(history.banner.isVisible)
    assert "Okta" in history.banner.accessibleName()
    (anyway,) = history.banner.findChildren(QPushButton)
    with qtbot.waitSignal(history.undone):
        press(qtbot, anyway)
    assert "title" not in workspace.show("User", person)


def test_members_have_names(qtbot: QtBot, workspace: Workspace, history: History) -> None:
    person = workspace.create("User", {**PERSON, "displayName": "Ada L."}).resource_id
    group = workspace.create("Group", {"displayName": "Engines"}).resource_id
    workspace.add_members(group, [person])
    history.show_resource(group)
    qtbot.waitUntil(lambda: len(history.entries) == 2)
    assert shown(history.entries[0]) == ["Members", "Ada L."]


def test_a_long_history_is_read_in_parts(qtbot: QtBot, workspace: Workspace, history: History) -> None:
    person = workspace.create("User", PERSON).resource_id
    for number in range(PART + 3):
        retitle(workspace, person, str(number))
    history.show_resource(person)
    qtbot.waitUntil(lambda: len(history.entries) == PART)
    assert history.older_button.isVisible()
    history.older_button.click()
    qtbot.waitUntil(lambda: len(history.entries) == PART + 4)
    assert history.older_button.isHidden()


def test_nobody_has_no_history(qtbot: QtBot, workspace: Workspace, history: History) -> None:
    person = workspace.create("User", PERSON).resource_id
    history.show_resource(person)
    qtbot.waitUntil(lambda: len(history.entries) == 1)
    history.show_resource(None)
    assert history.entries == []
    assert history.resource_id is None
