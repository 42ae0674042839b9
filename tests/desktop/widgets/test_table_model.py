from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.widgets.table_model import CELL, KEPT_PAGES, PAGE, Cell, Column, ListModel, PagedModel, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytestqt.qtbot import QtBot

COLUMNS = (Column("Name", 0, "name"), Column("Status", 100))


def cells(row: int) -> tuple[Cell, Cell]:
    return Cell(f"Person {row}", "two", detail=f"p{row}@example.com"), Cell("Active", "pill", "ok")


class Directory:
    """So many numbers as rows, and a note of what was fetched."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.fetched: list[int] = []
        self.begun = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.shift = 0

    def page(self, offset: int, limit: int) -> Sequence[int]:
        self.begun.set()
        self.gate.wait(20)
        self.fetched.append(offset)
        return [number + self.shift for number in range(offset, min(offset + limit, self.total))]

    @property
    def source(self) -> Source:
        return Source(lambda: self.total, self.page)


@pytest.fixture
def model(qtbot: QtBot) -> PagedModel[int]:
    del qtbot
    return PagedModel(COLUMNS, cells)


def test_a_list_shows_its_rows_as_cells_texts_and_words_to_hear() -> None:
    model = ListModel(COLUMNS, cells)
    model.set_rows([7])
    index = model.index(0, 0)
    assert index.data(CELL) == Cell("Person 7", "two", detail="p7@example.com")
    assert index.data() == "Person 7"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Name: Person 7, p7@example.com"
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Status"
    assert model.headerData(1, Qt.Orientation.Vertical) is None
    assert model.data(index, Qt.ItemDataRole.DecorationRole) is None


def test_as_many_rows_as_before_keep_the_selection(qtbot: QtBot) -> None:
    model = ListModel(COLUMNS, cells)
    model.set_rows([1, 2])
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.set_rows([3, 4])
    with qtbot.waitSignal(model.modelReset):
        model.set_rows([1])


def test_newer_rows_come_on_top_and_the_oldest_go(qtbot: QtBot) -> None:
    model = ListModel(COLUMNS, cells)
    model.set_rows([3, 2, 1])
    with qtbot.waitSignals([model.rowsInserted, model.rowsRemoved]):
        model.prepend([5, 4], 4)
    assert model.rows == [5, 4, 3, 2]
    with qtbot.waitSignal(model.rowsInserted):
        model.append([1, 0])
    assert model.rows == [5, 4, 3, 2, 1, 0]


def test_of_a_long_list_only_what_is_looked_at_is_fetched(model: PagedModel[int], qtbot: QtBot) -> None:
    directory = Directory(100_000)
    with qtbot.waitSignal(model.loaded) as loaded:
        model.load(directory.source)
    assert loaded.args == [100_000]
    assert model.rowCount() == 100_000
    assert model.row_at(0) == 0
    assert model.index(90_000, 0).data() == "…", "it is on its way"
    qtbot.waitUntil(lambda: model.row_at(90_000) == 90_000)
    assert model.index(90_000, 0).data() == "Person 90000"
    assert directory.fetched == [0, 90_000]


def test_a_page_is_asked_for_once_however_often_it_is_looked_at(model: PagedModel[int], qtbot: QtBot) -> None:
    directory = Directory(1_000)
    with qtbot.waitSignal(model.loaded):
        model.load(directory.source)
    directory.gate.clear()
    for _ in range(5):
        assert model.row_at(500) is None
    directory.gate.set()
    qtbot.waitUntil(lambda: model.row_at(500) == 500)
    assert directory.fetched == [0, 400]


def test_pages_that_were_looked_at_long_ago_are_let_go(model: PagedModel[int], qtbot: QtBot) -> None:
    directory = Directory(PAGE * (KEPT_PAGES + 5))
    with qtbot.waitSignal(model.loaded):
        model.load(directory.source)

    def is_here(page: int) -> bool:
        return model.row_at(page * PAGE) is not None

    for page in range(1, KEPT_PAGES + 3):
        qtbot.waitUntil(partial(is_here, page))
    assert len(model._pages) <= KEPT_PAGES


def test_the_answer_to_a_list_that_nobody_wants_any_more_is_not_shown(model: PagedModel[int], qtbot: QtBot) -> None:
    slow, wanted = Directory(10), Directory(20)
    slow.gate.clear()
    model.load(slow.source)
    qtbot.waitUntil(slow.begun.is_set)
    with qtbot.waitSignal(model.loaded) as loaded:
        model.load(wanted.source)
    slow.gate.set()
    assert loaded.args == [20]
    qtbot.waitUntil(lambda: slow.fetched == [0])
    assert model.rowCount() == 20


def test_a_refresh_moves_nothing_and_shows_what_changed(model: PagedModel[int], qtbot: QtBot) -> None:
    directory = Directory(500)
    with qtbot.waitSignal(model.loaded):
        model.load(directory.source)
    directory.total, directory.shift = 501, 1_000
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.loaded):
        model.refresh()
    assert model.rowCount() == 501
    assert model.row_at(0) == 1_000
    directory.total = 3
    with qtbot.waitSignal(model.loaded):
        model.refresh()
    assert model.rowCount() == 3


def test_what_cannot_be_read_is_told(model: PagedModel[int], qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.failed) as failed:
        model.load(Source(lambda: 1 // 0, lambda *_: []))
    assert isinstance(failed.args[0], ZeroDivisionError)


def test_a_cell_may_tell_more_where_the_mouse_rests() -> None:
    model: ListModel[str] = ListModel(COLUMNS, lambda text: (Cell(text, tip=f"{text}, in full"), Cell("")))
    model.set_rows(["short"])
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "short, in full"
    assert model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole) is None
