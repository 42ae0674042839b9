from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget

from desktop.transfer.export_dialog import ExportDialog
from desktop.transfer.import_dialog import ImportDialog
from desktop.widgets.dialog import Question
from server.okta.dialogues import OktaClient
from server.okta.wire import compact
from tests.desktop.people.persons import NAMES, body, editor_shown, fill, names_shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.people.page import PeoplePage

    Open = Callable[[Desk], PeoplePage]


def heard(page: PeoplePage) -> list[tuple[str, Callable[[], Any] | None]]:
    told: list[tuple[str, Callable[[], Any] | None]] = []
    page.told.connect(lambda sentence, undo: told.append((sentence, undo)))
    return told


def undo(told: list[tuple[str, Callable[[], Any] | None]]) -> None:
    back = told[-1][1]
    assert back is not None
    back()


def press(qtbot: QtBot, button: QWidget) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def click_row(qtbot: QtBot, page: PeoplePage, number: int, held: Qt.KeyboardModifier | None = None) -> None:
    spot = page.table.visualRect(page.model.index(number, 0)).center()
    modifier = held or Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, modifier, spot)


def dialogs(kind: type[QWidget]) -> list[Any]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]


def imported(okta: OktaClient) -> list[dict[str, Any]]:
    """Play an import as Okta does it, to its end."""
    steps = okta.import_users()
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value or []


def subtitle(page: PeoplePage) -> str:
    return page.header._subtitle.text()


# -- made here, found by Okta --------------------------------------------------------------------------


def test_a_person_made_here_is_found_by_an_import_of_okta(qtbot: QtBot, serving_desk: Desk, open_page: Open) -> None:
    desk = serving_desk
    page = open_page(desk)
    told = heard(page)
    assert page.lists.currentWidget() is page.empty
    assert page.empty.button is not None
    press(qtbot, page.empty.button)
    editor = editor_shown()
    for path, text in {
        "userName": "ada@acme.example",
        "name.givenName": "Ada",
        "name.familyName": "Lovelace",
        "title": "Countess",
    }.items():
        qtbot.keyClicks(editor.texts[path], text)
    press(qtbot, editor.save_button)
    qtbot.waitUntil(lambda: names_shown(page) == ["Ada Lovelace"])
    assert told[0][0] == "Created user Ada Lovelace."
    qtbot.waitUntil(lambda: page.panel.heading() == "Ada Lovelace")

    token = desk.workspace.tokens.create("Okta", actor="test").secret
    with OktaClient(desk.endpoint.status.local_url, token) as okta:
        (found,) = imported(okta)
    assert (found["userName"], found["title"]) == ("ada@acme.example", "Countess")

    # What is edited here is what the next import finds; the requests that touched her are in the panel.
    press(qtbot, page.panel.edit_button)
    editor = editor_shown()
    qtbot.waitUntil(lambda: editor.texts["title"].text() == "Countess")
    editor.texts["title"].selectAll()
    qtbot.keyClicks(editor.texts["title"], "Analyst")
    press(qtbot, editor.save_button)
    qtbot.waitUntil(lambda: len(told) == 2)
    with OktaClient(desk.endpoint.status.local_url, token) as okta:
        assert [user["title"] for user in imported(okta)] == ["Analyst"]
    undo(told)
    qtbot.waitUntil(lambda: page.panel.profile.value_of("Title") == "Countess")


def test_what_okta_does_appears_without_losing_the_selection(qtbot: QtBot, serving_desk: Desk, open_page: Open) -> None:
    desk = serving_desk
    fill(desk.workspace)
    page = open_page(desk)
    click_row(qtbot, page, 2)
    qtbot.waitUntil(lambda: page.panel.heading() == "Barbara Liskov")
    token = desk.workspace.tokens.create("Okta", actor="test").secret
    with OktaClient(desk.endpoint.status.local_url, token) as okta:
        answer = okta.wire.send("POST", "/Users", compact(body("Aaron Swartz")))
    assert answer.status == 201
    qtbot.waitUntil(lambda: names_shown(page)[0] == "Aaron Swartz")
    assert [row.display_name for row in page.table.selected_rows()] == ["Barbara Liskov"]
    qtbot.waitUntil(lambda: subtitle(page).startswith("7 people"))
    # The request that made him is listed with him, and leads to the activity.
    page.reveal(answer.document()["id"])
    page.panel.tabs.setCurrentWidget(page.panel.requests)
    qtbot.waitUntil(lambda: bool(page.panel.requests.model.rows))
    with qtbot.waitSignal(page.navigated) as navigated:
        qtbot.mouseClick(page.panel.requests.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 20))
    assert navigated.args == ["activity", page.panel.requests.model.rows[0].seq]


