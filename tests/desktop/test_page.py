from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.page import Hit, Page

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


class Plain(Page):
    name, title, icon = "plain", "Plain", "leaf"


def test_a_page_that_offers_nothing_is_a_page(desk: Desk, qtbot: QtBot) -> None:
    page = Plain(desk)
    qtbot.addWidget(page)
    page.shown()
    page.reveal("anything")
    page.hidden()
    assert page.accessibleName() == "Plain"
    assert list(page.actions_offered()) == []
    assert page.search("ada") == []


def test_hits_are_the_same_whatever_they_lead_to() -> None:
    assert Hit("Ada", "ada@example.com", "user", "people", "1") == Hit("Ada", "ada@example.com", "user", "people", "2")
