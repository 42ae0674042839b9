from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop.widgets.banner import Banner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def banner(qtbot: QtBot) -> Iterator[Banner]:
    holder = QWidget()
    qtbot.addWidget(holder)
    made = Banner()
    made.setParent(holder)
    holder.show()
    yield made
    holder.close()


def shown_texts(banner: Banner) -> list[str]:
    return [one.text() for one in banner.findChildren(QLabel) if one.isVisibleTo(banner) and one.text()]


def test_it_is_not_there_until_it_has_something_to_say(banner: Banner, qtbot: QtBot) -> None:
    assert not banner.isVisible()
    done: list[int] = []
    banner.say("The port is taken.", "err", "Choose another", lambda: done.append(1))
    assert banner.isVisible()
    assert banner.accessibleName() == "The port is taken."
    assert banner.property("tone") == "err"
    qtbot.mouseClick(banner.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    assert done == [1]


def test_a_new_sentence_takes_the_place_of_the_old(banner: Banner, qtbot: QtBot) -> None:
    banner.say("One.", "warn", "Do", lambda: None)
    banner.say("Two.", "ok")
    qtbot.waitUntil(lambda: shown_texts(banner) == ["Two."])
    assert not [one for one in banner.findChildren(QPushButton) if one.isVisibleTo(banner)]


def test_it_can_be_put_away_where_that_is_allowed(banner: Banner, qtbot: QtBot) -> None:
    banner.say("Read me.", closable=True)
    (button,) = [one for one in banner.findChildren(QPushButton) if one.accessibleName() == "Dismiss"]
    with qtbot.waitSignal(banner.closed):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not banner.isVisible()
