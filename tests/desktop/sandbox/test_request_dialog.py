from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.sandbox.request_dialog import RequestDialog
from tests.desktop.sandbox.steps import a_step, refused

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_both_bodies_are_shown_indented_and_no_password_among_them(qtbot: QtBot) -> None:
    dialog = RequestDialog(None, refused())
    qtbot.addWidget(dialog)
    assert '"userName": "ada@acme.example"' in dialog.request.toPlainText()
    assert "abcd1234" not in dialog.request.toPlainText()
    assert '"password": "••••••••"' in dialog.request.toPlainText()
    assert '"detail": "userName is taken"' in dialog.answer.toPlainText()
    assert "Conflict" in dialog.banner.accessibleName()


def test_what_has_no_body_says_so_and_the_answer_is_in_front(qtbot: QtBot) -> None:
    dialog = RequestDialog(None, a_step())
    qtbot.addWidget(dialog)
    assert dialog.request.toPlainText() == "A GET has no body."
    assert dialog.tabs.currentWidget() is dialog.answer
