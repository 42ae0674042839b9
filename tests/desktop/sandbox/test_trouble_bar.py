from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.sandbox.trouble_bar import TroubleBar
from server.okta.chaos import Trouble

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_trouble_and_its_rate_are_told_and_said_in_a_sentence(qtbot: QtBot) -> None:
    bar = TroubleBar()
    qtbot.addWidget(bar)
    bar.show()
    assert bar.trouble is Trouble.NONE
    assert not bar.rate.isVisible()
    with qtbot.waitSignal(bar.changed) as told:
        bar.choose(Trouble.TOO_MANY)
    assert told.args == [Trouble.TOO_MANY, 1.0]
    assert bar.rate.isVisible()
    assert bar._sentence.text() == Trouble.TOO_MANY.sentence
    with qtbot.waitSignal(bar.changed) as told:
        bar.rate.setValue(3)
    assert told.args == [Trouble.TOO_MANY, 0.3]
    assert bar._percent.text() == "3 of 10"


def test_every_trouble_can_be_chosen_and_has_words(qtbot: QtBot) -> None:
    bar = TroubleBar()
    qtbot.addWidget(bar)
    texts = [bar.kinds.itemText(number) for number in range(bar.kinds.count())]
    assert texts == [trouble.title for trouble in Trouble]
    assert len(set(texts)) == len(texts)
