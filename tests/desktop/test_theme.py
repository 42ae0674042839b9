from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QPushButton

from desktop import theme
from desktop.theme import DARK, LIGHT, READABLE, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytestqt.qtbot import QtBot

AA = 4.5


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", READABLE, ids="-on-".join)
def test_every_text_is_readable_on_its_ground(colors: Mapping[str, str], pair: tuple[str, str]) -> None:
    assert contrast(colors[pair[0]], colors[pair[1]]) >= AA


def test_contrast_is_computed_as_the_standard_has_it() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_both_looks_have_the_same_tokens() -> None:
    assert set(LIGHT) == set(DARK)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_the_style_sheet_leaves_no_token_open(colors: Mapping[str, str]) -> None:
    sheet = theme.style_sheet(colors, "Mono")
    assert not re.findall(r"@\w+", sheet)
    assert colors["accent"] in sheet
    assert '"Mono";' in sheet


def test_the_look_changes_at_once_and_bound_icons_with_it(qtbot: QtBot, qapp: QApplication) -> None:
    look = theme.install(qapp, Mode.LIGHT)
    button = QPushButton()
    qtbot.addWidget(button)
    look.bind_icon(button, "copy", "text")
    light = button.icon().pixmap(16, 16).toImage()
    with qtbot.waitSignal(look.changed):
        look.set_mode(Mode.DARK)
    assert look.is_dark
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK["bg"])
    assert DARK["surface"] in qapp.styleSheet()
    assert button.icon().pixmap(16, 16).toImage() != light
    look.set_mode(Mode.LIGHT)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT["bg"])


def test_a_button_that_is_gone_is_forgotten(qtbot: QtBot, qapp: QApplication) -> None:
    look = theme.install(qapp, Mode.LIGHT)
    button = QPushButton()
    look.bind_icon(button, "copy")
    button.deleteLater()
    qtbot.waitUntil(lambda: not theme.is_alive(button))
    look.set_mode(Mode.DARK)
    look.set_mode(Mode.LIGHT)


def test_a_lone_widget_has_a_look_too(qapp: QApplication) -> None:
    qapp.setProperty("perchTheme", None)
    assert theme.current() is theme.current()
