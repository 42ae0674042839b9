from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from desktop.transfer.report_view import ReportView
from server.file_import import Problem, Taken

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

TAKEN = Taken(
    created=12,
    updated=3,
    unchanged=40,
    failed=4,
    problems=[Problem(14, "No name."), Problem(15, "=1+1")],
    ignored={"x": 2},
)


@pytest.fixture
def view(qtbot: QtBot) -> ReportView:
    made = ReportView()
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_says_what_would_be_done(view: ReportView) -> None:
    view.show_report(TAKEN, rehearsed=True)
    assert [figure.accessibleName() for figure in view._figures] == [
        "12 will be created",
        "3 will be updated",
        "40 stay as they are",
        "4 lines with errors",
    ]
    assert view._notes.text().splitlines() == [
        "x is no attribute that Perch knows; it is left out on 2 lines.",
        "2 more lines have errors that are not listed.",
    ]


def test_lines_with_errors_have_their_numbers(view: ReportView) -> None:
    view.show_report(TAKEN, rehearsed=False)
    assert view.table.isVisible()
    assert [view.model.data(view.model.index(0, place)) for place in (0, 1)] == ["14", "No name."]


def test_without_errors_there_is_no_table(view: ReportView) -> None:
    view.show_report(Taken(created=1), rehearsed=False)
    assert not view.table.isVisible()


def test_the_list_is_saved_safe_for_a_spreadsheet(qtbot: QtBot, view: ReportView, tmp_path: Path) -> None:
    view.show_report(TAKEN, rehearsed=True)
    qtbot.mouseClick(view.save_button, Qt.MouseButton.LeftButton)
    chooser = view.findChild(QFileDialog)
    assert chooser is not None
    chooser.selectFile(str(tmp_path / "errors.csv"))
    chooser.accept()
    qtbot.waitUntil(view._saved.isVisible)
    assert (tmp_path / "errors.csv").read_text("utf-8-sig").split() == ["line,error", "14,No", "name.", "15,'=1+1"]


def test_a_place_that_cannot_be_written_to_is_said(qtbot: QtBot, view: ReportView, tmp_path: Path) -> None:
    view.show_report(TAKEN, rehearsed=True)
    view.save_to(tmp_path / "nowhere" / "errors.csv")
    qtbot.waitUntil(view._saved.isVisible)
    assert "could not be written" in view._saved.text()
