from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from desktop.overview.attention import Concern
from desktop.overview.attention_card import AttentionCard
from desktop.overview.reading import Reading

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def card(qtbot: QtBot) -> AttentionCard:
    made = AttentionCard()
    qtbot.addWidget(made)
    made.resize(470, made.height())
    made.show()
    return made


def concern(name: str) -> Concern:
    return Concern(name, "Never used", "info", "tokens", name.lower())


def test_where_nothing_is_wrong_it_says_so(card: AttentionCard) -> None:
    card.show_reading(Reading())
    assert card.calm.isVisible()
    assert not card.more.isVisible()


def test_the_first_few_have_a_button_and_the_others_a_link(card: AttentionCard, qtbot: QtBot) -> None:
    place = card.lines[0].pos()
    card.show_reading(Reading(concerns=[concern(name) for name in "ABCDE"]))
    assert [line.title.whole for line in card.lines] == ["A", "B", "C"]
    assert card.more.text() == "and 2 more"
    assert not card.calm.isVisible()
    with qtbot.waitSignal(card.opened) as asked:
        qtbot.mouseClick(card.lines[1].button, Qt.MouseButton.LeftButton)
    assert asked.args == ["tokens", "b"]
    with qtbot.waitSignal(card.opened) as asked:
        qtbot.mouseClick(card.more, Qt.MouseButton.LeftButton)
    assert asked.args == ["tokens", None]
    card.show_reading(Reading(concerns=[concern("A")]))
    assert not card.lines[1].isVisible()
    assert not card.more.isVisible()
    assert card.lines[0].pos() == place
    assert card.lines[0].accessibleName() == "A. Never used"
    assert card.lines[0].button.accessibleName() == "Show A"


def test_where_the_others_are_on_several_pages_they_are_listed(card: AttentionCard, qtbot: QtBot) -> None:
    backup = Concern("No daily backup for 5 days", "R&D's disk", "warn", "settings", "data", "database")
    card.show_concerns([*(concern(name) for name in "ABCD"), backup])
    assert card.more.accessibleName() == "List 2 more"
    qtbot.mouseClick(card.more, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == [
        "D: Never used",
        "No daily backup for 5 days: R&&D's disk",
    ]
    with qtbot.waitSignal(card.opened) as asked:
        menu.actions()[1].trigger()
    assert asked.args == ["settings", "data"]
    menu.close()
