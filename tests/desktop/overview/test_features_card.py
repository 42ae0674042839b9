from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.overview.features_card import FeaturesCard
from desktop.widgets.seen import CHECKS, By, Seen

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_how_many_are_seen_and_where_the_guide_is(qtbot: QtBot) -> None:
    card = FeaturesCard()
    qtbot.addWidget(card)
    card.resize(470, card.height())
    card.show()
    assert card.pill.text() == "0 of 8 seen"
    at = "2026-11-24T12:00:00.000Z"
    card.show_seen(
        [Seen(one, By.OKTA, at, 1, "Okta") if number < 3 else Seen(one) for number, one in enumerate(CHECKS)]
    )
    assert card.pill.text() == "3 of 8 seen"
    card.show_seen([Seen(one, By.OKTA, at, 1, "Okta") for one in CHECKS])
    assert (card.pill.text(), card.pill.property("tone")) == ("8 of 8 seen", "ok")
    with qtbot.waitSignal(card.guide_wanted):
        qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
