from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt

from desktop import theme
from desktop.theme import Mode
from desktop.widgets.data_table import DataTable
from desktop.widgets.table_model import Cell, Column, ListModel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

COLUMNS = (Column("Name", 0, "name"), Column("Token", 140), Column("Status", 120, "status"), Column("", 44))


def cells(row: str) -> tuple[Cell, ...]:
    return (
        Cell(row, "two", detail="created by dana", icon="key"),
        Cell("perch_live_…k3Qz", "mono"),
        Cell("Active", "pill", "ok"),
        Cell("dots-three", "icon"),
    )


@pytest.fixture
def table(qtbot: QtBot, qapp: QApplication) -> DataTable:
    theme.install(qapp, Mode.LIGHT)
    model: ListModel[str] = ListModel(COLUMNS, cells)
    model.set_rows(["Okta production", "Okta preview", "Audit export"])
    made = DataTable(model, "Tokens", tall=True)
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show()
    return made


def middle(table: DataTable, row: int) -> QPoint:
    return table.visualRect(table.model().index(row, 0)).center()


def test_a_click_chooses_a_row_and_a_double_click_or_enter_opens_it(table: DataTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.chosen) as chosen:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle(table, 1))
    assert chosen.args == ["Okta preview"] == [table.current_row()]
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle(table, 2))
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle(table, 2))
    assert opened.args == ["Audit export"]
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Up)
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["Okta preview"]


def test_the_menu_key_asks_for_the_menu_of_the_row(table: DataTable, qtbot: QtBot) -> None:
    table.selectRow(0)
    with qtbot.waitSignal(table.menu_requested) as asked:
        qtbot.keyClick(table, Qt.Key.Key_Menu)
    assert asked.args[0] == "Okta production"


def test_a_heading_that_sorts_says_by_what_and_one_that_does_not_is_silent(table: DataTable, qtbot: QtBot) -> None:
    header = table.horizontalHeader()

    def click(column: int) -> None:
        place = QPoint(header.sectionViewportPosition(column) + 10, 10)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)

    with qtbot.waitSignal(table.sorted_by) as sorted_by:
        click(2)
    assert sorted_by.args == ["status", False]
    with qtbot.waitSignal(table.sorted_by) as sorted_by:
        click(2)
    assert sorted_by.args == ["status", True]
    with qtbot.assertNotEmitted(table.sorted_by):
        click(1)


def test_tab_leaves_the_table(table: DataTable) -> None:
    assert not table.tabKeyNavigation()
    assert table.accessibleName() == "Tokens"


def test_pills_and_names_are_painted_in_their_colours_in_both_looks(table: DataTable, qapp: QApplication) -> None:
    for mode in (Mode.LIGHT, Mode.DARK):
        theme.install(qapp, mode)
        image = table.grab().toImage()
        seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(0, image.height(), 2)}
        assert theme.current().color("okBg").name() in seen
        assert theme.current().color("accentSoft").name() in seen


def test_several_rows_may_be_selected_where_that_helps(qtbot: QtBot) -> None:
    model: ListModel[str] = ListModel(COLUMNS, cells)
    model.set_rows(["a", "b", "c"])
    table = DataTable(model, "People", many=True)
    qtbot.addWidget(table)
    table.selectAll()
    assert table.selected_rows() == ["a", "b", "c"]
