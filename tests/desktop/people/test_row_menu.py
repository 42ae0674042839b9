from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.people.row_menu import RowMenu
from server.records import PersonRow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

AT = "2026-01-01T12:00:00.000Z"
ADA = PersonRow(
    1, "id", "ada", "Ada Lovelace", "", "", "", active=True, source="here", external_id=None, created=AT, modified=AT
)


def texts(menu: RowMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def test_it_offers_what_applies(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    one = RowMenu(ADA, many=False, parent=parent)
    assert texts(one) == ["Show details", "Edit", "Copy username", "Copy ID", "Deactivate", "Delete"]
    assert texts(RowMenu(replace(ADA, active=False), many=False, parent=parent))[4] == "Reactivate"
    assert texts(RowMenu(ADA, many=True, parent=parent)) == ["Deactivate", "Reactivate", "Delete"]
    assert one.accessibleName() == "Ada Lovelace"


def test_what_is_chosen_is_said(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = RowMenu(ADA, many=False, parent=parent)
    signals = (menu.shown, menu.edited, menu.name_copied, menu.id_copied, menu.deactivated, menu.deleted)
    for action, signal in zip(menu.actions(), signals, strict=True):
        with qtbot.waitSignal(signal):
            action.trigger()
