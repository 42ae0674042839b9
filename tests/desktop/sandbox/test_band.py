from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.sandbox.band import Band
from server.sandbox import Snapshot

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

KEPT = Snapshot(Path("one"), "Before the demo", "2026-11-24T03:00:00.000Z", 12, 3)


@pytest.fixture
def band(qtbot: QtBot) -> Band:
    made = Band()
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_says_that_this_is_demo_data_before_anything_is_open(band: Band) -> None:
    assert "demo data" in band.accessibleName()
    assert not band.reset_button.isVisible()
    band.show_open(is_open=True)
    assert band.reset_button.isVisible()


def test_one_click_each_to_keep_and_to_reset(band: Band, qtbot: QtBot) -> None:
    band.show_open(is_open=True)
    with qtbot.waitSignal(band.snapshot_wanted):
        qtbot.mouseClick(band.snapshot_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(band.reset_wanted):
        qtbot.mouseClick(band.reset_button, Qt.MouseButton.LeftButton)


def test_what_was_kept_can_be_restored(band: Band, qtbot: QtBot) -> None:
    band.show_open(is_open=True)
    band.show_snapshots([])
    assert not band.restore_button.isEnabled()
    band.show_snapshots([KEPT])
    assert band.restore_button.isEnabled()
    (entry,) = band.menu_of_snapshots().actions()
    assert "Before the demo · 12 people, 3 groups" in entry.text()
    with qtbot.waitSignal(band.restore_wanted) as told:
        entry.trigger()
    assert told.args == [KEPT]
