from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.tokens.generate_dialog import GenerateDialog
from server.records import Access
from tests.desktop.tokens.conftest import PATIENCE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(desk: Desk, qtbot: QtBot) -> GenerateDialog:
    made = GenerateDialog(desk.workspace, None)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.open()
    qtbot.waitUntil(made.isActiveWindow, timeout=PATIENCE)
    return made


def refused(dialog: GenerateDialog, qtbot: QtBot) -> str:
    """Try to generate and give what stands beside the name then."""
    qtbot.mouseClick(dialog.generate_button, LEFT)
    qtbot.waitUntil(dialog.generate_button.isEnabled, timeout=PATIENCE)
    assert dialog.isVisible()
    return dialog.name_field.complaint


def test_what_is_chosen_is_made(desk: Desk, dialog: GenerateDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.name, "Audit export")
    dialog.read_only.setFocus()
    qtbot.keyClick(dialog.read_only, Qt.Key.Key_Space)
    dialog.test.setFocus()
    qtbot.keyClick(dialog.test, Qt.Key.Key_Space)
    with qtbot.waitSignal(dialog.issued, timeout=PATIENCE) as made:
        qtbot.mouseClick(dialog.generate_button, LEFT)
    assert made.args is not None
    token = made.args[0].token
    assert (token.label, token.access, token.test) == ("Audit export", Access.READ_ONLY, True)
    assert token.expires[:4] > token.created[:4], "a year is proposed"
    assert token.created_by == desk.workspace.actor
    assert not dialog.isVisible()


def test_without_a_name_it_says_so_beside_it_until_one_is_typed(dialog: GenerateDialog, qtbot: QtBot) -> None:
    assert refused(dialog, qtbot) == "Name it: what will use the token?"
    assert dialog.name.hasFocus()
    qtbot.keyClicks(dialog.name, "x")
    assert dialog.name_field.complaint == ""


def test_a_name_that_works_already_is_refused_beside_it(desk: Desk, dialog: GenerateDialog, qtbot: QtBot) -> None:
    desk.workspace.custody.issue("Okta")
    qtbot.keyClicks(dialog.name, "okta")
    assert refused(dialog, qtbot) == "A working token is already named 'okta': rotate it, or choose another label."


def test_a_name_that_is_too_long_is_refused_beside_it(dialog: GenerateDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.name, "n" * 81)
    assert "81 characters" in refused(dialog, qtbot)


def test_too_many_tokens_are_refused_above_it(desk: Desk, dialog: GenerateDialog, qtbot: QtBot) -> None:
    for number in range(desk.workspace.config.max_tokens):
        desk.workspace.custody.issue(f"token {number}")
    qtbot.keyClicks(dialog.name, "one more")
    assert refused(dialog, qtbot) == ""
    assert "revoke one that nobody uses" in dialog.banner.accessibleName()


def test_tab_goes_through_it_in_order(dialog: GenerateDialog, qtbot: QtBot) -> None:
    seen: list[str] = []
    while not seen or seen[0] != dialog.focusWidget().accessibleName():
        seen.append(dialog.focusWidget().accessibleName())
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert seen == [
        "Name",
        "Read and write: Okta provisions people and groups",
        "Expires",
        "Test token: it begins with perch_test_, and works like any other",
        "Cancel",
        "Generate token",
    ]
