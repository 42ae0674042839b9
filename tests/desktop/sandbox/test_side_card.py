from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QLocale

from desktop.sandbox.side_card import GROUPS, PEOPLE, SideCard
from desktop.sandbox.side_rows import SideRow
from desktop.sandbox.sides import Side
from desktop.widgets.basics import Pill

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

ADA, GRACE = SideRow("1", "Ada", "Engineer", "A"), SideRow("2", "Grace", "Engineer", "G")
GROUP = SideRow("g", "Engineering", "2 members", "users-three")


@pytest.fixture
def card(qtbot: QtBot) -> SideCard:
    made = SideCard("Perch", "shield-check", Pill("Running", "ok"))
    qtbot.addWidget(made)
    made.show_side(Side((ADA, GRACE), (), 1234, 0))
    made.show()
    return made


def test_both_lists_say_how_many_there_are(card: SideCard) -> None:
    assert card.tabs.tabText(PEOPLE) == f"People  {QLocale().toString(1234)}"
    assert card.tabs.tabText(GROUPS) == "Groups  0"


def test_what_changed_lights_up_and_its_list_comes_to_the_front(card: SideCard) -> None:
    assert card.show_side(Side((ADA, GRACE), (GROUP,), 2, 1), light=True) == ["g"]
    assert card.tabs.currentIndex() == GROUPS
    assert card.groups.is_lit("g")
    assert card.show_side(Side((replace(ADA, pill="Deactivated"), GRACE), (GROUP,), 2, 1), light=True) == ["1"]
    assert card.tabs.currentIndex() == PEOPLE
    assert card.people.is_lit("1")
    assert not card.people.is_lit("2")


def test_without_light_nothing_stands_out(card: SideCard) -> None:
    assert card.show_side(Side((replace(ADA, pill="Deactivated"), GRACE), (), 2, 0)) == []
    assert not card.people.is_lit("1")
