from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.connect.features_card import FeaturesCard
from desktop.connect.snapshot import Snapshot
from desktop.widgets.seen import CHECKS, By, Request, Seen
from tests.desktop.connect.conftest import button_named, click

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


def test_it_counts_what_okta_did_and_says_when_it_came(desk: Desk, qtbot: QtBot) -> None:
    card = FeaturesCard()
    qtbot.addWidget(card)
    card.show_snapshot(Snapshot())
    assert (card.pill.text(), card.last.text()) == ("0 of 8", "No request from Okta yet.")
    now = desk.workspace.custody.now()
    first, second, *others = CHECKS
    seen = [Seen(first, By.OKTA, now, 1, "Production"), Seen(second, By.TEST, now, 1, "Trying"), *map(Seen, others)]
    card.show_snapshot(Snapshot(seen=seen, last_by_okta=Request(now, By.OKTA, "Okta", "t", "listed people")))
    assert (card.pill.text(), card.last.text()) == ("1 of 8", "Last request just now")
    assert card.last.toolTip().endswith(" · listed people")


def test_it_leads_to_the_activity(desk: Desk, qtbot: QtBot) -> None:
    del desk
    card = FeaturesCard()
    qtbot.addWidget(card)
    card.show()
    with qtbot.waitSignal(card.activity_wanted):
        click(qtbot, button_named(card, "Open Activity"))
