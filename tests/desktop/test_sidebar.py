from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QToolButton

from desktop.sidebar import Sidebar
from tests.desktop.pages_of_two import TWO

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


def test_each_page_has_an_entry_and_a_click_chooses_it(desk: Desk, qtbot: QtBot) -> None:
    sidebar = Sidebar(desk, TWO)
    qtbot.addWidget(sidebar)
    entries = {one.accessibleName(): one for one in sidebar.findChildren(QToolButton)}
    with qtbot.waitSignal(sidebar.page_chosen) as chosen:
        qtbot.mouseClick(entries["Trees"], Qt.MouseButton.LeftButton)
    assert chosen.args == ["trees"]
    assert entries["Trees"].toolTip() == "Trees (Ctrl+2)"
    sidebar.show_page("trees")
    assert entries["Trees"].isChecked()
    assert not entries["Birds"].isChecked()


def test_everything_in_it_is_reached_by_tab_and_has_a_name(desk: Desk, qtbot: QtBot) -> None:
    sidebar = Sidebar(desk, TWO)
    qtbot.addWidget(sidebar)
    for control in sidebar.findChildren(QAbstractButton):
        if control.isVisibleTo(sidebar):
            assert control.accessibleName()
            assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
