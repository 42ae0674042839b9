from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel

from desktop.connect.forms import FORMS, AppKind
from desktop.connect.step_card import StepCard, part_of_okta, ticks, way
from desktop.widgets.checklist import Progress
from tests.desktop.connect.conftest import texts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


def test_a_step_says_how_far_it_is_and_goes_back_to_its_own_words(desk: Desk, qtbot: QtBot) -> None:
    del desk
    card = StepCard(3, "Fill in", "Not yet.")
    qtbot.addWidget(card)
    assert (card.progress, card.detail) == (Progress.OPEN, "Not yet.")
    card.say(Progress.DONE, "Okta came.")
    assert card.progress is Progress.DONE
    assert card.accessibleName() == "Fill in. Okta came."
    card.say(Progress.OPEN)
    assert card.detail == "Not yet."


def test_a_part_of_okta_is_the_way_there_what_to_know_and_what_to_do(desk: Desk, qtbot: QtBot) -> None:
    del desk
    part = FORMS[AppKind.CUSTOM].rollout[0]
    shown = part_of_okta(part, ticks(part.entries[0].values))
    qtbot.addWidget(shown)
    found = texts(shown)
    assert found[0] == "Provisioning → To App → Edit"
    assert {"Create Users", "Update User Attributes", "Deactivate Users"} <= set(found)


def test_a_way_is_read_in_full(desk: Desk, qtbot: QtBot) -> None:
    del desk
    label = way("Import → Import Now")
    qtbot.addWidget(label)
    assert isinstance(label, QLabel)
    assert label.wordWrap()
