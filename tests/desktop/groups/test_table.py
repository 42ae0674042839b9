from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.groups.table import GroupsTable, cells, columns
from desktop.widgets.table_model import PagedModel, Source
from tests.desktop.groups.teams import add_group

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace


@pytest.fixture
def table(qtbot: QtBot, workspace: Workspace) -> GroupsTable:
    made = GroupsTable(PagedModel(columns(), cells))
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    add_group(workspace, "Boats", external_id="00g1")
    add_group(workspace, "Engines")
    with qtbot.waitSignal(made.groups.loaded):
        made.groups.load(
            Source(workspace.count_groups, lambda offset, limit: workspace.groups("", offset=offset, limit=limit))
        )
    return made


def refresh(qtbot: QtBot, table: GroupsTable) -> None:
    with qtbot.waitSignal(table.groups.loaded):
        table.groups.refresh(table.rows_in_need())


def current(table: GroupsTable) -> str:
    row = table.current_row()
    return row.display_name if row is not None else ""


def test_where_a_group_comes_from_stands_in_its_row(table: GroupsTable) -> None:
    texts = [[table.groups.data(table.groups.index(row, place)) for place in range(3)] for row in (0, 1)]
    assert texts == [["Boats", "0", "Okta"], ["Engines", "0", "Here"]]


def test_the_chosen_group_stays_chosen_when_the_list_moves(
    qtbot: QtBot, workspace: Workspace, table: GroupsTable
) -> None:
    table.selectRow(1)
    add_group(workspace, "Anchors")
    refresh(qtbot, table)
    assert table.currentIndex().row() == 2
    assert current(table) == "Engines"
    workspace.delete("Group", "Anchors")
    workspace.delete("Group", "Boats")
    refresh(qtbot, table)
    assert current(table) == "Engines"
    workspace.delete("Group", "Engines")
    refresh(qtbot, table)
    assert current(table) == ""


def test_one_that_is_not_here_yet_is_chosen_once_it_is(qtbot: QtBot, workspace: Workspace, table: GroupsTable) -> None:
    group = add_group(workspace, "Zoo")
    assert not table.choose(group)
    refresh(qtbot, table)
    assert current(table) == "Zoo"
    assert table.choose(group)
