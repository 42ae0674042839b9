from __future__ import annotations

from typing import TYPE_CHECKING

from desktop import theme
from desktop.widgets.sparkline import Sparkline

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def colours(line: Sparkline) -> set[str]:
    image = line.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_what_failed_is_drawn_apart_and_the_newest_number_is_said(qtbot: QtBot) -> None:
    line = Sparkline("Requests per minute")
    qtbot.addWidget(line)
    line.resize(120, 40)
    line.show_values([0, 4, 9], [0, 0, 0])
    red = theme.current().color("err").name()
    assert red not in colours(line)
    assert theme.current().color("accent").name() in colours(line)
    line.show_values([0, 4, 9], [0, 0, 3])
    assert red in colours(line)
    assert line.accessibleName() == "Requests per minute: 9"


def test_nothing_is_a_picture_too(qtbot: QtBot) -> None:
    line = Sparkline("Requests")
    qtbot.addWidget(line)
    line.show_values([])
    assert line.accessibleName() == "Requests: 0"
    line.grab()
