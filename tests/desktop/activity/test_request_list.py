from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.activity import rows
from desktop.activity.request_list import RequestList
from desktop.activity.wanted import Wanted
from tests.desktop.activity.exchanges import log

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot, workspace: Workspace) -> RequestList:
    made = RequestList(workspace)
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    with qtbot.waitSignal(made.feed.loaded):
        made.feed.load()
    made.show_for(kept=False, filtered=False)
    if len(made.feed.model.rows) > 10:
        qtbot.waitUntil(lambda: made.table.verticalScrollBar().maximum() > 300)
    return made


def click_row(qtbot: QtBot, made: RequestList, place: int) -> None:
    spot = made.table.visualRect(made.feed.model.index(place, rows.REQUEST)).center()
    qtbot.mouseClick(made.table.viewport(), LEFT, pos=spot)


def chosen_seq(made: RequestList) -> int:
    row = made.table.current_row()
    assert row is not None
    seq: int = row.seq
    return seq


def first(made: RequestList) -> int:
    return made.feed.model.rows[0].seq


def test_at_the_top_it_follows(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 50)
    made = shown(qtbot, workspace)
    log(workspace)
    made.look()
    qtbot.waitUntil(lambda: first(made) == 51)
    assert made.table.verticalScrollBar().value() == 0
    assert not made.new_button.isVisible()


def test_what_is_read_does_not_move(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 50)
    made = shown(qtbot, workspace)
    made.table.verticalScrollBar().setValue(300)
    top = made.table.indexAt(made.table.viewport().rect().topLeft()).row()
    log(workspace, 12)
    made.look()
    qtbot.waitUntil(made.new_button.isVisible)
    assert made.new_button.text() == "12 new requests"
    assert first(made) == 50
    assert made.table.indexAt(made.table.viewport().rect().topLeft()).row() == top
    qtbot.mouseClick(made.new_button, LEFT)
    assert first(made) == 62
    assert made.table.verticalScrollBar().value() == 0
    assert not made.new_button.isVisible()


def test_back_at_the_top_what_waited_comes_by_itself(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 50)
    made = shown(qtbot, workspace)
    made.table.verticalScrollBar().setValue(300)
    log(workspace)
    made.look()
    qtbot.waitUntil(made.new_button.isVisible)
    assert made.new_button.text() == "1 new request"
    made.table.verticalScrollBar().setValue(0)
    qtbot.waitUntil(lambda: first(made) == 51)


def test_a_chosen_request_holds_the_list(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 5)
    made = shown(qtbot, workspace)
    with qtbot.waitSignal(made.opened) as told:
        click_row(qtbot, made, 1)
    assert told.args[0].seq == 4
    log(workspace, 2)
    made.look()
    qtbot.waitUntil(made.new_button.isVisible)
    qtbot.mouseClick(made.new_button, LEFT)
    assert first(made) == 7
    assert chosen_seq(made) == 4, "the same request is still lit"
    made.choose(None)
    log(workspace)
    made.look()
    qtbot.waitUntil(lambda: first(made) == 8)


def test_coming_by_with_the_tab_key_opens_nothing(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 5)
    made = shown(qtbot, workspace)
    with qtbot.assertNotEmitted(made.opened):
        made.table.setFocus(Qt.FocusReason.TabFocusReason)
        made.table.setCurrentIndex(made.feed.model.index(-1, -1))
        made.table.clearFocus()
        made.table.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(made.opened):
        qtbot.keyClick(made.table, Qt.Key.Key_Down)
    assert made.chosen is not None


def test_paused_it_stays_as_it_is(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 5)
    made = shown(qtbot, workspace)
    made.pause(paused=True)
    log(workspace, 2)
    made.look()
    qtbot.waitUntil(made.new_button.isVisible)
    assert first(made) == 5
    made.pause(paused=False)
    assert first(made) == 7


def test_a_refresh_keeps_the_chosen_row_lit(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 5)
    log(workspace, 3, status=404)
    made = shown(qtbot, workspace)
    click_row(qtbot, made, 1)
    made.feed.wanted = Wanted(errors_only=True)
    with qtbot.waitSignal(made.feed.loaded), qtbot.assertNotEmitted(made.opened):
        made.feed.load()
    assert chosen_seq(made) == 7


def test_scrolling_brings_older_ones(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 450)
    made = shown(qtbot, workspace)
    bar = made.table.verticalScrollBar()

    def reached_the_end() -> bool:
        bar.setValue(bar.maximum())
        return len(made.feed.model.rows) == 450

    assert len(made.feed.model.rows) == 200
    qtbot.waitUntil(reached_the_end)


def test_a_taller_window_is_read_more_for(qtbot: QtBot, workspace: Workspace) -> None:
    made = shown(qtbot, workspace)
    enough = made.feed.enough
    made.resize(900, 900)
    assert made.feed.enough == enough + 10


def test_what_stands_in_place_of_rows_teaches(qtbot: QtBot, workspace: Workspace) -> None:
    made = shown(qtbot, workspace)
    assert made.stack.currentWidget() is made.empty
    assert made.empty.button is not None
    with qtbot.waitSignal(made.connect_wanted):
        qtbot.mouseClick(made.empty.button, LEFT)
    made.show_for(kept=False, filtered=True)
    assert made.nothing.accessibleName() == "No request matches"
    made.show_for(kept=True, filtered=False)
    assert made.nothing.accessibleName() == "Nothing kept yet"
    assert made.nothing.button is not None
    with qtbot.waitSignal(made.clear_wanted):
        qtbot.mouseClick(made.nothing.button, LEFT)


def test_columns_go_where_there_is_no_room(qtbot: QtBot, workspace: Workspace) -> None:
    made = shown(qtbot, workspace)
    assert not made.table.isColumnHidden(rows.TOKEN)
    made.resize(500, 400)
    assert made.table.isColumnHidden(rows.TOKEN)
    assert made.table.isColumnHidden(rows.TOOK)
    assert not made.table.isColumnHidden(rows.STATUS)
