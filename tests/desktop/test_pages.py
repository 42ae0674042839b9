"""What holds on every page: names for those who hear the window, and the keyboard for those who have no mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from desktop.activity.page import ActivityPage
from desktop.activity.replay_dialog import ReplayDialog
from desktop.main_window import MainWindow
from desktop.pages import PAGES
from desktop.preferences import Preferences
from tests.desktop.activity.exchanges import PATIENCE, log
from tests.http.client import person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.page import Action
    from desktop.pages import Entry

CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QSpinBox, QAbstractItemView)


@pytest.fixture
def window(desk: Desk, qtbot: QtBot) -> MainWindow:
    made = MainWindow(desk, Preferences(desk.workspace.folder), PAGES)
    qtbot.addWidget(made)
    made.show()
    return made


def controls(root: QWidget) -> Iterator[QWidget]:
    """Find what a person can work with: visible, enabled, and no inner part of another control."""
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, CONTROLS) or not widget.isVisibleTo(root) or not widget.isEnabled():
            continue
        parent = widget.parentWidget()
        inner = isinstance(parent, QLineEdit | QComboBox | QSpinBox | QAbstractItemView) or (
            widget.objectName().startswith("qt_")
        )
        if not inner:
            yield widget


def test_no_two_pages_are_called_alike() -> None:
    assert len({page.name for page in PAGES}) == len({page.title for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_sidebar_calls_a_page_as_it_calls_itself(page: Entry) -> None:
    loaded = page.load()
    assert (loaded.name, loaded.title, loaded.icon) == (page.name, page.title, page.icon)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_everything_on_it_has_a_name_to_be_heard(window: MainWindow, qtbot: QtBot, page: Entry) -> None:
    window.show_page(page.name)
    qtbot.waitExposed(window)
    found = list(controls(window.page))
    nameless = [f"{type(one).__name__} {one.objectName()}" for one in found if not one.accessibleName()]
    assert nameless == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tab_reaches_everything_on_it(window: MainWindow, qtbot: QtBot, page: Entry) -> None:
    window.show_page(page.name)
    qtbot.waitExposed(window)
    window.activateWindow()
    found = [one for one in controls(window.page) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    mouse_only = [
        one.accessibleName() for one in controls(window.page) if not one.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    chain: set[QWidget] = set()
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        chain.add(widget)
        widget = widget.nextInFocusChain()
    assert [one.accessibleName() for one in found if one not in chain] == []
    assert mouse_only == []


def offered(window: MainWindow) -> list[Action]:
    """Give what can be done now, whose every key must mean one thing."""
    actions = [*window.page.actions_offered(), *window.own_actions()]
    keys = [action.shortcut for action in actions if action.shortcut]
    assert len(keys) == len(set(keys)), sorted(keys)
    assert all(action.text for action in actions)
    return actions


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_it_offers_has_words_and_no_two_have_the_same_key(window: MainWindow, page: Entry) -> None:
    window.show_page(page.name)
    offered(window)


def targets(desk: Desk) -> dict[str, object]:
    """Make one thing for each page that lists things, and tell how it is revealed there."""
    workspace = desk.workspace
    log(workspace)
    return {
        "tokens": workspace.custody.issue("Okta").token.id,
        "people": workspace.create("User", person("ada")).resource_id,
        "groups": workspace.create("Group", {"displayName": "Analysts"}).resource_id,
        "activity": workspace.activity.recent(1)[0].seq,
    }


def test_no_two_have_the_same_key_while_something_is_chosen(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    for name, target in targets(desk).items():
        window.show_page(name)
        alone = len(offered(window))
        window.page.reveal(target)
        if name == "activity":
            qtbot.waitUntil(lambda: len(offered(window)) > alone, timeout=PATIENCE)  # noqa: B023 -- waited for at once
        offered(window)


def test_the_keys_of_a_request_work_once_it_is_chosen(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    window.show_page("activity", targets(desk)["activity"])
    window.activateWindow()
    page = window.page
    assert isinstance(page, ActivityPage)
    qtbot.waitUntil(lambda: page.panel.record is not None, timeout=PATIENCE)
    ctrl = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_U, ctrl)
    assert QGuiApplication.clipboard().text().startswith("curl ")
    qtbot.keyClick(window, Qt.Key.Key_R, ctrl)
    dialog = page.findChild(ReplayDialog)
    assert dialog is not None
    dialog.reject()
    qtbot.keyClick(window, Qt.Key.Key_C, ctrl | Qt.KeyboardModifier.ShiftModifier)
    assert QGuiApplication.clipboard().text() == desk.workspace.base_url


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_it_comes_and_goes_and_follows_the_theme_without_a_complaint(
    window: MainWindow, qtbot: QtBot, page: Entry
) -> None:
    for _ in range(3):
        window.show_page(page.name)
        window.show_page(PAGES[0].name)
    window.desk.theme.changed.emit()
    qtbot.waitExposed(window)
    assert window.page.name == PAGES[0].name
