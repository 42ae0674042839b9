from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl

from desktop.transfer.drop_area import DropArea, dropped_file
from tests.desktop.transfer.files import drop, mime

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def area(qtbot: QtBot) -> DropArea:
    made = DropArea("Drop a file", "CSV or JSON.")
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_dropped_file_is_told(qtbot: QtBot, area: DropArea, tmp_path: Path) -> None:
    with qtbot.waitSignal(area.dropped) as dropped:
        assert drop(area, tmp_path / "people.CSV")
    assert dropped.args == [tmp_path / "people.CSV"]
    assert area.property("tone") is None


def test_another_kind_of_file_is_not_taken(area: DropArea, tmp_path: Path) -> None:
    assert not drop(area, tmp_path / "photo.png")


def test_only_one_file_of_this_machine_is_meant(tmp_path: Path) -> None:
    several = QMimeData()
    several.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("a.csv", "b.csv")])
    assert dropped_file(several) is None
    far = QMimeData()
    far.setUrls([QUrl("https://example.com/people.csv")])
    assert dropped_file(far) is None
    assert dropped_file(mime(tmp_path / "a.jsonl")) == tmp_path / "a.jsonl"


def test_the_button_asks_for_a_file(qtbot: QtBot, area: DropArea) -> None:
    with qtbot.waitSignal(area.choosing):
        qtbot.mouseClick(area.button, Qt.MouseButton.LeftButton)
