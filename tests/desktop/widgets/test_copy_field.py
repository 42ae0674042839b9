from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from desktop.clipboard import Clipboard
from desktop.widgets import copy_field
from desktop.widgets.copy_field import CopyField

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot


def test_the_value_is_copied_and_the_button_says_so_for_a_while(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy_field, "THANKS", 50)
    field = CopyField("SCIM base URL", "http://127.0.0.1:7643/scim/v2", Clipboard())
    qtbot.addWidget(field)
    assert field.button.accessibleName() == "Copy SCIM base URL"
    qtbot.mouseClick(field.button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:7643/scim/v2"
    assert field.button.toolTip() == "Copied"
    qtbot.waitUntil(lambda: field.button.toolTip() == "Copy SCIM base URL")


def test_another_value_is_the_one_that_is_copied(qtbot: QtBot) -> None:
    field = CopyField("URL", "http://one", Clipboard())
    qtbot.addWidget(field)
    field.set_value("http://two")
    qtbot.mouseClick(field.button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == field.value == "http://two"


def test_a_bare_one_shows_its_value_in_full_and_is_named_all_the_same(qtbot: QtBot) -> None:
    field = CopyField("the command", "cloudflared tunnel --url http://127.0.0.1:7643", Clipboard(), bare=True)
    qtbot.addWidget(field)
    field.resize(160, 80)
    field.show()
    shown = [one for one in field.findChildren(QLabel) if one.isVisible()]
    assert [one.text() for one in shown] == [field.value]
    assert shown[0].wordWrap()
    assert field.button.accessibleName() == "Copy the command"
