from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.settings.given_up import GivenUpDialog
from tests.desktop.settings.driving import PATIENCE
from tests.desktop.settings.subscribed import add, only, outbox, people

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(desk: Desk, qtbot: QtBot) -> GivenUpDialog:
    """The dialog of a webhook for which three events were given up."""
    people(desk.workspace, 3)
    added = add(desk.workspace)
    outbox(desk.workspace, added.webhook.id, dead=3)
    made = GivenUpDialog(desk.workspace, only(desk.workspace), None)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.open()
    qtbot.waitUntil(lambda: made.model.rowCount() == 3, timeout=PATIENCE)
    return made


def test_each_says_what_it_was_how_often_it_was_tried_and_why_it_failed(dialog: GivenUpDialog) -> None:
    assert dialog.windowTitle() == "Given up for consumer.example.com"
    what, attempts, why = (dialog.model.index(0, column).data() for column in range(3))
    assert what.startswith("Created user")
    assert (attempts, why) == ("60", "Answered 500")
    one = dialog.model.row_at(0)
    assert one is not None
    assert one.type == "user.created"


def test_what_is_selected_is_sent_again_and_the_rest_stays(dialog: GivenUpDialog, desk: Desk, qtbot: QtBot) -> None:
    assert not dialog.selected_button.isEnabled()
    dialog.table.setFocus()
    dialog.table.selectRow(1)
    assert dialog.selected_button.text() == "Send 1 event again"
    one = dialog.model.row_at(1)
    with qtbot.waitSignal(dialog.retried, timeout=PATIENCE) as heard:
        qtbot.mouseClick(dialog.selected_button, LEFT)
    assert heard.args == [1]
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 2, timeout=PATIENCE)
    assert one not in dialog.model.rows
    assert dialog.isVisible()
    assert not dialog.selected_button.isEnabled()
    assert only(desk.workspace).waiting == 1


def test_all_of_it_is_sent_again_and_the_dialog_closes(dialog: GivenUpDialog, desk: Desk, qtbot: QtBot) -> None:
    assert dialog.all_button.isDefault()
    with qtbot.waitSignal(dialog.retried, timeout=PATIENCE) as heard:
        qtbot.mouseClick(dialog.all_button, LEFT)
    assert heard.args == [3]
    assert not dialog.isVisible()
    assert only(desk.workspace).backlog.dead == 0


def test_what_was_sent_again_elsewhere_leaves_nothing_to_do(desk: Desk, qtbot: QtBot) -> None:
    add(desk.workspace)
    made = GivenUpDialog(desk.workspace, only(desk.workspace), None)
    qtbot.addWidget(made)
    made.open()
    qtbot.waitUntil(lambda: not made.waiting.isVisible(), timeout=PATIENCE)
    assert not made.all_button.isEnabled()
