from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from desktop.groups.member_picker import MemberPicker
from desktop.groups.name_dialog import NameDialog
from desktop.transfer.export_dialog import ExportDialog
from desktop.transfer.import_dialog import ImportDialog, Step
from server.okta.dialogues import OktaClient
from tests.desktop.groups.teams import add_group, add_people, dialog_shown, members_of, names_shown
from tests.desktop.transfer.files import drop, go_on, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.groups.page import GroupsPage

    Open = Callable[[Desk], GroupsPage]
    Told = list[tuple[str, Callable[[], Any] | None]]


def listen(page: GroupsPage) -> Told:
    told: Told = []
    page.told.connect(lambda sentence, undo: told.append((sentence, undo)))
    return told


def undo_last(told: Told) -> None:
    undo = told[-1][1]
    assert undo is not None
    undo()


def click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def click_row(qtbot: QtBot, page: GroupsPage, number: int) -> None:
    spot = page.table.visualRect(page.model.index(number, 0)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.waitUntil(lambda: page.panel.group is not None and page.panel.members.model.source is not None)


def test_an_empty_page_teaches_and_begins(qtbot: QtBot, page: GroupsPage) -> None:
    assert page.lists.currentWidget() is page.empty
    assert page.empty.button is not None
    click(qtbot, page.empty.button)
    assert dialog_shown(NameDialog).windowTitle() == "New group"
    dialog_shown(NameDialog).reject()


def test_a_group_is_made_filled_and_emptied_and_all_of_it_undone(qtbot: QtBot, desk: Desk, page: GroupsPage) -> None:
    add_people(desk.workspace)
    told = listen(page)
    click(qtbot, page.new_button)
    dialog = dialog_shown(NameDialog)
    qtbot.keyClicks(dialog.name_edit, "Engines")
    click(qtbot, dialog.save_button)
    qtbot.waitUntil(lambda: names_shown(page) == ["Engines"] and page.panel.group is not None)
    assert told[-1][0] == "Created group Engines."
    (group,) = desk.workspace.groups()

    click(qtbot, page.panel.add_button)
    picker = dialog_shown(MemberPicker)
    qtbot.keyClicks(picker.search, "a")
    for text, name in (("ada", "Ada Lovelace"), ("turing", "Alan Turing")):
        picker.search.selectAll()
        qtbot.keyClicks(picker.search, text)
        qtbot.waitUntil(lambda name=name: [one.name for _, one in picker.model.here()] == [name])  # type: ignore[misc]  # lambda
        spot = picker.table.visualRect(picker.model.index(0, 1)).center()
        qtbot.mouseClick(picker.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    click(qtbot, picker.add_members_button)
    qtbot.waitUntil(lambda: members_of(desk.workspace, group.id) == ["Ada Lovelace", "Alan Turing"])
    qtbot.waitUntil(lambda: told[-1][0] == "Added 2 members to Engines.")
    members = page.panel.members
    qtbot.waitUntil(lambda: members.model.rowCount() == 2)

    members.table.selectAll()
    click(qtbot, members.remove_button)
    qtbot.waitUntil(lambda: told[-1][0] == "Took 2 members out of Engines.")
    assert members_of(desk.workspace, group.id) == []
    qtbot.waitUntil(lambda: members.lists.currentWidget() is members.empty)
    undo_last(told)
    qtbot.waitUntil(lambda: len(members_of(desk.workspace, group.id)) == 2)
    qtbot.waitUntil(lambda: members.model.rowCount() == 2)
    assert told[-1][0].startswith("Undone: ")

    click(qtbot, page.panel.delete_button)
    qtbot.waitUntil(lambda: told[-1][0] == "Deleted Engines.")
    qtbot.waitUntil(page.panel.isHidden)
    qtbot.waitUntil(lambda: page.lists.currentWidget() is page.empty)
    undo_last(told)
    qtbot.waitUntil(lambda: names_shown(page) == ["Engines"])
    assert len(members_of(desk.workspace, group.id)) == 2


def test_a_name_that_is_taken_is_said_beside_the_field(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    add_group(desk.workspace, "Boats")
    engines = add_group(desk.workspace, "Engines")
    page = open_page(desk)
    told = listen(page)
    click_row(qtbot, page, 1)
    click(qtbot, page.panel.rename_button)
    dialog = dialog_shown(NameDialog)
    dialog.name_edit.selectAll()
    qtbot.keyClicks(dialog.name_edit, "BOATS")
    click(qtbot, dialog.save_button)
    qtbot.waitUntil(lambda: "taken" in dialog.name_field.complaint)
    assert dialog.isVisible()
    qtbot.keyClicks(dialog.name_edit, " and ferries")
    assert dialog.name_field.complaint == ""
    click(qtbot, dialog.save_button)
    qtbot.waitUntil(lambda: page.panel.heading() == "BOATS and ferries")
    undo_last(told)
    qtbot.waitUntil(lambda: desk.workspace.show("Group", engines)["displayName"] == "Engines")


def test_search_source_and_order(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    ids = add_people(desk.workspace)
    add_group(desk.workspace, "Boats", *ids)
    add_group(desk.workspace, "Engines", external_id="00g1")
    page = open_page(desk)
    assert names_shown(page) == ["Boats", "Engines"]
    click(qtbot, page.source.buttons["okta"])
    qtbot.waitUntil(lambda: names_shown(page) == ["Engines"])
    click(qtbot, page.source.buttons["any"])
    qtbot.waitUntil(lambda: len(names_shown(page)) == 2)
    header = page.table.horizontalHeader()
    spot = QPoint(header.sectionViewportPosition(1) + 12, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.waitUntil(lambda: names_shown(page) == ["Engines", "Boats"])
    qtbot.keyClicks(page.search_field, "oat")
    qtbot.waitUntil(lambda: names_shown(page) == ["Boats"])
    qtbot.keyClicks(page.search_field, "xyz")
    qtbot.waitUntil(lambda: page.lists.currentWidget() is page.nothing)
    assert page.nothing.button is not None
    click(qtbot, page.nothing.button)
    qtbot.waitUntil(lambda: len(names_shown(page)) == 2)


def test_what_okta_pushes_says_that_it_will_push_again(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    add_group(desk.workspace, "Engines", external_id="00g1")
    add_group(desk.workspace, "Zoo")
    page = open_page(desk)
    click_row(qtbot, page, 0)
    assert page.panel.note.isVisible()
    assert "next Group Push overwrites" in page.panel.note.accessibleName()
    click_row(qtbot, page, 1)
    qtbot.waitUntil(page.panel.note.isHidden)


def test_a_change_over_http_appears_and_the_choice_stays(qtbot: QtBot, serving_desk: Desk, open_page: Open) -> None:
    workspace = serving_desk.workspace
    zoo = add_group(workspace, "Zoo")
    page = open_page(serving_desk)
    click_row(qtbot, page, 0)
    secret = workspace.custody.issue("Okta").secret
    with OktaClient(serving_desk.endpoint.status.local_url, secret) as okta:
        for _ in okta.push_group("Engines", []):
            pass
        qtbot.waitUntil(lambda: names_shown(page) == ["Engines", "Zoo"])
        qtbot.waitUntil(lambda: page.table.currentIndex().row() == 1)
        assert page.panel.resource_id == zoo
        imported = okta.import_groups()
        for _ in imported:
            pass
        assert set(okta.groups) == {"Engines", "Zoo"}
        assert okta.groups["Zoo"] == zoo
    engines = next(row for _, row in page.model.here() if row.display_name == "Engines")
    assert engines.source == "okta"
    page.reveal(engines.id)
    page.panel.tabs.setCurrentWidget(page.panel.requests)
    qtbot.waitUntil(lambda: page.panel.requests.model.rowCount() > 0)
    with qtbot.waitSignal(page.navigated) as navigated:
        spot = page.panel.requests.table.visualRect(page.panel.requests.model.index(0, 0)).center()
        qtbot.mouseClick(page.panel.requests.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert navigated.args == ["activity", page.panel.requests.model.rows[0].seq]


def test_a_group_that_somebody_deletes_leaves_the_panel(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    group = add_group(desk.workspace, "Engines")
    page = open_page(desk)
    click_row(qtbot, page, 0)
    desk.workspace.delete("Group", group)
    qtbot.waitUntil(page.panel.isHidden)
    qtbot.waitUntil(lambda: page.lists.currentWidget() is page.empty)


def test_an_undo_that_would_undo_others_asks_first(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    group = add_group(desk.workspace, "Engines")
    page = open_page(desk)
    told = listen(page)
    click_row(qtbot, page, 0)
    click(qtbot, page.panel.rename_button)
    dialog = dialog_shown(NameDialog)
    dialog.name_edit.setText("Motors")
    click(qtbot, dialog.save_button)
    qtbot.waitUntil(lambda: bool(told))
    desk.workspace.actor = "token Okta"
    desk.workspace.modify("Group", group, [{"op": "replace", "path": "displayName", "value": "Turbines"}])
    desk.workspace.actor = "desktop"
    undo_last(told)
    qtbot.waitUntil(page.banner.isVisible)
    (anyway,) = [one for one in page.banner.findChildren(QPushButton) if one.text() == "Undo all the same"]
    click(qtbot, anyway)
    qtbot.waitUntil(lambda: desk.workspace.show("Group", group)["displayName"] == "Engines")


def test_by_keyboard_alone(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    add_people(desk.workspace)
    page = open_page(desk)
    told = listen(page)
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_shown(NameDialog)
    qtbot.keyClicks(dialog.name_edit, "Engines")
    qtbot.keyClick(dialog.name_edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names_shown(page) == ["Engines"] and page.panel.group is not None)
    (group,) = desk.workspace.groups()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    picker = dialog_shown(MemberPicker)
    qtbot.keyClicks(picker.search, "grace")
    qtbot.waitUntil(lambda: picker.model.rowCount() == 1 and picker.model.peek(0) is not None)
    qtbot.keyClick(picker.search, Qt.Key.Key_Down)
    qtbot.keyClick(picker.table, Qt.Key.Key_Space)
    qtbot.keyClick(picker.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    members = page.panel.members
    qtbot.waitUntil(lambda: members.model.rowCount() == 1)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    members.table.setFocus()
    members.table.selectRow(0)
    qtbot.keyClick(members.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: members_of(desk.workspace, group.id) == [])
    assert told[-1][0] != "Deleted Engines.", "Del in the list of members is about members"
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.search_field.hasFocus)
    qtbot.keyClick(page.search_field, Qt.Key.Key_Down)
    assert page.table.hasFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: told[-1][0] == "Deleted Engines.")


def test_a_member_leads_to_the_person_and_a_group_to_itself(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    ada = add_people(desk.workspace)[0]
    inner = add_group(desk.workspace, "Inner")
    outer = add_group(desk.workspace, "Outer", ada, inner)
    page = open_page(desk)
    page.reveal(outer)
    members = page.panel.members
    qtbot.waitUntil(lambda: members.model.rowCount() == 2 and members.model.peek(1) is not None)
    members.table.selectRow(0)
    with qtbot.waitSignal(page.navigated) as navigated:
        qtbot.keyClick(members.table, Qt.Key.Key_Return)
    assert navigated.args == ["people", ada]
    members.table.selectRow(1)
    qtbot.keyClick(members.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.panel.group is not None and page.panel.group.id == inner)


def test_a_row_has_a_menu(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    group = add_group(desk.workspace, "Engines")
    page = open_page(desk)
    page.table.selectRow(0)
    qtbot.keyClick(page.table, Qt.Key.Key_Menu)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entries = {one.text(): one for one in menu.actions()}
    entries["Copy ID"].trigger()
    assert QApplication.clipboard().text() == group
    menu.close()


def test_the_palette_finds_groups(desk: Desk, page: GroupsPage) -> None:
    group = add_group(desk.workspace, "Engines", *add_people(desk.workspace))
    (hit,) = page.search("eng")
    assert (hit.text, hit.detail, hit.page, hit.target) == ("Engines", "4 members", "groups", group)
    assert page.search("zzz") == []


def test_a_file_that_is_dropped_is_imported(qtbot: QtBot, desk: Desk, page: GroupsPage, tmp_path: Path) -> None:
    add_people(desk.workspace)
    told = listen(page)
    path = tmp_path / "groups.csv"
    path.write_text("Group name,Login\nEngines,ada@acme.example\nEngines,alan@acme.example\nEngines,nobody\nBoats,\n")
    assert drop(page, path)
    dialog = dialog_shown(ImportDialog)
    wait_for(qtbot, dialog, Step.MAP)
    go_on(qtbot, dialog, Step.CHECK)
    assert [problem.line for problem in dialog.report.model.rows] == [4]
    go_on(qtbot, dialog, Step.DONE)
    click(qtbot, dialog.next_button)
    assert told[-1][0] == "Imported 2 groups (2 created)."
    qtbot.waitUntil(lambda: names_shown(page) == ["Boats", "Engines"])
    engines = next(one for one in desk.workspace.groups() if one.display_name == "Engines")
    assert members_of(desk.workspace, engines.id) == ["Ada Lovelace", "Alan Turing"]


def test_the_export_offers_what_is_shown(qtbot: QtBot, desk: Desk, open_page: Open) -> None:
    add_group(desk.workspace, "Boats")
    page = open_page(desk)
    qtbot.keyClicks(page.search_field, "boa")
    qtbot.waitUntil(lambda: page._asked_for[0] == "boa")
    click(qtbot, page.export_button)
    dialog = dialog_shown(ExportDialog)
    assert dialog.shown_button.isChecked()
    dialog.reject()


def test_hidden_it_reads_nothing(qtbot: QtBot, desk: Desk, page: GroupsPage) -> None:
    # What it began to read while it was shown may still find the new group.
    with qtbot.waitSignal(page.model.loaded):
        page.model.refresh()
    page.hidden()
    with qtbot.waitSignal(desk.live.directory_changed):
        add_group(desk.workspace, "Engines")
    assert page.model.rowCount() == 0
    page.shown()
    qtbot.waitUntil(lambda: names_shown(page) == ["Engines"])


def test_every_control_has_a_name(page: GroupsPage) -> None:
    for one in page.findChildren(QPushButton):
        assert one.accessibleName(), one.text()
    assert page.table.accessibleName()
    assert page.search_field.accessibleName()
