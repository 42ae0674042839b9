from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.overview.figures import Figures
from desktop.overview.reading import Count, Reading, Sync

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

NOTHING = [0] * 60


@pytest.fixture
def figures(qtbot: QtBot) -> Figures:
    made = Figures()
    qtbot.addWidget(made)
    made.resize(956, 106)
    made.show()
    return made


def test_figures_and_what_is_new(figures: Figures) -> None:
    sync = Sync(datetime.now(UTC).isoformat(), "Deactivated Ada Lovelace", "Okta production")
    figures.show_reading(
        Reading(
            people=Count(240, 89, 3), groups=Count(6, here=2), sync=sync, requests=[*NOTHING[1:], 7], errors=NOTHING
        )
    )
    assert figures.people.accessibleName() == "People: 240. 151 active · 89 deactivated. +3 today"
    assert figures.groups.line.whole == "4 from Okta · 2 from here"
    assert not figures.groups.news.isVisible()
    assert (figures.sync.figure.text(), figures.sync.line.whole) == ("Just now", "Deactivated Ada Lovelace")
    assert "Okta production" in figures.sync.figure.toolTip()
    assert figures.traffic.accessibleName() == ("Requests per minute: 7 now. 7 in the last hour · everything answered")


def test_what_failed_has_a_button(figures: Figures, qtbot: QtBot) -> None:
    traffic = figures.traffic
    figures.show_reading(Reading(requests=[*NOTHING[1:], 7], errors=NOTHING))
    assert not traffic.failures.isVisible()
    figures.show_reading(Reading(requests=[*NOTHING[1:], 7], errors=[*NOTHING[1:], 2]))
    assert traffic.failures.text() == "2 failed"
    assert traffic.line.whole == "7 in the last hour"
    with qtbot.waitSignal(figures.opened) as asked:
        qtbot.mouseClick(traffic.failures, Qt.MouseButton.LeftButton)
    assert asked.args == ["activity", {"errors_only": True}]


def test_two_above_two_where_there_is_no_room(figures: Figures, qtbot: QtBot) -> None:
    assert figures.traffic.y() == figures.people.y()
    figures.resize(600, 230)
    qtbot.waitUntil(lambda: figures.traffic.y() > figures.people.y())
    assert figures.sync.x() == figures.people.x()
    figures.resize(956, 106)
    qtbot.waitUntil(lambda: figures.traffic.y() == figures.people.y())
