from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.transfer.mapping_view import MappingView
from server.file_import import Form, Preview, Reading, SourceColumn

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

CHOICES = ["id", "userName", "nickName", "title"]
PREVIEW = Preview(
    Form.CSV,
    "User",
    (
        SourceColumn("Login", ("ada", "alan"), "userName"),
        SourceColumn("Shoe size", (), ""),
        SourceColumn("Nick", ("x" * 90,), "emails.private"),
    ),
)


@pytest.fixture
def view(qtbot: QtBot) -> MappingView:
    made = MappingView()
    qtbot.addWidget(made)
    made.show_preview("people.csv", PREVIEW, CHOICES)
    made.show()
    return made


def test_each_column_goes_where_it_seems_to(view: MappingView) -> None:
    assert [box.currentData() for box in view.boxes] == ["userName", "", "emails.private"]
    assert [box.accessibleName() for box in view.boxes][1] == "Where Shoe size goes"
    assert view.complaint_now == ""
    assert view.complaint.isHidden()
    assert view.reading() == Reading(
        Form.CSV, "User", {0: "userName", 1: "", 2: "emails.private"}, ("Login", "Shoe size", "Nick")
    )


def test_another_attribute_is_chosen_with_the_keyboard(qtbot: QtBot, view: MappingView) -> None:
    with qtbot.waitSignal(view.changed):
        qtbot.keyClicks(view.boxes[1], "tit")
    assert view.reading().targets[1] == "title"


def test_without_a_user_name_it_complains(qtbot: QtBot, view: MappingView) -> None:
    qtbot.keyClick(view.boxes[0], Qt.Key.Key_Home)
    assert "userName" in view.complaint.text()
    assert view.complaint.isVisible()


def test_two_columns_cannot_go_to_one_place(qtbot: QtBot, view: MappingView) -> None:
    qtbot.keyClicks(view.boxes[1], "user")
    assert view.complaint_now == "Two columns go to userName: let one of them be ignored."


def test_the_other_kind_is_asked_for(qtbot: QtBot, view: MappingView) -> None:
    with qtbot.waitSignal(view.kind_changed) as changed:
        qtbot.keyClick(view.kind_box, Qt.Key.Key_Down)
    assert changed.args == ["Group"]


def test_another_file_replaces_the_first(view: MappingView) -> None:
    view.show_preview(
        "b.csv", Preview(Form.JSON, "Group", (SourceColumn("G", ("x",), "displayName"),)), ["displayName"]
    )
    assert len(view.boxes) == 1
    assert view.kind == "Group"