# -- the list ------------------------------------------------------------------------------------------


def test_search_sort_and_filters(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    ids = fill(desk.workspace)
    desk.workspace.set_active(ids[1], active=False)
    desk.workspace.create("Group", {"displayName": "Compilers", "members": [{"value": ids[2]}, {"value": ids[3]}]})
    page = open_page(desk)
    assert names_shown(page) == list(NAMES)
    qtbot.waitUntil(lambda: subtitle(page) == "6 people · 1 deactivated")
    qtbot.keyClicks(page.filters.search, "hop")
    qtbot.waitUntil(lambda: names_shown(page) == ["Grace Hopper"])
    assert subtitle(page) == "6 people · 1 deactivated · 1 shown"
    qtbot.keyClicks(page.filters.search, "x")
    qtbot.waitUntil(lambda: page.lists.currentWidget() is page.nothing)
    assert page.nothing.button is not None
    press(qtbot, page.nothing.button)
    qtbot.waitUntil(lambda: len(names_shown(page)) == 6)

    press(qtbot, page.filters.state.buttons["deactivated"])
    qtbot.waitUntil(lambda: names_shown(page) == ["Alan Turing"])
    press(qtbot, page.filters.state.buttons["all"])
    press(qtbot, page.filters.source.buttons["okta"])
    qtbot.waitUntil(lambda: names_shown(page) == ["Ada Lovelace"])
    press(qtbot, page.filters.source.buttons["any"])
    press(qtbot, page.filters.group)
    qtbot.waitUntil(lambda: page.filters.group.popup.list.count() == 2)
    qtbot.keyClick(page.filters.group.popup.search, Qt.Key.Key_Down)
    qtbot.keyClick(page.filters.group.popup.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names_shown(page) == ["Barbara Liskov", "Grace Hopper"])
    qtbot.keyClick(page.filters.group, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(names_shown(page)) == 6)

    header = page.table.horizontalHeader()
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    qtbot.waitUntil(lambda: names_shown(page) == list(reversed(NAMES)))


def test_the_palette_finds_people(desk: Desk, page: PeoplePage) -> None:
    ids = fill(desk.workspace)
    (hit,) = page.search("turing")
    assert (hit.text, hit.detail, hit.page, hit.target) == (
        "Alan Turing", "alan.turing@acme.example", "people", ids[1]
    )  # fmt: skip


def test_somebody_is_revealed(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    ids = fill(desk.workspace)
    page = open_page(desk)
    page.reveal(ids[4])
    qtbot.waitUntil(lambda: page.panel.heading() == "Katherine Johnson")
    assert [row.id for row in page.table.selected_rows()] == [ids[4]]


# -- what is done --------------------------------------------------------------------------------------


def test_many_are_deactivated_and_undone_at_once(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    fill(desk.workspace)
    page = open_page(desk)
    told = heard(page)
    click_row(qtbot, page, 1)
    click_row(qtbot, page, 4, Qt.KeyboardModifier.ShiftModifier)
    assert page.selection.accessibleName() == "4 people selected"
    press(qtbot, page.selection.deactivate_button)
    qtbot.waitUntil(lambda: bool(told))
    assert told[0][0] == "Deactivated 4 people."
    qtbot.waitUntil(lambda: "4 deactivated" in subtitle(page))
    assert page.table.selected_count() == 4
    undo(told)
    qtbot.waitUntil(lambda: subtitle(page) == "6 people")


def test_rows_that_were_never_looked_at_are_meant_too(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    for number in range(450):
        desk.workspace.create("User", body(f"Ada Number{number:04}"))
    page = open_page(desk)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert page.table.selected_count() == 450
    press(qtbot, page.selection.deactivate_button)
    qtbot.waitUntil(lambda: desk.workspace.count_people(active=False) == 450, timeout=20_000)


def test_one_is_deleted_without_a_question_and_comes_back(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    ids = fill(desk.workspace)
    desk.workspace.create("Group", {"displayName": "Engines", "members": [{"value": ids[0]}]})
    page = open_page(desk)
    told = heard(page)
    click_row(qtbot, page, 0)
    qtbot.waitUntil(lambda: page.panel.heading() == "Ada Lovelace")
    press(qtbot, page.panel.delete_button)
    qtbot.waitUntil(lambda: names_shown(page) == list(NAMES[1:]))
    qtbot.waitUntil(page.panel.isHidden)
    undo(told)
    qtbot.waitUntil(lambda: names_shown(page) == list(NAMES))
    assert [group.display_name for group in desk.workspace.groups_of(ids[0])] == ["Engines"]


def test_deleting_many_asks_first(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    fill(desk.workspace)
    page = open_page(desk)
    click_row(qtbot, page, 0)
    click_row(qtbot, page, 1, Qt.KeyboardModifier.ShiftModifier)
    press(qtbot, page.selection.delete_button)
    (question,) = dialogs(Question)
    assert desk.workspace.count_people() == 6
    press(qtbot, question.action_button)
    qtbot.waitUntil(lambda: names_shown(page) == list(NAMES[2:]))


def test_all_of_it_works_by_keyboard(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    fill(desk.workspace)
    page = open_page(desk)
    qtbot.waitActive(page)
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is page.filters.search
    qtbot.keyClicks(page.filters.search, "an")
    qtbot.waitUntil(lambda: names_shown(page) == ["Alan Turing", "Radia Perlman"])
    qtbot.keyClick(page.filters.search, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is page.table
    assert [index.row() for index in page.table.selectionModel().selectedRows()] == [0]
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.panel.heading() == "Radia Perlman")
    qtbot.keyClick(page, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.panel.pill.text() == "Deactivated")
    qtbot.keyClick(page, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: page.panel.pill.text() == "Active")
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: desk.workspace.count_people() == 5)
    qtbot.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    editor = editor_shown()
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not dialogs(type(editor))


def test_a_row_has_a_menu(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    fill(desk.workspace)
    page = open_page(desk)
    click_row(qtbot, page, 0)
    qtbot.keyClick(page.table, Qt.Key.Key_Menu)
    (menu,) = [one for one in page.findChildren(QMenu) if one.isVisible()]
    texts = [action.text() for action in menu.actions()]
    assert texts == ["Show details", "Edit", "Copy username", "Copy ID", "Deactivate", "Delete"]
    menu.actions()[2].trigger()
    assert QApplication.clipboard().text() == "ada.lovelace@acme.example"
    menu.close()


def test_a_person_joins_and_leaves_a_group_here(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    ids = fill(desk.workspace)
    desk.workspace.create("Group", {"displayName": "Engines"})
    page = open_page(desk)
    page.reveal(ids[0])
    page.panel.tabs.setCurrentWidget(page.panel.groups)
    press(qtbot, page.panel.groups.picker)
    qtbot.keyClicks(page.panel.groups.picker.popup.search, "eng")
    qtbot.keyClick(page.panel.groups.picker.popup.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.panel.tabs.tabText(1) == "Groups (1)")
    buttons = {one.accessibleName(): one for one in page.panel.groups.findChildren(QPushButton)}
    with qtbot.waitSignal(page.navigated) as navigated:
        press(qtbot, buttons["Engines"])
    assert navigated.args[0] == "groups"
    press(qtbot, buttons["Take out of Engines"])
    qtbot.waitUntil(lambda: page.panel.tabs.tabText(1) == "Groups")


# -- files ---------------------------------------------------------------------------------------------


def test_a_dropped_file_opens_the_import(page: PeoplePage, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("userName\nada\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    button, modifier, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    # The way in, QDragEnterEvent, cannot be made in every Qt: a drop that Qt has led here.
    event = QDropEvent(QPointF(50, 50), copy, data, button, modifier)
    page.dropEvent(event)
    assert event.isAccepted()
    (dialog,) = dialogs(ImportDialog)
    dialog.close()


def test_import_and_export_open_their_dialogs(qtbot: QtBot, page: PeoplePage) -> None:
    for button, kind in ((page.import_button, ImportDialog), (page.export_button, ExportDialog)):
        press(qtbot, button)
        (dialog,) = dialogs(kind)
        dialog.close()


# -- honesty -------------------------------------------------------------------------------------------


def test_every_button_has_a_name_and_every_shortcut_is_listed(page: PeoplePage) -> None:
    unnamed = [one for one in page.findChildren(QPushButton) if not one.accessibleName()]
    assert unnamed == []
    shortcuts = [action.shortcut for action in page.actions_offered()]
    assert len(set(shortcuts)) == len(shortcuts)
    assert "Ctrl+N" in shortcuts
