from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton

from desktop.command_palette import CommandPalette
from desktop.main_window import MainWindow
from desktop.preferences import Preferences
from desktop.server_process import State
from desktop.shortcut_list import ShortcutList
from desktop.theme import Mode
from server.faults import Fault, FaultCode
from tests.desktop.pages_of_two import TWO, Birds

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(desk: Desk, qtbot: QtBot) -> MainWindow:
    made = MainWindow(desk, Preferences(desk.workspace.folder), TWO)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def birds(window: MainWindow) -> Birds:
    page = window.page_named("birds")
    assert isinstance(page, Birds)
    return page


def entry(window: MainWindow, title: str) -> QToolButton:
    return next(one for one in window.sidebar.findChildren(QToolButton) if one.accessibleName() == title)


def palette(window: MainWindow) -> CommandPalette:
    return next(one for one in window.findChildren(CommandPalette) if one.isVisible())


def test_the_first_page_is_shown_and_another_by_a_click_in_the_sidebar(window: MainWindow, qtbot: QtBot) -> None:
    assert window.page is birds(window)
    assert entry(window, "Birds").isChecked()
    qtbot.mouseClick(entry(window, "Trees"), Qt.MouseButton.LeftButton)
    assert window.page.name == "trees"
    assert entry(window, "Trees").isChecked()
    assert birds(window).log == ["shown", "hidden"]


def test_pages_have_numbers_on_the_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_2, CTRL)
    assert window.page.name == "trees"
    qtbot.keyClick(window, Qt.Key.Key_1, CTRL)
    assert window.page.name == "birds"


def test_a_shortcut_of_a_page_works_while_it_is_shown_only(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_N, CTRL)
    assert birds(window).log.count("rung") == 1
    window.show_page("trees")
    qtbot.keyClick(window, Qt.Key.Key_N, CTRL)
    assert birds(window).log.count("rung") == 1


def test_what_a_page_begins_to_offer_has_its_key_at_once(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    for bird in ("Wren", "Kestrel"):
        birds(window).choose(bird)
        qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    birds(window).choose("")
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    qtbot.keyClick(window, Qt.Key.Key_N, CTRL)
    assert birds(window).log[1:] == ["Wren flew", "Kestrel flew", "rung"]


def test_a_page_behind_another_takes_no_key(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("trees")
    birds(window).choose("Wren")
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    assert "Wren flew" not in birds(window).log
    window.show_page("birds")
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    assert birds(window).log[-1] == "Wren flew"


def test_a_page_may_ask_for_another_and_what_to_show_there(window: MainWindow) -> None:
    window.show_page("trees")
    window.page.navigated.emit("birds", "Wren")
    assert window.page is birds(window)
    assert birds(window).log[-1] == "Wren"


def test_the_palette_runs_what_is_typed(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    shown = palette(window)
    qtbot.keyClicks(shown.input, "go trees")
    qtbot.keyClick(shown.input, Qt.Key.Key_Return)
    assert window.page.name == "trees"


def test_the_palette_finds_things_on_every_page_and_shows_them_there(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("trees")
    qtbot.mouseClick(
        next(b for b in window.sidebar.findChildren(QPushButton) if b.accessibleName() == "Search everywhere"),
        Qt.MouseButton.LeftButton,
    )
    shown = palette(window)
    qtbot.keyClicks(shown.input, "king")
    qtbot.waitUntil(lambda: shown.model.rowCount() == 1)
    assert shown.model.item(0).text() == "Kingfisher"
    qtbot.keyClick(shown.input, Qt.Key.Key_Return)
    assert window.page is birds(window)
    assert birds(window).log[-1] == "Kingfisher"


def test_a_question_mark_lists_what_there_is_and_in_a_field_it_is_a_letter(window: MainWindow, qtbot: QtBot) -> None:
    field = birds(window).field
    field.setFocus()
    qtbot.keyClicks(field, "who?")
    assert field.text() == "who?"
    qtbot.mouseClick(entry(window, "Shortcuts"), Qt.MouseButton.LeftButton)
    listed = window.findChild(ShortcutList)
    assert listed is not None
    texts = [label.text() for label in listed.findChildren(QLabel)]
    assert "Ring a bird" in texts
    assert "Search everywhere" in texts
    listed.close()


def test_what_a_page_tells_stands_at_the_foot_with_undo(window: MainWindow, qtbot: QtBot) -> None:
    undone: list[bool] = []
    window.page.told.emit("Deactivated Ada Lovelace", lambda: undone.append(True))
    assert window.toast.isVisible()
    assert window.toast.accessibleName() == "Deactivated Ada Lovelace"
    undo = next(b for b in window.toast.findChildren(QPushButton) if b.text() == "Undo")
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert undone == [True]
    assert not window.toast.isVisible()


def test_the_base_url_is_copied_from_anywhere(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_C, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert QGuiApplication.clipboard().text() == window.desk.workspace.base_url


def test_the_theme_changes_at_once_and_is_kept(window: MainWindow) -> None:
    window.set_mode(Mode.DARK)
    assert window.desk.theme.is_dark
    assert Preferences(window.desk.workspace.folder).mode is Mode.DARK


def test_a_fault_of_the_databases_is_across_the_window_while_it_lasts(window: MainWindow) -> None:
    window.desk.live.fault_appeared.emit(Fault(FaultCode.DISK_FULL, "/data/perch.db"))
    assert window.banner.isVisible()
    assert "disk is full" in window.banner.accessibleName()
    window.desk.live.fault_passed.emit()
    assert not window.banner.isVisible()


def test_the_endpoint_is_paused_and_resumed(window: MainWindow, qtbot: QtBot) -> None:
    window.toggle_endpoint()
    qtbot.waitUntil(lambda: window.desk.endpoint.status.state is State.SERVING, timeout=20_000)
    window.toggle_endpoint()
    qtbot.waitUntil(lambda: window.desk.endpoint.status.state is State.PAUSED, timeout=20_000)


def test_closing_quits_where_there_is_no_tray(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.quit_wanted):
        window.close()


def test_closing_stays_in_the_tray_where_there_is_one(window: MainWindow, qtbot: QtBot) -> None:
    window.stays_in_tray = lambda: True
    with qtbot.assertNotEmitted(window.quit_wanted), qtbot.waitSignal(window.left):
        window.close()
    assert not window.isVisible()
    window.raise_up()
    assert window.isVisible()


def test_the_window_comes_back_as_it_was_left(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    window.show_page("trees")
    window.resize(1111, 777)
    QApplication.processEvents()
    window.close()
    again = MainWindow(desk, Preferences(desk.workspace.folder), TWO)
    qtbot.addWidget(again)
    assert again.page.name == "trees"
    # The screen of these tests is smaller than the window, and Qt fits what it restores into the screen.
    assert again.width() == again.minimumWidth() == 980


def test_the_other_pages_are_made_while_nobody_asks(desk: Desk, qtbot: QtBot) -> None:
    window = MainWindow(desk, Preferences(desk.workspace.folder), TWO)
    qtbot.addWidget(window)
    assert window.stack.count() == 1
    window.read_ahead()
    qtbot.waitUntil(lambda: window.stack.count() == 2)
    assert window.page is birds(window)
