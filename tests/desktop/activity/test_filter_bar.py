from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.activity.filter_bar import FilterBar
from desktop.activity.wanted import Wanted
from server.okta.features import Feature

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu
    from pytestqt.qtbot import QtBot

    from server.workspace import IssuedToken, Workspace

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot) -> FilterBar:
    bar = FilterBar()
    qtbot.addWidget(bar)
    bar.resize(1000, 90)
    bar.show()
    return bar


def click(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text().startswith(text)).trigger()


def test_typing_is_searched_for_once_it_rests(qtbot: QtBot) -> None:
    bar = shown(qtbot)
    with qtbot.waitSignal(bar.changed) as told:
        qtbot.keyClicks(bar.search_field, "ada")
    assert told.args == [Wanted(text="ada")]


def test_enter_does_not_wait(qtbot: QtBot) -> None:
    bar = shown(qtbot)
    qtbot.keyClicks(bar.search_field, "ada")
    with qtbot.waitSignal(bar.changed, timeout=100):
        qtbot.keyClick(bar.search_field, Qt.Key.Key_Return)


def test_filters_add_up_and_each_chip_takes_its_own_away(qtbot: QtBot) -> None:
    bar = shown(qtbot)
    qtbot.mouseClick(bar.errors_button, LEFT)
    click(bar.kind_menu, Feature.DEACTIVATE.label)
    assert bar.wanted == Wanted(errors_only=True, feature="deactivate")
    assert [chip.text() for chip in bar.chips()] == ["Errors only", "Push user deactivation"]
    with qtbot.waitSignal(bar.changed) as told:
        qtbot.mouseClick(bar.chips()[0], LEFT)
    assert told.args == [Wanted(feature="deactivate")]
    assert not bar.errors_button.isChecked()
    click(bar.kind_menu, "Writes only")
    assert bar.wanted == Wanted(direction="writes")


def test_one_click_clears_them_all(qtbot: QtBot) -> None:
    bar = shown(qtbot)
    assert not bar.clear_button.isVisible()
    bar.show_wanted(Wanted(text="x", resource_id="u1", resource_label="Ada"))
    assert [chip.text() for chip in bar.chips()] == ["About: Ada", "Text: x"]
    qtbot.mouseClick(bar.clear_button, LEFT)
    assert bar.wanted.is_everything
    assert bar.search_field.text() == ""
    assert bar.chips() == []


def test_tokens_are_offered_and_the_chosen_one_stays_chosen(qtbot: QtBot, workspace: Workspace) -> None:
    bar = shown(qtbot)
    issued: IssuedToken = workspace.custody.issue("Okta & friends")
    bar.show_tokens([issued.token])
    click(bar.token_menu, "Okta && friends")
    assert bar.wanted == Wanted(token_id=issued.token.id, token_label="Okta & friends")
    bar.show_tokens([issued.token])
    assert [action.isChecked() for action in bar.token_menu.actions()] == [False, True]
    click(bar.token_menu, "Any token")
    assert bar.wanted.is_everything


def test_tokens_that_arrive_do_not_disturb_who_types(qtbot: QtBot) -> None:
    bar = shown(qtbot)
    qtbot.keyClicks(bar.search_field, "ad")
    bar.show_tokens([])
    assert bar.search_field.text() == "ad"


def test_everything_has_a_name(qtbot: QtBot) -> None:
    bar = shown(qtbot)
    bar.show_wanted(Wanted(errors_only=True))
    buttons = (bar.errors_button, bar.kind_button, bar.token_button, bar.subject_button, bar.kept_button, *bar.chips())
    assert all(one.accessibleName() for one in (*buttons, bar.search_field))
