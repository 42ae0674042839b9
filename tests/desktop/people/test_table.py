from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings, Qt

from desktop.people.searches import Searches, Wanted
from desktop.people.table import NAME_LEAST, PeopleTable, cells, columns
from desktop.widgets.table_model import PagedModel
from server.records import PersonRow
from tests.desktop.people.persons import body, fill

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace

AT = "2026-01-01T12:00:00.000Z"
ADA = PersonRow(
    1,
    "id",
    "ada@x.example",
    "Ada Lovelace",
    "",
    "",
    "",
    active=False,
    source="okta",
    external_id="00u1",
    created=AT,
    modified=AT,
)


@pytest.fixture
def store(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "desktop.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def table(qtbot: QtBot, workspace: Workspace, store: QSettings) -> PeopleTable:
    fill(workspace)
    model: PagedModel[PersonRow] = PagedModel(columns(), cells)
    made = PeopleTable(model, store)
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(1200, 600)
    made.show()
    with qtbot.waitSignal(model.loaded):
        model.load(Searches(workspace).ask(Wanted(), "name", descending=False))
    return made


def shown(table: PeopleTable) -> list[str]:
    return [one.key for number, one in enumerate(table.people.columns) if not table.isColumnHidden(number)]


def names_selected(table: PeopleTable) -> list[str]:
    return [row.display_name for row in table.selected_rows()]


def test_what_a_person_has_not_is_a_dash() -> None:
    texts = [cell.text for cell in cells(ADA)]
    assert texts == [
        "Ada Lovelace", "—", "—", "—", "Deactivated", "Okta", texts[6], "Jan 1, 2026", "00u1"
    ]  # fmt: skip
    assert cells(ADA)[0].icon == "AL"
    assert len(texts) == len(columns())


def test_only_columns_that_fit_are_shown(table: PeopleTable) -> None:
    assert shown(table) == ["name", "email", "title", "department", "active", "source", "modified"]
    table.resize(NAME_LEAST + 130, 600)
    assert shown(table) == ["name", "active"]
    table.resize(1200, 600)
    assert len(shown(table)) == 7


def test_chosen_columns_are_remembered(qtbot: QtBot, table: PeopleTable, store: QSettings) -> None:
    table.want_column("title", wanted=False)
    table.want_column("created", wanted=True)
    assert "created" in shown(table)
    again = PeopleTable(PagedModel(columns(), cells, table), store)
    qtbot.addWidget(again)
    assert again.wanted_columns == table.wanted_columns
    assert "title" not in again.wanted_columns


def test_the_selection_follows_the_people_when_others_come_before_them(
    qtbot: QtBot, table: PeopleTable, workspace: Workspace
) -> None:
    table.selectRow(1)
    qtbot.mouseClick(
        table.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ControlModifier,
        table.visualRect(table.people.index(3, 0)).center(),
    )
    assert names_selected(table) == ["Alan Turing", "Grace Hopper"]
    workspace.create("User", body("Aaron Swartz"))
    with qtbot.waitSignal(table.people.loaded):
        table.people.refresh(table.rows_in_need())
    assert sorted(names_selected(table)) == ["Alan Turing", "Grace Hopper"]
    assert table.current_row().display_name == "Grace Hopper"  # type: ignore[union-attr] # somebody is
    assert table.selected_count() == 2


def test_the_last_one_stays_selected_when_somebody_before_goes(
    qtbot: QtBot, table: PeopleTable, workspace: Workspace
) -> None:
    table.selectRow(5)
    workspace.delete("User", "alan.turing@acme.example")
    with qtbot.waitSignal(table.people.loaded):
        table.people.refresh(table.rows_in_need())
    assert names_selected(table) == ["Radia Perlman"]
    assert table.selected_ranges() == [(4, 4)]


def test_who_is_gone_is_selected_no_more(qtbot: QtBot, table: PeopleTable, workspace: Workspace) -> None:
    table.selectRow(1)
    workspace.delete("User", "alan.turing@acme.example")
    with qtbot.waitSignal(table.people.loaded):
        table.people.refresh(table.rows_in_need())
    assert table.selected_count() == 0


def test_a_person_is_made_current_by_id(table: PeopleTable) -> None:
    row = table.people.peek(2)
    assert row is not None
    assert table.select_person(row.id)
    assert names_selected(table) == ["Barbara Liskov"]
    assert not table.select_person("nobody")
