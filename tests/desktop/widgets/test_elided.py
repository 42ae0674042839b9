from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.widgets.elided import Elided

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LONG = "Refused: User already exists: the userName is taken"


def test_what_does_not_fit_ends_in_dots_and_is_told_whole(qtbot: QtBot) -> None:
    label = Elided(LONG, "small")
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.show()
    assert label.text().endswith("…")
    assert label.accessibleName() == label.whole == label.toolTip() == LONG
    label.resize(900, 20)
    assert label.text() == LONG
    assert label.toolTip() == ""


def test_it_asks_for_no_width_and_keeps_its_own_tip(qtbot: QtBot) -> None:
    label = Elided()
    qtbot.addWidget(label)
    label.resize(300, 20)
    label.show()
    label.say("now", "Nov 24, 2026 12:00:00")
    assert label.toolTip() == "Nov 24, 2026 12:00:00"
    label.say(LONG * 3, "more")
    assert label.toolTip() == f"{LONG * 3}\nmore"
    assert label.minimumSizeHint().width() == 0
