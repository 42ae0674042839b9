from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.widgets.dialog import Dialog, Question

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_buttons_stand_at_the_right_and_what_is_beside_the_point_at_the_left(qtbot: QtBot) -> None:
    dialog = Dialog(None, "Token created", icon="shield-check")
    qtbot.addWidget(dialog)
    done = dialog.add_button("Done", dialog.accept, kind="primary")
    second = dialog.add_button("Test", lambda: None, left=True)
    third = dialog.add_button("Help", lambda: None, left=True)
    dialog.show()
    assert second.x() < third.x() < dialog.width() / 2 < done.x()
    assert done.isDefault()
    assert dialog.windowTitle() == dialog.accessibleName() == "Token created"


def asked(qtbot: QtBot, agreed: list[int]) -> tuple[QWidget, Question]:
    parent = QWidget()
    qtbot.addWidget(parent)
    question = Question(parent, "Revoke?", "Okta used it 2 min ago.", "Revoke", lambda: agreed.append(1))
    question.open()
    return parent, question


def test_a_question_says_what_breaks_and_does_it_when_agreed(qtbot: QtBot) -> None:
    agreed: list[int] = []
    parent, question = asked(qtbot, agreed)
    assert "Okta used it 2 min ago." in [one.text() for one in question.findChildren(QLabel)]
    qtbot.mouseClick(question.action_button, Qt.MouseButton.LeftButton)
    assert agreed == [1]
    assert parent is not None


def test_escape_and_cancel_agree_to_nothing(qtbot: QtBot) -> None:
    agreed: list[int] = []
    for leave in ("escape", "cancel"):
        parent, question = asked(qtbot, agreed)
        if leave == "escape":
            qtbot.keyClick(question, Qt.Key.Key_Escape)
        else:
            qtbot.mouseClick(question.cancel_button, Qt.MouseButton.LeftButton)
        assert parent is not None
    assert agreed == []


def test_a_question_is_no_higher_than_its_words_need(qtbot: QtBot) -> None:
    # Qt's own hint may be right for one length, in one font.
    for times in (1, 4, 8, 12, 20):
        parent = QWidget()
        qtbot.addWidget(parent)
        question = Question(parent, "Revoke?", "Okta used it 2 min ago. " * times, "Revoke", lambda: None)
        question.open()
        layout = question.layout()
        assert layout is not None
        assert question.height() == layout.totalHeightForWidth(question.width())
